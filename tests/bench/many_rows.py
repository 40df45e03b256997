"""What a message costs the database when the tables are full of old ones: a million rows against ten thousand.

    python -m tests.bench.many_rows [--messages 5000] [--old 10000 1000000] [--rounds 3]

A send goes through the same functions as in the program: queued, claimed, recorded, its statuses taken in, and what has
changed read for a window; Twilio is left out. Every statement's plan is checked: none may read a big table from one end
to the other. Target: at most 1.2 times the cost.
"""

import argparse
import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import text

from tests.db.rows import DESK, SENDER, accepted, make_event, make_guests, new_invitations, new_send
from tests.db.test_query_plans import explain, scans
from waapp.core.invitations import Fact
from waapp.db import (
    claims,
    daily_use,
    embedded,
    events,
    guests,
    invitations,
    migrate,
    queueing,
    send_timing,
    sends,
    settling,
    statuses,
)
from waapp.db.clock import Horizon, look
from waapp.db.engine import Connection, Database
from waapp.loop import headless_loop

BATCH = 200

OLD = (
    """
INSERT INTO events (id, name, date) SELECT gen_random_uuid(), 'Old ' || n, now() FROM generate_series(1, 20) n
""",
    """
INSERT INTO guests (event_id, name, phone)
SELECT e.id, 'Guest ' || n, '+35192' || lpad(n::text, 7, '0')
FROM events e, generate_series(1, :rows / 200) n WHERE e.name LIKE 'Old %'
""",
    """
INSERT INTO whatsapp_sends (id, event_id, template_name, sender, state, created_at)
SELECT gen_random_uuid(), e.id, 'rsvp_invitation', :sender, 'finished', now() - n * interval '40 days'
FROM events e, generate_series(1, 10) n WHERE e.name LIKE 'Old %'
""",
    # One in twenty never got further than "sent".
    """
INSERT INTO whatsapp_invitations (guest_id, event_id, template_name, send_id, sender, recipient, engine_state,
    twilio_message_sid, twilio_status, message_content, claimed_at, sent_at, created_at, updated_at)
SELECT g.id, g.event_id, s.template_name, s.id, s.sender, g.phone, 'accepted',
    'SM' || md5(g.id::text || s.id::text), CASE WHEN random() < 0.05 THEN 'sent' ELSE 'read' END,
    repeat('x', 200), s.created_at, s.created_at, s.created_at, s.created_at
FROM whatsapp_sends s JOIN guests g ON g.event_id = s.event_id
""",
)


async def fill(database: Database, rows: int) -> None:
    """Write so many invitations of long ago."""
    tables = ("events", "guests", "whatsapp_sends", "whatsapp_invitations")
    async with database.begin() as conn:
        for table in tables:
            await conn.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in OLD:
            wanted = {"rows": rows, "sender": SENDER}
            await conn.execute(
                text(statement), {name: wanted[name] for name in wanted if f":{name}" in statement}
            )
        for table in tables:
            await conn.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    await vacuum(database)


async def vacuum(database: Database) -> None:
    """Leave no work to the server's own cleaning, which comes when it likes."""
    async with database._engine.connect() as conn:
        await conn.execution_options(isolation_level="AUTOCOMMIT")
        await conn.execute(text("VACUUM ANALYZE"))


class Meter:
    """Adds up how long each kind of work took, and keeps every statement that was used."""

    def __init__(self, database: Database) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self.statements: dict[str, Any] = {}
        self._database = database
        sqlalchemy_event.listen(database._engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, _conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        self.statements.setdefault(statement, parameters)

    async def __call__(self, name: str, work: Callable[[Connection], Awaitable[Any]]) -> Any:
        started = time.perf_counter()
        async with self._database.begin() as conn:
            result = await work(conn)
        self.spent[name] += time.perf_counter() - started
        return result


async def send(database: Database, meter: Meter, count: int) -> None:
    """Take one send through its life."""
    async with database.begin() as conn:
        party = await make_event(conn)
        ids = await make_guests(conn, party.id, count)
    plan = new_send(party.id, template_name=f"t_{uuid4().hex[:8]}")
    await meter("queue", lambda conn: queueing.queue_send(conn, plan, new_invitations(ids)))
    await meter("people written to", daily_use.people_written_to)
    horizon = Horizon.first(await meter("clock", look))
    facts: list[Fact] = []
    while True:
        taken = await meter("claim", lambda conn: claims.claim(conn, SENDER, BATCH, DESK))
        if not taken:
            break
        results = [(one.token, accepted(f"SM{uuid4().hex}")) for one in taken]
        await meter("record", lambda conn, results=results: claims.record(conn, results))
        await meter("due", lambda conn: send_timing.next_due(conn, SENDER))
        await meter("settle", lambda conn: settling.expire_claims(conn, SENDER, 60.0))
        await meter("settle", lambda conn: settling.due_for_a_look(conn, SENDER))
        changes = await meter(
            "window",
            lambda conn, horizon=horizon: invitations.invitations_changed_since(
                conn, party.id, False, horizon
            ),
        )
        horizon = changes.horizon
        await meter("window", lambda conn: sends.list_sends(conn, party.id, False))
        await meter("window", lambda conn: events.get_summary(conn, party.id, False))
        facts += [Fact(step.sid or "", "read", horizon.later) for _, step in results]
    await meter("open messages", lambda conn: statuses.open_messages(conn, SENDER))
    for start in range(0, len(facts), 1000):
        chunk = facts[start : start + 1000]
        await meter("statuses", lambda conn, chunk=chunk: statuses.apply_facts(conn, chunk))
    await meter("window", lambda conn: guests.guest_rows_changed_since(conn, party.id, False, horizon))


async def measure(url: str, old: int, count: int, rounds: int) -> dict[str, float]:
    """Return milliseconds per message and kind of work; print plans that read whole tables."""
    database = Database(url)
    await fill(database, old)
    await send(database, Meter(database), count)  # fills the server's and our own memory
    spent: list[dict[str, float]] = []
    statements: dict[str, Any] = {}
    for _ in range(rounds):
        await vacuum(database)
        meter = Meter(database)
        await send(database, meter, count)
        spent.append(dict(meter.spent))
        statements |= meter.statements
    for statement, parameters in statements.items():
        if "SAVEPOINT" in statement or "waapp_" in statement[:20]:
            continue
        found = scans(await explain(database, statement, parameters))
        if found and old >= 1_000_000:
            print(f"reads all of {', '.join(found)}: {' '.join(statement.split())[:200]}")
    await database.dispose()
    return {name: median(one[name] for one in spent) / count * 1000 for name in spent[0]}


def main() -> None:
    """Print a line for each kind of work and the sum."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--old", type=int, nargs=2, default=[10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    costs = []
    with asyncio.Runner(loop_factory=headless_loop) as runner:
        for old in options.old:
            with tempfile.TemporaryDirectory(prefix="waapp-bench-") as folder:
                server = runner.run(embedded.start(Path(folder) / "database"))
                try:
                    runner.run(migrate.upgrade(server.url))
                    costs.append(runner.run(measure(server.url, old, options.messages, options.rounds)))
                finally:
                    runner.run(server.stop())
    few, many = costs
    head = "".join(f"{old:>14,}" for old in options.old)
    print(
        f"{options.messages} messages, {options.rounds} rounds; milliseconds per message\n\n{'':20}{head}   ratio"
    )
    for name in few:
        print(f"{name:20}{few[name]:>14.3f}{many[name]:>14.3f}{many[name] / few[name]:>8.2f}")
    total = [sum(cost.values()) for cost in costs]
    print(f"{'all':20}{total[0]:>14.3f}{total[1]:>14.3f}{total[1] / total[0]:>8.2f}")


if __name__ == "__main__":
    main()
