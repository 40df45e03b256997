"""What a planner does with a send that is queued: undo, pause, resume, stop, give it more time."""

from datetime import datetime
from uuid import UUID

from waapp.core.invitations import SendState, SendSummary
from waapp.db import send_timing, sends
from waapp.db.engine import Database
from waapp.db.sends import Stopped
from waapp.texts import tr


class SendActs:
    """Each act is a transaction of its own; whoever shows the send learns of it from the feed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def undo(self, send_id: UUID) -> None:
        """Take a send back as if it had never been queued; raises `undo_too_late`."""
        async with self._database.begin() as conn:
            await send_timing.undo(conn, send_id)

    async def begin_now(self, send_id: UUID) -> None:
        """End the time in which a send can be undone."""
        async with self._database.begin() as conn:
            await send_timing.send_now(conn, send_id)

    async def pause(self, send_id: UUID) -> Stopped:
        """Let nothing more leave until the send is resumed."""
        async with self._database.begin() as conn:
            return await sends.pause(conn, send_id, "planner")

    async def resume(self, summary: SendSummary) -> None:
        """Let a paused send go on; after trouble with the account all sends of its number that it has stopped."""
        async with self._database.begin() as conn:
            if is_account_trouble(summary):
                await send_timing.resume_after_repair(conn, summary.send.sender)
            else:
                await sends.resume(conn, summary.send.id)

    async def stop(self, send_id: UUID) -> Stopped:
        """Leave unsent for good what has not left."""
        async with self._database.begin() as conn:
            return await sends.stop(conn, send_id)

    async def extend(self, send_id: UUID, not_after: datetime) -> None:
        """Let a send that is too late go on until another last moment."""
        async with self._database.begin() as conn:
            await send_timing.extend(conn, send_id, not_after)


def is_account_trouble(summary: SendSummary) -> bool:
    """Tell whether trouble with the Twilio account has paused a send."""
    send = summary.send
    return send.state is SendState.PAUSED and (send.pause_code or "").isdigit()


def is_too_late(summary: SendSummary) -> bool:
    """Tell whether a send waits for an answer because its last moment has passed."""
    return summary.send.state is SendState.PAUSED and summary.send.pause_code == "too_late"


def is_undone(summary: SendSummary) -> bool:
    """Tell whether a send was taken back before anything left."""
    return summary.send.state is SendState.STOPPED and summary.send.pause_code == sends.UNDONE


def where_they_are(counts: Stopped, *, for_good: bool) -> str:
    """Say exactly where every message was at the moment of a stop or a pause."""
    parts = [tr("{n:message was sent|messages were sent}", n=counts.sent)]
    if counts.in_flight:
        parts.append(tr("{n:is|are} on the way right now and may still arrive", n=counts.in_flight))
    if counts.unknown:
        parts.append(tr("{n:is|are} being checked: sent or not, we do not know yet", n=counts.unknown))
    if counts.failed:
        parts.append(tr("{n:was|were} refused", n=counts.failed))
    parts.append(tr("{n:never left|never left}", n=counts.never_left))
    head = tr("Stopped.") if for_good else tr("Paused.")
    return f"{head} {', '.join(parts)}."
