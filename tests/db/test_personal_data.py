"""What is kept about a guest: all of it can be handed over, and all but the bookkeeping forgotten."""

import json
from dataclasses import replace

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
from waapp.db import guests, opt_outs, personal_data, sends, template_versions, templates
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
        other, _ids, _queued = await queue(database, 1)
        async with database.begin() as conn:
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
            await sends.queue_send(conn, new_send(event.id, template_name="party"), [one, two])
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
