"""Every fault that the practice Twilio knows: each alone, and all of them mixed."""

from typing import Any, Final

from tests.chaos.report import Result, Scenario
from tests.chaos.servers import server
from tests.chaos.world import Verdict, World, judge, migrated, until, world

SHARE: Final = 0.05
RATE: Final = 200.0

FAULTS: Final[dict[str, dict[str, Any]]] = {
    "slow answers": {"kind": "latency", "seconds": 0.3},
    "429": {"kind": "throttle"},
    "429 with Retry-After": {"kind": "throttle", "retry_after": 1},
    "500": {"kind": "answer", "status": 500},
    "503, accepted": {"kind": "answer", "status": 503, "accepted": True},
    "502 as a web page": {"kind": "answer", "status": 502, "html": True},
    "502 as a web page, accepted": {"kind": "answer", "status": 502, "html": True, "accepted": True},
    "200 that cannot be read, accepted": {"kind": "answer", "status": 200, "html": True, "accepted": True},
    "refused for good": {"kind": "refuse", "code": 21211},
    "refused for now": {"kind": "refuse", "code": 63018},
    "reset": {"kind": "reset"},
    "reset, accepted": {"kind": "reset", "accepted": True},
    "half an answer": {"kind": "cut"},
    "half an answer, accepted": {"kind": "cut", "accepted": True},
    "no answer": {"kind": "hang", "seconds": 2},
    "no answer, accepted": {"kind": "hang", "seconds": 2, "accepted": True},
    "list behind": {"kind": "lag", "seconds": 3},
    "list fails": {"kind": "answer", "status": 503, "on": "list"},
    "list reset": {"kind": "reset", "on": "list"},
    "fetch fails": {"kind": "answer", "status": 500, "on": "fetch"},
}


def faults(times: int) -> Result:
    """Play each fault alone, several at once in worlds of their own would hide which one did harm; then all mixed.

    `times` is the number of messages in the mixed run; alone each fault gets a tenth of it.
    """
    verdicts: list[Verdict] = []
    problems: list[str] = []
    with server() as pg:
        migrated(pg.url)
        with world(pg.url, rate=RATE) as here:
            worker = here.start_worker()
            until(lambda: here.sending() is worker, "a worker that sends")
            for name, fault in FAULTS.items():
                here.script({**fault, "probability": 0.5, "times": 4})
                here.queue(max(10, times // 10))
                until(lambda: _at_rest(here), f"the end of the queue with: {name}", 120)
            here.script(*({**fault, "probability": SHARE} for fault in FAULTS.values()))
            here.queue(times)
            until(lambda: _at_rest(here), "the end of the mixed queue", 300)
            here.script()
            # What is to wait for a minute or a day has waited long enough.
            here.query(
                "UPDATE whatsapp_invitations SET next_retry_at = NULL"
                " WHERE sender = %s AND engine_state = 'queued' RETURNING id",
                here.sender,
            )
            if here.stop(worker) != 0:
                problems.append("the worker did not end in order")
            here.settle(looks=2)
            verdicts.append(judge(here))
            problems += filter(None, [here.complaints()])
    what = f"each of the practice Twilio's {len(FAULTS)} faults alone; all of them mixed at {SHARE:.0%} each"
    return Result(what, times, verdicts, (), problems)


def _at_rest(here: World) -> bool:
    """Tell whether everything has left or waits for a time of its own."""
    return here.query(
        "SELECT count(*) FROM whatsapp_invitations WHERE sender = %s AND (engine_state = 'sending'"
        " OR engine_state = 'queued' AND (next_retry_at IS NULL"
        " OR next_retry_at < clock_timestamp() AT TIME ZONE 'UTC' + interval '20 s'))",
        here.sender,
    ) == [(0,)]


SCENARIOS = (Scenario("faults", faults, times=1000, short=40),)
