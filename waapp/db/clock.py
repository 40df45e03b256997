"""The database's clock: what all desks agree on, whatever their own clocks say."""

from datetime import datetime
from typing import Final

from sqlalchemy import text

from waapp.db.engine import Connection

OVERLAP_SECONDS: Final = 15.0
"""How far behind its last answer a question for changes looks back: `updated_at` is older than its commit."""


async def database_clock(conn: Connection) -> datetime:
    """Return the present moment by the database's clock, in aware UTC."""
    now: datetime = (await conn.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return now
