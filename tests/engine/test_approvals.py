"""Submitting a template and following its approval, against the practice Twilio."""

import asyncio
from base64 import b64encode
from dataclasses import replace

import aiohttp
import pytest

from tests.db.rows import column
from tests.engine.conftest import Desk, Run
from waapp.core.cadence import Cadence
from waapp.core.template import Template, TemplateDraft
from waapp.core.template_content import Foreign, decompile
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind
from waapp.db import template_versions, templates
from waapp.db.feed import Feed
from waapp.engine.approvals import Approvals, Conflict
from waapp.errors import UserError
from waapp.whatsapp.practice_script import Call, Fault, FaultKind, Script
from waapp.whatsapp.records import ContentRecord

GOOD = "Dear {{guest_name}}, please come to our party on {{event_date}} in the garden behind the house!"


async def stored(desk: Desk, content: str = GOOD) -> Template:
    async with desk.database.begin() as conn:
        return await templates.save_template(
            conn, None, TemplateDraft("garden", "Garden", content, "en", "UTILITY")
        )


def at(desk: Desk) -> Approvals:
    return Approvals(desk.database, desk.line.client, desk.line.cadence, account=desk.line.key)


async def contents(desk: Desk) -> list[str]:
    """Return the names of all templates at the practice Twilio."""
    pages = [page async for page in desk.line.client.content_pages()]
    return [one.name for page in pages for one in page]


async def until(desk: Desk, template: Template, status: str) -> Template:
    async with asyncio.timeout(60):
        while (template := await at(desk).refresh(template)).approval_status != status:
            await asyncio.sleep(0.05)
    return template


def test_a_submitted_template_is_approved_and_can_be_sent(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50)

    async def scenario() -> Template:
        template = await at(desk).submit(await stored(desk))
        assert not template.is_approved
        return await until(desk, template, "approved")

    template = run(scenario())
    assert template.is_approved
    assert template.content_sid is not None
    assert template.content_sid.startswith("HX")


def test_a_rejection_comes_with_its_reason(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50, rejected={"garden_en_v1": "PROMOTIONAL"})

    async def scenario() -> Template:
        template = await at(desk).submit(await stored(desk))
        return await until(desk, template, "rejected")

    template = run(scenario())
    assert not template.is_approved
    assert template.rejection_reason == "PROMOTIONAL"


def test_a_text_that_whatsapp_refuses_is_not_submitted(run: Run, desk: Desk) -> None:
    async def scenario() -> None:
        await at(desk).submit(await stored(desk, "{{guest_name}}"))

    with pytest.raises(UserError) as caught:
        run(scenario())
    assert caught.value.code == "template_not_ready"
    assert not desk.practice.requests["content"]


def test_a_second_press_after_a_failure_creates_no_second_template(run: Run, desk: Desk) -> None:
    fault = Fault(FaultKind.ANSWER, on=Call.CONTENT, status=500, skip=1, times=1)
    desk.practice.script = Script(speed=50, faults=(fault,))

    async def scenario() -> tuple[Template, Template]:
        template = await stored(desk)
        with pytest.raises(UserError):
            await at(desk).submit(template)
        async with desk.database.read() as conn:
            created = await templates.get_template(conn, template.id, account=desk.line.key)
        return created, await at(desk).submit(created)

    created, submitted = run(scenario())
    assert created.content_sid is not None
    assert submitted.content_sid == created.content_sid


def test_what_twilio_says_of_an_older_version_is_not_taken_for_the_newer(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50)

    async def scenario() -> tuple[Template, Template]:
        template = await at(desk).submit(await stored(desk))
        async with desk.database.begin() as conn:
            draft = replace(template.draft, content=GOOD.replace("garden", "kitchen"))
            newer = await templates.save_template(conn, template.id, draft, template.draft)
        assert (newer.version, newer.content_sid, newer.is_approved) == (2, None, False)
        with pytest.raises(UserError, match="template_changed"):
            await at(desk).submit(template)
        return await until(desk, template, "approved"), await said(desk, newer)

    older, newer = run(scenario())
    assert (older.version, older.is_approved) == (1, True)
    assert (newer.version, newer.content_sid, newer.approval_status) == (2, None, "unsubmitted")


def test_a_template_from_the_console_is_connected_by_its_name_at_twilio(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50)

    async def scenario() -> tuple[Template, Template]:
        elsewhere = await at(desk).submit(await stored(desk))
        await until(desk, elsewhere, "approved")
        async with desk.database.begin() as conn:
            draft = TemplateDraft("other", "Other", GOOD, "en", "UTILITY")
            other = await templates.save_template(conn, None, draft)
        assert elsewhere.content_sid is not None
        return elsewhere, await at(desk).adopt(other, elsewhere.content_sid)

    elsewhere, adopted = run(scenario())
    assert adopted.is_approved
    assert adopted.content_sid == elsewhere.content_sid


async def said(desk: Desk, template: Template) -> Template:
    """Return what every desk reads of a template."""
    async with desk.database.read() as conn:
        return await templates.get_template(conn, template.id, account=desk.line.key)


def test_what_is_in_review_is_followed_until_it_is_decided_and_then_left_alone(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50, rejected={"late_en_v1": "SCAM"})

    async def scenario() -> tuple[Template, Template]:
        followed = at(desk)
        feed = Feed(desk.database.url)
        feed.subscribe(followed.changed)
        tasks = [asyncio.create_task(feed.run()), asyncio.create_task(followed.run())]
        try:
            first = await at(desk).submit(await stored(desk))
            async with desk.database.begin() as conn:
                draft = TemplateDraft("late", "Late", GOOD.replace("garden", "cellar"))
                second = await templates.save_template(conn, None, draft)
            second = await at(desk).submit(second)
            async with asyncio.timeout(60):
                while {(await said(desk, each)).approval_status for each in (first, second)} != {
                    "approved",
                    "rejected",
                }:
                    await asyncio.sleep(0.05)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        return await said(desk, first), await said(desk, second)

    approved, rejected = run(scenario())
    assert approved.is_approved
    assert (rejected.approval_status, rejected.rejection_reason) == ("rejected", "SCAM")


def test_an_approval_of_practice_is_none_in_earnest(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50)

    async def scenario() -> tuple[Template, Template, list]:
        template = await until(desk, await at(desk).submit(await stored(desk)), "approved")
        async with desk.database.read() as conn:
            real = await templates.get_template(conn, template.id)
        shared = """SELECT (twilio_template_id, is_approved, approval_status)::text FROM whatsapp_templates
                    WHERE name = 'garden'"""
        return template, real, await column(desk.database, shared)

    template, real, shared = run(scenario())
    assert template.is_approved
    assert (real.content_sid, real.is_approved, real.approval_status) == (None, False, "unsubmitted")
    assert shared == ["(,f,unsubmitted)"], "other programs read this row"


def test_a_real_and_a_practice_approval_stand_side_by_side(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50)

    async def scenario() -> tuple[Template, Template]:
        template = await stored(desk)
        assert template.version_id is not None
        async with desk.database.begin() as conn:
            await template_versions.set_approval(
                conn, template.version_id, content_sid="HX" + "a" * 32, status="pending"
            )
        practised = await until(desk, await at(desk).submit(template), "approved")
        async with desk.database.read() as conn:
            return practised, await templates.get_template(conn, template.id)

    practised, real = run(scenario())
    assert practised.is_approved
    assert practised.content_sid != real.content_sid
    assert (real.content_sid, real.approval_status) == ("HX" + "a" * 32, "pending")


@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.RESET])
@pytest.mark.parametrize("lost", [0, 1], ids=["created", "submitted"])
def test_a_request_whose_answer_was_lost_is_not_repeated(
    run: Run, desk: Desk, kind: FaultKind, lost: int
) -> None:
    fault = Fault(kind, on=Call.CONTENT, skip=lost, times=1, accepted=True)
    desk.practice.script = Script(speed=50, faults=(fault,))

    async def scenario() -> Template:
        template = await stored(desk)
        with pytest.raises(UserError):
            await at(desk).submit(template)
        # A window that has not heard of the first request yet.
        return await at(desk).submit(template)

    submitted = run(scenario())
    assert submitted.approval_status in {"received", "pending", "approved"}
    assert run(contents(desk)) == ["garden_en_v1"]


def test_a_request_that_never_arrived_is_made_again(run: Run, desk: Desk) -> None:
    fault = Fault(FaultKind.RESET, on=Call.CONTENT, times=1)
    desk.practice.script = Script(speed=50, faults=(fault,))

    async def scenario() -> Template:
        template = await stored(desk)
        with pytest.raises(UserError):
            await at(desk).submit(template)
        return await at(desk).submit(template)

    assert run(scenario()).approval_status in {"received", "pending", "approved"}
    assert run(contents(desk)) == ["garden_en_v1"]


def test_what_twilio_was_too_busy_for_is_asked_again(run: Run, desk: Desk) -> None:
    fault = Fault(FaultKind.THROTTLE, on=Call.CONTENT, times=3, retry_after=0.5)
    desk.practice.script = Script(speed=50, faults=(fault,))

    async def scenario() -> Template:
        return await at(desk).submit(await stored(desk))

    assert run(scenario()).approval_status in {"received", "pending", "approved"}
    assert run(contents(desk)) == ["garden_en_v1"]


def test_of_two_desks_that_submit_at_once_one_does(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50, faults=(Fault(FaultKind.LATENCY, on=Call.CONTENT, seconds=0.2),))

    async def scenario() -> list[object]:
        template = await stored(desk)
        return await asyncio.gather(*(at(desk).submit(template) for _ in range(3)), return_exceptions=True)

    outcomes = run(scenario())
    refused = [one.code for one in outcomes if isinstance(one, UserError)]
    assert refused == ["template_being_submitted"] * 2
    assert run(contents(desk)) == ["garden_en_v1"]


def test_a_template_of_the_account_is_taken_in_with_names(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50)
    card = {
        "body": "Dear {{ 1 }}, come to the garden on {{2}}, we look forward to it.",
        "header_text": "Party of {{3}}",
        "footer": "Ana & Rui",
        "actions": [
            {"type": "QUICK_REPLY", "title": "I will come", "id": "yes"},
            {"type": "URL", "title": "The way", "url": "https://maps.example/{{4}}"},
        ],
    }

    async def scenario() -> tuple[Template, list]:
        sid = await desk.line.client.create_content(
            name="from_console",
            language="en",
            types={"whatsapp/card": card, "twilio/text": {"body": card["body"]}},
            variables={"1": "Ana", "2": "Saturday", "3": "Rui", "4": "x"},
        )
        await desk.line.client.request_approval(sid, name="from_console", category="UTILITY")
        approvals = at(desk)
        (found,) = await approvals.list_at_twilio()
        assert found.wording is not None
        assert found.version_id is None
        names = {"1": "guest_name", "2": "event_date", "3": "event_name", "4": "rsvp_token"}
        named = decompile(found.wording, names)
        draft = TemplateDraft(
            "console", "Console", named.content, "en", "UTILITY",
            header=named.header, footer=named.footer, buttons=named.buttons,
        )  # fmt: skip
        with pytest.raises(UserError, match="template_text_differs"):
            await approvals.take_in(found, replace(draft, content="Something else, {{guest_name}}, for you."))
        taken = await approvals.take_in(found, draft)
        (again,) = await approvals.list_at_twilio()
        assert again.version_id == taken.version_id
        with pytest.raises(UserError, match="template_name_taken"):
            await approvals.take_in(found, draft)
        return taken, await contents(desk)

    taken, names = run(scenario())
    assert (
        taken.content == "Dear {{guest_name}}, come to the garden on {{event_date}}, we look forward to it."
    )
    assert taken.header == Header(HeaderKind.TEXT, "Party of {{event_name}}")
    assert taken.buttons[1] == Button(ButtonKind.URL, "The way", "https://maps.example/{{rsvp_token}}")
    assert taken.approval_status in {"received", "pending", "approved"}
    assert names == ["from_console"]


def test_many_templates_of_the_account_are_all_listed(run: Run, desk: Desk) -> None:
    async def scenario() -> list[list[str]]:
        for number in range(5):
            await desk.line.client.create_content(
                name=f"t{number}", language="en", types={"twilio/text": {"body": "Hello"}}, variables={}
            )
        return [[one.name for one in page] async for page in desk.line.client.content_pages(page_size=2)]

    assert run(scenario()) == [["t4", "t3"], ["t2", "t1"], ["t0"]]


def test_a_text_that_was_changed_at_twilio_is_a_conflict_and_changes_nothing(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50)
    other = {"types": {"twilio/text": {"body": "Other {{1}} words"}}}

    async def scenario() -> tuple[object, Conflict | None, Template]:
        template = await at(desk).submit(await stored(desk))
        none = await at(desk).find_conflict(template)
        address = f"{desk.practice.base_url}/v1/Content/{template.content_sid}"
        secret = b64encode(f"{desk.practice.account_sid}:{desk.practice.password}".encode()).decode()
        async with aiohttp.ClientSession(headers={"Authorization": f"Basic {secret}"}) as session:
            await session.put(address, json=other)
        return none, await at(desk).find_conflict(template), await said(desk, template)

    none, conflict, kept = run(scenario())
    assert none is None
    assert conflict is not None
    assert conflict.wording == Foreign("Other {{1}} words")
    assert kept.content == GOOD


def test_the_whole_life_of_an_approval_is_seen_on_another_desk(run: Run, desk: Desk) -> None:
    # Approved in another category, paused, going on, under a word that nobody knows, disabled.
    life = ("received", "pending", "approved", "paused", "approved", "in_appeal", "disabled")
    course = tuple((float(10 * number), word) for number, word in enumerate(life))
    desk.practice.script = Script(
        speed=20, approvals={"garden_en_v1": course}, moved={"garden_en_v1": "MARKETING"}
    )
    # Twilio is asked after what is decided too, only less often: in this test's time within a blink.
    desk.line = replace(desk.line, cadence=Cadence(scale=0.0001))
    seen: list[tuple[str, bool, str]] = []

    async def scenario() -> list:
        follower, feed, looks = at(desk), Feed(desk.database.url), asyncio.Event()
        feed.subscribe(follower.changed)
        feed.subscribe(lambda change: looks.set())
        tasks = [asyncio.create_task(feed.run()), asyncio.create_task(follower.run())]
        try:
            template = await at(desk).submit(await stored(desk))
            async with asyncio.timeout(60):
                while not seen or seen[-1][0] != "disabled":
                    await looks.wait()
                    looks.clear()
                    now = await said(desk, template)
                    state = (now.approval_status, now.is_approved, now.paid_category)
                    if not seen or seen[-1] != state:
                        seen.append(state)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        async with desk.database.read() as conn:
            return await template_versions.list_versions(conn, template.id, account=desk.line.key)

    (version,) = run(scenario())
    known = [state for state in seen if state[0] not in {"unsubmitted", "creating"}]
    assert known == [
        ("received", False, "UTILITY"),
        ("pending", False, "UTILITY"),
        ("approved", True, "MARKETING"),
        ("paused", False, "MARKETING"),
        ("approved", True, "MARKETING"),
        ("in_appeal", False, "MARKETING"),
        ("disabled", False, "MARKETING"),
    ]
    assert version.template.category == "UTILITY", "what was asked for is still known"
    assert version.template.submitted_at is not None


def test_a_language_of_a_template_is_approved_by_itself(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50, rejected={"garden_es_v1": "INVALID_FORMAT"})
    spanish = "Hola {{guest_name}}, ven a nuestra fiesta el {{event_date}} en el jardín detrás de la casa."

    async def scenario() -> tuple[Template, Template]:
        template = await stored(desk)
        async with desk.database.begin() as conn:
            draft = replace(template.draft, content=spanish, language="es")
            variant = await template_versions.save_variant(conn, template.id, draft, None)
        first = await until(desk, await at(desk).submit(template), "approved")
        second = await until(desk, await at(desk).submit(variant), "rejected")
        return first, second

    main, variant = run(scenario())
    assert (main.language, main.is_approved, main.is_variant) == ("en", True, False)
    assert (variant.language, variant.is_approved, variant.is_variant) == ("es", False, True)
    assert variant.rejection_reason == "INVALID_FORMAT"
    assert sorted(run(contents(desk))) == ["garden_en_v1", "garden_es_v1"]


def test_a_template_with_parts_goes_to_twilio_whole(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50)
    draft = TemplateDraft(
        "card", "Card", GOOD, header=Header(HeaderKind.IMAGE, "https://x.example/{{rsvp_token}}.jpg"),
        footer="Ana & Rui", buttons=(Button(ButtonKind.QUICK_REPLY, "I will come"),),
    )  # fmt: skip

    async def scenario() -> ContentRecord:
        async with desk.database.begin() as conn:
            template = await templates.save_template(conn, None, draft)
        template = await at(desk).submit(template)
        assert template.content_sid is not None
        return await desk.line.client.content(template.content_sid)

    record = run(scenario())
    assert record.types == {
        "whatsapp/card": {
            "body": GOOD.replace("guest_name", "2").replace("event_date", "3"),
            "media": ["https://x.example/{{1}}.jpg"],
            "footer": "Ana & Rui",
            "actions": [{"type": "QUICK_REPLY", "title": "I will come", "id": "reply_1"}],
        }
    }
    assert dict(record.variables)["1"] == "k7Fq2"


def test_a_template_that_breaks_a_rule_in_a_part_is_not_submitted(run: Run, desk: Desk) -> None:
    twins = (Button(ButtonKind.QUICK_REPLY, "Yes"), Button(ButtonKind.QUICK_REPLY, "yes"))

    async def scenario() -> None:
        async with desk.database.begin() as conn:
            template = await templates.save_template(
                conn, None, TemplateDraft("twins", "Twins", GOOD, buttons=twins)
            )
        await at(desk).submit(template)

    with pytest.raises(UserError, match="template_not_ready"):
        run(scenario())
    assert not desk.practice.requests["content"]


def test_a_column_of_the_planners_own_gets_its_heading_for_an_example(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50)
    content = "Dear {{guest_name}}, you sit at {{table_no}} this evening, and we look forward to it."

    async def scenario() -> Template:
        return await at(desk).submit(await stored(desk, content))

    assert run(scenario()).content_sid is not None


def test_a_template_with_another_text_is_not_connected(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50)

    async def scenario() -> None:
        elsewhere = await at(desk).submit(await stored(desk))
        async with desk.database.begin() as conn:
            draft = TemplateDraft("other", "Other", GOOD.replace("garden", "kitchen"), "en", "UTILITY")
            other = await templates.save_template(conn, None, draft)
        assert elsewhere.content_sid is not None
        await at(desk).adopt(other, elsewhere.content_sid)

    with pytest.raises(UserError) as caught:
        run(scenario())
    assert caught.value.code == "template_text_differs"


@pytest.mark.parametrize(
    ("fault", "names", "end"),
    [
        (Fault(FaultKind.RESET, on=Call.CONTENT, times=1, accepted=True), ["garden_en_v1"], "approved"),
        (Fault(FaultKind.ANSWER, on=Call.CONTENT, times=1, status=503), [], "unsubmitted"),
        (Fault(FaultKind.REFUSE, on=Call.CONTENT, times=1, status=400, code=92004), [], "unsubmitted"),
    ],
    ids=["created", "never-created", "refused"],
)
def test_what_became_of_a_request_without_an_answer_is_found_out_by_itself(
    run: Run, desk: Desk, fault: Fault, names: list[str], end: str
) -> None:
    desk.practice.script = Script(speed=50, faults=(fault,))
    desk.line = replace(desk.line, cadence=Cadence(scale=0.001))

    async def scenario() -> Template:
        template = await stored(desk)
        with pytest.raises(UserError):
            await at(desk).submit(template)
        follower = at(desk)
        following = asyncio.create_task(follower.run())
        try:
            async with asyncio.timeout(60):
                while (found := await said(desk, template)).approval_status != end:
                    await asyncio.sleep(0.02)
        finally:
            following.cancel()
            await asyncio.wait([following])
        return found

    found = run(scenario())
    assert run(contents(desk)) == names
    assert (found.content_sid is not None) == bool(names)
