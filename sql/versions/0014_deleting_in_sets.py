"""Let thousands of guests be deleted in the time that a few statements take."""

from waapp.db.migrate import run_script

revision = "v1_0014"
down_revision = "v1_0013"


def upgrade() -> None:
    run_script("0014_deleting_in_sets.sql")
