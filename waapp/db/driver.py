"""The driver's connection, taught to let go: nobody waits for long for a server that does not answer any more."""

from typing import Any, Final

import psycopg

_CANCEL_WITHIN: Final = 1.0


class DriverConnection(psycopg.AsyncConnection[Any]):
    """A connection that is closed when its query is cancelled.

    The driver alone asks the server to give the query up and waits for that, up to ten seconds when it hangs. Whoever
    cancels does not have them, and the pool drops such a connection anyway.
    """

    async def cancel_safe(self, *, timeout: float = 30.0) -> None:
        """Ask the server to give up the present query, for a second at most, and close the connection."""
        try:
            await super().cancel_safe(timeout=min(timeout, _CANCEL_WITHIN))
        finally:
            self.pgconn.finish()
