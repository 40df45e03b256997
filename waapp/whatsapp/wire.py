"""Connections for the one request that is made thousands of times: a form posted straight to its server.

aiohttp's client takes half as much again of the processor's time for one, and a send is bound by that. This shares its
parser of answers, and leaves to it whatever else HTTP knows: proxies, redirects, cookies, streams. Nothing is repeated.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import Final

import aiohttp
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from waapp.whatsapp.request_errors import AnswerLostError, NotWrittenError

_IDLE_SECONDS: Final = 15.0
"""How long a connection that nobody uses stays open; servers and routers drop theirs sooner or later."""
_NEXT_ADDRESS_SECONDS: Final = 0.25
"""A server with several addresses is tried at the next one after so long."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `headers` may be asked in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def head(target: URL, headers: Mapping[str, str]) -> bytes:
    """Return how a POST to an address begins, all but the length of its body: made once, used for many."""
    lines = [
        f"POST {target.raw_path_qs} HTTP/1.1",
        f"Host: {target.host_port_subcomponent}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a header may not hold a line break")
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


class _Connection(ResponseHandler):
    """A connection; what comes while nobody has asked is no answer, and must never become one."""

    idle = False
    overdue = False

    def data_received(self, data: bytes) -> None:
        if self.idle:
            self.abort()
        else:
            super().data_received(data)


class Wire:
    """Open connections to servers, each used by one request at a time; close it in the loop that used it.

    `read_seconds` bounds the wait for a whole answer. `tls` makes the context when the first one is needed.
    """

    def __init__(self, *, read_seconds: float, tls: Callable[[], ssl.SSLContext]) -> None:
        self._read_seconds = read_seconds
        self._tls = tls
        self._idle: dict[tuple[str, str, int], deque[tuple[float, _Connection]]] = {}
        self._sweeping: asyncio.TimerHandle | None = None
        # Until when, the first to be due first: one timer for all, because Qt's loop keeps those that are cancelled.
        self._expected: dict[_Connection, float] = {}
        self._watching: asyncio.TimerHandle | None = None
        self._closed = False

    async def post(self, target: URL, begun: bytes, body: bytes, *, connect_seconds: float) -> Answer:
        """Post a body once; `begun` is the `head`.

        Raises NotWrittenError when the server has certainly seen nothing, else AnswerLostError.
        """
        place = (target.scheme, target.raw_host or "", target.port or 0)
        connection = self._take(place)
        if connection is None:  # an open one counts as empty, and so as false
            connection = await self._connect(place, connect_seconds)
        written = False
        reusable = False
        try:
            connection.set_response_params(read_until_eof=True)
            transport = connection.transport
            # No `await` between this look and the write, which takes head and body together.
            if transport is None or transport.is_closing():
                raise NotWrittenError("refused")
            written = True
            transport.write(b"%bContent-Length: %d\r\n\r\n%b" % (begun, len(body), body))
            self._expect(connection)
            answer = await _read(connection)
            reusable = not connection.should_close
        except (aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError):
            # Without its cause: that may name the address.
            if not written:
                raise NotWrittenError("refused") from None
            raise AnswerLostError("timeout" if connection.overdue else "reset") from None
        finally:
            self._expected.pop(connection, None)
            if reusable and not self._closed:
                self._put(place, connection)
            else:
                connection.close()
        return answer

    def close(self) -> None:
        """Close what is idle; what is in use closes when its answer is there."""
        self._closed = True
        if self._sweeping is not None:
            self._sweeping.cancel()
        if self._watching is not None and not self._expected:
            self._watching.cancel()
        for idle in self._idle.values():
            for _, connection in idle:
                connection.close()
        self._idle.clear()

    async def _connect(self, place: tuple[str, str, int], seconds: float) -> _Connection:
        scheme, host, port = place
        loop = asyncio.get_running_loop()
        context = self._tls() if scheme == "https" else None
        try:
            async with asyncio.timeout(seconds):
                _, connection = await loop.create_connection(
                    lambda: _Connection(loop),
                    host,
                    port,
                    ssl=context,
                    happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS,
                )
        except OSError as error:
            raise NotWrittenError(_why(error)) from None
        return connection

    def _expect(self, connection: _Connection) -> None:
        """Give a connection up when its answer is not there in time."""
        self._expected[connection] = monotonic() + self._read_seconds
        if self._watching is None:
            self._watching = asyncio.get_running_loop().call_later(self._read_seconds, self._watch)

    def _watch(self) -> None:
        self._watching = None
        now = monotonic()
        for connection, until in list(self._expected.items()):
            if until > now:
                self._watching = asyncio.get_running_loop().call_later(until - now, self._watch)
                return
            connection.overdue = True
            if connection.transport is not None:
                connection.transport.abort()

    def _take(self, place: tuple[str, str, int]) -> _Connection | None:
        """Return an open connection that was used last: so those too many fall idle and are closed."""
        idle = self._idle.get(place)
        while idle:
            since, connection = idle.pop()
            connection.idle = False
            if (
                connection.is_connected()
                and not connection.should_close
                and monotonic() - since < _IDLE_SECONDS
            ):
                return connection
            connection.close()
        return None

    def _put(self, place: tuple[str, str, int], connection: _Connection) -> None:
        connection.idle = True
        self._idle.setdefault(place, deque()).append((monotonic(), connection))
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._sweep)

    def _sweep(self) -> None:
        """Close what has been idle for long; look again as long as something is open."""
        self._sweeping = None
        for place, idle in list(self._idle.items()):
            while idle and (monotonic() - idle[0][0] >= _IDLE_SECONDS or not idle[0][1].is_connected()):
                idle.popleft()[1].close()
            if not idle:
                del self._idle[place]
        if self._idle:
            self._sweeping = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._sweep)


async def _read(connection: _Connection) -> Answer:
    while True:
        message, payload = await connection.read()
        if message.code >= HTTPStatus.OK or message.code == HTTPStatus.SWITCHING_PROTOCOLS:
            return Answer(message.code, message.headers, await payload.read())


def _why(error: OSError) -> str:
    match error:
        case TimeoutError():
            return "connect_timeout"
        case ssl.SSLError():
            return "tls"
        case socket.gaierror():
            return "dns"
        case _:
            return "refused"
