"""Add this program's own columns, tables, indexes and triggers."""

from waapp.db.migrate import run_script

revision = "v1_0003"
down_revision = "v1_0002"


def upgrade() -> None:
    run_script("0003_waapp.sql")
