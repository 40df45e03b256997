"""Templates on the real database: names are unique, edits see each other, approval belongs to one text."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.db.rows import DESK, column
from waapp.core.template import Template, TemplateDraft
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind
from waapp.db import template_versions, templates
from waapp.db.engine import Database
from waapp.errors import UserError

DRAFT = TemplateDraft(
    "summer_party",
    "Summer party",
    "Olá {{guest_name}}! {{event_name}} 🎉 {{guest_name}}",
    language="pt_PT",
    category="UTILITY",
    description="For the garden",
)


async def save(database: Database, draft: TemplateDraft, stored: Template | None = None) -> Template:
    async with database.begin() as conn:
        return await templates.save_template(
            conn, stored and stored.id, draft, stored and stored.draft, desk=DESK
        )


def test_a_template_comes_back_as_it_was_stored(run, database: Database) -> None:
    async def scenario() -> None:
        stored = await save(database, DRAFT)
        assert stored.draft == DRAFT
        assert (stored.version, stored.is_approved, stored.approval_status) == (1, False, "unsubmitted")
        assert stored.updated_by == DESK
        assert stored.updated_at is not None
        assert stored.updated_at.tzinfo is not None
        async with database.read() as conn:
            assert await templates.get_template(conn, stored.id) == stored
            assert await templates.find_template(conn, "summer_party") == stored
            assert await templates.find_template(conn, " SUMMER party ") == stored
        variables = "SELECT variables FROM whatsapp_templates WHERE name = 'summer_party'"
        assert await column(database, variables) == [["guest_name", "event_name"]]

    run(scenario())


def test_the_specs_own_template_is_there(run, database: Database) -> None:
    async def scenario() -> None:
        inactive = await save(database, replace(DRAFT, is_active=False))
        async with database.read() as conn:
            assert [one.name for one in await templates.list_templates(conn)] == [
                "rsvp_invitation",
                inactive.name,
            ]
            assert [one.name for one in await templates.list_templates(conn, active_only=True)] == [
                "rsvp_invitation"
            ]

    run(scenario())


def test_a_name_is_taken_once(run, database: Database) -> None:
    async def scenario() -> None:
        outcomes = await asyncio.gather(save(database, DRAFT), save(database, DRAFT), return_exceptions=True)
        (refused,) = [one for one in outcomes if isinstance(one, UserError)]
        assert (refused.code, refused.params) == ("template_name_taken", {"name": "summer_party"})
        other = await save(database, replace(DRAFT, name="winter_party"))
        with pytest.raises(UserError, match="template_name_taken"):
            await save(database, DRAFT, other)
        assert (await save(database, replace(DRAFT, name="spring_party"), other)).name == "spring_party"

    run(scenario())


def test_of_two_edits_of_what_both_have_seen_the_second_is_refused(run, database: Database) -> None:
    async def scenario() -> None:
        stored = await save(database, DRAFT)
        outcomes = await asyncio.gather(
            *(save(database, replace(DRAFT, content=text), stored) for text in ("one", "two")),
            return_exceptions=True,
        )
        assert [one.code for one in outcomes if isinstance(one, UserError)] == ["template_changed"]

    run(scenario())


def test_an_approval_that_arrives_meanwhile_refuses_no_edit_and_stays_with_its_text(
    run, database: Database
) -> None:
    async def scenario() -> None:
        stored = await save(database, DRAFT)
        async with database.begin() as conn:
            await template_versions.set_approval(
                conn, stored.version_id, content_sid="HX1", status="approved", category="MARKETING"
            )
        edited = await save(database, replace(DRAFT, content="Olá {{guest_name}}, venha!"), stored)
        assert (edited.version, edited.is_approved, edited.content_sid) == (2, False, None)
        async with database.read() as conn:
            newest, approved = await template_versions.list_versions(conn, stored.id)
        assert newest.template.approval_status == "unsubmitted"
        assert (approved.template.content, approved.template.is_approved) == (DRAFT.content, True)

    run(scenario())


def test_what_two_people_changed_beside_each_other_is_kept_of_both(run, database: Database) -> None:
    async def scenario() -> None:
        stored = await save(database, DRAFT)
        await save(database, replace(DRAFT, display_name="Garden party", is_active=False), stored)
        both = await save(database, replace(DRAFT, content="Olá {{guest_name}}, venha!"), stored)
        assert (both.display_name, both.is_active) == ("Garden party", False)
        assert (both.content, both.version) == ("Olá {{guest_name}}, venha!", 2)
        again = await save(database, replace(DRAFT, description="For all"), stored)
        assert (again.content, again.version) == (both.content, 2)
        with pytest.raises(UserError, match="template_changed"):
            await save(database, replace(DRAFT, content="Other"), stored)

    run(scenario())


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"display_name": "Party"}, True),
        ({"description": "x"}, True),
        ({"is_active": False}, True),
        ({"content": "Hello {{guest_name}}"}, False),
        ({"language": "en"}, False),
        ({"category": "MARKETING"}, False),
        ({"name": "other_name"}, False),
        ({"footer": "Ana & Rui"}, False),
        ({"header": Header(HeaderKind.TEXT, "Party")}, False),
        ({"buttons": (Button(ButtonKind.QUICK_REPLY, "I will come"),)}, False),
    ],
)
def test_approval_belongs_to_one_text(run, database: Database, changes: dict, same: bool) -> None:
    async def scenario() -> None:
        stored = await save(database, DRAFT)
        async with database.begin() as conn:
            approved = await template_versions.set_approval(
                conn, stored.version_id, content_sid="HX1", status="approved"
            )
        assert (approved.is_approved, approved.content_sid, approved.approval_status) == (
            True,
            "HX1",
            "approved",
        )
        async with database.read() as conn:
            approved = await templates.get_template(conn, stored.id)
        assert (approved.is_approved, approved.content_sid) == (True, "HX1")
        changed = await save(database, replace(DRAFT, **changes), approved)
        assert changed.draft == replace(DRAFT, **changes)
        assert changed.version == (1 if same else 2)
        assert changed.is_approved is same
        assert changed.content_sid == ("HX1" if same else None)
        assert changed.approval_status == ("approved" if same else "unsubmitted")
        async with database.begin() as conn:
            await template_versions.set_approval(
                conn, stored.version_id, content_sid="HX1", status="rejected", reason="Too pushy"
            )
            late = await templates.get_template(conn, stored.id)
        assert (late.is_approved, late.rejection_reason) == (False, "Too pushy" if same else None)

    run(scenario())


def test_a_deleted_template_is_gone(run, database: Database) -> None:
    async def scenario() -> None:
        stored = await save(database, DRAFT)
        async with database.begin() as conn:
            await templates.delete_template(conn, stored.id)
            for attempt in (
                templates.delete_template(conn, stored.id),
                templates.get_template(conn, stored.id),
                templates.find_template(conn, "summer_party"),
                templates.save_template(conn, uuid4(), DRAFT, None),
            ):
                with pytest.raises(UserError, match="template_unknown"):
                    await attempt

    run(scenario())


def test_a_display_name_that_two_share_names_neither(run, database: Database) -> None:
    async def scenario() -> None:
        await save(database, DRAFT)
        await save(database, replace(DRAFT, name="summer_party_2"))
        async with database.read() as conn:
            assert (await templates.find_template(conn, "summer_party_2")).name == "summer_party_2"
            with pytest.raises(UserError, match="template_unknown"):
                await templates.find_template(conn, "Summer party")

    run(scenario())
