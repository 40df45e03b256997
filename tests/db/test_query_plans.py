"""The hot queries use their indexes when the tables are full of old rows."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import text

from tests.db.rows import DESK, SENDER, accepted, claim, make_event, new_invitations, new_send
from waapp.core.invitations import Fact
from waapp.core.pacing import Next
from waapp.core.status import EngineState
from waapp.db import (
    claims,
    daily_use,
    guests,
    invitations,
    lines,
    queueing,
    send_timing,
    sends,
    settling,
    statuses,
)
from waapp.db.clock import database_clock
from waapp.db.engine import Connection, Database

FULL = {"guests", "whatsapp_invitations", "whatsapp_proofs"}

OLD_GUESTS = """
INSERT INTO guests (event_id, name, phone)
SELECT :event, 'Guest ' || n, '+35191' || lpad(n::text, 7, '0') FROM generate_series(1, 25000) n
"""

OLD_INVITATIONS = """
INSERT INTO whatsapp_invitations (guest_id, event_id, template_name, send_id, sender, recipient, engine_state,
    twilio_message_sid, twilio_status, message_content, sent_at, created_at, updated_at)
SELECT g.id, g.event_id, 'rsvp_invitation', :send, :sender, g.phone, 'accepted',
    'SM' || md5(g.id::text), 'read', repeat('x', 200), now() - interval '90 days', now() - interval '90 days',
    now() - interval '90 days'
FROM guests g
"""

OLD_PROOFS = """
INSERT INTO whatsapp_proofs (invitation_id, guest_id, event_id, template_name, engine_state, twilio_message_sid)
SELECT gen_random_uuid(), gen_random_uuid(), :event, 'rsvp_invitation', 'accepted', 'SM' || md5('old' || n)
FROM generate_series(1, 25000) n
"""


@asynccontextmanager
async def recorded(database: Database) -> AsyncIterator[tuple[Connection, list[tuple[str, Any]]]]:
    """Open a transaction that is rolled back, and note every statement in it."""
    statements: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    engine = database._engine.sync_engine
    sqlalchemy_event.listen(engine, "before_cursor_execute", note)
    try:
        async with database._engine.connect() as conn:
            yield conn, statements
    finally:
        sqlalchemy_event.remove(engine, "before_cursor_execute", note)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


async def explain(database: Database, statement: str, parameters: Any) -> list[dict[str, Any]]:
    async with database._engine.connect() as conn:
        driver = (await conn.get_raw_connection()).driver_connection
        cursor = await driver.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        ((plan,),) = await cursor.fetchall()
        await driver.rollback()
    parsed = plan if isinstance(plan, list) else json.loads(plan)
    return list(nodes(parsed[0]["Plan"]))


def scans(found: list[dict[str, Any]]) -> list[str]:
    return [
        node["Relation Name"]
        for node in found
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in FULL
    ]


async def prepare(database: Database) -> tuple[UUID, list[UUID]]:
    """Fill the tables with 25,000 invitations of long ago, and queue 22,000 more in a send of now."""
    async with database.begin() as conn:
        event = await make_event(conn)
        past = new_send(event.id)
        await conn.execute(text(OLD_GUESTS), {"event": event.id})
        ids = await guests.guest_ids(conn, event.id)
        chosen = sorted(ids)[:22_000]
        await queueing.queue_send(conn, past, new_invitations(chosen[:1]))
        await sends.stop(conn, past.id)
        await conn.execute(text("DELETE FROM whatsapp_invitations"))
        await conn.execute(text("ALTER TABLE whatsapp_invitations DISABLE TRIGGER USER"))
        await conn.execute(text(OLD_INVITATIONS), {"send": past.id, "sender": SENDER})
        await conn.execute(text("ALTER TABLE whatsapp_invitations ENABLE TRIGGER USER"))
        await conn.execute(text(OLD_PROOFS), {"event": event.id})
        now = new_send(event.id, template_name="reminder")
        await queueing.queue_send(conn, now, new_invitations(chosen))
    async with database._engine.connect() as conn:
        await conn.execution_options(isolation_level="AUTOCOMMIT")
        await conn.execute(text("VACUUM ANALYZE"))
    return event.id, chosen


Call = Callable[[Connection], Awaitable[object]]


def test_hot_queries_use_their_indexes(run, database: Database) -> None:
    async def scenario() -> None:
        event_id, chosen = await prepare(database)
        taken = await claim(database, 50)
        tokens = [one.token for one in taken]
        results = [(one.token, accepted(f"SMnew{n}")) for n, one in enumerate(taken[:10])]
        async with database.begin() as conn:
            await claims.record(
                conn, [(tokens[20], Next(EngineState.UNKNOWN, 0)), (tokens[21], accepted("SMopen"))]
            )
            since = await database_clock(conn)
        # The last seconds are always read again; the rows queued above are older than that by then.
        later = since + timedelta(minutes=1)
        facts = [Fact(f"SM{n}", "read", since) for n in range(100)] + [Fact("SMopen", "read", since)]
        calls: dict[str, tuple[Call, set[str]]] = {
            "claim": (lambda conn: claims.claim(conn, SENDER, 20, DESK), {"idx_whatsapp_invitations_claim"}),
            "next_due": (lambda conn: send_timing.next_due(conn, SENDER), {"idx_whatsapp_invitations_claim"}),
            "record": (lambda conn: claims.record(conn, results), {"idx_whatsapp_invitations_claim_token"}),
            "give_back": (
                lambda conn: claims.give_back(conn, tokens),
                {"idx_whatsapp_invitations_claim_token"},
            ),
            "expire_claims": (
                lambda conn: settling.expire_claims(conn, SENDER, 3600.0, tokens),
                {"idx_whatsapp_invitations_unsettled"},
            ),
            "next_settling": (
                lambda conn: settling.next_due(conn, SENDER, 3600.0, tokens),
                {"idx_whatsapp_invitations_unsettled"},
            ),
            "due_for_a_look": (
                lambda conn: settling.due_for_a_look(conn, SENDER),
                {"idx_whatsapp_invitations_unsettled"},
            ),
            "open_messages": (
                lambda conn: statuses.open_messages(conn, SENDER),
                {"idx_whatsapp_invitations_open"},
            ),
            "apply_facts": (
                lambda conn: statuses.apply_facts(conn, facts),
                {"whatsapp_invitations_twilio_message_sid_key", "idx_whatsapp_invitations_twilio_sid"},
            ),
            "known_sids": (
                lambda conn: settling.known_sids(conn, ["SM1", "SM2"]),
                {"idx_whatsapp_proofs_twilio_message_sid"},
            ),
            "adopt": (
                lambda conn: settling.adopt(conn, taken[20].id, "SMx", "sent"),
                {"whatsapp_invitations_pkey"},
            ),
            "queue_send": (
                lambda conn: queueing.queue_send(
                    conn, new_send(event_id, template_name="third"), new_invitations(chosen[:50])
                ),
                {"idx_whatsapp_invitations_newest", "idx_whatsapp_invitations_guest_id"},
            ),
            "people_written_to": (daily_use.people_written_to, {"idx_whatsapp_invitations_claimed_at"}),
            "open_lines": (lines.open_lines, {"idx_whatsapp_invitations_open"}),
            "get_guest": (lambda conn: guests.get_guest(conn, chosen[0]), {"guests_pkey"}),
        }
        complaints = []
        for name, (call, expected) in calls.items():
            async with recorded(database) as (conn, statements):
                await call(conn)
                noted = list(statements)
            used: set[str] = set()
            for statement, parameters in noted:
                if "SAVEPOINT" in statement:
                    continue
                found = await explain(database, statement, parameters)
                if name == "open_messages" and not any(
                    "sent_at" in node.get("Index Cond", "") for node in found
                ):
                    complaints.append("open_messages: looks at old ones, too")
                if name == "queue_send" and any("SubPlan" in node.get("Subplan Name", "") for node in found):
                    # Harmless for fifty guests; for hundreds it becomes a hash of all invitations there are.
                    complaints.append("queue_send: asks for each guest apart whether there is an invitation")
                used |= {node["Index Name"] for node in found if "Index Name" in node}
                # Whether nobody is missing can only be known by counting all of an event.
                if scans(found) and "count(*)" not in statement:
                    complaints.append(f"{name}: reads all of {scans(found)}: {statement}")
            if not used & expected:
                complaints.append(f"{name}: uses {sorted(used)} and not {sorted(expected)}")
        streamed = {
            "guest_rows_changed_since": (
                guests._CHANGED_ROWS,
                later,
                {"idx_guests_event_id_updated_at", "idx_whatsapp_invitations_changed"},
            ),
            "invitations_changed_since": (invitations._CHANGED, later, {"idx_whatsapp_invitations_changed"}),
        }
        for name, (query, moment, expected) in streamed.items():
            parameters = {
                "event_id": event_id,
                "practice": False,
                "since": moment,
                "floor": 5,
            }
            found = await explain(database, query, parameters)
            used = {node["Index Name"] for node in found if "Index Name" in node}
            if scans(found) or not expected <= used:
                complaints.append(f"{name}: reads all of {scans(found)}, uses {sorted(used)}")
        assert not complaints, "\n".join(complaints)

    run(scenario())
