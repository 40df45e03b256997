"""PostgreSQL servers that may be hurt: stopped, killed, copied to a standby, promoted. Each on a port of its own."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from waapp.db import binaries

_USER = "waapp"
_PATIENCE = 60.0

# The tests want to lose power as little as the planner does: `fsync` stays on.
_SETTINGS = {
    "shared_buffers": "64MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "60",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    "wal_level": "replica",
    "max_wal_senders": "5",
    "log_line_prefix": "%m [%p] ",
}


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A PostgreSQL in a folder of its own, reached over TCP."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "postgresql.log"
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return where it is."""
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{_USER}"

    @classmethod
    def make(cls, folder: Path, **settings: str) -> "Server":
        """Make a new cluster with an empty database, and start it."""
        folder.mkdir(parents=True)
        binaries.give_to_account(folder)
        server = cls(folder)
        _run(
            folder,
            binaries.program("initdb"),
            *("-D", server.data, "-U", _USER, "--auth=trust", "--encoding=UTF8", "--no-instructions"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        )
        server.set(**_SETTINGS, port=str(server.port), **settings)
        server.start()
        with psycopg.connect(server.url, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {_USER}")
        return server

    def set(self, **settings: str) -> None:
        """Append settings; the last word counts. They hold from the next start on."""
        with (self.data / "postgresql.auto.conf").open("a", encoding="utf-8") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def start(self) -> None:
        """Start, and return when it takes connections."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*map(str, (*binaries.account(), binaries.program("postgres"), "-D", self.data))],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "LC_ALL": "C"},
            )
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self.log.read_text(errors="replace")[-2000:])
            time.sleep(0.01)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop: SIGINT ends sessions in order, SIGQUIT as a crash does."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(_PATIENCE)

    def kill(self) -> None:
        """SIGKILL the postmaster; its children notice and die a moment later."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        # A server that is started while the children of the dead one still live refuses to.
        deadline = time.monotonic() + _PATIENCE
        while _has_children(self.data):
            assert time.monotonic() < deadline, "the dead server's children stay"
            time.sleep(0.01)

    def promote(self) -> None:
        """Make a standby the primary."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_promote()")

    def execute(self, statement: LiteralString) -> None:
        """Do something in its database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def ask(self, query: LiteralString) -> list[tuple[Any, ...]]:
        """Ask its database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query).fetchall()

    def standby(self, folder: Path, *, port: int | None = None, name: str = "standby") -> "Server":
        """Make a running standby by `pg_basebackup`."""
        folder.mkdir(parents=True)
        binaries.give_to_account(folder)
        other = Server(folder, port)
        _run(
            folder,
            binaries.program("pg_basebackup"),
            *("-h", "127.0.0.1", "-p", str(self.port), "-U", _USER, "-D", other.data),
            *("-X", "stream", "-c", "fast", "-R"),
        )
        other.set(
            port=str(other.port),
            primary_conninfo=f"host=127.0.0.1 port={self.port} user={_USER} application_name={name}",
            synchronous_standby_names="",
        )
        other.start()
        return other

    @property
    def running(self) -> bool:
        """Tell whether its postmaster lives."""
        return self._process is not None and self._process.poll() is None

    def end(self) -> None:
        """Stop whatever still runs."""
        if self.running:
            self.stop(signal.SIGQUIT)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, dbname="postgres", connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


def _run(folder: Path, *command: str | Path) -> None:
    # Output goes to a file: a server that is left running would hold a pipe open for ever.
    with tempfile.TemporaryFile("w+") as output:
        code = subprocess.run(
            [*binaries.account(), *map(str, command)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C"},
            timeout=_PATIENCE * 2,
            check=False,
        ).returncode
        if code:
            output.seek(0)
            raise RuntimeError(f"{Path(command[0]).name}: {output.read()}")


def _has_children(data: Path) -> bool:
    """Tell whether a process still works in a cluster's folder."""
    target = str(data)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == Path(target):
                return True
        except OSError:
            continue
    return False


@contextmanager
def server(**settings: str) -> Iterator[Server]:
    """Run a new server with an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="waapp-chaos-pg-"))
    folder.chmod(0o711)
    binaries.give_to_account(folder)
    made = None
    try:
        made = Server.make(folder / "primary", **settings)
        yield made
    finally:
        if made is not None:
            made.end()
        shutil.rmtree(folder, ignore_errors=True)
