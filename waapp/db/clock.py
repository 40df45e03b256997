"""The database's clock: what all desks agree on, whatever their own clocks say."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import text

from waapp.db.engine import Connection

_OVERLAP: Final = timedelta(seconds=15)
# A transaction that somebody forgot to end must not make every question one for everything.
_LONGEST: Final = timedelta(minutes=10)
_LONGEST_AT_FIRST: Final = timedelta(minutes=1)


async def database_clock(conn: Connection) -> datetime:
    """Return the present moment by the database's clock, in aware UTC."""
    now: datetime = (await conn.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return now


class Look(NamedTuple):
    """When the database was looked at, the oldest transaction that was not over by then, and the next to begin."""

    at: datetime
    floor: int
    coming: int


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far a reader has seen, and from where it must look for changes again.

    A row says when it was written, which is before it can be seen: by how much, only its transaction knows. Every
    transaction that was not over at the last look began after `since`. What was committed after that look was
    written by transaction `floor` or a later one, so that of what a reader finds twice most is passed over.
    `later` may become `since` as soon as nothing is under way that began before `mark`.
    """

    since: datetime
    floor: int | None
    later: datetime
    mark: int

    @classmethod
    def first(cls, seen: Look) -> "Horizon":
        """Return the horizon of a reader that reads everything after this look."""
        since = seen.at if seen.floor == seen.coming else seen.at - _LONGEST_AT_FIRST
        return cls(since, None, seen.at, seen.coming)

    def after(self, seen: Look) -> "Horizon":
        """Return the horizon of a reader that took in what had changed by this look."""
        if seen.floor == seen.coming:
            return Horizon(seen.at, seen.floor, seen.at, seen.coming)
        if seen.floor >= self.mark:
            return Horizon(self.later, seen.floor, seen.at, seen.coming)
        return replace(self, since=max(self.since, seen.at - _LONGEST), floor=seen.floor)

    @property
    def parameters(self) -> dict[str, object]:
        """Return what `changed_since` takes from its query."""
        return {"since": self.since - _OVERLAP, "floor": None if self.floor is None else self.floor & _LOWER}


async def look(conn: Connection) -> Look:
    """Look at the database's clock and its transactions; do it before reading what it is to be the moment of."""
    return Look(*(await conn.execute(_LOOK)).one())


_LOWER: Final = 0xFFFFFFFF
_LOOK: Final = text("""
SELECT clock_timestamp(), CAST(CAST(pg_snapshot_xmin(now) AS text) AS bigint),
    CAST(CAST(pg_snapshot_xmax(now) AS text) AS bigint)
FROM pg_current_snapshot() now
""")


def changed_since(row: str) -> str:
    """Return the SQL that tells whether a row may have changed since a horizon, whose `parameters` the query has.

    A row keeps the lower half of the number of the transaction that wrote it; such numbers are circular.
    """
    written = f"CAST(CAST({row}.xmin AS text) AS bigint)"
    floor = "CAST(%(floor)s AS bigint)"
    return (
        f"{row}.updated_at > CAST(%(since)s AS timestamptz) AT TIME ZONE 'UTC'"
        f" AND ({floor} IS NULL OR (({written} - {floor}) & {_LOWER}) < 2147483648)"
    )
