"""What the commands about templates do: list them with their approval, submit one."""

from dataclasses import dataclass
from typing import Any

from waapp.config import Settings
from waapp.core.cadence import REAL
from waapp.core.template import Template
from waapp.db import template_versions, templates
from waapp.engine.account import open_account
from waapp.engine.approvals import Approvals
from waapp.errors import UserError
from waapp.opening import open_database
from waapp.texts import rejection


@dataclass(frozen=True, slots=True)
class Listed:
    """Templates, each language in a line of its own, with what Twilio says of it."""

    templates: tuple[Template, ...]

    def text(self) -> str:
        """Return a line for each."""
        return "\n".join(map(_line, self.templates)) or "There are no templates."

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        return {
            "templates": [
                {
                    "name": one.name,
                    "display_name": one.display_name,
                    "language": one.language,
                    "version": one.version,
                    "status": one.approval_status,
                    "approved": one.is_approved,
                    "category": one.paid_category,
                    "reason": one.rejection_reason,
                    "content_sid": one.content_sid,
                }
                for one in self.templates
            ]
        }


async def list_all(settings: Settings) -> Listed:
    """Return all templates in all their languages."""
    account = settings.practice_key if settings.practice else ""
    async with open_database(settings) as opened, opened.database.read() as conn:
        mains = await templates.list_templates(conn, account=account)
        variants = await template_versions.list_variants(conn, account=account)
    return Listed(tuple(one for main in mains for one in (main, *(v for v in variants if v.id == main.id))))


async def submit(settings: Settings, name: str, language: str | None) -> Listed:
    """Submit a template to WhatsApp in one language, the main one unless told; it may be called again.

    Raises what `Approvals.submit` raises, UserError("template_unknown"), UserError("template_language_missing").
    """
    account_key = settings.practice_key if settings.practice else ""
    async with open_database(settings) as opened, open_account(settings) as account:
        async with opened.database.read() as conn:
            chosen = await templates.find_template(conn, name, account=account_key)
            found = [chosen, *await template_versions.list_variants(conn, chosen.id, account=account_key)]
        wanted = language or chosen.language
        one = next((each for each in found if each.language == wanted), None)
        if one is None:
            raise UserError("template_language_missing", name=chosen.display_name, language=wanted)
        approvals = Approvals(
            opened.database,
            account.client,
            account.line.cadence if account.line else REAL,
            account=account_key,
            desk=settings.desk,
        )
        return Listed((await approvals.submit(one),))


def _line(one: Template) -> str:
    words = f"{one.name} ({one.language}, version {one.version}): {one.approval_status}"
    if one.decided_category and one.decided_category != one.category:
        words += f", moved to {one.decided_category}"
    if one.approval_status == "rejected":
        words += f". {rejection(one.rejection_reason)}"
    return words
