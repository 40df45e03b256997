"""Templates: what may be said, and whether WhatsApp has approved it."""

import json
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from waapp.core.template import Template, TemplateDraft, parse
from waapp.core.template_parts import buttons_json, header_json, read_buttons, read_header
from waapp.core.template_versions import rebase, same_text
from waapp.db.engine import Connection
from waapp.errors import UserError

# In the order of the fields of Template. What the real Twilio says stands in the shared row, where other programs
# read it; what a practice Twilio says must never get there.
_COLUMNS: Final = """
    t.id, t.name, t.display_name, t.content, t.language, t.category, t.version,
    CASE WHEN :account = '' THEN t.twilio_template_id ELSE a.content_sid END,
    CASE WHEN :account = '' THEN COALESCE(t.is_approved, false) ELSE COALESCE(a.status = 'approved', false) END,
    CASE WHEN :account = '' AND t.approval_status <> left(COALESCE(a.status, ''), 20) THEN t.approval_status
         ELSE COALESCE(a.status, 'unsubmitted') END,
    CASE WHEN :account = '' THEN t.rejection_reason ELSE a.reason END,
    COALESCE(t.description, ''), COALESCE(t.is_active, false), t.updated_by, t.updated_at AT TIME ZONE 'UTC',
    v.header, COALESCE(v.footer, ''), v.buttons, v.id, t.language, a.category, a.submitted_at AT TIME ZONE 'UTC'"""

_FROM: Final = """
    FROM whatsapp_templates t
    LEFT JOIN whatsapp_template_versions v
        ON v.template_id = t.id AND v.language = t.language AND v.version = t.version
    LEFT JOIN whatsapp_template_approvals a ON a.version_id = v.id AND a.account = :account"""

_NEXT_VERSION: Final = text("""
SELECT COALESCE(max(version), 0) + 1 FROM whatsapp_template_versions
WHERE template_id = :id AND language = :language
""")

INSERT_VERSION: Final = text("""
INSERT INTO whatsapp_template_versions (template_id, language, version, name, content, header, footer, buttons,
    category, created_by)
VALUES (:id, :language, :version, :name, :content, CAST(:header AS jsonb), :footer, CAST(:buttons AS jsonb),
    :category, :desk)
""")

_INSERT: Final = text("""
INSERT INTO whatsapp_templates (id, name, display_name, content, variables, language, category, description,
    is_active, updated_by, version)
VALUES (:id, :name, :display_name, :content, CAST(:variables AS jsonb), :language, :category, :description,
    :is_active, :desk, :version)
ON CONFLICT (name) DO NOTHING
RETURNING id
""")

_LOCK: Final = text("SELECT FROM whatsapp_templates WHERE id = :id FOR NO KEY UPDATE")

# WhatsApp approves a text in a language under a name: another text is another template, and not approved.
_UPDATE: Final = text("""
UPDATE whatsapp_templates t
SET name = :name, display_name = :display_name, content = :content, variables = CAST(:variables AS jsonb),
    language = :language, category = :category, description = :description, is_active = :is_active,
    updated_by = :desk, version = :version,
    twilio_template_id = CASE WHEN :same THEN t.twilio_template_id END,
    is_approved = CASE WHEN :same THEN t.is_approved ELSE false END,
    approval_status = CASE WHEN :same THEN t.approval_status ELSE 'unsubmitted' END,
    rejection_reason = CASE WHEN :same THEN t.rejection_reason END
WHERE t.id = :id
""")


async def list_templates(conn: Connection, *, active_only: bool = False, account: str = "") -> list[Template]:
    """Return the templates by display name, each in its main language.

    `account` is empty for the real Twilio account, and the practice key for what the practice Twilio of this
    installation says of their approval.
    """
    statement = text(f"""
        SELECT {_COLUMNS} {_FROM} WHERE t.is_active OR NOT :active_only
        ORDER BY lower(t.display_name), t.id""")
    parameters = {"active_only": active_only, "account": account}
    return [as_template(row) for row in await conn.execute(statement, parameters)]


async def get_template(conn: Connection, template_id: UUID, *, account: str = "") -> Template:
    """Return a template in its main language; raises `template_unknown`."""
    statement = text(f"SELECT {_COLUMNS} {_FROM} WHERE t.id = :id")
    row = (await conn.execute(statement, {"id": template_id, "account": account})).one_or_none()
    if row is None:
        raise UserError("template_unknown", name=template_id)
    return as_template(row)


async def find_template(conn: Connection, name: str, *, account: str = "") -> Template:
    """Return the template with a name, or the only one with that display name; raises `template_unknown`."""
    statement = text(f"""
        SELECT {_COLUMNS} {_FROM}
        WHERE t.name = :name OR lower(t.display_name) = lower(:name)
        ORDER BY t.name = :name DESC""")
    parameters = {"name": name.strip(), "account": account}
    found = [as_template(row) for row in await conn.execute(statement, parameters)]
    if not found or (len(found) > 1 and found[0].name != name.strip()):
        raise UserError("template_unknown", name=name)
    return found[0]


async def save_template(
    conn: Connection,
    template_id: UUID | None,
    draft: TemplateDraft,
    seen: TemplateDraft | None = None,
    *,
    desk: str = "",
    account: str = "",
) -> Template:
    """Store a new template (`template_id` None), or change one whose text is still as the caller has `seen` it.

    What Twilio has said of it since does not matter, and what somebody else has changed beside the caller's change
    stays changed. Another name, text, part, language or category makes a new version, which WhatsApp has not
    approved; the versions before it are kept. Raises `template_changed`, `template_unknown` or `template_name_taken`.
    """
    if template_id is None:
        template_id = uuid4()
        parameters = {**draft_parameters(draft, desk), "id": template_id, "version": 1}
        async with conn.begin_nested() as attempt:
            await conn.execute(INSERT_VERSION, parameters)
            if (await conn.execute(_INSERT, parameters)).one_or_none() is None:
                await attempt.rollback()
                raise UserError("template_name_taken", name=draft.name)
        return await get_template(conn, template_id, account=account)
    await conn.execute(_LOCK, {"id": template_id})
    before = await get_template(conn, template_id)
    merged = rebase(seen, draft, before.draft) if seen is not None else None
    if merged is None:
        raise UserError("template_changed", name=before.display_name)
    same = same_text(before.draft, merged)
    version = before.version
    if not same:
        next_version = await conn.execute(_NEXT_VERSION, {"id": template_id, "language": merged.language})
        version = max(before.version + 1, next_version.scalar_one())
    parameters = {**draft_parameters(merged, desk), "id": template_id, "version": version, "same": same}
    try:
        async with conn.begin_nested():
            if not same:
                await conn.execute(INSERT_VERSION, parameters)
            await conn.execute(_UPDATE, parameters)
    except IntegrityError as error:
        raise UserError("template_name_taken", name=merged.name) from error
    return await get_template(conn, template_id, account=account)


def draft_parameters(draft: TemplateDraft, desk: str) -> dict[str, Any]:
    """Return what the statements store of a draft."""
    return {
        "name": draft.name,
        "display_name": draft.display_name,
        "content": draft.content,
        "variables": json.dumps(parse(draft.content).variables),
        "language": draft.language,
        "category": draft.category,
        "description": draft.description,
        "is_active": draft.is_active,
        "header": None if draft.header is None else json.dumps(header_json(draft.header)),
        "footer": draft.footer,
        "buttons": json.dumps(buttons_json(draft.buttons)),
        "desk": desk or None,
    }


def as_template(row: Any) -> Template:  # noqa: ANN401 - a row, whatever its query
    """Read a row with the columns in the order of the fields of Template."""
    values = list(row)
    values[_HEADER] = read_header(values[_HEADER])
    values[_BUTTONS] = read_buttons(values[_BUTTONS])
    return Template(*values)


_HEADER: Final = list(Template.__dataclass_fields__).index("header")
_BUTTONS: Final = list(Template.__dataclass_fields__).index("buttons")


async def delete_template(conn: Connection, template_id: UUID) -> None:
    """Delete a template; its versions and what was queued with them stay. Raises `template_unknown`."""
    statement = text("DELETE FROM whatsapp_templates WHERE id = :id RETURNING id")
    if (await conn.execute(statement, {"id": template_id})).one_or_none() is None:
        raise UserError("template_unknown", name=template_id)
