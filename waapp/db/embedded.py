"""The private PostgreSQL that serves when no shared database is configured.

One server per data folder, shared by all processes of its user. Each process holds a lock on a file of its own in
`users/` for as long as it lives, whatever ends it; the one that leaves last stops the server. A server that a crash
left running is taken over; the files of one that a crash took down are recovered by PostgreSQL itself.

Nothing here blocks the event loop, and no asyncio subprocess is used: Windows' selector loop has none.
"""

import asyncio
import contextlib
import errno
import logging
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from waapp.db import binaries
from waapp.db.filelock import FileLock
from waapp.errors import DatabaseError

_log = logging.getLogger(__name__)

_NAME: Final = "waapp"
"""The database and its owner."""

_PATIENCE: Final = 60.0  # seconds for anything PostgreSQL does: recovery after a crash may take some
_LONGEST_SOCKET: Final = 103  # bytes, without the final zero; macOS has the shortest limit
_LARGEST_LOG: Final = 1_000_000
_NO_WINDOW: Final = getattr(subprocess, "CREATE_NO_WINDOW", 0)
_WINDOWS: Final = sys.platform == "win32"


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server that this process takes part in. `url` is for psycopg and `Database`."""

    url: str
    folder: Path
    _presence: FileLock

    async def stop(self) -> None:
        """Leave; the last process of the user stops the server. A second call does nothing."""
        if not self._presence.held:
            return
        files = _Files(self.folder)
        async with _exclusively(files):
            self._presence.release(remove=True)
            await _stop_if_unused(files)


async def start(folder: Path, settings: Mapping[str, str] | None = None) -> EmbeddedServer:
    """Start the server in a folder, or join the one that runs there; create its files the first time.

    `settings` are further settings of PostgreSQL, for tests and benchmarks that need no durability; they hold
    when this call starts the server. Raise `DatabaseError`: `embedded_folder` (cannot be written),
    `embedded_disk_full`, `embedded_version` (made by a PostgreSQL that this program does not bring),
    `embedded_root`, `embedded_failed` (the log file named in it says why), `embedded_missing` (not installed).
    """
    files = _Files(folder.absolute())
    try:
        files.make()
        async with _exclusively(files):
            presence = FileLock(files.users / uuid.uuid4().hex)
            presence.acquire()
            try:
                if not (files.data / "PG_VERSION").exists():
                    await _initialize(files)
                url = await _join(files) or await _launch(files, settings or {})
                await _ensure_database(url)
            except BaseException:
                presence.release(remove=True)
                await _stop_if_unused(files)
                raise
    except OSError as error:
        raise _folder_trouble(error, files.folder) from error
    return EmbeddedServer(url, files.folder, presence)


class _Files:
    """What is where in the server's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.unfinished = folder / "data.new"
        self.run = folder / "run"
        self.users = folder / "users"
        self.lock = folder / "lock"
        self.log = folder / "postgresql.log"
        self.password = folder / "password"
        self.pid = self.data / "postmaster.pid"

    def make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # On Windows the profile's own access list keeps others out; chmod means nothing there.
        self.folder.chmod(0o700)
        self.users.mkdir(exist_ok=True)


@asynccontextmanager
async def _exclusively(files: _Files) -> AsyncIterator[None]:
    """Hold the folder's lock: of all processes one starts or stops the server."""
    lock = FileLock(files.lock)
    async with asyncio.timeout(_PATIENCE * 2):
        while not lock.try_acquire():
            await asyncio.sleep(0.02)
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True, slots=True)
class _Running:
    """What `postmaster.pid` says of a server that is up."""

    pid: int
    port: str
    host: str

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Return None for a file that is missing, half-written or of a server that is not ready."""
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return None
        if len(lines) < 8 or not lines[0].strip().isdigit() or lines[7].strip() != "ready":
            return None
        return cls(int(lines[0]), lines[3].strip(), lines[4].strip() or lines[5].strip())


async def _join(files: _Files) -> str | None:
    """Return the URL of the server that runs here already, or None."""
    running = _Running.read(files.pid)
    if running is None:
        return None
    # A crash leaves the file behind: only an answer proves that somebody is there.
    ready = await _run(binaries.program("pg_isready", files.data), "-q", "-h", running.host, "-p", running.port, "-t", "5")
    return _url(files, running) if ready.code in {0, 1} else None


async def _launch(files: _Files, settings: Mapping[str, str]) -> str:
    _write_settings(files, settings)
    if files.log.exists() and files.log.stat().st_size > _LARGEST_LOG:
        files.log.replace(files.log.with_suffix(".old.log"))
    command = (
        *binaries.account(),
        str(binaries.program("pg_ctl", files.data)),
        "start", "-w", "-s", "-t", str(int(_PATIENCE)), "-D", str(files.data), "-l", str(files.log),
    )  # fmt: skip
    done = await _run(*command)
    if done.code != 0 and _forget_stranger(files):
        done = await _run(*command)
    running = _Running.read(files.pid)
    if done.code != 0 or running is None:
        _log.error("the embedded PostgreSQL does not start: %s", done.output.strip())
        raise _start_trouble(files)
    return _url(files, running)


async def _initialize(files: _Files) -> None:
    """Make a new cluster beside its final place, so that one that was cut short is never mistaken for whole."""
    if files.unfinished.exists():
        await asyncio.to_thread(shutil.rmtree, files.unfinished)
    files.unfinished.mkdir(mode=0o700)
    binaries.give_to_account(files.unfinished)
    access = ["--auth=trust"]
    if _WINDOWS:
        files.password.write_text(secrets.token_urlsafe(24), encoding="ascii")
        access = ["--auth=scram-sha-256", f"--pwfile={files.password}"]
    done = await _run(
        *binaries.account(),
        str(binaries.program("initdb")),
        "-D", str(files.unfinished), "-U", _NAME, *access,
        "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
    )  # fmt: skip
    if done.code != 0:
        _log.error("initdb failed: %s", done.output.strip())
        if "No space left" in done.output:
            raise DatabaseError("embedded_disk_full", folder=files.folder)
        raise DatabaseError("embedded_failed", folder=files.folder, detail=_last_line(done.output))
    with (files.unfinished / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write("\ninclude 'waapp.conf'\n")
    files.unfinished.rename(files.data)


def _write_settings(files: _Files, extra: Mapping[str, str]) -> None:
    if _WINDOWS:
        access = {"listen_addresses": "127.0.0.1", "port": str(_free_port()), "unix_socket_directories": ""}
    else:
        access = {"listen_addresses": "", "unix_socket_directories": f'"{_socket_folder(files)}"'}
    settings = {
        "timezone": "UTC",
        "log_timezone": "UTC",
        "shared_buffers": "64MB",
        "jit": "off",
        "lc_messages": "C",
        "log_line_prefix": "%m [%p] ",
        **access,
        **extra,
    }
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
    path = files.data / "waapp.conf"
    path.write_text("# Written anew at every start.\n" + "".join(lines), encoding="utf-8")
    binaries.give_to_account(path)


def _socket_folder(files: _Files) -> Path:
    """Return a folder of ours alone whose path is short enough for a socket's name."""
    if len(os.fsencode(files.run / ".s.PGSQL.5432.lock")) <= _LONGEST_SOCKET:
        files.run.mkdir(mode=0o700, exist_ok=True)
        return files.run
    return Path(tempfile.mkdtemp(prefix="waapp-", dir="/tmp" if Path("/tmp").is_dir() else None))  # noqa: S108 - short, and 0700 by mkdtemp


def _free_port() -> int:
    import socket  # noqa: PLC0415 - Windows only

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _url(files: _Files, running: _Running) -> str:
    if _WINDOWS:
        password = files.password.read_text(encoding="ascii")
        return f"postgresql://{_NAME}:{password}@{running.host}:{running.port}/{_NAME}"
    return f"postgresql://{_NAME}@/{_NAME}?host={quote(running.host, safe='')}&port={running.port}"


async def _ensure_database(url: str) -> None:
    try:
        connection = await psycopg.AsyncConnection.connect(url, connect_timeout=int(_PATIENCE))
    except psycopg.OperationalError as error:
        if "does not exist" not in str(error):
            raise DatabaseError("embedded_failed", folder="", detail=_last_line(str(error))) from error
    else:
        await connection.close()
        return
    maintenance = await psycopg.AsyncConnection.connect(url, dbname="postgres", autocommit=True)
    async with maintenance:
        await maintenance.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_NAME)))


async def _stop_if_unused(files: _Files) -> None:
    """Stop the server unless another process of the user is present."""
    for path in files.users.iterdir():
        other = FileLock(path)
        if not other.try_acquire():
            return
        other.release(remove=True)
    running = _Running.read(files.pid)
    if not files.pid.exists():
        return
    done = await _run(
        *binaries.account(),
        str(binaries.program("pg_ctl", files.data)),
        "stop", "-w", "-s", "-m", "fast", "-t", str(int(_PATIENCE)), "-D", str(files.data),
    )  # fmt: skip
    if done.code != 0:
        _log.warning("the embedded PostgreSQL was not stopped: %s", done.output.strip())
    elif running is not None and not _WINDOWS and Path(running.host) != files.run:
        with contextlib.suppress(OSError):
            Path(running.host).rmdir()


def _forget_stranger(files: _Files) -> bool:
    """Remove a stale `postmaster.pid` whose number now belongs to a process that is no PostgreSQL.

    PostgreSQL itself only tells a dead number from a living one, and refuses to start on the latter.
    """
    import psutil  # type: ignore[import-untyped] # noqa: PLC0415 - needed after a crash only; ships no types

    try:
        pid = int(files.pid.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return False
    try:
        if psutil.Process(pid).name().lower().startswith("postgres"):
            return False
    except psutil.Error:
        pass
    files.pid.unlink(missing_ok=True)
    return True


@dataclass(frozen=True, slots=True)
class _Done:
    code: int
    output: str


async def _run(*command: str | Path) -> _Done:
    """Run a program to its end without blocking; cancelling kills it."""
    # A file and not a pipe: the server that pg_ctl leaves behind would hold the pipe open for ever.
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: ASYNC220, S603 - starts in a millisecond; our own programs
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/" if not _WINDOWS else None,
            env={**os.environ, "LC_ALL": "C", "LANGUAGE": "C", "PGCLIENTENCODING": "UTF8"},
            creationflags=_NO_WINDOW,
        )
        try:
            while (code := process.poll()) is None:
                await asyncio.sleep(0.01)
        except BaseException:
            process.kill()
            process.wait()
            raise
        output.seek(0)
        return _Done(code, output.read().decode(errors="replace"))


def _start_trouble(files: _Files) -> DatabaseError:
    try:
        tail = files.log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
    except OSError:
        tail = []
    if any("No space left" in line for line in tail):
        return DatabaseError("embedded_disk_full", folder=files.folder)
    return DatabaseError("embedded_failed", folder=files.folder, detail=_telling(tail), log=files.log)


def _telling(lines: Sequence[str]) -> str:
    for line in reversed(lines):
        if "FATAL" in line or "PANIC" in line:
            return line.partition("] ")[2] or line
    return lines[-1] if lines else ""


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]


def _folder_trouble(error: OSError, folder: Path) -> DatabaseError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DatabaseError("embedded_disk_full", folder=folder)
    return DatabaseError("embedded_folder", folder=folder, detail=error.strerror or "")
