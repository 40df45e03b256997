"""Let a household lose the name of a forgotten guest in what was set aside, too."""

from waapp.db.migrate import run_script

revision = "v1_0016"
down_revision = "v1_0015"


def upgrade() -> None:
    run_script("0016_forgotten_households.sql")
