"""Alembic's entry point; waapp.db.migrate calls it with a connection, or without one to print SQL."""

from alembic import context

from waapp.db.migrate import LOCK_KEY, VERSION_TABLE
from waapp.db.schema_records import metadata

connection = context.config.attributes.get("connection")

if connection is None:
    context.configure(
        dialect_name="postgresql",
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        transaction_per_migration=True,
    )
    # The same lock that `upgrade` takes: two machines may run the printed SQL at once.
    context.get_context().impl.static_output(f"SELECT pg_advisory_lock({LOCK_KEY});\n")
    with context.begin_transaction():
        context.run_migrations()
    context.get_context().impl.static_output(f"SELECT pg_advisory_unlock({LOCK_KEY});\n")
else:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
