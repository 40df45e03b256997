"""A test goes to the planner's own number like any message, and is no invitation to anybody."""

from dataclasses import replace
from uuid import UUID

import pytest

from tests.db.rows import column
from tests.engine.conftest import Desk, Run, numbers
from waapp.core.guests import GuestDraft
from waapp.core.invitations import Invitation
from waapp.core.plan import Options
from waapp.core.status import Shown
from waapp.core.template import Template, TemplateDraft
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind, Message, read_message
from waapp.db import events, guests, invitations, sends, template_versions, templates
from waapp.engine.trials import queue_trial
from waapp.errors import UserError

OWN = numbers(1, start=500)[0]


async def a_guest(desk: Desk, **changes: object) -> UUID:
    draft = replace(GuestDraft("Ana Sousa", numbers(1)[0]), **changes)  # type: ignore[arg-type]
    async with desk.database.begin() as conn:
        (guest_id,) = await guests.add_guests(conn, desk.event_id, [draft])
    return guest_id


async def template_of(desk: Desk) -> Template:
    async with desk.database.read() as conn:
        return await templates.get_template(conn, desk.template_id)


def test_a_test_arrives_at_the_own_number_and_changes_no_guest(run: Run, desk: Desk) -> None:
    async def scenario() -> list[Invitation]:
        guest_id = await a_guest(desk)
        async with desk.at_work():
            await queue_trial(
                desk.database, desk.line, await template_of(desk), guest_id, OWN, planner="Maria"
            )
            return await desk.until(lambda rows: any(row.twilio_status == "read" for row in rows))

    (row,) = run(scenario())
    assert row.test
    assert row.recipient == OWN
    (message,) = desk.practice.accepted()
    assert (message.to, message.body) == (
        OWN, "Dear Ana Sousa, please come to our party in the garden on Saturday evening!"
    )  # fmt: skip


def test_a_guest_with_a_test_is_still_to_be_invited(run: Run, desk: Desk) -> None:
    async def scenario() -> None:
        guest_id = await a_guest(desk)
        template = await template_of(desk)
        for _ in range(2):
            await queue_trial(desk.database, desk.line, template, guest_id, OWN, planner="Maria")
        async with desk.database.read() as conn:
            assert await invitations.prior_invitations(conn, desk.event_id, template.id, practice=True) == {}
            assert await sends.list_sends(conn, desk.event_id, practice=True) == []
            (summary,) = [
                one for one in await events.list_events(conn, True) if one.event.id == desk.event_id
            ]
            assert Shown.QUEUED not in {shown for shown, count in summary.states.items() if count}
            (row,) = [
                row async for chunk in guests.stream_guest_rows(conn, desk.event_id, True) for row in chunk
            ]
            assert row.engine_state is None
        queued = await desk.queue()
        assert queued.count == 1
        async with desk.database.read() as conn:
            found = await invitations.list_invitations(conn, desk.event_id, practice=True)
        assert sorted(row.test for row in found) == [False, True, True]

    run(scenario())


def test_a_real_test_leaves_the_shared_guest_alone(run: Run, desk: Desk) -> None:
    real = replace(desk.line, practice=False, key="+15005550006")

    async def scenario() -> list[str]:
        guest_id = await a_guest(desk)
        await queue_trial(desk.database, real, await template_of(desk), guest_id, OWN, planner="Maria")
        return await column(desk.database, "SELECT invitation_status::text FROM guests")

    assert run(scenario()) == ["not_sent"]


@pytest.mark.parametrize(
    ("address", "name", "code"),
    [("my phone", "Ana", "trial_number_wrong"), (OWN, "\u200b", "trial_value_wrong")],
)
def test_what_could_not_be_sent_is_refused_before(
    run: Run, desk: Desk, address: str, name: str, code: str
) -> None:
    async def scenario() -> None:
        guest_id = await a_guest(desk, name=name)
        await queue_trial(desk.database, desk.line, await template_of(desk), guest_id, address, planner="M")

    with pytest.raises(UserError, match=code):
        run(scenario())


def test_each_guest_gets_the_own_language_and_the_version_is_known_for_good(run: Run, desk: Desk) -> None:
    buttons = (Button(ButtonKind.QUICK_REPLY, "Vou"), Button(ButtonKind.URL, "Mapa", "https://x.example"))
    portuguese = TemplateDraft(
        "party",
        "Party",
        "Olá {{guest_name}}, vem à nossa festa no jardim, sábado à noite, com toda a família!",
        "pt_PT",
        header=Header(HeaderKind.TEXT, "Festa de {{event_name}}"),
        footer="Ana & Rui",
        buttons=buttons,
    )

    async def scenario() -> tuple[list[Invitation], list[tuple[str, int, int]]]:
        async with desk.database.begin() as conn:
            await template_versions.save_variant(conn, desk.template_id, portuguese, None)
            drafts = [
                GuestDraft("Bia", numbers(1)[0], language="pt_BR"),
                GuestDraft("Carl", numbers(2)[1], language="de"),
            ]
            await guests.add_guests(conn, desk.event_id, drafts)
        async with desk.at_work():
            await desk.queue(Options())
            rows = await desk.until(lambda rows: all(row.twilio_status == "read" for row in rows))
        async with desk.database.begin() as conn:
            await templates.delete_template(conn, desk.template_id)
            history = await template_versions.list_versions(conn, desk.template_id, account=desk.line.key)
        return rows, [(one.template.language, one.template.version, one.sent) for one in history]

    rows, history = run(scenario())
    assert sorted((row.guest_name, row.language) for row in rows) == [("Bia", "pt_PT"), ("Carl", "en")]
    (bia,) = [row for row in rows if row.guest_name == "Bia"]
    assert read_message(bia.parts, bia.body) == Message(
        "Olá Bia, vem à nossa festa no jardim, sábado à noite, com toda a família!",
        Header(HeaderKind.TEXT, "Festa de Party"),
        "Ana & Rui",
        buttons,
    )
    posted = {message.body for message in desk.practice.accepted()}
    assert bia.body in posted, "what is kept is what was posted"
    assert sorted(history) == [("en", 1, 1), ("pt_PT", 1, 1)]


def test_an_approved_template_is_posted_with_all_its_values(run: Run, desk: Desk) -> None:
    from waapp.engine.approvals import Approvals
    from waapp.whatsapp.practice_script import Script

    desk.practice.script = Script(speed=50, window_open=False)
    real = replace(desk.line, practice=False, key=desk.line.number)
    draft = TemplateDraft(
        "card",
        "Card",
        "Dear {{guest_name}}, please come to our party in the garden on Saturday evening!",
        header=Header(HeaderKind.TEXT, "Party of {{event_name}}"),
        buttons=(
            Button(ButtonKind.QUICK_REPLY, "I will come"),
            Button(ButtonKind.URL, "Answer", "https://x.example/{{rsvp_token}}"),
        ),
    )

    async def scenario() -> tuple[Template, list[Invitation]]:
        import asyncio

        approvals = Approvals(desk.database, real.client, real.cadence)
        async with desk.database.begin() as conn:
            template = await templates.save_template(conn, None, draft)
        template = await approvals.submit(template)
        async with asyncio.timeout(60):
            while not template.is_approved:
                await asyncio.sleep(0.05)
                template = await approvals.refresh(template)
        guest_id = await a_guest(desk)
        async with desk.at_work(practice=False, key=real.key):
            await queue_trial(desk.database, real, template, guest_id, OWN, planner="Maria")
            async with asyncio.timeout(60):
                while True:
                    async with desk.database.read() as conn:
                        rows = await invitations.list_invitations(conn, desk.event_id, practice=False)
                    if rows and rows[0].twilio_status == "read":
                        return template, rows
                    await asyncio.sleep(0.05)

    template, (row,) = run(scenario())
    assert template.content_sid is not None
    (message,) = desk.practice.accepted()
    assert message.body == "Dear Ana Sousa, please come to our party in the garden on Saturday evening!"
    assert row.body.startswith("*Party of Party*\n\nDear Ana Sousa")
