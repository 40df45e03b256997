"""Filters that are kept under a name, for all desks."""

from tests.db.rows import DESK, make_event
from waapp.core.guest_query import GuestQuery, Problem
from waapp.core.guests import Consent
from waapp.db import guest_filters
from waapp.db.engine import Database


def test_filters_are_kept_by_event_replaced_and_forgotten(run, database: Database) -> None:
    vips = GuestQuery(tags=("VIP",), consent=Consent.YES, text="ana")
    mute = GuestQuery(problem=Problem.NO_LANGUAGE, groups=("",))

    async def scenario() -> None:
        async with database.begin() as conn:
            event, other = await make_event(conn), await make_event(conn, "Other")
            await guest_filters.save_filter(conn, event.id, "vips", GuestQuery(), desk=DESK)
            await guest_filters.save_filter(conn, event.id, "vips", vips, desk=DESK)
            await guest_filters.save_filter(conn, event.id, "Mute", mute, desk=DESK)
        async with database.begin() as conn:
            kept = await guest_filters.list_filters(conn, event.id)
            assert kept == {"Mute": mute, "vips": vips}
            assert list(kept) == ["Mute", "vips"]
            assert await guest_filters.list_filters(conn, other.id) == {}
            await guest_filters.delete_filter(conn, event.id, "vips")
            await guest_filters.delete_filter(conn, event.id, "vips")
            assert list(await guest_filters.list_filters(conn, event.id)) == ["Mute"]

    run(scenario())
