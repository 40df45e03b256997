"""The tables as SQLAlchemy Core sees them; a test holds them against the migrated database.

Those that only remember what was done are in `schema_records`; `metadata` is whole once both are imported.

The web application's `events` and `guests` may have further columns, and some of these under another type
(`rsvp_status` as an enum, `date` as a date): cast what you read from them.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, CHAR, ENUM, JSONB

REVISION: Final = "v1_0016"
"""The newest migration; the number after v is the major version, within which changes only add."""

metadata = MetaData()

invitation_status_enum = ENUM(
    "not_sent",
    "sent",
    "failed",
    "queued",
    "delivered",
    "read",
    name="invitation_status_enum",
    create_type=False,
)
invitation_method_enum = ENUM("email", "manual", "whatsapp", name="invitation_method_enum", create_type=False)

_UTC_NOW: Final = text("(clock_timestamp() AT TIME ZONE 'utc'::text)")
_NEW_UUID: Final = text("gen_random_uuid()")
_NEW_TOKEN: Final = text("encode(SUBSTRING(uuid_send(gen_random_uuid()) FROM 9 FOR 8), 'hex'::text)")


def row_id() -> Column[object]:
    """Return the key that most tables have."""
    return Column("id", Uuid, primary_key=True, server_default=_NEW_UUID)


def moment(name: str, *, now: bool = False, nullable: bool = True) -> Column[object]:
    """Return a column of naive UTC, by default (`now`) the time of writing."""
    return Column(name, DateTime, nullable=nullable, server_default=_UTC_NOW if now else None)


def created() -> Column[object]:
    """Return the column that says since when there is a row."""
    return moment("created_at", now=True, nullable=False)


def updated() -> Column[object]:
    """Return the column that says when a row was last changed."""
    return moment("updated_at", now=True, nullable=False)


events = Table(
    "events",
    metadata,
    row_id(),
    Column("name", String(200), nullable=False),
    moment("date"),
    Column("location", String(300)),
    created(),
    updated(),
    Column("time_zone", String(64), nullable=False, server_default="UTC"),
    Column("default_region", String(2)),
    Column("rsvp_link", Text, nullable=False, server_default=""),
    Column("quiet_start", Time),
    Column("quiet_end", Time),
    Column("sample", Boolean, nullable=False, server_default=text("false")),
    moment("archived_at"),
)

guests = Table(
    "guests",
    metadata,
    row_id(),
    Column("event_id", Uuid, ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("email", String(320)),
    Column("phone", String(50)),
    Column("invitation_status", invitation_status_enum, nullable=False, server_default="not_sent"),
    Column("invitation_method", invitation_method_enum),
    moment("invitation_sent_at"),
    Column("rsvp_status", String(20), nullable=False, server_default="pending"),
    Column("rsvp_count", Integer),
    created(),
    updated(),
    Column("guest_group", String(100), nullable=False, server_default=""),
    Column("language", String(16), nullable=False, server_default=""),
    Column("notes", Text, nullable=False, server_default=""),
    Column("extra", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("rsvp_token", String(32), nullable=False, server_default=_NEW_TOKEN),
    Column("tags", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("household", String(100), nullable=False, server_default=""),
    Column("plus_ones", Integer, nullable=False, server_default=text("0")),
    Column("time_zone", String(64), nullable=False, server_default=""),
    Column("consent", String(10), nullable=False, server_default="unknown"),
    Column("consent_source", String(200), nullable=False, server_default=""),
    moment("consent_at"),
    CheckConstraint("consent IN ('yes', 'no', 'unknown')", name="guests_consent_check"),
    CheckConstraint("plus_ones BETWEEN 0 AND 99", name="guests_plus_ones_check"),
    UniqueConstraint("rsvp_token", name="guests_rsvp_token_key"),
    Index("idx_guests_event_id_updated_at", "event_id", "updated_at"),
)

waapp_labels = Table(
    "waapp_labels",
    metadata,
    Column("event_id", Uuid, ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("color", String(16), nullable=False),
    CheckConstraint("kind IN ('group', 'tag')", name="waapp_labels_kind_check"),
)

waapp_guest_filters = Table(
    "waapp_guest_filters",
    metadata,
    row_id(),
    Column("event_id", Uuid, ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("filter", JSONB, nullable=False),
    Column("created_by", String(100), nullable=False, server_default=""),
    created(),
    UniqueConstraint("event_id", "name", name="waapp_guest_filters_event_id_name_key"),
)

whatsapp_templates = Table(
    "whatsapp_templates",
    metadata,
    row_id(),
    Column("name", String(100), nullable=False),
    Column("display_name", String(200), nullable=False),
    Column("content", Text, nullable=False),
    Column("variables", JSONB, nullable=False),
    Column("twilio_template_id", String(100)),
    Column("is_approved", Boolean, server_default=text("false")),
    Column("description", Text),
    Column("is_active", Boolean, server_default=text("true")),
    created(),
    updated(),
    Column("language", String(16), nullable=False, server_default="en"),
    Column("category", String(20), nullable=False, server_default="MARKETING"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("approval_status", String(20), nullable=False, server_default="unsubmitted"),
    Column("rejection_reason", Text),
    Column("updated_by", String(100)),
    UniqueConstraint("name", name="whatsapp_templates_name_key"),
)
Index("idx_whatsapp_templates_name", whatsapp_templates.c.name)
Index(
    "idx_whatsapp_templates_active",
    whatsapp_templates.c.is_active,
    postgresql_where=whatsapp_templates.c.is_active == text("true"),
)

whatsapp_template_versions = Table(
    "whatsapp_template_versions",
    metadata,
    row_id(),
    Column("template_id", Uuid, nullable=False),
    Column("language", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", String(100), nullable=False),
    Column("content", Text, nullable=False),
    Column("header", JSONB),
    Column("footer", Text, nullable=False, server_default=""),
    Column("buttons", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("category", String(40), nullable=False),
    Column("created_by", String(100)),
    created(),
    moment("withdrawn_at"),
    UniqueConstraint("template_id", "language", "version", name="whatsapp_template_versions_key"),
)

whatsapp_template_approvals = Table(
    "whatsapp_template_approvals",
    metadata,
    Column(
        "version_id",
        Uuid,
        ForeignKey("whatsapp_template_versions.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("account", String(64), primary_key=True, server_default=""),
    Column("name", String(512), nullable=False, server_default=""),
    Column("content_sid", String(40)),
    Column("status", String(64), nullable=False, server_default="unsubmitted"),
    Column("reason", Text),
    Column("category", String(40)),
    Column("submitted_by", String(100)),
    moment("submitted_at"),
    moment("changed_at", now=True, nullable=False),
    Index(
        "idx_whatsapp_template_approvals_content_sid",
        "account",
        "content_sid",
        postgresql_where=text("content_sid IS NOT NULL"),
    ),
)

whatsapp_sends = Table(
    "whatsapp_sends",
    metadata,
    row_id(),
    Column("event_id", Uuid, ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("template_id", Uuid, ForeignKey("whatsapp_templates.id", ondelete="SET NULL")),
    Column("template_name", String(100), nullable=False),
    Column("template_version", Integer, nullable=False, server_default=text("1")),
    Column("sender", String(40), nullable=False),
    Column("practice", Boolean, nullable=False, server_default=text("false")),
    Column("planned_by", String(100), nullable=False, server_default=""),
    Column("state", String(12), nullable=False, server_default="active"),
    Column("pause_code", String(64)),
    Column("rate", Numeric(8, 3), nullable=False, server_default=text("80")),
    moment("not_before"),
    moment("not_after"),
    Column("quiet_start", Time),
    Column("quiet_end", Time),
    Column("time_zone", String(64), nullable=False, server_default="UTC"),
    created(),
    updated(),
    Column("test", Boolean, nullable=False, server_default=text("false")),
    moment("undo_until"),
    Column(
        "guest_zones", ARRAY(String(64)), nullable=False, server_default=text("'{}'::character varying[]")
    ),
    CheckConstraint(
        "state IN ('active', 'paused', 'stopped', 'finished')", name="whatsapp_sends_state_check"
    ),
    CheckConstraint("rate > 0", name="whatsapp_sends_rate_check"),
    Index("idx_whatsapp_sends_event_id", "event_id", "created_at"),
    Index("idx_whatsapp_sends_template_id", "template_id"),
    Index("idx_whatsapp_sends_open", "sender", postgresql_where=text("state IN ('active', 'paused')")),
)

whatsapp_invitations = Table(
    "whatsapp_invitations",
    metadata,
    row_id(),
    Column("guest_id", Uuid, ForeignKey("guests.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", Uuid, ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("twilio_message_sid", String(50)),
    Column("twilio_status", String(20)),
    Column("twilio_error_code", String(10)),
    Column("twilio_error_message", Text),
    Column("template_name", String(100), nullable=False),
    Column("template_variables", JSONB),
    Column("message_content", Text),
    moment("queued_at", now=True),
    moment("sent_at"),
    moment("delivered_at"),
    moment("read_at"),
    moment("failed_at"),
    Column("retry_count", Integer, server_default=text("0")),
    Column("max_retries", Integer, server_default=text("3")),
    moment("next_retry_at"),
    created(),
    updated(),
    Column("send_id", Uuid, ForeignKey("whatsapp_sends.id", ondelete="CASCADE")),
    Column("template_version", Integer),
    Column("sender", String(40)),
    Column("practice", Boolean, nullable=False, server_default=text("false")),
    Column("recipient", String(40)),
    Column("engine_state", String(12), nullable=False, server_default="accepted"),
    Column("claim_token", Uuid),
    Column("claimed_by", String(100)),
    moment("claimed_at"),
    Column("content_sid", String(40)),
    Column("content_variables", JSONB),
    Column("looks", Integer, nullable=False, server_default=text("0")),
    moment("next_look_at"),
    Column("price", Numeric(12, 5)),
    Column("price_unit", CHAR(3)),
    Column("test", Boolean, nullable=False, server_default=text("false")),
    Column("template_version_id", Uuid, ForeignKey("whatsapp_template_versions.id", ondelete="SET NULL")),
    Column("language", String(16)),
    Column("message_parts", JSONB),
    Column("guest_time_zone", String(64)),
    Column("wait_reason", String(16)),
    Column("prior_status", invitation_status_enum),
    Column("prior_method", invitation_method_enum),
    moment("prior_sent_at"),
    Column("doubled", Boolean, nullable=False, server_default=text("false")),
    Column("merged_from", ARRAY(Uuid), nullable=False, server_default=text("'{}'::uuid[]")),
    UniqueConstraint("twilio_message_sid", name="whatsapp_invitations_twilio_message_sid_key"),
    CheckConstraint("max_retries BETWEEN 0 AND 20", name="whatsapp_invitations_max_retries_check"),
    CheckConstraint(
        "retry_count >= 0 AND retry_count <= max_retries", name="whatsapp_invitations_retry_count_check"
    ),
    CheckConstraint(
        "engine_state IN ('queued', 'sending', 'accepted', 'unknown', 'failed', 'cancelled')",
        name="whatsapp_invitations_engine_state_check",
    ),
    Index(
        "whatsapp_invitations_send_id_first_guest_key",
        "send_id",
        text("COALESCE(merged_from[1], guest_id)"),
        unique=True,
    ),
    Index("idx_whatsapp_invitations_guest_id", "guest_id"),
    Index("idx_whatsapp_invitations_event_id", "event_id"),
    Index("idx_whatsapp_invitations_twilio_sid", "twilio_message_sid"),
    Index("idx_whatsapp_invitations_status", "twilio_status"),
    Index(
        "idx_whatsapp_invitations_next_retry",
        "next_retry_at",
        postgresql_where=text("next_retry_at IS NOT NULL"),
    ),
    Index(
        "idx_whatsapp_invitations_claim",
        "send_id",
        text("COALESCE(next_retry_at, '-infinity'::timestamp without time zone)"),
        "id",
        postgresql_where=text("engine_state = 'queued'"),
    ),
    Index(
        "idx_whatsapp_invitations_claim_token",
        "claim_token",
        postgresql_where=text("claim_token IS NOT NULL"),
    ),
    Index(
        "idx_whatsapp_invitations_unfinished",
        "send_id",
        postgresql_where=text("engine_state IN ('queued', 'sending', 'unknown')"),
    ),
    Index(
        "idx_whatsapp_invitations_unsettled",
        "sender",
        "claimed_at",
        postgresql_where=text("engine_state IN ('sending', 'unknown')"),
    ),
    Index(
        "idx_whatsapp_invitations_open",
        "sender",
        text("sent_at DESC"),
        "id",
        postgresql_where=text(
            "engine_state = 'accepted' AND twilio_message_sid IS NOT NULL AND COALESCE(twilio_status, 'accepted')"
            " NOT IN ('read', 'failed', 'undelivered', 'canceled', 'partially_delivered')"
        ),
    ),
    Index(
        "idx_whatsapp_invitations_newest",
        "guest_id",
        "practice",
        text("created_at DESC"),
        text("id DESC"),
    ),
    Index("idx_whatsapp_invitations_changed", "event_id", "updated_at"),
    Index(
        "idx_whatsapp_invitations_template_version_id",
        "template_version_id",
        postgresql_where=text("template_version_id IS NOT NULL"),
    ),
    Index(
        "idx_whatsapp_invitations_claimed_at",
        "claimed_at",
        postgresql_where=text("NOT practice AND claimed_at IS NOT NULL"),
    ),
)

whatsapp_attempts = Table(
    "whatsapp_attempts",
    metadata,
    Column("sid", String(50), primary_key=True),
    Column("invitation_id", Uuid, ForeignKey("whatsapp_invitations.id", ondelete="CASCADE"), nullable=False),
    Column("sender", String(40)),
    Column("status", String(20)),
    Column("error_code", String(10)),
    Column("error_message", Text),
    moment("sent_at"),
    moment("delivered_at"),
    moment("read_at"),
    moment("failed_at"),
    Column("price", Numeric(12, 5)),
    Column("price_unit", CHAR(3)),
    Column("adopted", Boolean, nullable=False, server_default=text("false")),
    created(),
    updated(),
    Index("idx_whatsapp_attempts_invitation_id", "invitation_id"),
    Index("idx_whatsapp_attempts_sender", "sender", "sent_at", postgresql_where=text("NOT adopted")),
)

whatsapp_invitation_log = Table(
    "whatsapp_invitation_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("invitation_id", Uuid, ForeignKey("whatsapp_invitations.id", ondelete="CASCADE"), nullable=False),
    moment("at", now=True, nullable=False),
    Column("engine_state", String(12), nullable=False),
    Column("twilio_status", String(20)),
    Column("error_code", String(10)),
    Column("detail", Text),
    Column("actor", String(100)),
    Index("idx_whatsapp_invitation_log_invitation_id", "invitation_id", "id"),
)

whatsapp_opt_outs = Table(
    "whatsapp_opt_outs",
    metadata,
    Column("address", String(40), primary_key=True),
    Column("source", String(20), nullable=False),
    Column("reason", Text),
    Column("created_by", String(100)),
    created(),
)
