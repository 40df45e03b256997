"""What a real PgBouncer does to us, where one is installed: the connection test must tell."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import text

from waapp.db import binaries
from waapp.db.engine import Database
from waapp.db.engine import test_connection as examine
from waapp.errors import DatabaseError

pytestmark = pytest.mark.skipif(shutil.which("pgbouncer") is None, reason="pgbouncer is not installed")


@pytest.fixture
def pooled(database_url: str) -> Iterator[Callable[[str], str]]:
    """Start a pooler in front of the test's database, in the mode asked for, and return its URL."""
    parts = conninfo_to_dict(database_url)
    folder = Path(tempfile.mkdtemp(prefix="waapp-pooler-"))
    started = []

    def start(mode: str) -> str:
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n{parts['dbname']} = host={parts['host']} port={parts['port']} user={parts['user']}\n"
            f"[pgbouncer]\nlisten_addr =\nunix_socket_dir = {folder}\nlisten_port = 6432\n"
            f"auth_type = any\npool_mode = {mode}\nlogfile = {folder / 'log'}\n"
        )
        command = [*binaries.account(), shutil.which("pgbouncer"), "-q", settings]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        started.append(process)
        while not (folder / ".s.PGSQL.6432").exists():
            assert process.poll() is None
        return f"postgresql://{parts['user']}@/{parts['dbname']}?host={folder}&port=6432"

    yield start
    for process in started:
        process.kill()
        process.wait()
    shutil.rmtree(folder)


@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_the_report_tells_a_pooler_of_transactions(run, pooled, mode):
    report = run(examine(pooled(mode)))
    assert report.transaction_pooling is (mode == "transaction")


async def use(url: str) -> None:
    database = Database(url)

    async def ask(name: str) -> None:
        for _ in range(8):  # from the sixth on, the driver prepares the statement
            async with database.begin() as conn:
                await conn.execute(text("SELECT name FROM guests WHERE name = :name"), {"name": name})

    try:
        async with asyncio.TaskGroup() as tasks:
            for number in range(5):
                tasks.create_task(ask(str(number)))
    finally:
        await database.dispose()


def test_a_pooler_of_sessions_serves(run, pooled):
    run(use(pooled("session")))


def test_a_pooler_of_transactions_is_a_known_trouble(run, pooled):
    with pytest.raises(ExceptionGroup) as caught:
        run(use(pooled("transaction")))
    first = caught.value.exceptions[0]
    assert isinstance(first, DatabaseError)
    assert first.code == "database_pooler"
