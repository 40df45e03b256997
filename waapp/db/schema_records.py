"""The tables that remember what was done: imports, deletions, merges, proofs of what was sent, lifted opt-outs."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, CHAR, JSONB

from waapp.db.schema import created, metadata, moment, row_id

waapp_lifted_opt_outs = Table(
    "waapp_lifted_opt_outs",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("address", String(40)),
    Column("source", String(20), nullable=False),
    Column("reason", Text),
    Column("created_by", String(100)),
    moment("created_at", nullable=False),
    moment("lifted_at", now=True, nullable=False),
    Column("lifted_by", String(100), nullable=False, server_default=""),
    Index("idx_waapp_lifted_opt_outs_address", "address"),
)

waapp_distinct_guests = Table(
    "waapp_distinct_guests",
    metadata,
    Column("one", Uuid, ForeignKey("guests.id", ondelete="CASCADE"), primary_key=True),
    Column("other", Uuid, ForeignKey("guests.id", ondelete="CASCADE"), primary_key=True),
    Column("noted_by", String(100), nullable=False, server_default=""),
    Index("idx_waapp_distinct_guests_other", "other"),
)

whatsapp_proofs = Table(
    "whatsapp_proofs",
    metadata,
    Column("invitation_id", Uuid, primary_key=True),
    Column("guest_id", Uuid, nullable=False),
    Column("guest_name", String(200), nullable=False, server_default=""),
    Column("event_id", Uuid, nullable=False),
    Column("event_name", String(200), nullable=False, server_default=""),
    Column("recipient", String(40)),
    Column("sender", String(40)),
    Column("template_name", String(100), nullable=False),
    Column("template_version", Integer),
    Column("message_content", Text),
    Column("twilio_message_sid", String(50)),
    Column("engine_state", String(12), nullable=False),
    Column("twilio_status", String(20)),
    Column("twilio_error_code", String(10)),
    moment("queued_at"),
    moment("sent_at"),
    moment("delivered_at"),
    moment("read_at"),
    moment("failed_at"),
    Column("price", Numeric(12, 5)),
    Column("price_unit", CHAR(3)),
    moment("kept_at", now=True, nullable=False),
    Column("kept_by", String(100), nullable=False, server_default=""),
    moment("erased_at"),
    Column("template_version_id", Uuid),
    Column("language", String(16)),
    Column("message_parts", JSONB),
    Column("content_sid", String(40)),
    Column("merged_from", ARRAY(Uuid), nullable=False, server_default=text("'{}'::uuid[]")),
    Index("idx_whatsapp_proofs_event_id", "event_id", "kept_at"),
    Index("idx_whatsapp_proofs_guest_id", "guest_id"),
    Index("idx_whatsapp_proofs_twilio_message_sid", "twilio_message_sid"),
    Index(
        "idx_whatsapp_proofs_template_version_id",
        "template_version_id",
        postgresql_where=text("template_version_id IS NOT NULL"),
    ),
)

waapp_imports = Table(
    "waapp_imports",
    metadata,
    row_id(),
    Column("event_id", Uuid, ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("source", String(300), nullable=False),
    Column("digest", String(64), nullable=False, server_default=""),
    Column("imported_by", String(100), nullable=False, server_default=""),
    created(),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("same", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    moment("undone_at"),
    Column("undone_by", String(100)),
    Index("idx_waapp_imports_event_id", "event_id", "created_at"),
)

# A trigger lets these go with their guest and their import.
waapp_import_rows = Table(
    "waapp_import_rows",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("row_number", Integer, primary_key=True),
    Column("guest_id", Uuid, nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("given", JSONB, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    Column("undone", Boolean, nullable=False, server_default="false"),
    CheckConstraint(
        "outcome IN ('added', 'changed', 'unchanged', 'skipped')", name="waapp_import_rows_outcome_check"
    ),
    Index("idx_waapp_import_rows_guest_id", "guest_id"),
)

waapp_import_mappings = Table(
    "waapp_import_mappings",
    metadata,
    Column("shape", String(64), primary_key=True),
    Column("choices", JSONB, nullable=False),
    moment("used_at", now=True, nullable=False),
    Column("used_by", String(100), nullable=False, server_default=""),
)

waapp_deleted_rows = Table(
    "waapp_deleted_rows",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("table_name", String(63), nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("guest_id", Uuid),
    Column("with_event", Boolean, nullable=False),
    Column("content", JSONB, nullable=False),
    moment("deleted_at", now=True, nullable=False),
    Column("deleted_by", String(100), nullable=False, server_default=""),
    Index("idx_waapp_deleted_rows_guest_id", "guest_id"),
    Index("idx_waapp_deleted_rows_event_id", "event_id", "table_name"),
    Index("idx_waapp_deleted_rows_deleted_at", "deleted_at"),
)
