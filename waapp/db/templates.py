"""Templates: what may be said, and whether WhatsApp has approved it."""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

import json
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from waapp.core.template import Template, TemplateDraft, parse
from waapp.db.engine import Connection
from waapp.errors import UserError

# In the order of the fields of Template.
_COLUMNS: Final = """
    t.id, t.name, t.display_name, t.content, t.language, t.category, t.version, t.twilio_template_id,
    COALESCE(t.is_approved, false), t.approval_status, t.rejection_reason, COALESCE(t.description, ''),
    COALESCE(t.is_active, false), t.updated_by, t.updated_at AT TIME ZONE 'UTC'"""

_INSERT: Final = text(f"""
INSERT INTO whatsapp_templates AS t (name, display_name, content, variables, language, category, description,
    is_active, updated_by)
VALUES (:name, :display_name, :content, CAST(:variables AS jsonb), :language, :category, :description, :is_active,
    :desk)
ON CONFLICT (name) DO NOTHING
RETURNING {_COLUMNS}
""")

# WhatsApp approves a text in a language under a name: another text is another template, and not approved.
_SAYS_THE_SAME: Final = """(
    t.name = CAST(:name AS varchar) AND t.content = :content AND t.language = CAST(:language AS varchar)
    AND t.category = CAST(:category AS varchar))"""

_UPDATE: Final = text(f"""
UPDATE whatsapp_templates t
SET name = :name, display_name = :display_name, content = :content, variables = CAST(:variables AS jsonb),
    language = :language, category = :category, description = :description, is_active = :is_active,
    updated_by = :desk,
    version = t.version + CASE WHEN {_SAYS_THE_SAME} THEN 0 ELSE 1 END,
    twilio_template_id = CASE WHEN {_SAYS_THE_SAME} THEN t.twilio_template_id END,
    is_approved = CASE WHEN {_SAYS_THE_SAME} THEN t.is_approved ELSE false END,
    approval_status = CASE WHEN {_SAYS_THE_SAME} THEN t.approval_status ELSE 'unsubmitted' END,
    rejection_reason = CASE WHEN {_SAYS_THE_SAME} THEN t.rejection_reason END
WHERE t.id = :id
  AND t.updated_at IS NOT DISTINCT FROM CAST(:expected AS timestamptz) AT TIME ZONE 'UTC'
RETURNING {_COLUMNS}
""")

_SET_APPROVAL: Final = text(f"""
UPDATE whatsapp_templates t
SET twilio_template_id = :content_sid, approval_status = :status, is_approved = CAST(:status AS varchar) = 'approved',
    rejection_reason = :reason
WHERE t.id = :id AND t.version = :version
RETURNING {_COLUMNS}
""")


async def list_templates(conn: Connection, *, active_only: bool = False) -> list[Template]:
    """Return the templates by display name."""
    statement = text(f"""
        SELECT {_COLUMNS} FROM whatsapp_templates t WHERE t.is_active OR NOT :active_only
        ORDER BY lower(t.display_name), t.id""")
    return [Template(*row) for row in await conn.execute(statement, {"active_only": active_only})]


async def get_template(conn: Connection, template_id: UUID) -> Template:
    """Return a template; raises `template_unknown`."""
    statement = text(f"SELECT {_COLUMNS} FROM whatsapp_templates t WHERE t.id = :id")
    row = (await conn.execute(statement, {"id": template_id})).one_or_none()
    if row is None:
        raise UserError("template_unknown", name=template_id)
    return Template(*row)


async def find_template(conn: Connection, name: str) -> Template:
    """Return the template with a name, or the only one with that display name; raises `template_unknown`."""
    statement = text(f"""
        SELECT {_COLUMNS} FROM whatsapp_templates t
        WHERE t.name = :name OR lower(t.display_name) = lower(:name)
        ORDER BY t.name = :name DESC""")
    found = [Template(*row) for row in await conn.execute(statement, {"name": name.strip()})]
    if not found or (len(found) > 1 and found[0].name != name.strip()):
        raise UserError("template_unknown", name=name)
    return found[0]


async def save_template(
    conn: Connection,
    template_id: UUID | None,
    draft: TemplateDraft,
    expected_updated_at: datetime | None = None,
    *,
    desk: str = "",
) -> Template:
    """Store a new template (`template_id` None), or change one that is still as the caller has seen it.

    Another name, text, language or category makes a new version, which WhatsApp has not approved. Raises
    `template_changed`, `template_unknown` or `template_name_taken`.
    """
    parameters = {
        "name": draft.name,
        "display_name": draft.display_name,
        "content": draft.content,
        "variables": json.dumps(parse(draft.content).variables),
        "language": draft.language,
        "category": draft.category,
        "description": draft.description,
        "is_active": draft.is_active,
        "desk": desk or None,
    }
    if template_id is None:
        row = (await conn.execute(_INSERT, parameters)).one_or_none()
        if row is None:
            raise UserError("template_name_taken", name=draft.name)
        return Template(*row)
    parameters |= {"id": template_id, "expected": expected_updated_at}
    try:
        async with conn.begin_nested():
            row = (await conn.execute(_UPDATE, parameters)).one_or_none()
    except IntegrityError as error:
        raise UserError("template_name_taken", name=draft.name) from error
    if row is None:
        template = await get_template(conn, template_id)
        raise UserError("template_changed", name=template.display_name)
    return Template(*row)


async def set_approval(
    conn: Connection,
    template_id: UUID,
    version: int,
    *,
    content_sid: str | None,
    status: str,
    reason: str | None = None,
) -> Template | None:
    """Note what Twilio says of the template that was submitted for a version, in Twilio's words.

    None when the template has another version by now, which this says nothing about.
    """
    parameters = {
        "id": template_id,
        "version": version,
        "content_sid": content_sid,
        "status": status,
        "reason": reason,
    }
    row = (await conn.execute(_SET_APPROVAL, parameters)).one_or_none()
    return None if row is None else Template(*row)


async def delete_template(conn: Connection, template_id: UUID) -> None:
    """Delete a template; what was queued with it keeps its frozen text. Raises `template_unknown`."""
    statement = text("DELETE FROM whatsapp_templates WHERE id = :id RETURNING id")
    if (await conn.execute(statement, {"id": template_id})).one_or_none() is None:
        raise UserError("template_unknown", name=template_id)
