"""Let an import that was taken back be brought back."""

from waapp.db.migrate import run_script

revision = "v1_0013"
down_revision = "v1_0012"


def upgrade() -> None:
    run_script("0013_import_redo.sql")
