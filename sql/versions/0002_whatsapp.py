"""Apply the user's migration, corrected where it cannot work as written."""

from alembic import op

from waapp.db.migrate import run_script

revision = "v1_0002"
down_revision = "v1_0001"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        run_script("0002_whatsapp_enums.sql")
    run_script("0002_whatsapp.sql")
