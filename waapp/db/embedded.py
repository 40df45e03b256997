"""The private PostgreSQL that serves when no shared database is configured.

One server per data folder, shared by all processes of its user. Each process holds a lock on a file of its own in
`users/` for as long as it lives, whatever ends it; the one that leaves last stops the server. A server that a crash
left running is taken over; the files of one that a crash took down are recovered by PostgreSQL itself.

Nothing here blocks the event loop, and no asyncio subprocess is used: Windows' selector loop has none.
"""

import asyncio
import contextlib
import errno
import hashlib
import logging
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Mapping
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
_STEP: Final = 0.01  # seconds between looks at something that no event announces
_LONGEST_SOCKET: Final = 103  # bytes, without the final zero; macOS has the shortest limit
_UNFINISHED: Final = "data.new-"
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
        try:
            async with _exclusively(files):
                self._presence.release(remove=True)
                await _stop_if_unused(files)
        except (
            OSError,
            DatabaseError,
        ) as error:  # the folder is gone, or another process holds it for too long
            self._presence.release()
            _log.warning("the embedded PostgreSQL was left running: %s", error)


async def start(folder: Path, settings: Mapping[str, str] | None = None) -> EmbeddedServer:
    """Start the server in a folder, or join the one that runs there; create its files the first time.

    `settings` are further settings of PostgreSQL, for tests and benchmarks that need no durability; they hold
    when this call starts the server. Raise `DatabaseError`: `embedded_folder` (cannot be written),
    `embedded_disk_full`, `embedded_version` (made by a PostgreSQL that this program does not bring),
    `embedded_root`, `embedded_failed` (the log file named in it says why), `embedded_missing` (not installed).
    """
    files = _Files(folder)
    try:
        files.make()
        async with _exclusively(files):
            presence = FileLock(files.users / uuid.uuid4().hex)
            presence.acquire()
            try:
                if not files.initialized:
                    await _initialize(files)
                url = await _join(files) or await _launch(files, settings or {})
                await _ensure_database(url, files)
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
        folder = folder.absolute()
        self.folder = folder
        self.data = folder / "data"
        self.run = folder / "run"
        self.users = folder / "users"
        self.lock = folder / "lock"
        self.log = folder / "postgresql.log"
        self.password = folder / "password"
        self.pid = self.data / "postmaster.pid"
        # On the server's command line, where it tells it from a stranger.
        self.mark = f"cluster_name=waapp-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"

    @property
    def initialized(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    def make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # On Windows the profile's own access list keeps others out; chmod means nothing there.
        self.folder.chmod(0o700)
        self.users.mkdir(exist_ok=True)


@asynccontextmanager
async def _exclusively(files: _Files) -> AsyncIterator[None]:
    """Hold the folder's lock: of all processes one starts or stops the server."""
    lock = FileLock(files.lock)
    try:
        async with asyncio.timeout(_PATIENCE * 2):
            while not lock.try_acquire():  # noqa: ASYNC110 - another process releases it
                await asyncio.sleep(_STEP)
    except TimeoutError:
        raise DatabaseError("embedded_busy", folder=files.folder) from None
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
    """Return the URL of the server that runs here already, or None after clearing what a dead one left."""
    deadline = asyncio.get_running_loop().time() + _PATIENCE
    while (pid := _recorded_pid(files)) is not None:
        running = _Running.read(files.pid)
        if running is not None:
            command = binaries.program("pg_isready", files.data)
            if (await _run(command, "-q", "-h", running.host, "-p", running.port, "-t", "5")).code == 0:
                return _url(files, running)
        if not _is_server_of(pid, files):
            # PostgreSQL tells a dead number from a living one itself, but would respect that of a stranger.
            files.pid.unlink(missing_ok=True)
            return None
        # It starts, recovers or stops: whoever did this was killed over it.
        if asyncio.get_running_loop().time() > deadline:
            raise DatabaseError(
                "embedded_failed", folder=files.folder, detail="it does not answer", log=files.log
            )
        await asyncio.sleep(_STEP)
    return None


async def _launch(files: _Files, settings: Mapping[str, str]) -> str:
    _write_settings(files, settings)
    if files.log.exists() and files.log.stat().st_size > _LARGEST_LOG:
        files.log.replace(files.log.with_suffix(".old.log"))
    deadline = asyncio.get_running_loop().time() + _PATIENCE
    while True:
        before = files.log.stat().st_size if files.log.exists() else 0
        done = await _run(
            *binaries.account(),
            binaries.program("pg_ctl", files.data),
            "start", "-w", "-s", "-t", str(int(_PATIENCE)), "-D", files.data.name, "-l", files.log.name,
            "-o", f"-c {files.mark}",
            folder=files.folder, to_the_end=True,
        )  # fmt: skip
        running = _Running.read(files.pid)
        if done.code == 0 and running is not None:
            return _url(files, running)
        complaint = _complaint(files, before)
        # After a kill the server's children take a moment to notice and to let go of its memory.
        if "shared memory block" not in complaint or asyncio.get_running_loop().time() > deadline:
            _log.error("the embedded PostgreSQL does not start: %s %s", done.output.strip(), complaint)
            raise _start_trouble(files, complaint)
        await asyncio.sleep(_STEP * 10)


def _recorded_pid(files: _Files) -> int | None:
    """Return the number in `postmaster.pid`, 0 while it is being written, None without the file."""
    try:
        first = files.pid.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isdigit() else 0


def _is_server_of(pid: int, files: _Files) -> bool:
    """Tell whether a process is the server of this folder, and not a stranger with the number of a dead one."""
    import psutil  # type: ignore[import-untyped] # ships no types; only needed when a server seems to be there

    try:
        return pid > 0 and files.mark in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False


async def _initialize(files: _Files) -> None:
    """Make a new cluster beside its final place, so that one that was cut short is never mistaken for whole."""
    # A name of its own: what an earlier one left behind may still be written to by a child that it has lost.
    for left_over in files.folder.glob(f"{_UNFINISHED}*"):
        await asyncio.to_thread(shutil.rmtree, left_over, ignore_errors=True)
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=files.folder))
    binaries.give_to_account(unfinished)
    access = ["--auth=trust"]
    if _WINDOWS:
        files.password.write_text(secrets.token_urlsafe(24), encoding="ascii")
        access = ["--auth=scram-sha-256", f"--pwfile={files.password}"]
    done = await _run(
        *binaries.account(),
        binaries.program("initdb"),
        "-D", unfinished, "-U", _NAME, *access,
        "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
    )  # fmt: skip
    if done.code != 0:
        _log.error("initdb failed: %s", done.output.strip())
        if "No space left" in done.output:
            raise DatabaseError("embedded_disk_full", folder=files.folder)
        raise DatabaseError(
            "embedded_failed", folder=files.folder, detail=_last_line(done.output), log=files.log
        )
    _finish_cluster(unfinished, files.data)


def _finish_cluster(unfinished: Path, final: Path) -> None:
    with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write("\ninclude 'waapp.conf'\n")
    unfinished.rename(final)


def _write_settings(files: _Files, extra: Mapping[str, str]) -> None:
    if _WINDOWS:
        access = {"listen_addresses": "127.0.0.1", "port": str(_free_port()), "unix_socket_directories": ""}
    else:
        # A list, whose items are quoted in a way of their own.
        sockets = str(_socket_folder(files)).replace('"', '""')
        access = {"listen_addresses": "", "unix_socket_directories": f'"{sockets}"'}
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
    lines = [f"{name} = '{_quoted(value)}'\n" for name, value in settings.items()]
    path = files.data / "waapp.conf"
    path.write_text("# Written anew at every start.\n" + "".join(lines), encoding="utf-8")
    binaries.give_to_account(path)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _socket_folder(files: _Files) -> Path:
    """Return a folder of ours alone whose path is short enough for a socket's name, and no list to libpq."""
    if "," not in str(files.run) and len(os.fsencode(files.run / ".s.PGSQL.5432")) <= _LONGEST_SOCKET:
        files.run.mkdir(mode=0o700, exist_ok=True)
        for (
            left_over
        ) in files.run.iterdir():  # a lock with the number of a dead server, which a stranger may have now
            left_over.unlink()
        return files.run
    return Path(tempfile.mkdtemp(prefix="waapp-", dir="/tmp" if Path("/tmp").is_dir() else None))  # noqa: S108 - short, and 0700 by mkdtemp


def _remove_socket_folder(files: _Files, running: _Running) -> None:
    """Remove the folder that only this run of the server had."""
    if not _WINDOWS and Path(running.host) != files.run:
        with contextlib.suppress(OSError):
            Path(running.host).rmdir()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _url(files: _Files, running: _Running) -> str:
    if _WINDOWS:
        password = files.password.read_text(encoding="ascii")
        return f"postgresql://{_NAME}:{password}@{running.host}:{running.port}/{_NAME}"
    return f"postgresql://{_NAME}@/{_NAME}?host={quote(running.host, safe='')}&port={running.port}"


async def _ensure_database(url: str, files: _Files) -> None:
    try:
        connection = await psycopg.AsyncConnection.connect(url, connect_timeout=int(_PATIENCE))
    except psycopg.OperationalError as error:
        if "does not exist" not in str(error):
            detail = _last_line(str(error))
            raise DatabaseError(
                "embedded_failed", folder=files.folder, detail=detail, log=files.log
            ) from error
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
        binaries.program("pg_ctl", files.data),
        "stop", "-w", "-s", "-m", "fast", "-t", str(int(_PATIENCE)), "-D", files.data.name,
        folder=files.folder, to_the_end=True,
    )  # fmt: skip
    if done.code != 0:
        _log.warning("the embedded PostgreSQL was not stopped: %s", done.output.strip())
    elif running is not None:
        _remove_socket_folder(files, running)


@dataclass(frozen=True, slots=True)
class _Done:
    code: int
    output: str


async def _run(*command: str | Path, folder: Path | None = None, to_the_end: bool = False) -> _Done:
    """Run a program in a folder without blocking.

    pg_ctl wants names relative to that: it passes them through a shell, which would read a `$` in a path.
    Cancelling kills it, or with `to_the_end` waits for it first: a start that is cut short leaves a server that
    nobody knows of.
    """
    # A file and not a pipe: the server that pg_ctl leaves behind would hold the pipe open for ever.
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: ASYNC220, S603 - starts in a millisecond; our own programs
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, "LC_ALL": "C", "LANGUAGE": "C"},
            creationflags=_NO_WINDOW,
        )
        try:
            await _ended(process)
        except asyncio.CancelledError:
            if to_the_end:
                await _ended(process)
            raise
        finally:
            process.kill()
            code = process.wait()
        output.seek(0)
        return _Done(code, output.read().decode(errors="replace"))


async def _ended(process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:  # noqa: ASYNC110 - no event tells, on every loop that we run on
        await asyncio.sleep(_STEP)


def _complaint(files: _Files, start: int) -> str:
    """Return the reason that the server has logged since a place in its log."""
    try:
        with files.log.open("rb") as log:
            log.seek(start)
            lines = log.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line] or lines
    return telling[-1].partition("] ")[2] if telling else ""


def _start_trouble(files: _Files, complaint: str) -> DatabaseError:
    if "No space left" in complaint:
        return DatabaseError("embedded_disk_full", folder=files.folder)
    return DatabaseError("embedded_failed", folder=files.folder, detail=complaint, log=files.log)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]


def _folder_trouble(error: OSError, folder: Path) -> DatabaseError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DatabaseError("embedded_disk_full", folder=folder)
    return DatabaseError("embedded_folder", folder=folder, detail=error.strerror or "")
