"""Add that guests and events who were deleted can be put back as they were, with the log of their messages."""

from waapp.db.migrate import run_script

revision = "v1_0011"
down_revision = "v1_0010"


def upgrade() -> None:
    run_script("0011_deletions.sql")
