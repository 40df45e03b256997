"""A message to the planner's own number, to see on a phone what a guest would get; it is no invitation."""

from uuid import UUID, uuid4

from waapp.core import phone
from waapp.core.households import household_key, members
from waapp.core.invitations import NewInvitation
from waapp.core.pacing import SANDBOX_SENDER
from waapp.core.plan import FATAL
from waapp.core.template import Template
from waapp.core.template_content import compile_content, render_message, variables_of
from waapp.core.template_parts import message_json
from waapp.core.template_rules import Level, check_message
from waapp.core.template_values import check_message_values, guest_values, known_variables
from waapp.db import events, guests
from waapp.db.engine import Database
from waapp.db.queueing import NewSend, Queued, queue_send
from waapp.engine.account import Line
from waapp.errors import UserError


async def queue_trial(
    database: Database, line: Line, template: Template, guest_id: UUID, address: str, *, planner: str
) -> Queued:
    """Queue one message with a guest's values to `address`: same sender, pace and settling, marked as a test.

    `template` is the stored text to try, in any of its languages. Without an approval the text itself is posted,
    which WhatsApp delivers only to a phone that has written to the sender in the last 24 hours. Raises
    UserError("trial_number_wrong"), UserError("template_not_ready") for a text that guests would see braces in,
    UserError("trial_value_wrong") for a guest whose values WhatsApp refuses, and UserError("guest_unknown").
    """
    async with database.read() as conn:
        guest = await guests.get_guest(conn, guest_id)
        event = await events.get_event(conn, guest.event_id)
        everyone = await guests.list_guests(conn, guest.event_id)
    number = phone.read(address, event.default_region)
    if number.e164 is None:
        raise UserError("trial_number_wrong", phone=address)
    findings = check_message(
        template, known_variables([guest]), language=template.language, category=template.category
    )
    if any(one.level is Level.ERROR and one.code in FATAL for one in findings):
        raise UserError("template_not_ready", name=template.display_name)
    household = members(everyone).get(household_key(guest.household), ())
    values = guest_values(guest, event, template.language, household)
    for problem in check_message_values(template, values):
        if problem.level is Level.ERROR:
            raise UserError("trial_value_wrong", guest=guest.name, variable=problem.name or "")
    message = render_message(template, values)
    sandbox = line.number == SANDBOX_SENDER
    approved = template.is_approved and not line.practice and not sandbox
    content_sid = template.content_sid if approved else None
    new = NewSend(
        id=uuid4(),
        event_id=event.id,
        template_id=template.id,
        template_name=template.name,
        template_version=template.version,
        sender=line.key,
        practice=line.practice,
        planned_by=planner,
        rate=line.rate,
        time_zone=event.time_zone,
        test=True,
    )
    invitation = NewInvitation(
        guest_id=guest.id,
        recipient=number.e164,
        variables={name: values[name] for name in variables_of(template)},
        body=message.text,
        content_sid=content_sid,
        content_variables=compile_content(template).content_variables(values) if content_sid else None,
        language=template.language,
        template_version=template.version,
        template_version_id=template.version_id,
        parts=message_json(message),
    )
    async with database.begin() as conn:
        return await queue_send(conn, new, [invitation])
