"""What the tests that break things share: a database, the practice Twilio and real workers, each its own process."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from tests.fixtures_practice import PASSWORD, PracticeProcess
from waapp.core.events import EventDraft
from waapp.core.guests import GuestDraft
from waapp.core.invitations import NewInvitation
from waapp.core.lines import line_key
from waapp.core.template import TemplateDraft
from waapp.db import events, guests, migrate, queueing, templates
from waapp.db.engine import Database
from waapp.db.queueing import NewSend
from waapp.db.sender_lock import lock_key
from waapp.loop import headless_loop
from waapp.whatsapp.practice import PRACTICE_SENDER

_FEW = 40
PATIENCE = 180.0
"""Seconds after which something that must happen counts as not happening."""


class ChaosError(Exception):
    """What was waited for did not come about."""


def until(met: Callable[[], Any], what: str, seconds: float = PATIENCE, *, every: float = 0.004) -> Any:
    """Ask again and again until the answer is true, and return it; a database that is away says no."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(psycopg.OperationalError):
            if found := met():
                return found
        if time.monotonic() > deadline:
            raise ChaosError(f"never came about: {what}")
        time.sleep(every)


def number(index: int) -> str:
    """Return a made-up mobile number that practice mode reads."""
    return f"+3519{index // 70:06}{index % 70:02}"


@contextmanager
def practice_process(**script: Any) -> Iterator[PracticeProcess]:
    """Run a practice Twilio as a process of its own."""
    command = [
        *(sys.executable, "-m", "waapp.whatsapp.practice", "--password", PASSWORD),
        *("--script", json.dumps({"speed": 50, **script})),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    practice = PracticeProcess(process.stdout.readline().strip(), process)
    try:
        yield practice
    finally:
        process.send_signal(signal.SIGCONT)
        practice.end()
        process.stdout.close()


@dataclass
class World:
    """One sender's database and Twilio, and the workers on them."""

    url: str
    practice: PracticeProcess
    folder: Path
    rate: float = 40
    request_seconds: float = 1.0
    phone: str = PRACTICE_SENDER
    first_number: int = 0
    worker_url: str | None = None
    worker_twilio: str | None = None
    home: Path | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _queued: int = 0
    _started: int = 0
    _names: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def sender(self) -> str:
        """The name under which messages from this number are queued."""
        return line_key(self.phone, self.practice.account_sid)

    def start_worker(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `waapp work` as a planner would on a server."""
        self._started += 1
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("WAAPP_", "TWILIO_", "PG"))
        } | {
            # Whose computer it is: what the sender's lock shows tells the workers apart.
            "LOGNAME": f"worker-{self._started}",
            "WAAPP_HOME": str(self.home or self.folder / "home"),
            "WAAPP_DATABASE_URL": self.worker_url or self.url,
            "WAAPP_TWILIO_BASE_URL": self.worker_twilio or self.practice.base_url,
            "TWILIO_ACCOUNT_SID": self.practice.account_sid,
            "TWILIO_AUTH_TOKEN": self.practice.password,
            "WAAPP_SENDER": self.phone,
            "WAAPP_RATE": str(self.rate),
            "WAAPP_HTTP_TIMEOUT": str(self.request_seconds),
        }
        with (self.folder / "workers.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "waapp", "work", *arguments], env=environment, stdout=log, stderr=log
            )
        self.workers.append(worker)
        self._names[f"worker-{self._started}"] = worker
        return worker

    @property
    def alive(self) -> list[str]:
        """Return the names of the workers that run."""
        return [name for name, worker in self._names.items() if worker in self.workers]

    def all_in_line(self) -> bool:
        """Tell whether every worker that runs has asked for the sender's lock: has it, or stands by."""
        sessions = self.query(
            "SELECT application_name FROM pg_stat_activity WHERE datname = current_database()"
        )
        desks = {text.removeprefix("waapp/").split(" ")[0] for (text,) in sessions if " on " in text}
        return desks >= set(self.alive)

    def sending(self) -> subprocess.Popen[bytes] | None:
        """Return the worker that holds the sender's lock."""
        key = lock_key(self.sender)
        holders = self.query(
            "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
            " WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND a.datname = current_database()"
            " AND l.classid::bigint = (%s::bigint >> 32) & 4294967295 AND l.objid::bigint = %s::bigint & 4294967295",
            key,
            key,
        )
        alive = [
            self._names[name] for (text,) in holders if (name := text.removeprefix("waapp/").split(" ")[0])
        ]
        return next((worker for worker in alive if worker in self.workers), None)

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """End a worker without any warning."""
        worker.kill()
        worker.wait()
        self.workers.remove(worker)

    def stop(self, worker: subprocess.Popen[bytes]) -> int:
        """End a worker as a server does and return its exit code."""
        worker.terminate()
        code = worker.wait(PATIENCE)
        self.workers.remove(worker)
        return code

    def complaints(self) -> str:
        """Return what workers have written when it tells of bugs; known trouble is not one."""
        text = self.log()
        first = text.find("Traceback")
        return "" if first < 0 else text[max(0, first - 1000) : first + 20_000]

    def log(self) -> str:
        """Return all that workers have written."""
        found = [self.folder / "workers.log", *(self.home or self.folder / "home").glob("logs/*.log")]
        return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in found)

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database over a fresh connection."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(statement, values or None).fetchall()

    def states(self) -> Counter[str]:
        """Return how many invitations of this sender are in which state."""
        found = self.query(
            "SELECT engine_state, count(*) FROM whatsapp_invitations WHERE sender = %s GROUP BY 1",
            self.sender,
        )
        return Counter(dict(found))

    def queue(self, count: int) -> None:
        """Queue so many invitations to new guests, in a send of their own."""
        first = self.first_number + self._queued
        self._queued += count
        with asyncio.Runner(loop_factory=headless_loop) as runner:
            runner.run(_queue(self.url, self.sender, range(first, first + count), self.rate))

    def script(self, *faults: dict[str, Any]) -> None:
        """Give the practice Twilio other faults."""
        self.practice.control("PUT", "script", {"speed": 50, "faults": list(faults)})

    def keep_busy(self) -> None:
        """Queue more before what is queued runs out: on a slow machine what is waited for takes its time."""
        if self.states()["queued"] < _FEW:
            self.queue(200)

    def accepted(self) -> int:
        """Return how many messages Twilio has taken over."""
        return self.practice.count()

    def taken(self) -> list[float]:
        """Return when Twilio took over each message of this number, in order."""
        return sorted(one["at"] for one in self.practice.accepted() if one["sender"] == self.phone)

    def full_pace_after(self, moment: float) -> float:
        """Wait until messages arrive at the full rate again; return how long after a moment (of 1970) they began to.

        Full is a second that sees at least 90 % of the rate. A machine that is too busy for that counts as `PATIENCE`.
        """

        def began() -> float | None:
            times = [message["at"] for message in self.practice.accepted() if message["at"] >= moment]
            wanted = max(1, int(self.rate * 0.9))
            return next(
                (first for first, last in zip(times, times[wanted - 1 :], strict=False) if last - first <= 1),
                None,
            )

        try:
            return float(until(began, f"{self.rate}/s again")) - moment
        except ChaosError:
            return PATIENCE

    def settle(self, seconds: float = 120.0, *, looks: int = 1) -> None:
        """Let one worker finish: nothing queued or claimed, every unknown message looked for `looks` times.

        The second look comes five seconds after the first: one is not enough where Twilio's list is behind.
        """
        worker = self.start_worker()
        until(lambda: self.sending() is worker, "a worker that sends")
        until(
            lambda: (
                self.query(
                    "SELECT count(*) FROM whatsapp_invitations WHERE sender = %s AND"
                    " (engine_state IN ('queued', 'sending') OR engine_state = 'unknown' AND looks < %s)",
                    self.sender,
                    looks,
                )
                == [(0,)]
            ),
            f"a settled end: {self.states()}",
            seconds,
        )
        assert self.stop(worker) == 0


@dataclass(frozen=True)
class Verdict:
    """What is in the database, held against what Twilio has taken over.

    `duplicates`: addresses with more than one message. `losses`: invitations that neither arrived, nor failed
    with a cause, nor are shown as unknown; and messages that the database does not know of. `unsettled`: messages
    that are at Twilio while their row still says unknown. `flagged`: rows shown as unknown.
    """

    messages: int
    duplicates: list[str]
    losses: list[str]
    unsettled: list[str]
    flagged: int

    @property
    def good(self) -> bool:
        """Tell whether the promise was kept."""
        return not (self.duplicates or self.losses or self.unsettled)


def judge(world: World) -> Verdict:
    """Compare every row with every message."""
    rows = world.query(
        "SELECT recipient, engine_state, twilio_message_sid, twilio_error_code, looks FROM whatsapp_invitations"
        " WHERE sender = %s",
        world.sender,
    )
    ours = {row[0] for row in rows}
    at_twilio: dict[str, list[str]] = defaultdict(list)
    for message in world.practice.accepted():
        if message["to"] in ours:
            at_twilio[message["to"]].append(message["sid"])
    losses, unsettled = [], []
    for recipient, state, sid, error, looks in rows:
        sids = at_twilio.get(recipient, [])
        match state:
            case "accepted":
                fine = sid in sids
            case "failed":
                fine = error is not None and not sids
            case "unknown":
                fine = looks > 0
                if sids:
                    unsettled.append(recipient)
            case _:
                fine = False
        if not fine:
            losses.append(f"{recipient} {state} {sid} {sids}")
    return Verdict(
        messages=sum(map(len, at_twilio.values())),
        duplicates=[address for address, sids in at_twilio.items() if len(sids) > 1],
        losses=losses,
        unsettled=unsettled,
        flagged=sum(row[1] == "unknown" for row in rows),
    )


def migrated(url: str) -> None:
    """Bring an empty database up to date."""
    with asyncio.Runner(loop_factory=headless_loop) as runner:
        runner.run(migrate.upgrade(url))


@contextmanager
def world(url: str, *, practice: PracticeProcess | None = None, **settings: Any) -> Iterator[World]:
    """Make a world on a migrated database; whatever still runs at the end is killed.

    Without `practice` it gets a Twilio of its own.
    """
    with (
        tempfile.TemporaryDirectory(prefix="waapp-chaos-") as folder,
        nullcontext(practice) if practice else practice_process() as twilio,
    ):
        made = World(url, twilio, Path(folder), **settings)
        try:
            yield made
        except ChaosError as error:
            raise ChaosError(f"{error}; the workers say:\n{made.log()[-6000:]}") from error
        finally:
            for worker in list(made.workers):
                made.kill(worker)


async def _queue(url: str, sender: str, indices: range, rate: float) -> None:
    database = Database(url)
    async with database.begin() as conn:
        event = await events.create_event(conn, EventDraft("Chaos", datetime(2030, 1, 1, tzinfo=UTC)))
        draft = TemplateDraft(f"chaos_{uuid4().hex}", "Chaos", "Dear {{guest_name}}, welcome to our party!")
        template = await templates.save_template(conn, None, draft)
        ids = await guests.add_guests(
            conn, event.id, [GuestDraft(f"Guest {index}", number(index)) for index in indices]
        )
        new = NewSend(
            id=uuid4(),
            event_id=event.id,
            template_id=template.id,
            template_name=template.name,
            template_version=1,
            sender=sender,
            practice=False,
            planned_by="chaos",
            rate=rate,
        )
        rows = [
            NewInvitation(guest_id, number(index), {}, f"Dear guest {index}, welcome to our party!")
            for index, guest_id in zip(indices, ids, strict=True)
        ]
        await queueing.queue_send(conn, new, rows)
    await database.dispose()
