"""The main job, proved without a window: the sample guests, a plan, a send, and every status to its end.

Everything is real but Twilio: an own PostgreSQL in a temporary folder, the engine of the window, and the practice
Twilio over HTTP on this computer. Nothing leaves it.
"""

import asyncio
import shutil
import tempfile
import tomllib
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final
from uuid import UUID

from waapp import config
from waapp.config import Settings
from waapp.core.errors_twilio import load_table
from waapp.core.guests import GuestRow
from waapp.core.plan import Exclusion, Options
from waapp.core.rows import Row
from waapp.core.summary import Funnel, funnel
from waapp.db import embedded, guests, migrate
from waapp.db.engine import Database
from waapp.db.feed import Feed
from waapp.engine.account import Line, open_practice
from waapp.engine.plans import prepare, queue
from waapp.engine.sending import Sending
from waapp.paths import resource_text
from waapp.sample import Sample, add_sample, expected_file
from waapp.whatsapp.practice_script import Script

_SPEED: Final = 10.0
"""Messages live ten times as fast as in the window's practice mode."""
_PATIENCE: Final = 60.0
_LOOK: Final = 0.2
_STAYS: Final = 2.0
"""Seconds for which the result must hold: longer than any message lives on at this speed."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How one row of the workbook ended, and how the sample says it must."""

    row: int
    name: str
    end: str
    expected: str

    @property
    def right(self) -> bool:
        """Whether both agree."""
        return self.end == self.expected


@dataclass(frozen=True, slots=True)
class Report:
    """What the demonstration saw."""

    endings: tuple[Ending, ...]
    funnel: Funnel
    messages: int
    doubled: int
    seconds: float

    @property
    def proved(self) -> bool:
        """Whether every row ended as the sample says, and nobody got two messages."""
        return bool(self.endings) and all(one.right for one in self.endings) and not self.doubled

    def text(self) -> str:
        """Return the table of guests and the funnel."""
        lines = [f"{'row':>4}  {'guest':<34}  end"]
        for one in self.endings:
            wrong = "" if one.right else f"   expected: {one.expected}"
            lines.append(f"{one.row:>4}  {one.name or '(no name)':<34}  {one.end}{wrong}")
        counts = self.funnel
        lines += [
            "",
            f"planned {counts.planned} > handed over {counts.sent} > delivered {counts.delivered} > read {counts.read}",
            f"failed {counts.failed}, still on the way {counts.waiting}, unknown {counts.unknown}",
            f"{self.messages} messages at the practice Twilio, {self.doubled} guests with two.",
            f"{'Proved' if self.proved else 'NOT proved'} in {self.seconds:.1f} s; nothing left this computer.",
        ]
        return "\n".join(lines)

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        return {
            "proved": self.proved,
            "funnel": asdict(self.funnel),
            "messages": self.messages,
            "doubled": self.doubled,
            "seconds": round(self.seconds, 1),
            "guests": [asdict(one) | {"right": one.right} for one in self.endings],
        }


async def run() -> Report:
    """Do the main job in a temporary folder and compare every guest's end with what the sample says.

    Raises DatabaseError when the private database does not start.
    """
    began = monotonic()
    settings = config.load({})
    async with (
        _temporary_database() as database,
        open_practice(settings, None, Script(speed=_SPEED)) as line,
    ):
        sample = await add_sample(database, datetime.now(UTC))
        excluded = await _send(database, line, sample, settings)
        rows = await _rows(database, sample)
        accepted = await line.client.list_messages(from_=line.number)
    per_address = Counter(message.to for message in accepted)
    return Report(
        tuple(_endings(sample, rows, excluded)),
        funnel(Counter(row.shown for row in rows.values())),
        messages=len(accepted),
        doubled=sum(times > 1 for times in per_address.values()),
        seconds=monotonic() - began,
    )


@asynccontextmanager
async def _temporary_database() -> AsyncIterator[Database]:
    folder = Path(tempfile.mkdtemp(prefix="waapp-demo-"))
    try:
        server = await embedded.start(folder)
        try:
            await migrate.upgrade(server.url)
            database = Database(server.url)
            try:
                yield database
            finally:
                await database.dispose()
        finally:
            await server.stop()
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _send(database: Database, line: Line, sample: Sample, settings: Settings) -> tuple[Exclusion, ...]:
    """Plan, queue, and let the engine work until no guest's state changes any more by itself."""
    prepared = await prepare(
        database, sample.event.id, sample.template.id, Options(), line=line, practice=True, rates=None
    )
    table = load_table(resource_text("twilio_errors.toml"))
    sending = Sending(database, line, desk=settings.desk, table=table, request_seconds=settings.http_timeout)
    feed = Feed(database.url)
    feed.subscribe(sending.changed)
    async with asyncio.TaskGroup() as tasks:
        feeding = tasks.create_task(feed.run(), name="feed")
        working = tasks.create_task(sending.run(), name="sending")
        await queue(database, prepared, planner=settings.planner)
        await _until_as_expected(database, sample, prepared.plan.excluded)
        sending.stop()
        await working
        feeding.cancel()
    return prepared.plan.excluded


async def _until_as_expected(database: Database, sample: Sample, excluded: tuple[Exclusion, ...]) -> None:
    """Wait until every row ends as it should and stays so, or until patience ends."""
    deadline = monotonic() + _PATIENCE
    since: float | None = None
    while monotonic() < deadline and (since is None or monotonic() - since < _STAYS):
        await asyncio.sleep(_LOOK)
        endings = _endings(sample, await _rows(database, sample), excluded)
        if not all(one.right for one in endings):
            since = None
        elif since is None:
            since = monotonic()


async def _rows(database: Database, sample: Sample) -> dict[UUID, GuestRow]:
    async with database.read() as conn:
        chunks = [chunk async for chunk in guests.stream_guest_rows(conn, sample.event.id, practice=True)]
    return {row.id: row for chunk in chunks for row in chunk}


def _endings(
    sample: Sample, rows: Mapping[UUID, GuestRow], excluded: tuple[Exclusion, ...]
) -> tuple[Ending, ...]:
    reasons = {one.guest_id: one.reason.value for one in excluded}
    expected = tomllib.loads(expected_file().read_text(encoding="utf-8"))["rows"]
    wanted = {one["row"]: " ".join(filter(None, (one["end"], one.get("why")))) for one in expected}
    endings = []
    for row in sample.table.rows:
        name = row.draft.name if row.draft else ""
        endings.append(Ending(row.number, name, _end(sample, row, rows, reasons), wanted.pop(row.number, "")))
    # A row that the sample names and the reader did not see has ended as nothing.
    endings += [Ending(number, "", "", end) for number, end in wanted.items()]
    return tuple(endings)


def _end(sample: Sample, row: Row, rows: Mapping[UUID, GuestRow], reasons: Mapping[UUID, str]) -> str:
    """Return how a row ended, in the words of the sample's expectations."""
    guest_id = sample.guest_ids.get(row.number)
    if guest_id is None:
        return f"skipped {row.findings[0].code}" if row.findings else "skipped"
    if guest_id in reasons:
        return f"excluded {reasons[guest_id]}"
    guest = rows[guest_id]
    return " ".join(filter(None, (guest.shown.value, guest.error_code)))
