"""Facts from Twilio: the same facts end in the same row, whatever their order and however many desks bring them."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.db.rows import SENDER, accept_all, claim, column, execute, queue
from waapp.core.facts import Known, learn
from waapp.core.invitations import Fact, SendState
from waapp.core.waiting import WaitReason
from waapp.db import sends, settling, statuses
from waapp.db.engine import Database

T0 = datetime(2026, 9, 1, 12, tzinfo=UTC)
WORDS = [
    "accepted", "scheduled", "queued", "sending", "sent", "delivered", "partially_delivered", "read", "failed",
    "undelivered", "canceled", "a word of 2027",
]  # fmt: skip

facts_of_one_message = st.lists(
    st.builds(
        Fact,
        sid=st.just("SM0000"),
        status=st.sampled_from(WORDS),
        at=st.integers(0, 3).map(lambda minutes: T0 + timedelta(minutes=minutes)),
        error_code=st.sampled_from([None, "63018", "63016", "30008"]),
        error_message=st.sampled_from([None, "one", "two"]),
        price=st.sampled_from([None, Decimal("-0.005"), Decimal("-0.0123456")]),
        price_unit=st.sampled_from(["USD", "EUR"]),
    ),
    max_size=6,
)


@given(facts=facts_of_one_message, data=st.data())
def test_what_is_known_does_not_depend_on_the_order_of_facts(facts: list[Fact], data) -> None:
    shuffled = data.draw(
        st.permutations(facts + data.draw(st.lists(st.sampled_from(facts))) if facts else [])
    )
    known, other = Known(), Known()
    for fact in facts:
        known = learn(known, fact)
    for fact in shuffled:
        other = learn(other, fact)
    assert known == other


@given(facts=facts_of_one_message, data=st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_end_equal_whatever_the_order_and_the_batches(
    run, database: Database, facts: list[Fact], data
) -> None:
    shuffled = data.draw(st.permutations(facts))
    cut = data.draw(st.integers(0, len(facts)))

    async def ending(batches: list[list[Fact]]) -> list[str]:
        await execute(database, "DELETE FROM events")
        await queue(database, 1)
        await accept_all(database)
        for batch in batches:
            async with database.begin() as conn:
                await statuses.apply_facts(conn, batch)
        return await column(
            database,
            "SELECT ROW(twilio_status, twilio_error_code, twilio_error_message, delivered_at, read_at, failed_at,"
            " price, price_unit)::text FROM whatsapp_invitations",
        )

    async def scenario() -> None:
        assert await ending([facts]) == await ending([shuffled[:cut], shuffled[cut:]])

    run(scenario())


def test_desks_that_bring_facts_at_the_same_moment_lose_none(run, database: Database) -> None:
    words = ["sent", "delivered", "read", "failed"]

    async def scenario() -> None:
        await queue(database, 100)
        taken = await accept_all(database)

        async def bring(word: str) -> None:
            facts = [Fact(f"SM{n:04d}", word, T0) for n in range(len(taken))]
            async with database.begin() as conn:
                await statuses.apply_facts(conn, facts)

        await asyncio.gather(*(bring(word) for word in words))
        assert await column(database, "SELECT DISTINCT twilio_status FROM whatsapp_invitations") == ["read"]
        missing = "SELECT 1 FROM whatsapp_invitations WHERE delivered_at IS NULL OR read_at IS NULL"
        assert await column(database, missing) == []
        assert await column(database, "SELECT DISTINCT invitation_status::text FROM guests") == ["read"]

    run(scenario())


def test_times_are_those_that_twilio_names(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, 1)
        await accept_all(database)
        for word, minutes in (("delivered", 1), ("read", 5), ("delivered", 1)):
            async with database.begin() as conn:
                await statuses.apply_facts(conn, [Fact("SM0000", word, T0 + timedelta(minutes=minutes))])
        async with database.read() as conn:
            stored = await column(
                database, "SELECT ARRAY[delivered_at, read_at, failed_at] FROM whatsapp_invitations"
            )
        naive = T0.replace(tzinfo=None)
        assert stored == [[naive + timedelta(minutes=1), naive + timedelta(minutes=5), None]]

    run(scenario())


def test_a_delivery_after_a_failure_takes_the_failure_back(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, 1)
        await accept_all(database)
        async with database.begin() as conn:
            (failed,) = await statuses.apply_facts(conn, [Fact("SM0000", "failed", T0, error_code="63024")])
            assert (failed.sid, failed.error_code, failed.retry_count) == ("SM0000", "63024", 0)
            assert await statuses.apply_facts(conn, [Fact("SM0000", "failed", T0, error_code="63024")]) == []
            assert await statuses.apply_facts(conn, [Fact("SM0000", "delivered", T0)]) == []
            # It is too late for what somebody decided when it looked failed.
            assert not await statuses.send_again_later(conn, failed, 0.0, WaitReason.TRANSIENT)
        assert await column(
            database,
            "SELECT ROW(twilio_status, twilio_error_code, failed_at)::text FROM whatsapp_invitations",
        ) == ["(delivered,,)"]

    run(scenario())


def test_facts_about_foreign_messages_are_passed_over(run, database: Database) -> None:
    async def scenario() -> None:
        async with database.begin() as conn:
            assert await statuses.apply_facts(conn, [Fact("SMforeign", "failed", T0)]) == []
            assert await statuses.apply_facts(conn, []) == []

    run(scenario())


def test_facts_that_bring_nothing_new_write_nothing(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, 2)
        await accept_all(database)
        facts = [Fact(f"SM{n:04d}", "sent", T0, price=Decimal("-0.005"), price_unit="USD") for n in range(2)]
        async with database.begin() as conn:
            await statuses.apply_facts(conn, facts)
        before = await column(database, "SELECT xmin::text FROM whatsapp_invitations ORDER BY id")
        async with database.begin() as conn:
            await statuses.apply_facts(conn, facts)
        assert await column(database, "SELECT xmin::text FROM whatsapp_invitations ORDER BY id") == before

    run(scenario())


def test_open_messages_are_those_with_news_to_come(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, len(WORDS))
        await accept_all(database)
        for number, word in enumerate(WORDS):
            await execute(
                database,
                "UPDATE whatsapp_invitations SET twilio_status = :word WHERE twilio_message_sid = :sid",
                word=word,
                sid=f"SM{number:04d}",
            )
        await queue(database, 1)
        await claim(database)
        async with database.read() as conn:
            found = await statuses.open_messages(conn, SENDER)
            assert {one.status for one in found} == {
                "accepted",
                "scheduled",
                "queued",
                "sending",
                "sent",
                "delivered",
                "a word of 2027",
            }
            assert all(0 <= one.age < 60 for one in found)
            assert await statuses.open_messages(conn, "+15550000000") == []
        await execute(database, "UPDATE whatsapp_invitations SET sent_at = sent_at - interval '1 hour'")
        async with database.read() as conn:
            assert await statuses.open_messages(conn, SENDER, max_age=1800.0) == []
            assert all(3600 <= one.age < 3660 for one in await statuses.open_messages(conn, SENDER))

    run(scenario())


def test_a_temporary_failure_is_queued_for_one_more_attempt(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 1)
        await accept_all(database)
        async with database.begin() as conn:
            assert (await sends.get_send(conn, queued.send.id)).state is SendState.FINISHED
            (failed,) = await statuses.apply_facts(
                conn, [Fact("SM0000", "undelivered", T0, error_code="63018")]
            )
            assert await statuses.send_again_later(conn, failed, 0.0, WaitReason.TRANSIENT)
            assert not await statuses.send_again_later(conn, failed, 0.0, WaitReason.TRANSIENT)
            assert (await sends.get_send(conn, queued.send.id)).state is SendState.ACTIVE
        (again,) = await claim(database)
        assert again.retry_count == 1

    run(scenario())


def test_nothing_of_a_stopped_send_goes_out_again(run, database: Database) -> None:
    async def scenario() -> None:
        _, _, queued = await queue(database, 2)
        await claim(database, 1)
        await accept_all(database)
        async with database.begin() as conn:
            await sends.stop(conn, queued.send.id)
            (failed,) = await statuses.apply_facts(conn, [Fact("SM0000", "failed", T0, error_code="63018")])
            assert not await statuses.send_again_later(conn, failed, 0.0, WaitReason.TRANSIENT)
        assert await claim(database) == []
        assert await column(
            database, "SELECT twilio_status FROM whatsapp_invitations WHERE twilio_message_sid = 'SM0000'"
        ) == ["failed"]

    run(scenario())


def test_a_message_that_arrives_while_its_next_attempt_waits_needs_none(run, database: Database) -> None:
    async def scenario() -> None:
        await queue(database, 1)
        await accept_all(database)
        async with database.begin() as conn:
            (failed,) = await statuses.apply_facts(
                conn, [Fact("SM0000", "undelivered", T0, error_code="63018")]
            )
            assert await statuses.send_again_later(conn, failed, 9000 * 86_400.0, WaitReason.LATER)
            # The same bad news again changes nothing.
            again = await statuses.apply_facts(conn, [Fact("SM0000", "failed", T0, error_code="63018")])
            assert again == []
            assert await statuses.apply_facts(conn, [Fact("SM0000", "delivered", T0)]) == []
        assert await column(
            database,
            "SELECT ROW(engine_state, twilio_status, next_retry_at, sent_at IS NOT NULL)::text"
            " FROM whatsapp_invitations",
        ) == ["(accepted,delivered,,t)"]

    run(scenario())


def test_the_message_of_an_earlier_attempt_is_never_taken_for_that_of_the_next(
    run, database: Database
) -> None:
    async def scenario() -> None:
        await queue(database, 1)
        await accept_all(database)
        async with database.begin() as conn:
            (failed,) = await statuses.apply_facts(
                conn, [Fact("SM0000", "undelivered", T0, error_code="63018")]
            )
            assert await statuses.send_again_later(conn, failed, 0.0, WaitReason.TRANSIENT)
        await claim(database)
        async with database.read() as conn:
            assert await settling.known_sids(conn, ["SM0000", "SM0001"]) == {"SM0000"}

    run(scenario())
