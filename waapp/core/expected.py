"""What the sample's makers say how every row of its workbook ends; `waapp demo` compares."""

import tomllib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expected:
    """How one row ends: `end` is a state as shown ("read", "failed", …), "excluded" or "skipped".

    `why` is Twilio's error code of a failure, the `plan.Reason` of an excluded guest, or the finding's code of a
    skipped row; else empty. `name` is the guest's, where there is one.
    """

    row: int
    name: str
    end: str
    why: str = ""

    @property
    def is_guest(self) -> bool:
        """Tell whether the row becomes a guest of the event."""
        return self.end != "skipped"


def load_expected(text: str) -> tuple[Expected, ...]:
    """Read `resources/sample/expected.toml`, in the order of the rows."""
    return tuple(
        Expected(row["row"], row["name"], row["end"], row.get("why", ""))
        for row in tomllib.loads(text)["rows"]
    )
