"""The private PostgreSQL: shared by the user's processes, gone with the last of them, back after any crash."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from waapp.db import binaries, embedded
from waapp.db.embedded import EmbeddedServer
from waapp.errors import DatabaseError

pytestmark = pytest.mark.timeout(300)

_FAST = {"fsync": "off"}

# A second process of the user: takes part in the server, says so, and leaves when its input ends.
_OTHER_PROCESS = """
import asyncio, sys
from pathlib import Path
from waapp.db import embedded

async def main():
    server = await embedded.start(Path(sys.argv[1]))
    print(server.url, flush=True)
    sys.stdin.read()
    await server.stop()

asyncio.run(main())
"""


class OtherProcess:
    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _OTHER_PROCESS, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.stdin.close()
        assert self.process.wait() == 0
        self.process.stdout.close()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder; a server that a failing test leaves in it is killed."""
    path = tmp_path / "database"
    yield path
    for process in servers(path):
        process.kill()
        process.wait(30)


def servers(folder: Path) -> list[psutil.Process]:
    """The postmasters that run on a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
        except psutil.Error:
            continue
        if embedded._Files(folder).mark in command and Path(command[0]).name.startswith("postgres"):
            found.append(process)
    return found


def kill(folder: Path) -> None:
    """Kill the server the hard way and wait until nothing of it is left."""
    (postmaster,) = servers(folder)
    family = [postmaster, *postmaster.children()]
    for process in family:
        process.kill()
    psutil.wait_procs(family, timeout=60)


def write(server: EmbeddedServer, word: str) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word TEXT)")
        connection.execute("INSERT INTO kept VALUES (%s)", [word])


def kept(server: EmbeddedServer) -> list[str]:
    with psycopg.connect(server.url) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM kept")]


def test_data_survive_and_the_server_does_not_outlive_its_user(run, folder):
    server = run(embedded.start(folder))
    write(server, "guest")
    run(server.stop())
    assert servers(folder) == []
    run(server.stop())  # a second time does nothing

    server = run(embedded.start(folder))
    assert kept(server) == ["guest"]
    run(server.stop())
    assert servers(folder) == []
    assert not list((folder / "users").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no socket files; a password guards its port")
def test_nobody_else_gets_in(run, folder):
    server = run(embedded.start(folder, _FAST))
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        (sockets,) = connection.execute("SHOW unix_socket_directories").fetchone()
    for path in (folder, folder / "data", Path(sockets.strip('"'))):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
    (postmaster,) = servers(folder)
    assert [c for c in postmaster.net_connections("inet") if c.status == "LISTEN"] == []
    run(server.stop())


def test_two_windows_share_it_and_the_last_one_stops_it(run, folder):
    first = run(embedded.start(folder, _FAST))
    other = OtherProcess(folder)
    assert other.url == first.url
    run(first.stop())
    with psycopg.connect(other.url) as connection:  # still there for the other
        connection.execute("SELECT 1")
    other.leave()
    assert servers(folder) == []


def test_many_start_and_stop_at_once(run, folder):
    async def everybody() -> set[str]:
        running = await asyncio.gather(*(embedded.start(folder, _FAST) for _ in range(4)))
        urls = {server.url for server in running}
        await asyncio.gather(*(server.stop() for server in running))
        return urls

    assert len(run(everybody())) == 1
    assert servers(folder) == []


def test_a_killed_process_does_not_keep_the_server_for_ever(run, folder):
    other = OtherProcess(folder)
    server = run(embedded.start(folder, _FAST))
    other.kill()
    with psycopg.connect(server.url) as connection:  # the one that is left keeps it
        connection.execute("SELECT 1")
    run(server.stop())
    assert servers(folder) == []


def test_a_server_that_all_its_users_left_by_a_kill_is_taken_over_and_stopped(run, folder):
    OtherProcess(folder).kill()
    assert len(servers(folder)) == 1
    server = run(embedded.start(folder))
    assert len(servers(folder)) == 1
    run(server.stop())
    assert servers(folder) == []


def test_everything_killed_at_once_loses_nothing_that_was_committed(run, folder):
    other = OtherProcess(folder)
    with psycopg.connect(other.url) as connection:
        connection.execute("CREATE TABLE kept (word TEXT)")
        connection.execute("INSERT INTO kept VALUES ('committed')")
    other.kill()
    kill(folder)
    assert (folder / "data" / "postmaster.pid").exists()

    server = run(embedded.start(folder))
    assert kept(server) == ["committed"]
    run(server.stop())


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_only_the_postmaster_killed(run, folder):
    """Its children need a moment to notice; until then they hold the memory that a new server wants."""
    server = run(embedded.start(folder, _FAST))
    write(server, "here")
    (postmaster,) = servers(folder)
    os.kill(postmaster.pid, signal.SIGKILL)
    again = run(embedded.start(folder, _FAST))
    assert kept(again) == ["here"]
    run(again.stop())
    run(server.stop())
    assert servers(folder) == []


@pytest.mark.parametrize(
    "content", ["{own}\n/elsewhere\n1\n5432\n/tmp\n\n0 0\nready\n", "{own}\n", "", "nonsense\n"]
)
def test_a_stale_pid_file_whose_number_belongs_to_a_stranger(run, folder, content):
    run(run(embedded.start(folder, _FAST)).stop())
    (folder / "data" / "postmaster.pid").write_text(content.format(own=os.getpid()))
    server = run(embedded.start(folder, _FAST))
    with psycopg.connect(server.url) as connection:
        connection.execute("SELECT 1")
    run(server.stop())
    assert servers(folder) == []


def test_files_of_a_first_start_that_was_cut_short(run, folder):
    (folder / "data.new-abc" / "base").mkdir(parents=True)
    (folder / "data.new-abc" / "PG_VERSION").write_text("18\n")
    server = run(embedded.start(folder, _FAST))
    write(server, "fine")
    run(server.stop())
    assert not list(folder.glob("data.new*"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no socket files")
def test_a_path_too_long_for_a_socket(run, tmp_path):
    folder = tmp_path / ("long name " * 12)
    server = run(embedded.start(folder, _FAST))
    write(server, "it's ok")
    with psycopg.connect(server.url) as connection:
        (sockets,) = connection.execute("SHOW unix_socket_directories").fetchone()
    sockets = Path(sockets.strip('"'))
    assert sockets.parent != folder
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert sockets.stat().st_uid == os.geteuid()
    run(server.stop())
    assert not sockets.exists()


@pytest.mark.parametrize("name", ['it\'s 100% "ours"', "Gäste, Größe", "$HOME `x`", "back\\slash"])
def test_odd_folder_names(run, tmp_path, name):
    server = run(embedded.start(tmp_path / name, _FAST))
    write(server, "x")
    run(server.stop())
    assert servers(tmp_path / name) == []


def test_a_folder_that_cannot_be(run, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError) as caught:
        run(embedded.start(tmp_path / "file"))
    assert caught.value.code == "embedded_folder"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(run, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(DatabaseError) as caught:
        run(embedded.start(tmp_path / "database"))
    assert caught.value.code == "embedded_folder"
    tmp_path.chmod(0o700)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes, where the machine lets us make one."""
    path = tmp_path / "small"
    path.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting needs root on Linux")
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "waapp", path], check=False, stderr=subprocess.DEVNULL
    ).returncode:
        pytest.skip("mounting is not allowed here")
    yield path
    subprocess.run(["umount", path], check=True)


def test_a_full_disk(run, small_disk, caplog):
    with pytest.raises(DatabaseError) as caught:
        run(embedded.start(small_disk / "database"))
    assert caught.value.code == "embedded_disk_full"
    assert servers(small_disk / "database") == []


def test_a_cluster_of_another_version(run, folder):
    run(run(embedded.start(folder, _FAST)).stop())
    (folder / "data" / "PG_VERSION").write_text("99\n")
    with pytest.raises(DatabaseError) as caught:
        run(embedded.start(folder))
    assert caught.value.code == "embedded_version"
    assert caught.value.params["found"] == 99


def test_a_server_that_refuses_to_start_says_why(run, folder, caplog):
    with pytest.raises(DatabaseError) as caught:
        run(embedded.start(folder, {"max_connections": "none"}))
    assert caught.value.code == "embedded_failed"
    assert "waapp.conf" in str(caught.value.params["detail"])
    server = run(embedded.start(folder, _FAST))  # mended, it starts
    run(server.stop())


def test_the_loop_runs_on_while_it_starts(window_run, folder):
    async def ticks() -> tuple[int, EmbeddedServer]:
        starting = asyncio.ensure_future(embedded.start(folder, _FAST))
        count = 0
        while not starting.done():
            count += 1
            await asyncio.sleep(0)
        return count, starting.result()

    count, server = window_run(ticks())
    assert count > 10
    window_run(server.stop())


@pytest.mark.parametrize("steps", [1, 3, 10, 40, 60, 80])
def test_giving_up_at_any_moment_leaves_nothing_behind(run, folder, steps):
    """Cancelled after so many looks at whatever it waits for; the counts reach from initdb into the last step."""

    async def give_up() -> EmbeddedServer | None:
        starting = asyncio.ensure_future(embedded.start(folder, _FAST))
        for _ in range(steps):
            await asyncio.sleep(0.01)
        starting.cancel()
        try:
            return await starting
        except asyncio.CancelledError:
            return None

    server = run(give_up())
    if server is not None:
        run(server.stop())
    assert servers(folder) == []
    run(run(embedded.start(folder, _FAST)).stop())
    assert servers(folder) == []


def test_the_newest_bundled_version_serves_new_clusters():
    assert binaries.program("postgres").exists()
    assert "pginstall18" in str(binaries.program("postgres"))


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="about root")
def test_root_runs_it_under_an_account_without_rights(run, folder):
    server = run(embedded.start(folder, _FAST))
    (postmaster,) = servers(folder)
    assert postmaster.username() == "nobody"
    run(server.stop())
