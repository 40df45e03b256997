"""Approval of templates: WhatsApp delivers a first message only from a text that it has approved.

Reference, section 5: a submitted text cannot be changed any more, so what is submitted is one version of a
template, and what Twilio says concerns that version only.
"""

from typing import Final

from waapp.core.template import Template, compile_template
from waapp.core.template_rules import Level, check
from waapp.core.template_values import BUILT_IN, sample_values
from waapp.db import templates
from waapp.db.engine import Database
from waapp.errors import UserError
from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.records import ApprovalInfo

APPROVED: Final = "approved"
MOVING: Final = frozenset({"received", "pending"})
"""Twilio's words after which a later one is to be expected."""


async def submit(database: Database, client: TwilioClient, template: Template) -> Template:
    """Create the template at Twilio, unless this version exists there, and ask WhatsApp for its approval.

    Raises UserError("template_not_ready") for a text that WhatsApp would refuse, UserError("template_changed")
    when somebody has saved another version meanwhile, and what the client raises.
    """
    samples = sample_values(template.language)
    known = {*BUILT_IN, *samples}
    findings = check(template.content, known, language=template.language, category=template.category)
    if any(finding.level is Level.ERROR for finding in findings):
        raise UserError("template_not_ready", name=template.display_name)
    content_sid = template.content_sid
    if content_sid is None:
        compiled = compile_template(template.content)
        content_sid = await client.create_content(
            name=f"{template.name}_v{template.version}",
            language=template.language,
            types={"twilio/text": {"body": compiled.body}},
            variables=compiled.content_variables(samples),
        )
        # Known before anything else can fail: a second press must not create a second one.
        template = await _note(database, template, content_sid, ApprovalInfo("unsubmitted"))
    info = await client.request_approval(
        content_sid, name=f"{template.name}_v{template.version}", category=template.category
    )
    return await _note(database, template, content_sid, info)


async def refresh(database: Database, client: TwilioClient, template: Template) -> Template:
    """Ask how far the approval is; a template that is not at Twilio stays as it is.

    Raises UserError("template_changed") and what the client raises.
    """
    if template.content_sid is None:
        return template
    return await _note(database, template, template.content_sid, await client.approval(template.content_sid))


async def adopt(database: Database, client: TwilioClient, template: Template, content_sid: str) -> Template:
    """Connect a version with a template that was created and submitted elsewhere, in Twilio's console say.

    Raises UserError("twilio_not_found") when the account has no such template, UserError("template_changed").
    """
    return await _note(database, template, content_sid, await client.approval(content_sid))


async def _note(database: Database, template: Template, content_sid: str, info: ApprovalInfo) -> Template:
    async with database.begin() as conn:
        noted = await templates.set_approval(
            conn,
            template.id,
            template.version,
            content_sid=content_sid,
            status=info.status,
            reason=info.rejection_reason or None,
        )
    if noted is None:
        raise UserError("template_changed", name=template.display_name)
    return noted
