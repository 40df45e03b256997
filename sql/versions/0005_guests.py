"""Add what is kept about guests."""

from waapp.db.migrate import run_script

revision = "v1_0005"
down_revision = "v1_0004"


def upgrade() -> None:
    run_script("0005_guests.sql")
