"""Add which version of a template went to whom to what is kept."""

from waapp.db.migrate import run_script

revision = "v1_0009"
down_revision = "v1_0008"


def upgrade() -> None:
    run_script("0009_sent_versions.sql")
