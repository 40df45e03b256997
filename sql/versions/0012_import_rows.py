"""Let what imported lists said of guests go with them in one statement."""

from waapp.db.migrate import run_script

revision = "v1_0012"
down_revision = "v1_0011"


def upgrade() -> None:
    run_script("0012_import_rows.sql")
