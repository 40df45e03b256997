"""Opt-outs on the real database: they hold for all events and reach what waits already."""

from sqlalchemy import text

from tests.db.rows import DESK, address, claim, column, queue
from waapp.db import opt_outs
from waapp.db.engine import Database


def test_an_opt_out_is_kept_with_its_reason(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            assert await opt_outs.add_opt_out(
                conn, "+351912345678", source="reply", reason="STOP", created_by=DESK
            )
            assert not await opt_outs.add_opt_out(conn, "+351912345678", source="planner")
            stored = text("SELECT address, source, reason, created_by FROM whatsapp_opt_outs")
            assert (await conn.execute(stored)).one() == ("+351912345678", "reply", "STOP", DESK)
            assert await opt_outs.list_addresses(conn) == {"+351912345678"}
            assert await opt_outs.lift_opt_outs(conn, ["+351912345678"], desk=DESK) == {"+351912345678"}
            assert await opt_outs.lift_opt_outs(conn, ["+351912345678"], desk=DESK) == frozenset()
            assert await opt_outs.list_addresses(conn) == frozenset()

    run(scenario())


def test_an_opt_out_cancels_what_waits_and_leaves_what_is_out(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, 2)
        await queue(database, 2)
        (out,) = await claim(database, 1)
        async with database.begin() as conn:
            await opt_outs.add_opt_out(conn, out.recipient, source="reply", created_by=DESK)
        states = "SELECT engine_state FROM whatsapp_invitations WHERE recipient = :address ORDER BY 1"
        assert await column(database, states, address=out.recipient) == ["cancelled", "sending"]
        assert len(await claim(database)) == 2

    run(scenario())


def test_many_are_noted_lifted_and_noted_again_as_they_were(run, database: Database) -> None:
    async def scenario() -> None:
        _event, _ids, _queued = await queue(database, 3)
        addresses = [address(number) for number in range(3)]
        async with database.begin() as conn:
            await opt_outs.add_opt_out(conn, addresses[0], source="reply", reason="STOP", created_by="Twilio")
            notes = [opt_outs.OptOut(one, opt_outs.PLANNER, "asked", DESK) for one in addresses]
            noted = await opt_outs.add_opt_outs(conn, notes, desk=DESK)
            assert (noted.added, noted.cancelled) == (frozenset(addresses[1:]), 2)
            before = await opt_outs.get_opt_outs(conn, addresses)
            assert (before[addresses[0]].source, before[addresses[1]].reason) == ("reply", "asked")
            assert await opt_outs.lift_opt_outs(conn, addresses, desk="Rui on PC") == frozenset(addresses)
            assert await opt_outs.get_opt_outs(conn, addresses) == {}
            await opt_outs.add_opt_outs(conn, before.values(), desk=DESK)
            assert await opt_outs.get_opt_outs(conn, addresses) == before
        assert await claim(database) == []

    run(scenario())


def test_what_was_lifted_is_kept_with_who_did_it(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            await opt_outs.add_opt_out(conn, address(1), source="reply", reason="STOP", created_by="Twilio")
            await opt_outs.lift_opt_outs(conn, [address(1)], desk="Rui on PC")
        kept = "SELECT concat_ws(', ', address, source, reason, created_by, lifted_by) FROM waapp_lifted_opt_outs"
        assert await column(database, kept) == [f"{address(1)}, reply, STOP, Twilio, Rui on PC"]

    run(scenario())
