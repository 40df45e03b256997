"""Add what control of a send and late facts need."""

from waapp.db.migrate import run_script

revision = "v1_0004"
down_revision = "v1_0003"


def upgrade() -> None:
    run_script("0004_sending.sql")
