"""The seam to Twilio: send, look, and ask about the account. What came of a send is a value, never an exception."""

import asyncio
import json
import logging
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar
from urllib.parse import parse_qsl, urlsplit

from waapp.core.outcome import Accepted, NotSent, Outcome, Throttled, Unknown
from waapp.errors import UserError
from waapp.whatsapp.records import (
    AccountInfo,
    ApprovalInfo,
    ContentRecord,
    MessageRecord,
    SenderInfo,
    message_record,
    read_moment,
    sender_info,
    to_address,
)
from waapp.whatsapp.refusals import code_and_text, outcome_of_refusal, problem, status_code_text
from waapp.whatsapp.request_errors import AnswerLostError, NotWrittenError, RequestError, ThrottledError

if TYPE_CHECKING:
    from waapp.whatsapp.messages import Messages
    from waapp.whatsapp.transport import TwilioTransport

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")

PAGE_SIZE: Final = 1000
"""Messages per list request; Twilio gives no more."""

_RECORDS_PER_BREATH: Final = 100
_MESSAGE_SID: Final = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_SUCCESS: Final = range(200, 300)


class TwilioClient:
    """One Twilio account over one pool of connections.

    `username` is the account's own identifier or that of an API key. `base_url` replaces scheme and host of every
    Twilio address. `timeout` is how many seconds an answer may take. The caller bounds how many calls run at once.
    """

    def __init__(
        self,
        account_sid: str,
        username: str,
        password: str,
        *,
        base_url: str | None = None,
        timeout: float = 30.0,
    ) -> None:
        self._account_sid = account_sid
        self._username = username
        self._password = password
        self._base_url = base_url
        self._timeout = timeout
        self._opening = asyncio.Lock()
        self._transport: TwilioTransport | None = None
        self._rest: Any = None
        self._messages: Messages | None = None
        self._told: tuple[datetime, float] | None = None
        self._told_text = ""

    def __repr__(self) -> str:
        return f"<TwilioClient {self._account_sid[:4]}…>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; the client cannot be used afterwards."""
        if self._transport is not None:
            await self._transport.close()

    @property
    def now(self) -> datetime | None:
        """Return the moment by Twilio's clock, to about a second, whatever ours says; None before the first answer."""
        if self._told is None:
            return None
        told, at = self._told
        return told + timedelta(seconds=time.monotonic() - at)

    async def send(
        self,
        to: str,
        sender: str,
        *,
        body: str | None = None,
        content_sid: str | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Post one message, once: an approved template with all its numbered variables, or else a free text."""
        if (body is None) is (content_sid is None):
            raise ValueError("either a body or a content_sid")
        fields = {"To": to_address(to), "From": to_address(sender)}
        if content_sid is None:
            fields["Body"] = body or ""
        else:
            fields["ContentSid"] = content_sid
            fields["ContentVariables"] = json.dumps(dict(variables or {}), ensure_ascii=False)
        messages = self._messages or await self._open_messages()
        try:
            status, answer = await messages.post(fields)
        except ThrottledError as error:
            return Throttled(error.after)
        except NotWrittenError as error:
            return NotSent(error.why)
        except AnswerLostError as error:
            return Unknown(error.why)
        if status not in _SUCCESS:
            return outcome_of_refusal(status, answer)
        if not _MESSAGE_SID.fullmatch(str(answer.get("sid"))):
            return Unknown("unreadable")
        return Accepted(answer["sid"], str(answer.get("status") or "queued"))

    async def fetch(self, sid: str) -> MessageRecord | None:
        """Return one message; None if the account has none of this name.

        Raises what `list_messages` raises.
        """
        messages = await self._open_messages()
        try:
            return message_record(await self._read(lambda: messages.fetch(sid)))
        except UserError as error:
            if error.code == "twilio_not_found":
                return None
            raise

    async def delete(self, sid: str) -> None:
        """Delete a message with its text and numbers; nothing happens when it is gone already.

        Raises what `list_messages` raises.
        """
        rest = await self._open()
        try:
            await self._ask(lambda: rest.messages(sid).delete_async())
        except UserError as error:
            if error.code != "twilio_not_found":
                raise

    async def list_messages(
        self,
        *,
        to: str | None = None,
        from_: str | None = None,
        since: datetime | None = None,
        page_cap: int = 11,
        page_size: int = PAGE_SIZE,
    ) -> list[MessageRecord]:
        """Return messages, newest first, from at most `page_cap` pages.

        `since` counts by whole days in UTC, as Twilio documents it. Twilio's list may lag behind by minutes.
        Raises AccountError("twilio_credentials"), AccountError("twilio_forbidden"),
        UserError("twilio_unreachable"), UserError("twilio_busy"), UserError("twilio_unavailable"),
        UserError("twilio_refused"), UserError("twilio_unreadable").
        """
        pages = self.message_pages(to=to, from_=from_, since=since, page_cap=page_cap, page_size=page_size)
        return [record async for page in pages for record in page]

    async def message_pages(
        self,
        *,
        to: str | None = None,
        from_: str | None = None,
        since: datetime | None = None,
        page_cap: int = 11,
        page_size: int = PAGE_SIZE,
    ) -> AsyncGenerator[list[MessageRecord], None]:
        """Yield the pages of `list_messages` one by one, so that the caller may stop when it has seen enough."""
        filters = {"PageSize": str(page_size)}
        if to is not None:
            filters["To"] = to_address(to)
        if from_ is not None:
            filters["From"] = to_address(from_)
        if since is not None:
            filters["DateSent>"] = since.astimezone(UTC).date().isoformat()
        messages = await self._open_messages()
        page = await self._read(lambda: messages.first_page(filters))
        yield await _records(page)
        for _ in range(page_cap - 1):
            following = page.get("next_page_uri")
            if not following:
                return
            page = await self._read(partial(messages.page, following))
            yield await _records(page)
        _log.info("Stopped listing messages after %d pages", page_cap)

    async def account(self) -> AccountInfo:
        """Return the account: a cheap test of the credentials.

        Raises what `list_messages` raises.
        """
        rest = await self._open()
        account = await self._ask(lambda: rest.api.v2010.accounts(self._account_sid).fetch_async())
        return AccountInfo(
            sid=str(account.sid or ""),
            name=str(account.friendly_name or ""),
            status=str(account.status or "").lower(),
            trial=str(account.type or "").lower() == "trial",
        )

    async def senders(self) -> list[SenderInfo]:
        """Return the account's WhatsApp senders with their daily limits.

        Raises what `list_messages` raises.
        """
        rest = await self._open("twilio.rest.messaging.v2.channels_sender")
        found = await self._ask(
            lambda: rest.messaging.v2.channels_senders.list_async(channel="whatsapp", page_size=PAGE_SIZE)
        )
        return [sender_info(instance) for instance in found]

    async def create_content(
        self,
        *,
        name: str,
        language: str,
        types: Mapping[str, Mapping[str, object]],
        variables: Mapping[str, str],
    ) -> str:
        """Create a template at Twilio and return its content SID.

        Raises what `list_messages` raises; after "twilio_unreachable" with `written` it may exist all the same.
        """
        rest = await self._open("twilio.rest.content.v1.content")
        payload = await self._ask(
            # The package's own method takes only its typed objects, one class per kind of content.
            lambda: rest.content.v1.create_async(
                "POST",
                "Content",
                data={
                    "friendly_name": name,
                    "language": language,
                    "variables": dict(variables),
                    "types": {kind: dict(parts) for kind, parts in types.items()},
                },
                headers={"Content-Type": "application/json"},
            )
        )
        return str(payload["sid"])

    async def content(self, content_sid: str) -> ContentRecord:
        """Return a template at Twilio; its approval is not part of the answer.

        Raises what `list_messages` raises, and UserError("twilio_not_found").
        """
        rest = await self._open("twilio.rest.content.v1.content")
        return _content(await self._ask(lambda: rest.content.v1.fetch_async("GET", f"Content/{content_sid}")))

    async def content_pages(self, page_size: int = 500) -> AsyncGenerator[list[ContentRecord], None]:
        """Yield the pages of all templates of the account with their approvals, newest first.

        Raises what `list_messages` raises.
        """
        rest = await self._open("twilio.rest.content.v1.content")
        query: dict[str, str] = {"PageSize": str(page_size)}
        while query:
            # The next page is named by an absolute address; what counts in it is the token.
            fetch = partial(rest.content.v1.fetch_async, "GET", "ContentAndApprovals", params=query)
            payload = await self._ask(fetch)
            yield [_content(one) for one in payload.get("contents") or ()]
            query = dict(parse_qsl(urlsplit((payload.get("meta") or {}).get("next_page_url") or "").query))

    async def request_approval(self, content_sid: str, *, name: str, category: str) -> ApprovalInfo:
        """Submit a template to WhatsApp for approval.

        Raises what `create_content` raises.
        """
        rest = await self._open("twilio.rest.content.v1.content")
        payload = await self._ask(
            lambda: rest.content.v1.create_async(
                "POST",
                f"Content/{content_sid}/ApprovalRequests/whatsapp",
                data={"name": name, "category": category},
                headers={"Content-Type": "application/json"},
            )
        )
        return _approval(payload)

    async def approval(self, content_sid: str) -> ApprovalInfo:
        """Return how far the approval of a template is; "unsubmitted" when it was never asked for.

        Raises what `list_messages` raises, and UserError("twilio_not_found").
        """
        rest = await self._open("twilio.rest.content.v1.content")
        payload = await self._ask(
            lambda: rest.content.v1.fetch_async("GET", f"Content/{content_sid}/ApprovalRequests")
        )
        return _approval(payload.get("whatsapp") or {})

    async def _open(self, *modules: str) -> Any:  # noqa: ANN401 - the package has no types
        """Return the package's client, made at first use.

        The package takes 0.2 to 0.4 s to import: in a thread, so that a window does not stall.
        """
        async with self._opening:
            if self._rest is None:
                await asyncio.to_thread(_import, "twilio.rest.api", _MESSAGES)
                self._transport = import_module(_TRANSPORT).TwilioTransport(
                    read_seconds=self._timeout, base_url=self._base_url, on_answer=self._note_date
                )
                self._rest = import_module("twilio.rest").Client(
                    self._username, self._password, self._account_sid, http_client=self._transport
                )
            if modules:
                await asyncio.to_thread(_import, *modules)
        return self._rest

    async def _open_messages(self) -> "Messages":
        """Return the account's messages, with the package's own headers, and at the host that it would ask."""
        rest = await self._open()
        if self._messages is None:
            module = import_module(_MESSAGES)
            url = rest.api.v2010.absolute_url(f"/Accounts/{self._account_sid}/Messages.json")
            auth = (self._username, self._password)
            self._messages = module.Messages(
                self._transport, rest.get_hostname(url), rest.get_headers("GET", None), auth
            )
        return self._messages

    async def _read(self, call: Callable[[], Awaitable[tuple[int, Any]]]) -> dict[str, Any]:
        """Run a call that brings an object; its failure is told by an exception of ours."""
        status, answer = await self._ask(call)
        if status not in _SUCCESS:
            raise problem(status, *code_and_text(status, answer))
        if not isinstance(answer, dict):
            raise UserError("twilio_unreadable")
        return answer

    async def _ask(self, call: Callable[[], Awaitable[_Result]]) -> _Result:
        """Run a call whose failure is told by an exception of ours."""
        twilio_errors = _twilio_errors()
        try:
            return await call()
        except ThrottledError as error:
            raise UserError("twilio_busy", after=error.after) from error
        except RequestError as error:
            written = isinstance(error, AnswerLostError)
            raise UserError("twilio_unreachable", why=error.why, written=written) from error
        except twilio_errors as error:
            # Not "from error": its text holds the address with its phone numbers.
            raise problem(*status_code_text(error)) from None
        except ValueError as error:  # JSON was promised
            raise UserError("twilio_unreadable") from error

    def _note_date(self, headers: Mapping[str, str]) -> None:
        told = headers.get("Date")
        # Hundreds of answers a second tell the same one.
        if told is not None and told != self._told_text:
            self._told_text = told
            if (moment := read_moment(told)) is not None:
                self._told = (moment, time.monotonic())


_TRANSPORT: Final = "waapp.whatsapp.transport"
_MESSAGES: Final = "waapp.whatsapp.messages"


def _import(*modules: str) -> None:
    for name in modules:
        import_module(name)


def _twilio_errors() -> tuple[type[Exception], ...]:
    return (import_module("twilio.base.exceptions").TwilioException,)


async def _records(page: Mapping[str, Any]) -> list[MessageRecord]:
    records = []
    for message in page.get("messages") or ():
        records.append(message_record(message))
        if len(records) % _RECORDS_PER_BREATH == 0:
            await asyncio.sleep(0)
    return records


def _approval(payload: Mapping[str, Any]) -> ApprovalInfo:
    return ApprovalInfo(
        status=str(payload.get("status") or "unsubmitted").lower(),
        category=str(payload.get("category") or ""),
        rejection_reason=str(payload.get("rejection_reason") or ""),
        name=str(payload.get("name") or ""),
    )


def _content(payload: Mapping[str, Any]) -> ContentRecord:
    return ContentRecord(
        sid=str(payload["sid"]),
        name=str(payload.get("friendly_name") or ""),
        language=str(payload.get("language") or ""),
        types=payload.get("types") or {},
        variables={str(key): str(value) for key, value in (payload.get("variables") or {}).items()},
        approval=_approval(payload.get("approval_requests") or {}),
    )
