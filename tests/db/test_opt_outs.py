"""Opt-outs on the real database: they hold for all events and reach what waits already."""

from sqlalchemy import text

from tests.db.rows import DESK, claim, column, queue
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
            assert await opt_outs.remove_opt_out(conn, "+351912345678")
            assert not await opt_outs.remove_opt_out(conn, "+351912345678")
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
