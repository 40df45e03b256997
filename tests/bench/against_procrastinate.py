"""Durable sending against a job queue doing the same work: procrastinate, on the same database and practice Twilio.

    pip install procrastinate        # MIT licence; nothing but this benchmark wants it
    python -m tests.bench.against_procrastinate [MESSAGES [ROUNDS]]

Its job is what one would write with it: post one message with the same client, then write its SID into the same row of
`whatsapp_invitations`. (A job that dies between the two is run again and sends twice; ours may not.) Both send as fast
as they can, with as many requests at once. Putting the work into the queue does not count for either. Target: 8 times.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from uuid import UUID

import procrastinate
import psycopg

from tests.bench.bare_twilio import PASSWORD, number
from tests.bench.send_rate import CONCURRENCY, headless_rate, practice, queue_messages
from waapp.core.outcome import Accepted
from waapp.db import embedded, invitations, migrate
from waapp.db.engine import Database
from waapp.loop import headless_loop
from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.practice import PRACTICE_ACCOUNT, PRACTICE_SENDER

_RECORD = (
    "UPDATE whatsapp_invitations SET engine_state = 'accepted', twilio_message_sid = %(sid)s,"
    " twilio_status = %(status)s, sent_at = clock_timestamp() AT TIME ZONE 'UTC' WHERE id = %(id)s"
)


async def prepare(url: str) -> None:
    """Give procrastinate its tables."""
    async with procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url)).open_async() as app:
        await app.schema_manager.apply_schema_async()


async def job_queue_rate(url: str, base_url: str, count: int) -> float:
    """Send with a worker of procrastinate, and return messages per second."""
    connector = procrastinate.PsycopgConnector(conninfo=url, min_size=CONCURRENCY, max_size=CONCURRENCY)
    app = procrastinate.App(connector=connector)
    client = TwilioClient(PRACTICE_ACCOUNT, PRACTICE_ACCOUNT, PASSWORD, base_url=base_url)

    @app.task(name="send")
    async def send(invitation_id: str, recipient: str, body: str) -> None:
        outcome = await client.send(recipient, PRACTICE_SENDER, body=body)
        assert isinstance(outcome, Accepted), outcome
        await connector.execute_query_async(
            _RECORD, sid=outcome.sid, status=outcome.status, id=UUID(invitation_id)
        )

    database = Database(url)
    _, send_id = await queue_messages(database, count)
    async with database.read() as conn:
        rows = await invitations.list_of_send(conn, send_id)
    await database.dispose()
    async with client, app.open_async():
        await client.send(number(0), PRACTICE_SENDER, body="imports do not count")
        await send.batch_defer_async(
            *({"invitation_id": str(row.id), "recipient": row.recipient, "body": row.body} for row in rows)
        )
        started = time.perf_counter()
        await app.run_worker_async(concurrency=CONCURRENCY, wait=False, install_signal_handlers=False)
        took = time.perf_counter() - started
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        cursor = await connection.execute(
            "SELECT count(*) FROM whatsapp_invitations WHERE send_id = %s AND twilio_message_sid IS NOT NULL",
            [send_id],
        )
        assert await cursor.fetchone() == (count,)
        # What is done is done: the next round begins with an empty queue, as this one did.
        await connection.execute("TRUNCATE procrastinate_jobs CASCADE")
        await connection.execute("UPDATE whatsapp_sends SET state = 'finished'")
    return count / took


def main(count: int, rounds: int) -> None:
    """Measure both in turn, several times, and print the medians and their ratio."""
    with (
        tempfile.TemporaryDirectory(prefix="waapp-bench-") as folder,
        practice() as base_url,
        asyncio.Runner(loop_factory=headless_loop) as runner,
    ):
        os.environ["WAAPP_HOME"] = folder
        server = runner.run(embedded.start(Path(folder) / "database"))
        try:
            runner.run(migrate.upgrade(server.url))
            runner.run(prepare(server.url))
            pairs = [
                (
                    runner.run(headless_rate(server.url, base_url, count)),
                    runner.run(job_queue_rate(server.url, base_url, count)),
                )
                for _ in range(rounds)
            ]
        finally:
            runner.run(server.stop())
    ratios = [ours / theirs for ours, theirs in pairs]
    print(f"{count} messages, {rounds} rounds, {CONCURRENCY} requests at once; medians")
    print(f"durable, headless        {median(ours for ours, _ in pairs):>7.0f}/s")
    print(f"procrastinate            {median(theirs for _, theirs in pairs):>7.0f}/s")
    print(f"ratio                    {median(ratios):>7.1f}   (from {min(ratios):.1f} to {max(ratios):.1f})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
