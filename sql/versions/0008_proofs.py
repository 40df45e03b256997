"""Add what is kept when guests go."""

from waapp.db.migrate import run_script

revision = "v1_0008"
down_revision = "v1_0007"


def upgrade() -> None:
    run_script("0008_proofs.sql")
