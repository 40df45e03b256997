"""Make sure of events, guests and their enums, which belong to the web application."""

from waapp.db.migrate import run_script

revision = "v1_0001"
down_revision = None


def upgrade() -> None:
    run_script("0001_baseline.sql")
