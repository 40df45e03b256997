"""What the commands about templates do: list them with their approval, submit one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waapp.config import Settings
from waapp.core.cadence import REAL
from waapp.core.households import household_key, members
from waapp.core.template import Template
from waapp.core.template_samples import approval_samples, fitting_guest, guest_samples
from waapp.db import events, guests, template_versions, templates
from waapp.db.engine import Database
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


@dataclass(frozen=True, slots=True)
class Submitted:
    """A template that is at Twilio, and the examples that went there with it just now."""

    template: Template
    examples: Mapping[str, str]

    def text(self) -> str:
        """Return the template's line, then a line for each example."""
        lines = [_line(self.template), *(f"  {name}: {value}" for name, value in self.examples.items())]
        return "\n".join(lines)

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        return {**Listed((self.template,)).document(), "examples": dict(self.examples)}


async def list_all(settings: Settings) -> Listed:
    """Return all templates in all their languages."""
    account = settings.practice_key if settings.practice else ""
    async with open_database(settings) as opened, opened.database.read() as conn:
        mains = await templates.list_templates(conn, account=account)
        variants = await template_versions.list_variants(conn, account=account)
    return Listed(tuple(one for main in mains for one in (main, *(v for v in variants if v.id == main.id))))


async def submit(
    settings: Settings, name: str, language: str | None, event: str | None = None, guest: str | None = None
) -> Submitted:
    """Submit a template to WhatsApp in one language, the main one unless told; it may be called again.

    The examples for its variables come from a guest of the event, if one is named: the one of that name or number,
    else the one who has most of them. What a guest lacks, or must not be shown, is invented.

    Raises what `Approvals.submit` raises, UserError("template_unknown"), UserError("template_language_missing"),
    UserError("event_unknown"), UserError("event_ambiguous") and UserError("guest_not_found").
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
        given = await _samples(opened.database, one, event, guest) if event else {}
        examples = approval_samples(one, given) if one.content_sid is None else {}
        return Submitted(await approvals.submit(one, examples), examples)


async def _samples(database: Database, template: Template, event: str, wanted: str | None) -> dict[str, str]:
    async with database.read() as conn:
        found = await events.find_event(conn, event)
        everybody = await guests.list_guests(conn, found.id)
    chosen = fitting_guest(everybody, found, template)
    if wanted is not None:
        key = wanted.strip().casefold()
        chosen = next((one for one in everybody if key in {one.name.casefold(), one.phone}), None)
        if chosen is None:
            raise UserError("guest_not_found", guest=wanted, event=found.name)
    if chosen is None:
        return {}
    household = members(everybody).get(household_key(chosen.household), ())
    return guest_samples(chosen, found, template.language, household)


def _line(one: Template) -> str:
    words = f"{one.name} ({one.language}, version {one.version}): {one.approval_status}"
    if one.decided_category and one.decided_category != one.category:
        words += f", moved to {one.decided_category}"
    if one.approval_status == "rejected":
        words += f". {rejection(one.rejection_reason)}"
    return words
