"""Several at once: workers on one number, numbers side by side, windows whose Send is pressed at the same moment."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from tests.chaos.kill import run as killed
from tests.chaos.pace import pace_of
from tests.chaos.report import Result, Scenario
from tests.chaos.servers import server
from tests.chaos.world import World, judge, migrated, practice_process, until, world
from tests.engine.conftest import numbers
from waapp.core.cadence import PRACTICE
from waapp.core.events import EventDraft
from waapp.core.guests import GuestDraft
from waapp.core.plan import Options
from waapp.core.template import TemplateDraft
from waapp.db import events, guests, templates
from waapp.db.engine import Database
from waapp.engine import plans
from waapp.engine.account import Line
from waapp.errors import UserError
from waapp.loop import headless_loop
from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.practice import PRACTICE_SENDER

OTHER_NUMBER = "+15005550007"
GUESTS = 40


def kills(times: int) -> Result:
    """Kill the one worker there is, at every step of a send and at random moments."""
    return _killed(times, 1)


def two_workers(times: int) -> Result:
    """Kill the one of two that sends."""
    return _killed(times, 2)


def four_workers(times: int) -> Result:
    """Kill the one of four that sends."""
    return _killed(times, 4)


def _killed(times: int, workers: int) -> Result:
    with server() as pg:
        migrated(pg.url)
        with world(pg.url) as here:
            outcome = killed(here, times, seed=workers, workers=workers)
            complaints = here.complaints()
    each = ", ".join(f"{count} {step}" for step, count in outcome.kills.items())
    crowd = "" if workers == 1 else f"{workers} workers on one number, the one that sends "
    return Result(
        f"{crowd}killed (SIGKILL): {each}",
        outcome.kills.total(),
        [outcome.verdict],
        outcome.recovery,
        [complaints] if complaints else [],
    )


def two_numbers(times: int) -> Result:
    """Send from two numbers of one account at once; kill one desk, let the other carry both on, then kill it too."""
    problems: list[str] = []
    taken: list[float] = []
    with server() as pg, practice_process() as twilio:
        migrated(pg.url)
        with (
            world(pg.url, rate=20, practice=twilio) as here,
            world(pg.url, rate=20, practice=twilio, phone=OTHER_NUMBER, first_number=70_000) as other,
        ):
            both = (here, other)
            for _ in range(times):
                for each in both:
                    each.queue(120)
                    each.start_worker()
                before = [len(each.taken()) for each in both]
                _more_from(both, before, "messages from both numbers")
                if not all(each.states()["queued"] for each in both):
                    problems.append("one number waited for the other")
                # Whichever desk has a number: what matters is that one of them is gone.
                here.kill(here.workers[0])
                killed_at = time.time()
                _more_from(
                    both,
                    [len(each.taken()) for each in both],
                    "both carried on by one desk",
                )
                taken.append(time.time() - killed_at)
                other.kill(other.workers[0])
            for each in both:
                each.settle()
            verdicts = [judge(each) for each in both]
            problems += [text for each in both if (text := each.complaints())]
            for each in both:
                if (busiest := pace_of(each.taken()).busiest) > each.rate:
                    problems.append(f"{busiest} messages in one second at {each.rate}/s")
    return Result(
        "two numbers of one account sending at once, the desk of one killed, both carried on by the other, killed too",
        times,
        verdicts,
        taken,
        problems,
    )


def _more_from(worlds: Sequence[World], before: Sequence[int], what: str) -> None:
    def came() -> bool:
        for each in worlds:
            each.keep_busy()
        return all(len(each.taken()) > count for each, count in zip(worlds, before, strict=True))

    until(came, what)


# Pressing Send: each desk is a process of its own, which plans, waits for the common moment, and queues.


def pressed_together(times: int) -> Result:
    """Let four desks press Send for the same guests at the same moment; every guest must get one message."""
    problems: list[str] = []
    with server() as pg:
        migrated(pg.url)
        with world(pg.url, rate=200) as here, asyncio.Runner(loop_factory=headless_loop) as runner:
            for turn in range(times):
                event_id, template_id = runner.run(_party(pg.url, turn))
                told = _press(here, event_id, template_id, desks=4)
                queued = sum(one["queued"] for one in told)
                accounted = [one["queued"] + one["left_out"] for one in told]
                if queued != GUESTS or accounted != [GUESTS] * 4:
                    problems.append(f"the desks were told {told}")
            here.settle()
            verdict = judge(here)
            problems += filter(None, [here.complaints()])
    if verdict.messages != GUESTS * times:
        problems.append(f"{verdict.messages} messages for {GUESTS * times} guests")
    what = f"four desks press Send for the same {GUESTS} guests at the same moment, processes of their own"
    return Result(what, times, [verdict], (), problems)


def _press(here: World, event_id: UUID, template_id: UUID, desks: int) -> list[dict[str, int]]:
    """Let every desk plan, and press Send when all have planned; return what each was told."""
    with tempfile.TemporaryDirectory(prefix="waapp-chaos-") as folder:
        gate = Path(folder) / "gate"
        processes = [
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.chaos.crowd", here.url, here.sender),
                    *(str(event_id), str(template_id), str(gate)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "WAAPP_HOME": folder},
            )
            for _ in range(desks)
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "planned\n"
        gate.touch()
        return [json.loads(process.communicate(timeout=60)[0]) for process in processes]


async def _party(url: str, turn: int) -> tuple[UUID, UUID]:
    database = Database(url)
    async with database.begin() as conn:
        event = await events.create_event(conn, EventDraft(f"Party {turn}", datetime(2030, 1, 1, tzinfo=UTC)))
        draft = TemplateDraft(f"together_{turn}", "Together", f"Dear {{{{guest_name}}}}, party {turn}!")
        template = await templates.save_template(conn, None, draft)
        first = turn * GUESTS
        drafts = [GuestDraft(f"Guest {phone[-4:]}", phone) for phone in numbers(GUESTS, first)]
        await guests.add_guests(conn, event.id, drafts)
    await database.dispose()
    return event.id, template.id


async def _one_desk(url: str, key: str, event_id: UUID, template_id: UUID, gate: Path) -> None:
    database = Database(url)
    # Never asked: planning in practice mode concerns the database alone.
    client = TwilioClient(account_sid="AC", username="AC", password="")
    line = Line(client, PRACTICE_SENDER, key, practice=True, rate=200, cadence=PRACTICE)
    prepared = await plans.prepare(
        database, event_id, template_id, Options(), line=line, practice=True, rates=None
    )
    print("planned", flush=True)
    # In a thread: the moment is common to the processes, not to this loop.
    await asyncio.to_thread(until, gate.exists, "the common moment")
    try:
        told = await plans.queue(database, prepared, planner=f"Planner {os.getpid()}")
        answer = {"queued": told.count, "left_out": len(told.skipped)}
    except UserError as error:
        if error.code != "nobody_left":
            raise
        answer = {"queued": 0, "left_out": len(prepared.plan.recipients)}
    print(json.dumps(answer))
    await database.dispose()


def main(arguments: Sequence[str]) -> None:
    """Be one desk whose Send is pressed; `pressed_together` starts this."""
    url, key, event_id, template_id, gate = arguments
    with asyncio.Runner(loop_factory=headless_loop) as runner:
        runner.run(_one_desk(url, key, UUID(event_id), UUID(template_id), Path(gate)))


if __name__ == "__main__":
    main(sys.argv[1:])


SCENARIOS = (
    Scenario("kills", kills, times=200, short=5),
    Scenario("two-workers", two_workers, times=20, short=0),
    Scenario("four-workers", four_workers, times=20, short=2),
    Scenario("two-numbers", two_numbers, times=10, short=1),
    Scenario("send-pressed-together", pressed_together, times=25, short=1),
)
