"""What a scenario brought, as a row of the published table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from tests.chaos.world import Verdict


@dataclass(frozen=True)
class Result:
    """What was done, how often, and what became of every message.

    `recovery`: seconds from the end of each trouble until messages flow again. `problems`: whatever else should not
    have been. `slow`: what took longer than promised; only a quiet machine can tell.
    """

    what: str
    times: int
    verdicts: Sequence[Verdict] = ()
    recovery: Sequence[float] = ()
    problems: Sequence[str] = ()
    slow: Sequence[str] = ()

    @property
    def troubles(self) -> list[str]:
        """Return everything that breaks the promise; nothing, when it was kept."""
        found = list(self.problems)
        for verdict in self.verdicts:
            found += [f"sent twice: {one}" for one in verdict.duplicates]
            found += [f"lost: {one}" for one in verdict.losses]
            found += [f"unknown although at Twilio: {one}" for one in verdict.unsettled]
        return found


@dataclass(frozen=True)
class Scenario:
    """Something that goes wrong, `times` times in the table and `short` times in every test run (0: never)."""

    name: str
    run: Callable[[int], Result]
    times: int
    short: int


HEAD = (
    "| what was done | times | messages | doubled | lost | shown as unknown | seconds to recover | command |\n"
    "|---|---|---|---|---|---|---|---|"
)


def row(result: Result, command: str) -> str:
    """Return a row of the table."""
    verdicts = result.verdicts
    again = f"{median(result.recovery):.1f}, most {max(result.recovery):.1f}" if result.recovery else ""
    cells = (
        result.what,
        result.times,
        f"{sum(one.messages for one in verdicts):,}",
        sum(len(one.duplicates) for one in verdicts),
        sum(len(one.losses) + len(one.unsettled) for one in verdicts),
        sum(one.flagged for one in verdicts),
        again,
        f"`{command}`",
    )
    return "| " + " | ".join(map(str, cells)) + " |"
