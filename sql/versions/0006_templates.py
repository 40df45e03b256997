"""Add versions, languages and parts of templates."""

from waapp.db.migrate import run_script

revision = "v1_0006"
down_revision = "v1_0005"


def upgrade() -> None:
    run_script("0006_templates.sql")
