"""A Twilio of our own on this computer: practice mode, and the double in tests.

It has Twilio's paths, parameters, shapes, refusals and paging; messages make their way by themselves as time
passes. Nothing leaves the computer. A script can make it commit every fault that a network and a provider know.
`python -m waapp.whatsapp.practice --help` runs it as a process of its own.
"""

import argparse
import asyncio
import contextlib
import hmac
import json
import re
import signal
import sys
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path
from secrets import token_hex
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import web

from waapp.waiting import wait_at_most
from waapp.whatsapp import practice_faults
from waapp.whatsapp import practice_messages as messages
from waapp.whatsapp.practice_content import PracticeContent
from waapp.whatsapp.practice_control import PREFIX, control
from waapp.whatsapp.practice_messages import Problem
from waapp.whatsapp.practice_script import (
    Call,
    Fault,
    FaultKind,
    FaultPlan,
    Script,
    Steps,
    read_script,
)
from waapp.whatsapp.practice_store import PracticeStore

PRACTICE_ACCOUNT: Final = "AC" + "0" * 32
"""The account of practice mode; always the same, so that a restart finds its messages."""

PRACTICE_SENDER: Final = "+15005550006"
"""A number that nobody has, for practice mode's sender."""

STORE_NAME: Final = "practice-messages.sqlite3"
"""How the file of practice messages is called in the user's data folder."""

_ACCOUNT_PATH: Final = re.compile(r"/2010-04-01/Accounts/(\w+)(?:/Messages(?:/(\w+))?)?\.json")
_CONTENT_PATH: Final = re.compile(r"/v1/Content/(\w+)(/ApprovalRequests(?:/whatsapp)?)?")
_CONTENT_LISTS: Final = frozenset({"/v1/Content", "/v1/ContentAndApprovals"})
_SHUTDOWN_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class AcceptedMessage:
    """A message that the practice Twilio took over, and when (seconds since 1970); `sender` is its From if any."""

    seq: int
    sid: str
    to: str
    body: str
    at: float
    sender: str | None = None


@dataclass(slots=True)
class _Call:
    """A request as read."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    document: object
    kind: Call
    lag: float = 0.0


class PracticeTwilio:
    """The server. `store` is the file of its messages; None keeps them in memory.

    `account_sid` and `password` are what it accepts; the password is made up when None. `clock` counts seconds
    since 1970. `requests` counts the requests by kind ("send", "list", "fetch", "content", "any" for others).
    """

    def __init__(
        self,
        store: Path | None = None,
        script: Script | None = None,
        *,
        account_sid: str = PRACTICE_ACCOUNT,
        password: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.account_sid = account_sid
        self.password = password or token_hex(16)
        self.base_url = ""
        self.requests: Counter[str] = Counter()
        self._clock = clock
        self._store = PracticeStore(store)
        self._set_script(script or Script())
        self._stopping = asyncio.Event()
        self._runner: web.ServerRunner | None = None
        self._content = PracticeContent(self._store, account_sid, "")
        self._running = 0

    async def start(self, port: int = 0) -> str:
        """Serve on this computer only and return the base URL; port 0 takes a free one."""
        server = web.Server(self._handle, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._content = PracticeContent(self._store, self.account_sid, self.base_url)
        return self.base_url

    async def stop(self) -> None:
        """Answer what is being answered, let go of what hangs, close the file."""
        self._stopping.set()
        if self._runner is not None:
            await self._runner.cleanup()
        self._store.close()

    @property
    def script(self) -> Script:
        """How it behaves; a new script starts counting its faults anew."""
        return self._script

    @script.setter
    def script(self, script: Script) -> None:
        self._set_script(script)

    def _set_script(self, script: Script) -> None:
        self._script = script
        self._plan = FaultPlan(script)

    def accepted(self, after: int = 0) -> list[AcceptedMessage]:
        """Return every message taken over, oldest first, beginning after a `seq`."""
        return [
            AcceptedMessage(
                m.seq,
                m.sid,
                m.to.removeprefix("whatsapp:"),
                m.body,
                m.accepted_at,
                m.from_.removeprefix("whatsapp:") if m.from_ else None,
            )
            for m in self._store.accepted(after)
        ]

    def count(self) -> int:
        """Return how many messages were taken over."""
        return self._store.count()

    def clear(self) -> None:
        """Forget all messages and templates."""
        self._store.clear()

    def receive(self, from_: str, to: str, body: str) -> str:
        """Let a guest write to a sender; return the SID of the message."""
        now = self._clock()
        stored = self._store.add(
            to=f"whatsapp:{to}",
            from_=f"whatsapp:{from_}",
            body=body,
            now=now,
            steps=((0.0, "received"),),
            direction="inbound",
            date_sent=now,
        )
        return stored.sid

    def set_course(self, sid: str, steps: Steps, error_code: int | None = None) -> None:
        """Replace what becomes of a message; seconds count from its acceptance."""
        self._store.set_course(sid, steps, error_code)

    # ------------------------------------------------------------ a request

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self._running += 1
        try:
            return await self._answer(request)
        finally:
            self._running -= 1

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if not self._authorized(request.headers.get("Authorization", "")):
            return self._problem(Problem(401, 20003, "Authenticate"))
        try:
            call = await _read(request)
        except ValueError:
            return self._problem(Problem(400, 20001, "The request cannot be read"))
        if call.path.startswith(PREFIX):
            return self._control(call)
        self.requests[call.kind] += 1
        fatal = None
        for fault in self._plan.strike(call.kind, call.form.get("To", "").removeprefix("whatsapp:")):
            if fault.kind is FaultKind.LATENCY:
                await self._pause(fault.seconds)
            elif fault.kind is FaultKind.LAG:
                call.lag = fault.seconds
            else:
                fatal = fault
        if fatal is None:
            return self._perform(call)
        proper = self._perform(call) if fatal.accepted else None
        return await self._fail(request, fatal, proper)

    def _authorized(self, header: str) -> bool:
        scheme, _, encoded = header.partition(" ")
        try:
            username, _, password = b64decode(encoded).decode().partition(":")
        except ValueError:
            return False
        known = username == self.account_sid or username.startswith("SK")
        return scheme == "Basic" and known and hmac.compare_digest(password.encode(), self.password.encode())

    def _perform(self, call: _Call) -> web.Response:
        try:
            found = self._route(call)
        except ValueError:
            found = Problem(400, 20001, "A parameter is invalid")
        if isinstance(found, Problem):
            return self._problem(found)
        status, document = found
        return self._respond(status, "" if document is None else json.dumps(document, ensure_ascii=False))

    def _route(self, call: _Call) -> tuple[int, dict[str, Any] | None] | Problem:
        account = _ACCOUNT_PATH.fullmatch(call.path)
        if account:
            if account[1] != self.account_sid:
                return _not_found(call.path)
            if account[2]:
                return self._message(call, account[2])
            if "/Messages" not in call.path:
                return 200, messages.account_json(self.account_sid, self._script)
            return self._create(call) if call.method == "POST" else self._list(call)
        if call.path == "/v2/Channels/Senders":
            return 200, messages.senders_json(self._script, PRACTICE_SENDER)
        now = self._clock()
        if call.path in _CONTENT_LISTS:
            if call.method == "POST":
                return self._content.create(call.document, now)
            return self._content.page(call.path, call.query, now, self._script)
        content = _CONTENT_PATH.fullmatch(call.path)
        if not content:
            return _not_found(call.path)
        sid, approval = content[1], content[2]
        if approval and call.method == "POST":
            return self._content.submit(sid, call.document, now, self._script)
        if approval:
            return self._content.approval(sid, now, self._script)
        if call.method == "PUT":
            return self._content.update(sid, call.document)
        return self._content.delete(sid) if call.method == "DELETE" else self._content.fetch(sid)

    def _create(self, call: _Call) -> tuple[int, dict[str, Any]] | Problem:
        now = self._clock()
        draft = messages.judge(
            call.form,
            script=self._script,
            now=now,
            content=self._store.get_content,
            last_inbound=self._store.last_inbound,
        )
        if isinstance(draft, Problem):
            return draft
        stored = self._store.add(
            to=draft.to,
            from_=draft.from_,
            body=draft.body,
            now=now,
            steps=draft.steps,
            error_code=draft.error_code,
            visible_at=now + call.lag,
            date_sent=draft.send_at or now,
            service_sid=draft.service_sid,
        )
        return 201, self._show(stored)

    def _list(self, call: _Call) -> tuple[int, dict[str, Any]] | Problem:
        ahead = self._script.clock_ahead
        size = max(1, min(int(call.query.get("PageSize", "50")), messages.MOST_ON_A_PAGE))
        page = int(call.query.get("Page", "0"))
        token = call.query.get("PageToken", "")
        last = self._store.get(token[2:]) if token else None
        if token and last is None:
            return Problem(400, 20001, "Invalid page token")
        begin, end = messages.sent_bounds(call.query)
        found = self._store.page(
            now=self._clock(),
            limit=size + 1,
            before=last.seq if last else None,
            offset=0 if last else page * size,
            to=call.query.get("To"),
            from_=call.query.get("From"),
            sent_from=None if begin is None else begin - ahead,
            sent_until=None if end is None else end - ahead,
        )
        shown = [self._show(stored) for stored in found[:size]]
        more = len(found) > size
        return 200, messages.page_json(
            shown, path=call.path, query=call.query, page=page, size=size, more=more
        )

    def _message(self, call: _Call, sid: str) -> tuple[int, dict[str, Any] | None] | Problem:
        stored = self._store.get(sid)
        if stored is None:
            return _not_found(call.path)
        if call.method == "DELETE":
            self._store.delete(sid)
            return 204, None
        if call.method == "POST":
            if call.form.get("Status") == "canceled":
                now = self._clock()
                if stored.status(now)[0] not in {"scheduled", "accepted"}:
                    return Problem(409, 30409, "Message can no longer be canceled.")
                self._store.cancel(sid, now)
            if call.form.get("Body") == "":
                self._store.redact(sid)
            stored = self._store.get(sid) or stored
        return 200, self._show(stored)

    def _show(self, stored: Any) -> dict[str, Any]:  # noqa: ANN401
        return messages.message_json(
            stored, account_sid=self.account_sid, now=self._clock(), ahead=self._script.clock_ahead
        )

    # ------------------------------------------------------------ faults

    async def _fail(
        self, request: web.BaseRequest, fault: Fault, proper: web.Response | None
    ) -> web.StreamResponse:
        match fault.kind:
            case FaultKind.THROTTLE:
                return self._problem(Problem(429, 20429, "Too Many Requests"), fault.retry_after)
            case FaultKind.REFUSE:
                return self._problem(Problem(fault.status or 400, fault.code or 20001, "Refused"))
            case FaultKind.ANSWER:
                status = fault.status or HTTPStatus.SERVICE_UNAVAILABLE
                if fault.html:
                    return self._respond(status, practice_faults.HTML, content_type="text/html")
                return self._problem(Problem(status, fault.code or 20000 + status, "Internal error"))
            case FaultKind.CUT:
                await practice_faults.send_half(request, proper)
            case FaultKind.HANG:
                await self._pause(fault.seconds)
                practice_faults.reset(request)
            case _:
                practice_faults.reset(request)
        return web.Response()  # for the server's book-keeping: the connection is gone

    async def _pause(self, seconds: float) -> None:
        await wait_at_most(self._stopping, seconds)

    def _problem(self, problem: Problem, retry_after: float | None = None) -> web.Response:
        answer = self._respond(
            problem.status,
            json.dumps(
                {
                    "code": problem.code,
                    "message": problem.message,
                    "more_info": f"https://www.twilio.com/docs/errors/{problem.code}",
                    "status": problem.status,
                }
            ),
        )
        if retry_after is not None:
            answer.headers["Retry-After"] = f"{retry_after:g}"
        return answer

    def _respond(self, status: int, text: str, *, content_type: str = "application/json") -> web.Response:
        answer = web.Response(status=status, text=text, content_type=content_type)
        answer.headers["Twilio-Concurrent-Requests"] = str(self._running)
        if self._script.clock_ahead:
            answer.headers["Date"] = formatdate(self._clock() + self._script.clock_ahead, usegmt=True)
        return answer

    def _control(self, call: _Call) -> web.Response:
        try:
            answer = control(self, call.method, call.path, int(call.query.get("after", "0")), call.document)
        except (ValueError, TypeError, KeyError) as error:
            return self._problem(Problem(400, 20001, str(error)))
        return (
            self._problem(_not_found(call.path)) if answer is None else self._respond(200, json.dumps(answer))
        )


async def _read(request: web.BaseRequest) -> _Call:
    data = await request.read() if request.can_read_body else b""
    form: dict[str, str] = {}
    document: object = None
    if data and request.content_type == "application/json":
        document = json.loads(data)
    elif data:
        form = dict(parse_qsl(data.decode(), keep_blank_values=True, strict_parsing=True))
    path = request.path
    kind = Call.ANY
    if path.startswith("/2010-04-01/") and "/Messages" in path:
        kind = Call.FETCH if "/Messages/" in path else Call.SEND if request.method == "POST" else Call.LIST
    elif path.startswith("/v1/Content"):
        kind = Call.CONTENT
    return _Call(request.method, path, request.query, form, document, kind)


def _not_found(path: str) -> Problem:
    return Problem(404, 20404, f"The requested resource {path} was not found")


async def _serve(options: argparse.Namespace) -> None:
    given = {"seed": options.seed, "speed": options.speed, "faults": json.loads(options.faults)}
    script = read_script({**given, **json.loads(options.script)})
    practice = PracticeTwilio(options.store, script, account_sid=options.account, password=options.password)
    base_url = await practice.start(options.port)
    stopped = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows ends the process instead
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    sys.stdout.write(f"{base_url}\n")
    sys.stdout.flush()
    await stopped.wait()
    await practice.stop()


def main(arguments: list[str] | None = None) -> None:
    """Run a practice Twilio as a process of its own; it prints its base URL and serves until it is ended."""
    parser = argparse.ArgumentParser(prog="python -m waapp.whatsapp.practice", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--store", type=Path, help="file of the messages; in memory if left out")
    parser.add_argument("--account", default=PRACTICE_ACCOUNT)
    parser.add_argument("--password", default="practice")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--faults", default="[]", help="JSON list of faults")
    parser.add_argument("--script", default="{}", help="JSON object of further script values")
    asyncio.run(_serve(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
