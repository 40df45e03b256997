"""Submitting a template and following its approval, against the practice Twilio."""

import asyncio
from dataclasses import replace

import pytest

from tests.engine.conftest import Desk, Run
from waapp.core.template import Template, TemplateDraft
from waapp.db import templates
from waapp.engine import approvals
from waapp.errors import UserError
from waapp.whatsapp.practice_script import Fault, FaultKind, Script

GOOD = "Dear {{guest_name}}, please come to our party on {{event_date}} in the garden behind the house!"


async def stored(desk: Desk, content: str = GOOD) -> Template:
    async with desk.database.begin() as conn:
        return await templates.save_template(
            conn, None, TemplateDraft("garden", "Garden", content, "en", "UTILITY")
        )


async def until(desk: Desk, template: Template, status: str) -> Template:
    async with asyncio.timeout(20):
        while (
            template := await approvals.refresh(desk.database, desk.line.client, template)
        ).approval_status != status:
            await asyncio.sleep(0.05)
    return template


def test_a_submitted_template_is_approved_and_can_be_sent(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50)

    async def scenario() -> Template:
        template = await approvals.submit(desk.database, desk.line.client, await stored(desk))
        assert not template.is_approved
        return await until(desk, template, "approved")

    template = run(scenario())
    assert template.is_approved
    assert template.content_sid is not None
    assert template.content_sid.startswith("HX")


def test_a_rejection_comes_with_its_reason(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50, rejected={"garden_v1": "PROMOTIONAL"})

    async def scenario() -> Template:
        template = await approvals.submit(desk.database, desk.line.client, await stored(desk))
        return await until(desk, template, "rejected")

    template = run(scenario())
    assert not template.is_approved
    assert template.rejection_reason == "PROMOTIONAL"


def test_a_text_that_whatsapp_refuses_is_not_submitted(run: Run, desk: Desk) -> None:
    async def scenario() -> None:
        await approvals.submit(desk.database, desk.line.client, await stored(desk, "{{guest_name}}"))

    with pytest.raises(UserError) as caught:
        run(scenario())
    assert caught.value.code == "template_not_ready"
    assert not desk.practice.requests["content"]


def test_a_second_press_after_a_failure_creates_no_second_template(run: Run, desk: Desk) -> None:
    from waapp.whatsapp.practice_script import Call

    fault = Fault(FaultKind.ANSWER, on=Call.CONTENT, status=500, skip=1, times=1)
    desk.practice.script = Script(speed=50, faults=(fault,))

    async def scenario() -> tuple[Template, Template]:
        template = await stored(desk)
        with pytest.raises(UserError):
            await approvals.submit(desk.database, desk.line.client, template)
        async with desk.database.read() as conn:
            created = await templates.get_template(conn, template.id)
        return created, await approvals.submit(desk.database, desk.line.client, created)

    created, submitted = run(scenario())
    assert created.content_sid is not None
    assert submitted.content_sid == created.content_sid


def test_what_twilio_says_of_an_older_version_is_not_taken_for_the_newer(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50)

    async def scenario() -> None:
        template = await approvals.submit(desk.database, desk.line.client, await stored(desk))
        async with desk.database.begin() as conn:
            draft = replace(template.draft, content=GOOD.replace("garden", "kitchen"))
            newer = await templates.save_template(conn, template.id, draft, template.updated_at)
        assert (newer.version, newer.content_sid, newer.is_approved) == (2, None, False)
        await approvals.refresh(desk.database, desk.line.client, template)

    with pytest.raises(UserError) as caught:
        run(scenario())
    assert caught.value.code == "template_changed"


def test_a_template_from_the_console_is_connected_by_its_name_at_twilio(run: Run, desk: Desk) -> None:
    desk.practice.script = Script(speed=50)

    async def scenario() -> tuple[Template, Template]:
        elsewhere = await approvals.submit(desk.database, desk.line.client, await stored(desk))
        await until(desk, elsewhere, "approved")
        async with desk.database.begin() as conn:
            draft = TemplateDraft("other", "Other", GOOD, "en", "UTILITY")
            other = await templates.save_template(conn, None, draft)
        assert elsewhere.content_sid is not None
        return elsewhere, await approvals.adopt(desk.database, desk.line.client, other, elsewhere.content_sid)

    elsewhere, adopted = run(scenario())
    assert adopted.is_approved
    assert adopted.content_sid == elsewhere.content_sid
