"""The driver's connection, taught to let go: nobody waits for long for a server that does not answer any more."""

from typing import Any, Final

import psycopg

_CANCEL_WITHIN: Final = 1.0


class DriverConnection(psycopg.AsyncConnection[Any]):
    """A connection whose query can be cancelled while the server hangs.

    The driver asks the server to give the query up and waits for that, up to ten seconds. Whoever cancels does not
    have them: a connection over which this cannot be said within a second is closed.
    """

    async def cancel_safe(self, *, timeout: float = 30.0) -> None:
        """Ask the server to give up the present query; close the connection when it cannot be asked."""
        try:
            await super().cancel_safe(timeout=min(timeout, _CANCEL_WITHIN))
        except psycopg.Error:
            self.pgconn.finish()
            raise
