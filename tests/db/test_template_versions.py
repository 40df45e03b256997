"""Languages and versions of templates on the real database: nothing that was written is lost, nobody is overwritten."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from tests.db.rows import DESK, column, execute
from waapp.core.template import Template, TemplateDraft
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind
from waapp.db import template_versions, templates
from waapp.db.engine import Database
from waapp.errors import DatabaseError, UserError

DRAFT = TemplateDraft("party", "Party", "Dear {{guest_name}}, come!", "en", "UTILITY")
SPANISH = replace(
    DRAFT,
    content="Hola {{guest_name}}, ¡ven!",
    language="es",
    header=Header(HeaderKind.IMAGE, "https://x.example/a.jpg"),
    footer="Ana",
    buttons=(Button(ButtonKind.QUICK_REPLY, "Voy"), Button(ButtonKind.PHONE, "Llamar", "+34600000000")),
)


async def save(database: Database, draft: TemplateDraft = DRAFT, stored: Template | None = None) -> Template:
    async with database.begin() as conn:
        return await templates.save_template(
            conn, stored and stored.id, draft, stored and stored.draft, desk=DESK
        )


async def variant(
    database: Database, template: Template, draft: TemplateDraft = SPANISH, expected: int | None = None
) -> Template:
    async with database.begin() as conn:
        return await template_versions.save_variant(conn, template.id, draft, expected, desk=DESK)


async def history(database: Database, template: Template) -> list[tuple[str, int, str, bool]]:
    async with database.read() as conn:
        found = await template_versions.list_versions(conn, template.id)
    return sorted(
        (one.template.language, one.template.version, one.template.content, one.withdrawn) for one in found
    )


def test_every_text_of_every_language_is_kept(run, database: Database) -> None:
    async def scenario() -> None:
        first = await save(database)
        second = await save(database, replace(DRAFT, content="Two {{guest_name}} two"), first)
        await save(database, replace(second.draft, description="no other text"), second)
        spanish = await variant(database, first)
        assert (spanish.version, spanish.language, spanish.main_language, spanish.is_variant) == (
            1,
            "es",
            "en",
            True,
        )
        assert (spanish.header, spanish.footer, spanish.buttons) == (
            SPANISH.header,
            SPANISH.footer,
            SPANISH.buttons,
        )
        again = await variant(database, first, replace(SPANISH, footer="Rui"), 1)
        assert (again.version, again.footer) == (2, "Rui")
        same = await variant(database, first, replace(SPANISH, footer="Rui"), 2)
        assert same.version_id == again.version_id, "what says the same is no new version"
        kept = [
            ("en", 1, DRAFT.content, False),
            ("en", 2, "Two {{guest_name}} two", False),
            ("es", 1, SPANISH.content, False),
            ("es", 2, SPANISH.content, False),
        ]
        assert await history(database, first) == kept
        async with database.begin() as conn:
            assert [one.language for one in await template_versions.list_variants(conn, first.id)] == ["es"]
            await templates.delete_template(conn, first.id)
            assert await template_versions.list_variants(conn) == []
        assert await history(database, first) == kept, "the words outlive the template"

    run(scenario())


def test_a_language_exists_once_and_the_second_of_two_edits_is_refused(run, database: Database) -> None:
    async def scenario() -> None:
        template = await save(database)
        for draft in (DRAFT, replace(SPANISH, language="en")):
            with pytest.raises(UserError, match="template_language_taken"):
                await variant(database, template, draft)
        outcomes = await asyncio.gather(
            *(variant(database, template, replace(SPANISH, footer=footer)) for footer in "ab"),
            return_exceptions=True,
        )
        assert [one.code for one in outcomes if isinstance(one, UserError)] == ["template_language_taken"]
        outcomes = await asyncio.gather(
            *(variant(database, template, replace(SPANISH, footer=footer), 1) for footer in "cd"),
            return_exceptions=True,
        )
        assert [one.code for one in outcomes if isinstance(one, UserError)] == ["template_changed"]
        with pytest.raises(UserError, match="template_changed"):
            await variant(database, template, replace(SPANISH, language="fr"), 1)
        with pytest.raises(UserError, match="template_unknown"):
            await variant(database, replace(template, id=uuid4()))

    run(scenario())


def test_a_language_that_was_taken_away_comes_back_as_its_next_version(run, database: Database) -> None:
    async def scenario() -> None:
        template = await save(database)
        await variant(database, template)
        async with database.begin() as conn:
            with pytest.raises(UserError, match="template_changed"):
                await template_versions.remove_variant(conn, template.id, "es", 2)
            with pytest.raises(UserError, match="template_changed"):
                await template_versions.remove_variant(conn, template.id, "en", 1)
            await template_versions.remove_variant(conn, template.id, "es", 1)
            assert await template_versions.list_variants(conn, template.id) == []
        assert (await history(database, template))[-1] == ("es", 1, SPANISH.content, True)
        back = await variant(database, template)
        assert back.version == 2

    run(scenario())


def test_another_main_language_is_no_translation_of_itself(run, database: Database) -> None:
    async def scenario() -> None:
        template = await save(database)
        await variant(database, template)
        moved = await save(database, replace(DRAFT, content=SPANISH.content, language="es"), template)
        assert (moved.version, moved.language) == (2, "es")
        async with database.read() as conn:
            assert await template_versions.list_variants(conn, template.id) == []

    run(scenario())


def test_a_program_that_knows_no_versions_makes_one_and_loses_the_approval(run, database: Database) -> None:
    async def scenario() -> None:
        template = await save(database)
        assert template.version_id is not None
        async with database.begin() as conn:
            await template_versions.set_approval(
                conn, template.version_id, content_sid="HX1", status="approved"
            )
        await execute(
            database, "UPDATE whatsapp_templates SET content = 'Other' WHERE id = :id", id=template.id
        )
        async with database.read() as conn:
            now = await templates.get_template(conn, template.id)
        assert (now.version, now.content, now.is_approved, now.content_sid) == (2, "Other", False, None)
        assert now.version_id not in {None, template.version_id}
        assert len(await history(database, template)) == 2
        await execute(
            database,
            "INSERT INTO whatsapp_templates (name, display_name, content, variables) VALUES ('web', 'Web', 'x', '[]')",
        )
        async with database.read() as conn:
            assert (await templates.find_template(conn, "web")).version_id is not None

    run(scenario())


def test_an_approval_that_another_program_notes_is_kept_with_its_text(run, database: Database) -> None:
    async def scenario() -> None:
        template = await save(database)
        await execute(
            database,
            "UPDATE whatsapp_templates SET twilio_template_id = 'HX7', is_approved = true WHERE id = :id",
            id=template.id,
        )
        async with database.read() as conn:
            (followed,) = await template_versions.list_submitted(conn)
        assert (followed.content_sid, followed.approval_status) == ("HX7", "approved")
        await execute(
            database, "UPDATE whatsapp_templates SET content = 'Other' WHERE id = :id", id=template.id
        )
        async with database.read() as conn:
            newest, before = await template_versions.list_versions(conn, template.id)
        assert (newest.template.content, newest.template.is_approved) == ("Other", False)
        assert (before.template.content_sid, before.template.is_approved) == ("HX7", True)

    run(scenario())


def test_what_was_written_cannot_be_rewritten(run, database: Database) -> None:
    async def scenario() -> None:
        await save(database)
        with pytest.raises((DBAPIError, DatabaseError)):
            await execute(database, "UPDATE whatsapp_template_versions SET content = 'x'")
        assert "x" not in await column(database, "SELECT content FROM whatsapp_template_versions")

    run(scenario())


def test_each_account_has_its_own_word_on_a_version(run, database: Database) -> None:
    async def scenario() -> None:
        template = await save(database)
        assert template.version_id is not None
        async with database.begin() as conn:
            for account, sid, status in (("", "HX1", "pending"), ("practice-a", "HX2", "approved")):
                await template_versions.set_approval(
                    conn,
                    template.version_id,
                    content_sid=sid,
                    status=status,
                    category="MARKETING",
                    account=account,
                )
            found = {
                account: await templates.get_template(conn, template.id, account=account)
                for account in ("", "practice-a", "practice-b")
            }
            assert await template_versions.connected(conn) == {"HX1": template.version_id}
            assert [one.id for one in await template_versions.list_submitted(conn)] == [template.id]
            assert await template_versions.list_submitted(conn, account="practice-b") == []
        assert {
            key: (one.content_sid, one.approval_status, one.is_approved) for key, one in found.items()
        } == {
            "": ("HX1", "pending", False),
            "practice-a": ("HX2", "approved", True),
            "practice-b": (None, "unsubmitted", False),
        }
        assert (found[""].category, found[""].paid_category) == ("UTILITY", "MARKETING")

    run(scenario())


def test_a_word_of_twilios_that_is_long_or_unknown_is_kept(run, database: Database) -> None:
    async def scenario() -> None:
        template = await save(database)
        assert template.version_id is not None
        word = "limit_exceeded_and_under_review"
        async with database.begin() as conn:
            await template_versions.set_approval(conn, template.version_id, content_sid="HX1", status=word)
            assert (await templates.get_template(conn, template.id)).approval_status == word

    run(scenario())


def test_nothing_new_is_not_written(run, database: Database) -> None:
    async def scenario() -> list[str]:
        template = await save(database)
        assert template.version_id is not None
        for _ in range(2):
            async with database.begin() as conn:
                await template_versions.set_approval(
                    conn, template.version_id, content_sid="HX1", status="pending"
                )
        statement = """SELECT xmin::text FROM whatsapp_template_approvals
            UNION SELECT xmin::text FROM whatsapp_templates WHERE name = 'party'"""
        return await column(database, statement)

    assert len(run(scenario())) == 1, "both rows are as the first of the two has written them"
