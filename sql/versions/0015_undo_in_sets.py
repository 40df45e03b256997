"""Let an import of a hundred thousand guests be taken back, and brought back, writing each row once."""

from waapp.db.migrate import run_script

revision = "v1_0015"
down_revision = "v1_0014"


def upgrade() -> None:
    run_script("0015_undo_in_sets.sql")
