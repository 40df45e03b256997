"""Connections: what a URL becomes, and that every known trouble has a name and no secret in it."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import exc, text

from waapp.db.engine import Database, application_name, connect_parameters, label
from waapp.db.engine import test_connection as examine
from waapp.db.errors import translate
from waapp.errors import DatabaseError

# --- transactions -------------------------------------------------------------------------------------------------


def test_every_statement_sees_what_was_committed_before_it(run, database_url):
    """Queueing a send waits for another planner's and must then see its rows, whatever the server's default."""
    careful = f"{database_url}&options=-c%20default_transaction_isolation%3Dserializable"

    async def levels() -> list[str]:
        database = Database(careful)
        try:
            found = []
            for opened in (database.begin(), database.read()):
                async with opened as connection:
                    found.append(await connection.scalar(text("SHOW transaction_isolation")))
            return found
        finally:
            await database.dispose()

    assert run(levels()) == ["read committed", "read committed"]


# --- URLs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_schemes(scheme):
    found = connect_parameters(f"{scheme}://ana:secret@db.example:6543/party")
    expected = {"user": "ana", "password": "secret", "host": "db.example", "port": "6543", "dbname": "party"}
    assert expected.items() <= found.items()


@pytest.mark.parametrize(
    ("url", "sslmode"),
    [
        ("postgresql://db.example/x", "require"),
        ("postgresql://192.168.1.7/x", "require"),
        ("postgresql://localhost,db.example/x", "require"),
        ("postgresql://db.example/x?sslmode=disable", "disable"),
        ("postgresql://db.example/x?sslmode=verify-full", "verify-full"),
        ("postgresql:///x?host=db.example", "require"),
        ("postgresql://localhost/x", None),
        ("postgresql://127.0.0.1:5432/x", None),
        ("postgresql://[::1]/x", None),
        ("postgresql:///x", None),
        ("postgresql:///x?host=/run/postgresql", None),
        ("postgresql://%2Frun%2Fpostgresql/x", None),
    ],
)
def test_what_leaves_this_computer_is_encrypted(url, sslmode):
    assert connect_parameters(url).get("sslmode") == sslmode


def test_the_environment_of_libpq_may_say_otherwise(monkeypatch):
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert "sslmode" not in connect_parameters("postgresql://db.example/x")


def test_several_hosts():
    found = connect_parameters("postgresql://ana@one:1,two:2/x?target_session_attrs=read-write")
    assert (found["host"], found["port"], found["target_session_attrs"]) == ("one,two", "1,2", "read-write")


def test_of_several_hosts_the_one_that_takes_writes_is_wanted():
    assert connect_parameters("postgresql://one,two/x")["target_session_attrs"] == "read-write"
    assert (
        connect_parameters("postgresql://one,two/x?target_session_attrs=any")["target_session_attrs"] == "any"
    )
    assert "target_session_attrs" not in connect_parameters("postgresql://one/x")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ana:hidden@one:1,two:2/x", "ana@one:1,two:2/x"),
        ("postgresql://ana@one,two:2/x", "ana@one,two:2/x"),
        ("postgresql:///x?host=one,two&port=7", "one:7,two:7/x"),
        ("postgresql:///x?host=/run/pg&port=7", "/run/pg/x"),
    ],
)
def test_a_label_names_each_host_with_its_port(url, shown):
    assert label(url) == shown


def test_our_defaults_give_way_to_the_url():
    found = connect_parameters("postgresql://h/x?connect_timeout=3&application_name=mine&keepalives_idle=5")
    assert (found["connect_timeout"], found["application_name"], found["keepalives_idle"]) == (
        "3",
        "mine",
        "5",
    )


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mysql://ana:hidden@db/x",
        "sqlite:///x",
        "db.example",
        "postgresql://ana:hid%den@db/x",
        "postgresql://ana:hidden@db:port/x?unknown=1",
        "postgresql://ana:hidden@[::1/x",
    ],
)
def test_a_url_that_cannot_be_read_is_not_repeated(url):
    """The part that cannot be read may be the password."""
    with pytest.raises(DatabaseError) as caught:
        connect_parameters(url)
    assert caught.value.code == "database_url"
    assert "hid" not in repr(caught.value)
    assert caught.value.__cause__ is None


_WORDS = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789-"), min_size=1, max_size=12)


@given(
    user=_WORDS,
    password=st.text(st.sampled_from("ABCDEFGHIJ!%&/=?@:,#'\"äß ")).map(lambda s: f"SECRET{s}SECRET"),
    host=_WORDS,
    name=_WORDS,
)
def test_no_label_shows_a_password(user, password, host, name):
    url = f"postgresql://{user}:{quote(password, safe='')}@{host}/{name}"
    assert connect_parameters(url)["password"] == password
    database = Database(url)
    for shown in (label(url), database.label, repr(database)):
        assert "SECRET" not in shown
        assert host in shown


@pytest.mark.parametrize(
    ("planner", "name"), [("Maria", "waapp/Maria"), ("Zoë", "waapp/Zo?"), ("x" * 100, "waapp/" + "x" * 57)]
)
def test_application_names(planner, name):
    assert application_name(planner) == name


# --- sessions -----------------------------------------------------------------------------------------------------


def test_sessions_are_in_utc_and_named(run, database_url):
    with psycopg.connect(database_url, autocommit=True) as owner:
        name = owner.execute("SELECT current_database()").fetchone()[0]
        owner.execute(f"ALTER DATABASE {name} SET timezone = 'Asia/Tokyo'")

    async def look() -> tuple:
        database = Database(database_url, planner="Maria")
        try:
            async with database.begin() as conn:
                query = "SELECT current_setting('timezone'), current_setting('application_name'),"
                query += " current_setting('idle_in_transaction_session_timeout')"
                return tuple((await conn.execute(text(query))).one())
        finally:
            await database.dispose()

    assert run(look()) == ("UTC", "waapp/Maria", "5min")


def test_begin_commits_and_rolls_back(run, database):
    async def work() -> list[str]:
        async with database.begin() as conn:
            await conn.execute(text("INSERT INTO events (name) VALUES ('kept')"))
        with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the block is what is tested
            async with database.begin() as conn:
                await conn.execute(text("INSERT INTO events (name) VALUES ('lost')"))
                raise ZeroDivisionError
        async with database.read() as conn:
            return list((await conn.execute(text("SELECT name FROM events"))).scalars())

    assert run(work()) == ["kept"]


def test_writing_while_reading_is_a_bug(run, database):
    async def work() -> None:
        async with database.read() as conn:
            await conn.execute(text("INSERT INTO events (name) VALUES ('x')"))

    with pytest.raises(exc.DBAPIError):
        run(work())

    async def afterwards() -> None:  # the same connection writes again
        async with database.begin() as conn:
            await conn.execute(text("INSERT INTO events (name) VALUES ('x')"))

    run(afterwards())


# --- troubles -----------------------------------------------------------------------------------------------------


async def ask(database: Database, query: str) -> None:
    async with database.begin() as conn:
        await conn.execute(text(query))


def trouble(run, url: str, query: str = "SELECT 1") -> DatabaseError:
    async def provoke() -> None:
        database = Database(url)
        try:
            await ask(database, query)
        finally:
            await database.dispose()

    with pytest.raises(DatabaseError) as caught:
        run(provoke())
    return caught.value


def test_nobody_listens(run):
    assert trouble(run, "postgresql://ana:hidden@127.0.0.1:1/x").code == "database_unreachable"
    assert trouble(run, "postgresql://ana:hidden@nowhere.invalid/x").code == "database_unreachable"
    assert trouble(run, "postgresql:///x?host=/nowhere").code == "database_unreachable"


@pytest.fixture
def password_needed(pg_server, database_url: str) -> Iterator[str]:
    """The URL of a role that must give a password, while all others are trusted."""
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("CREATE ROLE locked LOGIN PASSWORD 'right'")
        rules = Path(owner.execute("SHOW hba_file").fetchone()[0])
        before = rules.read_text()
        rules.write_text("local all locked scram-sha-256\nlocal all banned reject\n" + before)
        owner.execute("SELECT pg_reload_conf()")
        while not owner.execute("SELECT 1 FROM pg_hba_file_rules WHERE auth_method = 'reject'").fetchall():
            pass
        yield database_url.replace("//waapp@", "//locked:right@")
        rules.write_text(before)
        owner.execute("SELECT pg_reload_conf()")
        owner.execute("DROP ROLE locked")


def test_who_is_not_let_in(run, password_needed):
    for url in (
        password_needed.replace(":right@", ":wrong-but-hidden@"),
        password_needed.replace(":right@", "@"),
        password_needed.replace("locked:right@", "banned@"),
        password_needed.replace("locked:right@", "nobody-of-this-name@"),
    ):
        found = trouble(run, url)
        assert found.code == "database_auth"
        assert "hidden" not in repr(found)
        assert "hidden" not in repr(found.__cause__)


def test_a_database_that_is_not_there(run, pg_server):
    assert trouble(run, pg_server.url_of("not_there")).code == "database_missing"


def test_no_right(run, database_url):
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("DROP ROLE IF EXISTS stranger; CREATE ROLE stranger LOGIN")
        url = database_url.replace("//waapp@", "//stranger@")
        assert trouble(run, url, "SELECT * FROM guests").code == "database_no_right"
        owner.execute("DROP ROLE stranger")


def test_never_migrated(run, empty_url):
    assert trouble(run, empty_url, "SELECT * FROM whatsapp_sends").code == "database_not_migrated"


def test_read_only(run, database_url):
    with psycopg.connect(database_url, autocommit=True) as owner:
        name = owner.execute("SELECT current_database()").fetchone()[0]
        owner.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    insert = "INSERT INTO events (name) VALUES ('x')"
    assert trouble(run, database_url, insert).code == "database_readonly"
    wanted = database_url + "&target_session_attrs=read-write"
    assert trouble(run, wanted).code == "database_readonly"

    async def only_read() -> None:
        database = Database(wanted)
        try:
            async with database.read():
                pass
        finally:
            await database.dispose()

    with pytest.raises(DatabaseError, match="database_readonly"):
        run(only_read())


def test_a_server_that_takes_no_writes_any_more_is_left(run, database_url, database):
    """As after a failover: the sessions of the server that was demoted go on answering."""

    async def scenario() -> None:
        async with database.begin() as conn:
            await conn.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
        with pytest.raises(DatabaseError) as caught:
            await ask(database, "INSERT INTO events (name) VALUES ('x')")
        assert caught.value.code == "database_readonly"
        await ask(database, "INSERT INTO events (name) VALUES ('x')")

    run(scenario())


def test_busy(run, database_url):
    with psycopg.connect(database_url) as other:
        other.execute("LOCK TABLE guests")
        url = database_url + "&options=-c%20lock_timeout%3D50ms"
        assert trouble(run, url, "SELECT * FROM guests").code == "database_busy"
        url = database_url + "&options=-c%20statement_timeout%3D50ms"
        assert trouble(run, url, "SELECT * FROM guests").code == "database_busy"


def test_a_connection_that_is_cut(run, database_url, database):
    async def cut() -> None:
        async with database.begin() as conn:
            pid = (await conn.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            with psycopg.connect(database_url, autocommit=True) as owner:
                owner.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            await conn.execute(text("SELECT 1"))

    with pytest.raises(DatabaseError) as caught:
        run(cut())
    assert caught.value.code == "database_gone"
    run(ask(database, "SELECT 1"))  # the next one is fine


def test_connections_that_were_cut_while_nobody_used_them(run, database_url, database):
    async def use_cut_use() -> None:
        await asyncio.gather(*(ask(database, "SELECT pg_sleep(0)") for _ in range(5)))
        with psycopg.connect(database_url, autocommit=True) as owner:
            owner.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await asyncio.gather(*(ask(database, "SELECT 1") for _ in range(5)))

    run(use_cut_use())


def test_broken_rules_are_the_callers_own(run, database):
    with pytest.raises(exc.IntegrityError) as caught:
        run(ask(database, "INSERT INTO guests (event_id, name) VALUES (gen_random_uuid(), 'Ana Guest')"))
    assert "Ana Guest" not in str(caught.value).splitlines()[0]


def test_values_stay_out_of_errors(run, database):
    async def fail() -> None:
        async with database.begin() as conn:
            statement = text("INSERT INTO guests (event_id, name) VALUES (gen_random_uuid(), :name)")
            await conn.execute(statement, {"name": "Ana Guest"})

    with pytest.raises(exc.IntegrityError) as caught:
        run(fail())
    assert "Ana Guest" not in str(caught.value)


def test_an_unencrypted_server_elsewhere(run):
    """It answers "no" to the question for TLS; nothing is sent to it then."""

    async def provoke() -> tuple[DatabaseError, bytes]:
        received = bytearray()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            received.extend(await reader.readexactly(8))
            writer.write(b"N")
            received.extend(await reader.read())
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(DatabaseError) as caught:
                await examine(f"postgresql://ana:hidden@db.example:{port}/x?hostaddr=127.0.0.1")
            return caught.value, bytes(received)

    found, received = run(provoke())
    assert found.code == "database_tls"
    assert len(received) == 8


def test_a_server_that_never_answers_can_be_given_up(window_run):
    async def give_up() -> None:
        called, over, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def silence(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            called.set()
            await over.wait()
            writer.close()
            ended.set()

        async with await asyncio.start_server(silence, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            database = Database(f"postgresql://ana@127.0.0.1:{port}/x")
            waiting = asyncio.ensure_future(ask(database, "SELECT 1"))
            await called.wait()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            await database.dispose()
            over.set()
            await ended.wait()

    window_run(give_up())


def test_a_pool_that_is_used_up_is_a_known_trouble():
    assert translate(exc.TimeoutError(), "x").code == "database_busy"


def test_other_errors_are_bugs():
    assert translate(ValueError(), "x") is None
    assert translate(exc.DBAPIError("SELECT", None, psycopg.errors.SyntaxError("x")), "x") is None


# --- the connection test ------------------------------------------------------------------------------------------


def test_a_report(run, database_url):
    report = run(examine(database_url))
    assert report.version.split(".")[0].isdigit()
    assert (report.tls, report.transaction_pooling, report.read_only) == (False, False, False)
    assert report.latency > 0


def test_a_report_of_what_cannot_be_reached(run):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(DatabaseError) as caught:
        run(examine(f"postgresql://ana:hidden@127.0.0.1:{port}/x"))
    assert caught.value.code == "database_unreachable"
    assert "hidden" not in repr(caught.value)
