"""Approval of templates: WhatsApp delivers a first message only from a text that it has approved.

Reference, section 5: a submitted text cannot be changed any more, so what is submitted is one version of a
template in one language, and what Twilio says concerns that version only.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from waapp.core.cadence import Cadence
from waapp.core.template import Template, TemplateDraft
from waapp.core.template_content import (
    Foreign,
    compile_content,
    read_types,
    same_wording,
)
from waapp.core.template_rules import Level, check_message
from waapp.core.template_samples import approval_samples
from waapp.db import template_versions, templates
from waapp.db.engine import Connection, Database
from waapp.db.feed import Change, Kind
from waapp.errors import UserError
from waapp.waiting import wait_at_most
from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.records import ApprovalInfo, ContentRecord

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")

UNSUBMITTED: Final = "unsubmitted"
CREATING: Final = "creating"
"""Our own word, before Twilio has said anything: it was asked to create the template, and may have."""
MOVING: Final = frozenset({"received", "pending"})
"""Twilio's words after which a later one is to be expected."""
_OVER: Final = frozenset({"rejected", "disabled"})
"""Twilio's words that are the last ones about a text."""
_ABOUT_ONE: Final = frozenset(
    {
        "twilio_not_found",
        "twilio_refused",
        "template_unknown",
        "template_changed",
        "template_being_submitted",
    }
)
"""Troubles of one template, that say nothing about the next one."""
_NOT_CREATED: Final = frozenset(
    {"twilio_refused", "twilio_not_found", "twilio_credentials", "twilio_forbidden", "twilio_busy"}
)
"""What Twilio says when it has done nothing; after anything else it may have."""
_LOOKED_FOR: Final = 120.0
"""Seconds after which a template that Twilio does not list was never created."""
_TROUBLE_WAIT: Final = 30.0
_BUSY_WAITS: Final = (1.0, 2.0, 4.0)
"""What Twilio was too busy for it has not done: it may be asked again, after these waits in seconds."""


@dataclass(slots=True)
class _Followed:
    """Since when a template has its state, and when Twilio was last asked about it; on the monotonic clock."""

    status: str
    since: float
    asked: float


@dataclass(frozen=True, slots=True)
class AtTwilio:
    """A template that the account has: what it says, with its variables called as they are there.

    `wording` is None for kinds of messages that cannot be sent from here. `version_id` is the version here that
    it is connected with, None where there is none.
    """

    record: ContentRecord
    wording: Foreign | None
    version_id: UUID | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A template says one thing here and another at Twilio, where somebody has changed it."""

    template: Template
    wording: Foreign | None


class Approvals:
    """Submits templates and follows them, so that an approval appears on whichever page and desk is open.

    `account` is empty for the real Twilio, and the practice key for the practice Twilio of this installation:
    what one says is never taken for the other's word.
    """

    def __init__(
        self, database: Database, client: TwilioClient, cadence: Cadence, *, account: str = "", desk: str = ""
    ) -> None:
        self._database = database
        self._client = client
        self._cadence = cadence
        self._account = account
        self._desk = desk
        self._followed: dict[UUID, _Followed] = {}
        self._news = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    async def submit(self, template: Template, given: Mapping[str, str] | None = None) -> Template:
        """Create the template at Twilio, unless this version exists there, and ask WhatsApp for its approval.

        `given` are examples for its variables; what it does not say is exemplified by an invented guest.

        Raises UserError("template_not_ready") for a text that WhatsApp would refuse, UserError("template_changed")
        when somebody has saved another version meanwhile, UserError("template_being_submitted") when another desk
        is at it, and what the client raises. After any of them it may be called again: nothing is created twice.
        """
        samples = approval_samples(template, given)
        findings = check_message(
            template, samples, language=template.language, category=template.category, samples=samples
        )
        if any(finding.level is Level.ERROR for finding in findings):
            raise UserError("template_not_ready", name=template.display_name)
        async with self._alone_with(template) as stored:
            content_sid = await self._sid_at_twilio(stored)
            if content_sid is not None:
                return await self._go_on_with(stored, content_sid)
            return await self._ask_for_approval(stored, await self._create(stored, samples))

    async def refresh(self, template: Template) -> Template:
        """Ask how far the approval is; a template that is not at Twilio stays as it is.

        Raises what the client raises.
        """
        sid = template.content_sid
        if sid is None or template.version_id is None:
            return template
        return await self._note(template, sid, await self._client.approval(sid))

    async def adopt(self, template: Template, content_sid: str) -> Template:
        """Connect a version with a template that was created and submitted elsewhere, in Twilio's console say.

        Raises UserError("twilio_not_found") when the account has no such template,
        UserError("template_text_differs") when guests would get another text than the one shown here,
        and UserError("template_changed").
        """
        stored = await self._as_stored(template)
        wording = read_types((await self._client.content(content_sid)).types)
        if wording is None or not same_wording(stored, wording):
            raise UserError("template_text_differs", name=template.display_name)
        return await self._note(stored, content_sid, await self._client.approval(content_sid))

    async def find_conflict(self, template: Template) -> Conflict | None:
        """Return what Twilio has when it is not what is shown here; nothing is changed on either side.

        Raises what the client raises.
        """
        if template.content_sid is None:
            return None
        wording = read_types((await self._client.content(template.content_sid)).types)
        same = wording is not None and same_wording(template, wording)
        return None if same else Conflict(template, wording)

    async def list_at_twilio(self) -> list[AtTwilio]:
        """Return all templates of the account, newest first, those that are connected here included.

        Raises what the client raises.
        """
        records = [record async for page in self._client.content_pages() for record in page]
        async with self._database.read() as conn:
            known = await template_versions.connected(conn, account=self._account)
        return [AtTwilio(record, read_types(record.types), known.get(record.sid)) for record in records]

    async def take_in(self, found: AtTwilio, draft: TemplateDraft, *, into: UUID | None = None) -> Template:
        """Store a template of the account here, with the names that the draft gives to its variables.

        `into` is the template that gets it as a further language; None makes a template of its own. Raises
        UserError("template_text_differs") when the draft does not come to the same text, and what
        `save_template` and `save_variant` raise: nothing that is here already is overwritten.
        """
        if found.wording is None or not same_wording(draft, found.wording):
            raise UserError("template_text_differs", name=draft.display_name)
        approval = found.record.approval
        async with self._database.begin() as conn:
            if into is None:
                stored = await templates.save_template(conn, None, draft, desk=self._desk)
            else:
                stored = await template_versions.save_variant(conn, into, draft, None, desk=self._desk)
            return await self._write(conn, stored, found.record.sid, approval)

    # In the background

    def changed(self, change: Change) -> None:
        """Learn from the feed that a template may have been submitted, here or on another desk."""
        if change.kind in {Kind.TEMPLATES, Kind.ALL}:
            self._news.set()

    async def run(self) -> None:
        """Follow until cancelled; trouble with Twilio or the database only delays the next round."""
        while True:
            self._news.clear()
            try:
                wait = await self._ask_about_due()
            except UserError as error:
                _log.info("no news of approvals this time: %s", error)
                await asyncio.sleep(_TROUBLE_WAIT * self._cadence.scale)
                continue
            await wait_at_most(self._news, wait)

    async def _ask_about_due(self) -> float | None:
        """Ask about every template that is due; return the seconds until the next one is, None for no one."""
        async with self._database.read() as conn:
            found = await template_versions.list_submitted(conn, account=self._account)
        before, self._followed = self._followed, {}
        waits = []
        for template in found:
            status = template.approval_status
            if status in _OVER or template.version_id is None:
                continue
            now = time.monotonic()
            entry = before.get(template.version_id) or _Followed(status, now, asked=-float("inf"))
            if entry.status != status:
                entry.status, entry.since = status, now
            self._followed[template.version_id] = entry
            moves = status in MOVING or status == CREATING
            interval = self._cadence.approval_interval(now - entry.since, under_review=moves)
            if now - entry.asked >= interval:
                await self._ask(template, is_old=now - entry.since >= _LOOKED_FOR * self._cadence.scale)
                entry.asked = time.monotonic()
            waits.append(entry.asked + interval - time.monotonic())
        return max(0.0, min(waits)) if waits else None

    async def _ask(self, template: Template, *, is_old: bool) -> None:
        try:
            if template.content_sid is None:
                await self._look_for(template, is_old=is_old)
            else:
                await self.refresh(template)
        except UserError as error:
            if error.code not in _ABOUT_ONE:
                raise
            _log.info("no news of the approval of %s: %s", template.name, error)

    async def _look_for(self, template: Template, *, is_old: bool) -> None:
        """Find out whether Twilio has created a template although its answer was lost, and then go on with it.

        One that it does not list after a while (`is_old`) was never created: the planner may submit it anew.
        """
        async with self._alone_with(template) as stored:
            if stored.approval_status != CREATING:
                return
            content_sid = await self._sid_at_twilio(stored)
            if content_sid is not None:
                await self._go_on_with(stored, content_sid)
            elif is_old:
                await self._note(stored, None, ApprovalInfo(UNSUBMITTED))

    # Submitting, so that nothing is created twice

    async def _go_on_with(self, stored: Template, content_sid: str) -> Template:
        """Ask for the approval of what exists at Twilio, unless that was asked for already."""
        # Twilio may have taken an earlier request although its answer was lost: it would refuse another.
        known = await self._patiently(lambda: self._client.approval(content_sid))
        if known.status != UNSUBMITTED:
            return await self._note(stored, content_sid, known)
        return await self._ask_for_approval(stored, content_sid)

    async def _ask_for_approval(self, stored: Template, content_sid: str) -> Template:
        info = await self._patiently(
            lambda: self._client.request_approval(
                content_sid, name=stored.submitted_name, category=stored.category
            )
        )
        return await self._note(stored, content_sid, info, submitted_at=self._client.now)

    @asynccontextmanager
    async def _alone_with(self, template: Template) -> AsyncIterator[Template]:
        """Keep other desks from submitting the same text meanwhile; yield the template as it is stored."""
        if template.version_id is None:
            raise UserError("template_unknown", name=template.display_name)
        # What this desk looks up in the background is no reason to refuse its planner.
        async with self._one_at_a_time, self._database.begin() as conn:
            if not await template_versions.lock_submission(conn, template.version_id, account=self._account):
                raise UserError("template_being_submitted", name=template.display_name)
            yield await self._as_stored(template)

    async def _sid_at_twilio(self, stored: Template) -> str | None:
        """Return under which SID the version exists at Twilio, None when it does not."""
        if stored.content_sid is not None:
            sid = stored.content_sid
            try:
                await self._patiently(lambda: self._client.content(sid))
            except UserError as error:
                if error.code != "twilio_not_found":
                    raise
                return None  # somebody has deleted it there
            return sid
        if stored.approval_status != CREATING:
            return None
        # An earlier request may have been taken although its answer was lost.
        async for page in self._client.content_pages():
            for record in page:
                if (record.name, record.language) == (stored.submitted_name, stored.language):
                    wording = read_types(record.types)
                    if wording is not None and same_wording(stored, wording):
                        return record.sid
        return None

    async def _create(self, stored: Template, samples: Mapping[str, str]) -> str:
        compiled = compile_content(stored)
        # Written before the request: whoever comes next looks whether it was taken.
        await self._note(stored, None, ApprovalInfo(CREATING))
        try:
            content_sid = await self._patiently(
                lambda: self._client.create_content(
                    name=stored.submitted_name,
                    language=stored.language,
                    types=compiled.types,
                    variables=compiled.content_variables(samples),
                )
            )
        except UserError as error:
            if error.code in _NOT_CREATED or not error.params.get("written", True):
                await self._note(stored, None, ApprovalInfo(UNSUBMITTED))
            raise
        await self._note(stored, content_sid, ApprovalInfo(UNSUBMITTED))
        return content_sid

    async def _patiently(self, call: Callable[[], Awaitable[_Result]]) -> _Result:
        for wait in _BUSY_WAITS:
            try:
                return await call()
            except UserError as error:
                if error.code != "twilio_busy":
                    raise
                told = error.params.get("after")
                asked = float(told) if isinstance(told, int | float) else wait
                await asyncio.sleep(min(asked, _TROUBLE_WAIT) * self._cadence.scale)
        return await call()

    async def _as_stored(self, template: Template) -> Template:
        """Return what is stored of the version; raises `template_changed` when there is a newer one."""
        async with self._database.read() as conn:
            main = await templates.get_template(conn, template.id, account=self._account)
            found = [main, *await template_versions.list_variants(conn, template.id, account=self._account)]
        for one in found:
            if one.language == template.language and one.version == template.version:
                return one
        raise UserError("template_changed", name=template.display_name)

    async def _note(
        self,
        template: Template,
        content_sid: str | None,
        info: ApprovalInfo,
        *,
        submitted_at: datetime | None = None,
    ) -> Template:
        async with self._database.begin() as conn:
            return await self._write(conn, template, content_sid, info, submitted_at)

    async def _write(
        self,
        conn: Connection,
        template: Template,
        content_sid: str | None,
        info: ApprovalInfo,
        submitted_at: datetime | None = None,
    ) -> Template:
        if template.version_id is None:
            raise UserError("template_unknown", name=template.display_name)
        return await template_versions.set_approval(
            conn,
            template.version_id,
            content_sid=content_sid,
            status=info.status,
            reason=info.rejection_reason or None,
            category=info.category or None,
            account=self._account,
            name=info.name or None,
            submitted_at=submitted_at,
            desk=self._desk or None,
        )
