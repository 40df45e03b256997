"""A TCP proxy that misbehaves on command: it cuts connections, holds back what it should pass on, or cuts in time."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Watch = Callable[[bytes], bool]


@dataclass(eq=False)
class _Pair:
    """A client's connection and the one to the server behind it."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    asked: bytes = b""
    doomed: bool = False
    forgotten: bool = False


@dataclass
class Proxy:
    """Passes bytes on between a port of this computer and a server, in a thread of its own.

    A `host` that is a path is the server's socket.
    """

    host: str
    to_port: int
    port: int = 0
    harmed: int = 0
    _pairs: set[_Pair] = field(default_factory=set)
    _refusing: bool = False
    _flowing: asyncio.Event = field(default_factory=asyncio.Event)
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _ask: Watch | None = None
    _answer_lost_for: Watch | None = None
    _left: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def cut(self) -> None:
        """Reset every connection there is; new ones pass."""
        self._call(self._cut())

    def refuse(self, refusing: bool = True) -> None:
        """End new connections at once, or no more."""
        self._refusing = refusing

    def stall(self) -> None:
        """Pass nothing on, and keep connections open: as a cable that was pulled out somewhere."""
        self._call(self._stall())

    def flow(self) -> None:
        """Pass everything on again, also what was held back."""
        self._call(self._flow())

    def swallow(self) -> None:
        """Pass nothing on ever again over the connections that there are: as a router that has forgotten them."""
        self._call(self._swallow())

    def cut_before(self, asked: Watch, times: int = 1) -> None:
        """Cut the next connections whose client writes this: the server gets it, its answer is lost.

        `asked` sees the client's bytes since the server's last answer.
        """
        self._answer_lost_for, self._left = asked, times

    @property
    def armed(self) -> bool:
        """Tell whether a `cut_before` has not struck as often as it should."""
        return self._left > 0

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _cut(self) -> None:
        for pair in list(self._pairs):
            self._end(pair)

    async def _stall(self) -> None:
        self._flowing.clear()

    async def _flow(self) -> None:
        self._flowing.set()

    async def _swallow(self) -> None:
        for pair in self._pairs:
            self.harmed += 1
            pair.forgotten = True

    def _end(self, pair: _Pair) -> None:
        self.harmed += 1
        pair.doomed = True
        pair.client.transport.abort()
        # What the server has been asked it does to the end; it sees an ordinary end of the connection.
        pair.server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        await self._flowing.wait()
        try:
            server_reader, server_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        pair = _Pair(writer, server_writer)
        self._pairs.add(pair)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._upstream(reader, pair))
                tasks.create_task(self._downstream(server_reader, pair))
        except* (OSError, EOFError):
            pass
        finally:
            self._pairs.discard(pair)
            writer.transport.abort()
            server_writer.close()
            for end in (writer, server_writer):
                with suppress(OSError):
                    await end.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.host.startswith("/"):
            return await asyncio.open_unix_connection(self.host)
        return await asyncio.open_connection(self.host, self.to_port)

    async def _upstream(self, reader: asyncio.StreamReader, pair: _Pair) -> None:
        while data := await reader.read(65536):
            await self._flowing.wait()
            if pair.forgotten:
                continue
            pair.asked += data
            if self._left and self._answer_lost_for is not None and self._answer_lost_for(pair.asked):
                self._left -= 1
                pair.doomed = True
            pair.server.write(data)
            await pair.server.drain()
        raise EOFError

    async def _downstream(self, reader: asyncio.StreamReader, pair: _Pair) -> None:
        while data := await reader.read(65536):
            await self._flowing.wait()
            if pair.forgotten:
                continue
            if pair.doomed:
                self._end(pair)
                raise EOFError
            pair.asked = b""
            pair.client.write(data)
            await pair.client.drain()
        raise EOFError

    async def _run(self, ready: threading.Event) -> None:
        self._flowing.set()
        listening = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = listening.sockets[0].getsockname()[1]
        ready.set()
        await self._over.wait()
        listening.close()
        serving = asyncio.all_tasks() - {asyncio.current_task()}
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    async def _end_all(self) -> None:
        self._over.set()


@contextmanager
def proxy(host: str, port: int = 0) -> Iterator[Proxy]:
    """Run a proxy before a server."""
    made = Proxy(host, port)
    ready = threading.Event()

    def serve() -> None:
        asyncio.set_event_loop(made._loop)
        made._loop.run_until_complete(made._run(ready))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield made
    finally:
        made._call(made._end_all())
        thread.join(10)
        made._loop.close()
