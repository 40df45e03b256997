"""Templates in further languages, the versions that each of them had, and what Twilio says of each."""

# ruff: noqa: S608 - statements are put together from constants; every value is bound

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from waapp.core.template import Template, TemplateDraft
from waapp.core.template_versions import TemplateVersion
from waapp.db.engine import Connection
from waapp.db.templates import INSERT_VERSION, as_template, draft_parameters, get_template
from waapp.errors import UserError

# In the order of the fields of Template.
_COLUMNS: Final = """
    v.template_id, v.name, COALESCE(t.display_name, v.name), v.content, v.language, v.category, v.version,
    a.content_sid, COALESCE(a.status = 'approved', false), COALESCE(a.status, 'unsubmitted'), a.reason,
    COALESCE(t.description, ''), COALESCE(t.is_active, false),
    CASE WHEN (v.language, v.version) = (t.language, t.version) THEN t.updated_by ELSE v.created_by END,
    CASE WHEN (v.language, v.version) = (t.language, t.version) THEN t.updated_at ELSE v.created_at END
        AT TIME ZONE 'UTC',
    v.header, v.footer, v.buttons, v.id, COALESCE(t.language, v.language), a.category,
    a.submitted_at AT TIME ZONE 'UTC'"""

_FROM: Final = """
    FROM whatsapp_template_versions v
    LEFT JOIN whatsapp_templates t ON t.id = v.template_id
    LEFT JOIN whatsapp_template_approvals a ON a.version_id = v.id AND a.account = :account"""

# The newest version of each language beside the main one, unless the language was taken away.
_VARIANTS: Final = text(f"""
SELECT {_COLUMNS} {_FROM}
WHERE (CAST(:id AS uuid) IS NULL OR t.id = :id) AND v.language <> t.language AND v.withdrawn_at IS NULL
  AND NOT EXISTS (
      SELECT FROM whatsapp_template_versions later
      WHERE later.template_id = v.template_id AND later.language = v.language AND later.version > v.version)
ORDER BY v.template_id, v.language
""")

_HISTORY: Final = text(f"""
SELECT v.created_by, v.created_at AT TIME ZONE 'UTC', v.withdrawn_at IS NOT NULL,
    (SELECT count(*) FROM whatsapp_invitations i
     WHERE i.template_version_id = v.id AND NOT i.test AND i.practice = (:account <> '')
       AND i.engine_state <> 'cancelled')
    -- Those of guests who are gone count on; proofs are kept for the real account alone.
    + (SELECT count(*) FROM whatsapp_proofs p
       WHERE p.template_version_id = v.id AND :account = ''
         AND NOT EXISTS (SELECT FROM whatsapp_invitations i WHERE i.id = p.invitation_id)),
    {_COLUMNS} {_FROM}
WHERE v.template_id = :id AND (CAST(:language AS varchar) IS NULL OR v.language = :language)
ORDER BY v.created_at DESC, v.version DESC
""")

_LOCK: Final = text("SELECT language FROM whatsapp_templates WHERE id = :id FOR NO KEY UPDATE")

_NEWEST: Final = text("""
SELECT version, withdrawn_at IS NOT NULL AS withdrawn FROM whatsapp_template_versions
WHERE template_id = :id AND language = :language ORDER BY version DESC LIMIT 1
""")

_WITHDRAW: Final = text("""
UPDATE whatsapp_template_versions SET withdrawn_at = clock_timestamp() AT TIME ZONE 'UTC'
WHERE template_id = :id AND language = :language AND withdrawn_at IS NULL
""")

# Nothing is written that is known already: every write makes every desk read.
_SET_APPROVAL: Final = text("""
INSERT INTO whatsapp_template_approvals AS a (version_id, account, name, content_sid, status, reason, category,
    submitted_by, submitted_at)
VALUES (:version_id, :account, COALESCE(CAST(:name AS varchar), ''), :content_sid, left(:status, 64), :reason,
    left(:category, 40), :desk, CAST(:submitted_at AS timestamptz) AT TIME ZONE 'UTC')
ON CONFLICT (version_id, account) DO UPDATE
SET name = COALESCE(CAST(:name AS varchar), a.name), content_sid = EXCLUDED.content_sid, status = EXCLUDED.status,
    reason = EXCLUDED.reason, category = COALESCE(EXCLUDED.category, a.category),
    submitted_by = COALESCE(EXCLUDED.submitted_by, a.submitted_by),
    submitted_at = COALESCE(EXCLUDED.submitted_at, a.submitted_at),
    changed_at = clock_timestamp() AT TIME ZONE 'UTC'
WHERE (COALESCE(CAST(:name AS varchar), a.name), a.content_sid, a.status, a.reason,
       COALESCE(EXCLUDED.category, a.category), COALESCE(EXCLUDED.submitted_at, a.submitted_at))
    IS DISTINCT FROM (a.name, EXCLUDED.content_sid, EXCLUDED.status, EXCLUDED.reason, a.category, a.submitted_at)
""")

# The shared row speaks of the newest version in the main language alone, and of the real account alone.
_SHOW_APPROVAL: Final = text("""
UPDATE whatsapp_templates t
SET twilio_template_id = :content_sid, approval_status = left(:status, 20),
    is_approved = CAST(:status AS varchar) = 'approved', rejection_reason = :reason
FROM whatsapp_template_versions v
WHERE v.id = :version_id AND t.id = v.template_id AND t.language = v.language AND t.version = v.version
  AND (t.twilio_template_id, t.approval_status, t.rejection_reason)
      IS DISTINCT FROM (CAST(:content_sid AS varchar), left(:status, 20), CAST(:reason AS text))
""")

_GET: Final = text(f"SELECT {_COLUMNS} {_FROM} WHERE v.id = :version_id")

# "creating": Twilio was asked to make it, and may have.
_OPEN: Final = text(f"""
SELECT {_COLUMNS} {_FROM}
WHERE (a.content_sid IS NOT NULL OR a.status = 'creating') AND v.withdrawn_at IS NULL AND t.id IS NOT NULL
  AND NOT EXISTS (
      SELECT FROM whatsapp_template_versions later
      WHERE later.template_id = v.template_id AND later.language = v.language AND later.version > v.version)
ORDER BY v.template_id, v.language
""")


async def list_variants(
    conn: Connection, template_id: UUID | None = None, *, account: str = ""
) -> list[Template]:
    """Return a template's further languages, or those of all templates, each in its newest version."""
    rows = await conn.execute(_VARIANTS, {"id": template_id, "account": account})
    return [as_template(row) for row in rows]


async def save_variant(
    conn: Connection,
    template_id: UUID,
    draft: TemplateDraft,
    expected_version: int | None,
    *,
    desk: str = "",
    account: str = "",
) -> Template:
    """Store a template's text in the draft's language as its next version there.

    `expected_version` is the one that the caller has seen, None for a language that is new. The names are those
    of the template. Raises `template_unknown`, `template_changed` when somebody was quicker, and
    `template_language_taken` for the main language or a language that it has already.
    """
    main = (await conn.execute(_LOCK, {"id": template_id})).scalar_one_or_none()
    template = await get_template(conn, template_id)
    key = {"id": template_id, "language": draft.language}
    newest = (await conn.execute(_NEWEST, key)).one_or_none()
    exists = newest is not None and not newest.withdrawn
    if draft.language == main or (exists and expected_version is None):
        raise UserError("template_language_taken", name=template.display_name, language=draft.language)
    if expected_version is not None and (newest is None or not exists or newest.version != expected_version):
        raise UserError("template_changed", name=template.display_name)
    before = next(
        (one for one in await list_variants(conn, template_id) if one.language == draft.language), None
    )
    wanted = (draft.content, draft.header, draft.footer, draft.buttons, draft.category)
    if before is None or wanted != (
        before.content, before.header, before.footer, before.buttons, before.category
    ):  # fmt: skip
        version = 1 if newest is None else newest.version + 1
        parameters = {**draft_parameters(draft, desk), "name": template.name}
        await conn.execute(INSERT_VERSION, {**parameters, "id": template_id, "version": version})
    found = await list_variants(conn, template_id, account=account)
    return next(one for one in found if one.language == draft.language)


async def remove_variant(conn: Connection, template_id: UUID, language: str, expected_version: int) -> None:
    """Take a language away from a template; its versions stay in the history.

    Raises `template_unknown`, `template_changed`.
    """
    main = (await conn.execute(_LOCK, {"id": template_id})).scalar_one_or_none()
    template = await get_template(conn, template_id)
    newest = (await conn.execute(_NEWEST, {"id": template_id, "language": language})).one_or_none()
    if language == main or newest is None or newest.withdrawn or newest.version != expected_version:
        raise UserError("template_changed", name=template.display_name)
    await conn.execute(_WITHDRAW, {"id": template_id, "language": language})


async def list_versions(
    conn: Connection, template_id: UUID, *, language: str | None = None, account: str = ""
) -> list[TemplateVersion]:
    """Return every version that a template had, newest first; a deleted template keeps its versions."""
    parameters = {"id": template_id, "language": language, "account": account}
    rows = await conn.execute(_HISTORY, parameters)
    return [
        TemplateVersion(as_template(rest), created_by, created_at, withdrawn, sent)
        for created_by, created_at, withdrawn, sent, *rest in rows
    ]


async def get_version(conn: Connection, version_id: UUID, *, account: str = "") -> Template:
    """Return the template as one of its versions says it; raises `template_unknown`."""
    row = (await conn.execute(_GET, {"version_id": version_id, "account": account})).one_or_none()
    if row is None:
        raise UserError("template_unknown", name=version_id)
    return as_template(row)


async def list_submitted(conn: Connection, *, account: str = "") -> list[Template]:
    """Return what is at Twilio or may be: the newest version of each template in each of its languages."""
    return [as_template(row) for row in await conn.execute(_OPEN, {"account": account})]


async def set_approval(
    conn: Connection,
    version_id: UUID,
    *,
    content_sid: str | None,
    status: str,
    reason: str | None = None,
    category: str | None = None,
    account: str = "",
    name: str | None = None,
    submitted_at: datetime | None = None,
    desk: str | None = None,
) -> Template:
    """Note what Twilio says of a version, in Twilio's words; raises `template_unknown`.

    `category` is the one that WhatsApp has decided on. Only what the real account (`account` empty) says of the
    newest version in the main language is shown to other programs.
    """
    parameters = {
        "version_id": version_id,
        "account": account,
        "name": name,
        "content_sid": content_sid,
        "status": status,
        "reason": reason,
        "category": category,
        "submitted_at": submitted_at,
        "desk": desk,
    }
    # A version that nobody knows would only be refused by the foreign key.
    await get_version(conn, version_id)
    await conn.execute(_SET_APPROVAL, parameters)
    if not account:
        await conn.execute(_SHOW_APPROVAL, parameters)
    return await get_version(conn, version_id, account=account)


async def connected(conn: Connection, *, account: str = "") -> dict[str, UUID]:
    """Return the versions that are connected with a template at Twilio, by its content SID."""
    statement = text("""
        SELECT content_sid, version_id FROM whatsapp_template_approvals
        WHERE account = :account AND content_sid IS NOT NULL""")
    rows = await conn.execute(statement, {"account": account})
    return {row.content_sid: row.version_id for row in rows}


async def lock_submission(conn: Connection, version_id: UUID, *, account: str = "") -> bool:
    """Keep other desks from submitting a version until the end of the transaction; False: one is at it."""
    statement = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:key, 0))")
    key = f"waapp submit {account} {version_id}"
    locked: bool = (await conn.execute(statement, {"key": key})).scalar_one()
    return locked
