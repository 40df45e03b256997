"""What is kept about a guest: all of it can be handed over, and all but the bookkeeping forgotten."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from tests.db.rows import (
    accept_all,
    address,
    column,
    execute,
    make_event,
    make_guests,
    new_invitations,
    new_send,
    queue,
)
from waapp.core.deletions import KEPT_FOR
from waapp.core.duplicates import find_duplicates
from waapp.core.guest_query import GuestQuery
from waapp.core.guests import Consent, GuestDraft
from waapp.core.import_diff import diff
from waapp.core.invitations import NewInvitation
from waapp.core.rows import Row
from waapp.core.template import TemplateDraft
from waapp.core.template_parts import (
    Button,
    ButtonKind,
    Header,
    HeaderKind,
    Message,
    message_json,
    read_message,
)
from waapp.db import (
    deletions,
    events,
    guest_filters,
    guests,
    import_undo,
    imports,
    opt_outs,
    personal_data,
    queueing,
    template_versions,
    templates,
)
from waapp.db.engine import Database
from waapp.errors import UserError


def test_everything_about_a_guest_is_handed_over_and_nothing_about_others(run, database: Database) -> None:
    async def scenario() -> None:
        event, ids, _queued = await queue(database, 3)
        await accept_all(database)
        async with database.begin() as conn:
            await opt_outs.add_opt_out(conn, address(0), source="planner")
            document = await personal_data.gather(conn, ids[0])
        assert document["guest"]["name"] == "Guest 0"
        assert document["event"]["name"] == event.name
        (invitation,) = document["invitations"]
        assert invitation["message_content"] == "Hi Guest 0!"
        assert [step["engine_state"] for step in invitation["history"]] == ["queued", "sending", "accepted"]
        assert [one["address"] for one in document["opt_outs"]] == [address(0)]
        assert "Guest 1" not in json.dumps(document)

    run(scenario())


def test_an_erased_guest_leaves_the_bookkeeping_alone(run, database: Database) -> None:
    async def scenario() -> None:
        _event, ids, _queued = await queue(database, 2)
        await accept_all(database)
        async with database.begin() as conn:
            kept = await personal_data.what_erasing_keeps(conn, ids[0])
            assert (kept.messages, kept.opted_out, kept.elsewhere) == (1, False, ())
            await personal_data.erase(conn, ids[0])
        assert await column(database, "SELECT name FROM guests ORDER BY name") == ["Guest 1"]
        proofs = "SELECT concat_ws('|', guest_name, recipient, message_content) FROM whatsapp_proofs"
        assert await column(database, proofs) == [""]
        assert await column(
            database,
            "SELECT count(*) FROM whatsapp_proofs WHERE twilio_message_sid LIKE 'SM%' AND sent_at IS NOT NULL",
        ) == [1]
        # Nothing else of the name or the number anywhere.
        tables = await column(
            database,
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'waapp_alembic_version'",
        )
        for table in tables:
            query = f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%Guest 0%' OR t::text LIKE '%{address(0)}%'"
            assert await column(database, query) == [0], table

    run(scenario())


NAME, NUMBER, MAIL, HOME = "Zoë Unmistakable", "+351912000777", "zoe@unmistakable.example", "Unmistakable"
TRACES = ("%unmistakable%", "%zoë%", "%912000777%", "%old number 777%", "%a secret note%")


def test_nothing_personal_is_left_of_a_guest_with_a_long_history(run, database: Database) -> None:
    """Everything that this program writes about guests is written about one, who is then erased."""
    first = GuestDraft("Zoe Before Unmistakable", "old number 777", MAIL, household=HOME)
    now = GuestDraft(
        NAME, NUMBER, MAIL, "Friends", "pt_PT", "a secret note", {"table": "the unmistakable one"},
        ("VIP",), HOME, 2, "Europe/Lisbon", Consent.YES, "unmistakable form",
    )  # fmt: skip

    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            (other,) = await make_guests(conn, event.id, 1)
            (guest_id,) = await guests.add_guests(conn, event.id, [first])
            guest = await guests.get_guest(conn, guest_id)
            await guests.update_guest(conn, guest_id, now, guest.updated_at)
            for practice in (False, True):
                send = replace(new_send(event.id), practice=practice)
                told = NewInvitation(guest_id, NUMBER, {"guest_name": NAME}, f"Dear {NAME}, come!")
                await queueing.queue_send(conn, send, [told])
            for name, query in {
                "By household": GuestQuery(households=(HOME.lower(), "Other")),
                "By text": GuestQuery(text=f"find {MAIL}"),
                NAME: GuestQuery(groups=("Friends",)),
                "Everybody": GuestQuery(groups=("Friends",)),
            }.items():
                await guest_filters.save_filter(conn, event.id, name, query, desk="Maria")
        await accept_all(database)
        await execute(
            database,
            "UPDATE whatsapp_invitations SET twilio_error_message = :words, twilio_error_code = '63024'",
            words=f"no WhatsApp at {NUMBER}",
        )
        await execute(
            database,
            "INSERT INTO whatsapp_attempts (sid, invitation_id, error_message) "
            "SELECT 'SM' || md5(id::text), id, :words FROM whatsapp_invitations",
            words=f"{NUMBER} of {NAME}",
        )
        await execute(
            database,
            "WITH m AS (INSERT INTO waapp_imports (event_id, source, added, changed, same, skipped) "
            "VALUES (:event, 'list.xlsx', 1, 0, 0, 0) RETURNING id) "
            "INSERT INTO waapp_import_rows (import_id, row_number, guest_id, outcome, given, before) "
            "SELECT m.id, 2, :guest, 'changed', jsonb_build_object('name', CAST(:name AS text)), "
            "jsonb_build_object('phone', 'old number 777') FROM m",
            event=event.id,
            guest=guest_id,
            name=NAME,
        )
        assert await traces(database), "the test writes what it looks for"
        async with database.begin() as conn:
            document = json.dumps(await personal_data.gather(conn, guest_id), ensure_ascii=False)
        for part in (NAME, NUMBER, MAIL, "a secret note", "old number 777", "the unmistakable one", " of Zo"):
            assert part in document, part
        async with database.begin() as conn:
            practised = await personal_data.erase(conn, guest_id)
        assert len(practised) == 2  # the message and its earlier attempt
        assert await traces(database) == []
        async with database.begin() as conn:
            assert list(await guest_filters.list_filters(conn, event.id)) == ["Everybody"]
            assert [one.id for one in await guests.list_guests(conn, event.id)] == [other]

    run(scenario())


async def traces(database: Database) -> list[str]:
    """Return the tables in which any word of the guest is found, however it is written."""
    tables = await column(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = []
    for table in tables:
        said = " OR ".join(f"t::text ILIKE '{trace}'" for trace in TRACES)
        if await column(database, f"SELECT count(*) FROM {table} t WHERE {said}") != [0]:
            found.append(table)
    return found


def test_messages_to_the_household_that_name_the_guest_are_said_to_stay(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            drafts = [GuestDraft(name, household="Sousa") for name in ("Ana Sousa", "Rui Sousa")]
            drafts.append(GuestDraft("Eva Dias"))
            ana, rui, eva = await guests.add_guests(conn, event.id, drafts)
            together = {"guest_name": "Ana Sousa", "household_names": "Ana and Rui"}
            told = [
                NewInvitation(ana, "+351912000001", together, "Dear Ana and Rui!"),
                NewInvitation(eva, "+351912000002", {"guest_name": "Eva Dias"}, "Dear Eva!"),
            ]
            await queueing.queue_send(conn, new_send(event.id), told)
        await accept_all(database)
        async with database.begin() as conn:
            kept = await personal_data.what_erasing_keeps(conn, rui)
            nobody = await personal_data.what_erasing_keeps(conn, eva)
        assert (kept.named, nobody.named) == (1, 0)

    run(scenario())


@pytest.mark.parametrize("is_deleted_first", [False, True])
def test_a_household_that_has_the_name_of_the_erased_is_called_by_the_next(
    run, database: Database, is_deleted_first: bool
) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            drafts = [GuestDraft(name, "+351912000001") for name in ("Zoé (Z.) Reis", "Rui Reis", "Eva Reis")]
            drafts.append(GuestDraft("Ivo Dias", notes="beside Zoé (Z.) Reis", household="Dias"))
            rows = [Row(number, draft, ()) for number, draft in enumerate(drafts, start=2)]
            planned = diff(rows, (), find_duplicates(rows))
            source = imports.Source("Zoé (Z.) Reis.csv", "", "maria")
            saved = await imports.save_import(conn, event.id, source, planned, {})
            query = GuestQuery(households=("Zoé (Z.) Reis",))
            await guest_filters.save_filter(conn, event.id, "at home", query, desk="")
            await guest_filters.save_filter(
                conn, event.id, "others", GuestQuery(households=("Dias",)), desk=""
            )
        async with database.begin() as conn:
            zoe, *others = await guests.list_guests(conn, event.id)
            assert [guest.household for guest in others] == [zoe.name, zoe.name, "Dias"]
            kept = await personal_data.what_erasing_keeps(conn, zoe.id)
            assert (kept.noted, kept.lists) == (1, ("Zoé (Z.) Reis.csv",))
            if is_deleted_first:
                await guests.delete_guests(conn, [zoe.id])
            await personal_data.erase(conn, zoe.id)
        async with database.begin() as conn:
            left = await guests.list_guests(conn, event.id)
            assert [guest.household for guest in left] == ["Rui Reis", "Rui Reis", "Dias"]
            assert list(await guest_filters.list_filters(conn, event.id)) == ["others"]
        named = "SELECT given ->> 'name' FROM waapp_import_rows r WHERE r::text LIKE '%Zo%'"
        assert await column(database, named) == ["Ivo Dias"]
        async with database.begin() as conn:
            undone = await import_undo.undo_import(conn, saved.id, "maria")
        assert (len(undone.removed), undone.kept) == (3, ())

    run(scenario())


@pytest.mark.parametrize(("gone", "called"), [([1], "Eva Reis"), ([1, 2], "Rui Reis")])
def test_members_of_the_household_who_are_restored_do_not_bring_the_name_back(
    run, database: Database, gone: list[int], called: str
) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            event = await make_event(conn)
            drafts = [GuestDraft(name, "+351912000001") for name in ("Zoé Reis", "Rui Reis", "Eva Reis")]
            rows = [Row(number, draft, ()) for number, draft in enumerate(drafts, start=2)]
            planned = diff(rows, (), find_duplicates(rows))
            await imports.save_import(conn, event.id, imports.Source("list.csv", "", "maria"), planned, {})
            everybody = await guests.list_guests(conn, event.id)
            assert {guest.household for guest in everybody} == {"Zoé Reis"}
            deleted = await guests.delete_guests(conn, [everybody[place].id for place in gone])
        async with database.begin() as conn:
            await personal_data.erase(conn, everybody[0].id)
        aside = "SELECT content FROM waapp_deleted_rows WHERE content::text LIKE '%Zo%'"
        assert await column(database, aside) == []
        async with database.begin() as conn:
            await guests.restore_guests(conn, deleted)
            left = await guests.list_guests(conn, event.id)
        assert {guest.name: guest.household for guest in left} == {"Rui Reis": called, "Eva Reis": called}
        assert (
            await column(database, "SELECT guest_id FROM waapp_import_rows r WHERE r::text LIKE '%Zo%'") == []
        )

    run(scenario())


def test_who_is_deleted_first_and_erased_later_is_told_apart(run, database: Database) -> None:
    async def scenario() -> None:
        _event, ids, _queued = await queue(database, 1)
        await accept_all(database)
        async with database.begin() as conn:
            deleted = await guests.delete_guests(conn, ids)
        assert await column(database, "SELECT guest_name FROM whatsapp_proofs") == ["Guest 0"]
        async with database.begin() as conn:
            await guests.restore_guests(conn, deleted)
            # What is there again is no proof of something deleted.
            document = await personal_data.gather(conn, ids[0])
        assert len(document["invitations"]) == 1
        assert document["proofs_of_deleted_invitations"] == []

    run(scenario())


def written():
    """Return a coroutine that makes an event and a guest of it with a message that was sent and a practice one."""
    draft = GuestDraft(NAME, NUMBER, MAIL, notes="a secret note", household=HOME)

    async def write(database: Database) -> tuple[Any, UUID]:
        async with database.begin() as conn:
            event = await make_event(conn)
            (guest_id,) = await guests.add_guests(conn, event.id, [draft])
            for practice in (False, True):
                told = NewInvitation(guest_id, draft.phone, {"guest_name": draft.name}, f"Dear {draft.name}!")
                await queueing.queue_send(conn, new_send(event.id, practice=practice), [told])
            await guest_filters.save_filter(
                conn, event.id, draft.name, GuestQuery(groups=("x",)), desk="Maria"
            )
        await accept_all(database)
        await execute(database, "UPDATE whatsapp_sends SET state = 'finished'")
        return event, guest_id

    return write


def test_a_deleted_guest_is_found_handed_over_and_erased(run, database: Database) -> None:
    async def scenario() -> None:
        event, guest_id = await written()(database)
        async with database.begin() as conn:
            await guests.delete_guests(conn, [guest_id])
        async with database.read() as conn:
            (found,) = await deletions.list_deleted_guests(conn, event.id)
            assert await deletions.list_deleted_guests(conn, uuid4()) == []
            document = await personal_data.gather(conn, guest_id)
            kept = await personal_data.what_erasing_keeps(conn, guest_id)
        assert (found.id, found.event_name, found.name, found.phone, found.messages) == (
            guest_id, event.name, NAME, NUMBER, 1,
        )  # fmt: skip
        assert found.until == found.deleted_at + KEPT_FOR
        assert found.is_restorable
        assert document["guest"]["notes"] == "a secret note"
        assert document["event"]["name"] == event.name
        assert [len(one["history"]) for one in document["invitations"]] == [3, 3]
        assert document["deleted"]["by"]
        assert (kept.messages, kept.opted_out) == (1, False)
        async with database.begin() as conn:
            assert len(await personal_data.erase(conn, guest_id)) == 1
        assert await traces(database) == []
        async with database.begin() as conn:
            assert await deletions.list_deleted_guests(conn) == []
            assert await guests.restore_guests(conn, [guest_id]) == ()
            with pytest.raises(UserError, match="guest_unknown"):
                await personal_data.erase(conn, guest_id)

    run(scenario())


def test_who_is_known_by_the_proof_alone_is_erased_too(run, database: Database) -> None:
    """Deleted long ago, or by another program."""

    async def scenario() -> None:
        event, guest_id = await written()(database)
        await execute(database, "DELETE FROM guests")
        async with database.read() as conn:
            (found,) = await deletions.list_deleted_guests(conn)
            document = await personal_data.gather(conn, guest_id)
        assert (found.name, found.phone, found.messages, found.until) == (NAME, NUMBER, 1, None)
        assert not found.is_restorable
        assert document["guest"] == {"id": str(guest_id), "name": NAME, "phone": NUMBER}
        assert [one["message_content"] for one in document["proofs_of_deleted_invitations"]] == [
            f"Dear {NAME}!"
        ]
        async with database.begin() as conn:
            await personal_data.erase(conn, guest_id)
            assert await deletions.list_deleted_guests(conn, event.id) == []
        assert await traces(database) == []

    run(scenario())


def test_a_guest_of_a_deleted_event_is_erased_and_the_event_comes_back_without(
    run, database: Database
) -> None:
    async def scenario() -> None:
        event, guest_id = await written()(database)
        async with database.begin() as conn:
            (other,) = await make_guests(conn, event.id, 1)
            await events.delete_event(conn, event.id)
        async with database.begin() as conn:
            found = {one.id: one for one in await deletions.list_deleted_guests(conn)}
            (gone,) = await deletions.list_deleted_events(conn)
            assert (gone.event, gone.guests, gone.until) == (event, 2, gone.deleted_at + KEPT_FOR)
            assert set(found) == {guest_id, other}
            assert found[guest_id].event_deleted
            await personal_data.erase(conn, guest_id)
        assert await traces(database) == [], "the filter of the deleted event that names the guest goes too"
        async with database.begin() as conn:
            await events.restore_event(conn, event.id)
            assert [one.id for one in await guests.list_guests(conn, event.id)] == [other]
            assert await deletions.list_deleted_events(conn) == []

    run(scenario())


def test_a_deleted_event_can_be_forgotten_at_once_and_only_a_deleted_one(run, database: Database) -> None:
    async def scenario() -> None:
        event, guest_id = await written()(database)
        async with database.begin() as conn:
            await deletions.forget_event(conn, event.id)
            assert await guests.get_guest(conn, guest_id)
            await events.delete_event(conn, event.id)
            await deletions.forget_event(conn, event.id)
            assert await deletions.list_deleted_events(conn) == []
            (left,) = await deletions.list_deleted_guests(conn)
        assert (left.id, left.until, left.messages) == (guest_id, None, 1)

    run(scenario())


def test_after_thirty_days_only_the_proof_is_shown_and_kept(run, database: Database) -> None:
    async def scenario() -> None:
        event, guest_id = await written()(database)
        async with database.begin() as conn:
            await guests.delete_guests(conn, [guest_id])
        await execute(database, "UPDATE waapp_deleted_rows SET deleted_at = deleted_at - interval '31 days'")
        async with database.begin() as conn:
            (found,) = await deletions.list_deleted_guests(conn, event.id)
            assert (found.until, found.name) == (None, NAME)
            assert await deletions.forget_old(conn) > 0
        assert "waapp_deleted_rows" not in await traces(database)

    run(scenario())


def test_nobody_is_erased_while_a_message_is_on_its_way(run, database: Database) -> None:
    async def scenario() -> None:
        _event, ids, _queued = await queue(database, 1)
        await execute(database, "UPDATE whatsapp_invitations SET engine_state = 'unknown'")
        with pytest.raises(UserError) as caught:
            async with database.begin() as conn:
                await personal_data.erase(conn, ids[0])
        assert caught.value.code == "guests_being_sent"
        assert await column(database, "SELECT count(*) FROM guests") == [1]

    run(scenario())


def test_other_events_with_the_number_are_named(run, database: Database) -> None:
    async def scenario() -> None:
        _event, ids, _queued = await queue(database, 1)
        other, others, _queued = await queue(database, 1)
        async with database.begin() as conn:
            twice = await guests.get_guest(conn, others[0])
            await guests.add_guests(conn, other.id, [GuestDraft("Somebody Else", twice.phone)])
            kept = await personal_data.what_erasing_keeps(conn, ids[0])
        assert kept.elsewhere == (other.name,)

    run(scenario())


def test_the_proof_names_the_version_and_the_parts_and_the_history_counts_it(run, database: Database) -> None:
    header, reply = Header(HeaderKind.TEXT, "Garden party"), Button(ButtonKind.QUICK_REPLY, "I will come")
    draft = TemplateDraft("party", "Party", "Hi {{guest_name}}!", "pt_PT", header=header, buttons=(reply,))
    message = Message("Hi Guest 0!", header, "", (reply,))

    async def scenario() -> None:
        async with database.begin() as conn:
            template = await templates.save_template(conn, None, draft)
            event = await make_event(conn)
            ids = await make_guests(conn, event.id, 2)
            one, two = (
                replace(
                    invitation,
                    content_sid="HX1",
                    language="pt_PT",
                    template_version=1,
                    template_version_id=template.version_id,
                    parts=message_json(message),
                )
                for invitation in new_invitations(ids)
            )
            await queueing.queue_send(conn, new_send(event.id, template_name="party"), [one, two])
        await accept_all(database)
        async with database.begin() as conn:
            await guests.delete_guests(conn, [ids[0]])
            (version,) = await template_versions.list_versions(conn, template.id)
            proof = (await conn.execute(text("SELECT * FROM whatsapp_proofs"))).one()
        assert version.sent == 2, "a guest who is gone has got it all the same"
        assert (proof.template_version_id, proof.language, proof.content_sid) == (
            template.version_id,
            "pt_PT",
            "HX1",
        )
        assert read_message(proof.message_parts, proof.message_content) == message
        async with database.begin() as conn:
            await conn.execute(text("SELECT waapp_erase_guest(:id)"), {"id": ids[0]})
            proof = (await conn.execute(text("SELECT * FROM whatsapp_proofs"))).one()
        assert (proof.message_content, proof.message_parts) == (None, None)
        assert proof.template_version_id == template.version_id

    run(scenario())
