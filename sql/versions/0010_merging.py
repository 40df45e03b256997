"""Add what merging guests and taking back an opt-out need."""

from waapp.db.migrate import run_script

revision = "v1_0010"
down_revision = "v1_0009"


def upgrade() -> None:
    run_script("0010_merging.sql")
