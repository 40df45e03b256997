"""The database's clock: what all desks agree on, whatever their own clocks say."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import text

from waapp.db.engine import Connection

OVERLAP_SECONDS: Final = 15.0
"""How far behind its last answer a question for changes looks back: `updated_at` is older than its commit."""


async def database_clock(conn: Connection) -> datetime:
    """Return the present moment by the database's clock, in aware UTC."""
    now: datetime = (await conn.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return now


class LookedAt(NamedTuple):
    """When the database was looked at, and `floor`: the oldest transaction that was not over by then.

    What was committed since was written by that transaction or a later one. So of the rows that a question for
    changes finds twice, because it looks back, the ones that the asker has are passed over.
    """

    at: datetime
    floor: int


async def look(conn: Connection) -> LookedAt:
    """Return the present moment; ask before reading what it is to be the moment of."""
    return LookedAt(*(await conn.execute(_LOOK)).one())


# A row keeps the lower half of the number of the transaction that wrote it.
_LOOK: Final = text("""
SELECT clock_timestamp(), CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) & 4294967295
""")


def written_since_floor(row: str) -> str:
    """Return the SQL that tells whether a row may be newer than `%(floor)s` (null: it may); numbers are circular."""
    written = f"CAST(CAST({row}.xmin AS text) AS bigint)"
    floor = "CAST(%(floor)s AS bigint)"
    return f"({floor} IS NULL OR (({written} - {floor}) & 4294967295) < 2147483648)"
