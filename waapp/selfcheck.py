"""`waapp check`: what works, what is missing, and how to mend it."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from waapp.config import Settings
from waapp.setup_checks import Check, Level, check_all

_MARKS: Final = {Level.OK: "ok", Level.WARNING: "look", Level.ERROR: "MISSING"}


@dataclass(frozen=True, slots=True)
class Report:
    """The checks in order."""

    checks: tuple[Check, ...]

    @property
    def missing(self) -> int:
        """How many checks found something missing."""
        return sum(check.level is Level.ERROR for check in self.checks)

    def text(self) -> str:
        """Return a line for each check."""
        return "\n".join(
            f"{_MARKS[check.level]:<8} {check.subject:<16} {check.text}" for check in self.checks
        )

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        return {"sound": not self.missing, "checks": [asdict(check) for check in self.checks]}


async def run(settings: Settings) -> Report:
    """Check installation, database, account and sender."""
    return Report(tuple(await check_all(settings)))
