"""Add imports and what undoes them."""

from waapp.db.migrate import run_script

revision = "v1_0007"
down_revision = "v1_0006"


def upgrade() -> None:
    run_script("0007_imports.sql")
