"""The pace is never exceeded in any window, and every outcome has exactly one consequence."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.errors_twilio import ErrorClass, Table, load_table
from waapp.core.outcome import Accepted, NotSent, Outcome, Refused, Throttled, Unknown
from waapp.core.pacing import (
    PAIR_SECONDS,
    SANDBOX_RATE,
    SANDBOX_SENDER,
    Next,
    Pacer,
    PairSpacing,
    decide,
    decide_failure,
    sender_rate,
)
from waapp.core.status import EngineState
from waapp.core.waiting import WaitReason
from waapp.paths import data_dir

ERRORS = """
[[error]]
codes = [63009]
class = "transient"
retries = "until_max"
meaning = "m"
advice = "a"

[[error]]
codes = [63011]
class = "transient"
retries = "once"
waits = [120]
meaning = "m"
advice = "a"

[[error]]
codes = [63018, 63049]
class = "wait"
retries = "until_max"
waits = [60, 86400]
meaning = "m"
advice = "a"

[[error]]
codes = [63049]
regions = ["US"]
class = "guest"
meaning = "m"
advice = "a"

[[error]]
codes = [63003]
class = "guest"
meaning = "m"
advice = "a"

[[error]]
codes = [63013]
class = "content"
meaning = "m"
advice = "a"

[[error]]
codes = [20003]
class = "account"
meaning = "m"
advice = "a"

[[error]]
codes = [30410]
class = "unknown"
meaning = "m"
advice = "a"

[[error]]
codes = [63046]
class = "info"
meaning = "m"
advice = "a"

[default.guest]
class = "guest"
meaning = "m"
advice = "a"
[default.content]
class = "content"
meaning = "m"
advice = "a"
[default.account]
class = "account"
meaning = "m"
advice = "a"
"""


@pytest.fixture(scope="module")
def table() -> Table:
    return load_table(ERRORS)


def send_all(pacer: Pacer, lateness: Sequence[float], start: float = 0.0) -> list[float]:
    """Send as fast as the pacer allows, waking up late by the given times; return when each left."""
    now = start
    times = []
    for late in lateness:
        while pause := pacer.delay(now):
            now += max(pause, 1e-9)
        now += late
        assert pacer.delay(now) == 0
        pacer.sent(now)
        times.append(now)
    return times


rates = st.one_of(st.floats(0.05, 100), st.integers(1, 100).map(float))
latenesses = st.lists(st.one_of(st.just(0.0), st.floats(0, 0.05), st.floats(0, 3)), min_size=1, max_size=250)


@given(rates, st.integers(1, 10), st.floats(1, 3), latenesses, st.floats(0, 1e6))
def test_no_window_holds_more_than_the_rate(
    rate: float,
    burst: int,
    catch_up: float,
    late: list[float],
    start: float,
) -> None:
    times = send_all(Pacer(rate, burst, catch_up), late, start)
    most, window = (int(rate), 1.0) if rate >= 1 else (1, 1 / rate)
    for first, next_beyond in zip(times, times[most:], strict=False):
        assert next_beyond >= first + window


@given(rates, latenesses, st.lists(st.integers(0, 249), max_size=5))
def test_throttling_never_makes_it_faster(rate: float, late: list[float], throttled_at: list[int]) -> None:
    pacer = Pacer(rate, 3, catch_up=1.25)
    times: list[float] = []
    for index, lateness in enumerate(late):
        times += send_all(pacer, [lateness], times[-1] if times else 0.0)
        if index in throttled_at:
            pacer.throttled(times[-1])
    most, window = (int(rate), 1.0) if rate >= 1 else (1, 1 / rate)
    for first, next_beyond in zip(times, times[most:], strict=False):
        assert next_beyond >= first + window


def test_late_timers_cost_no_throughput() -> None:
    punctual = send_all(Pacer(80, 4), [0.0] * 800)
    late = send_all(Pacer(80, 4), [0.0005] * 800)
    assert punctual[-1] == pytest.approx(799 / 80, rel=0.01)
    assert late[-1] == pytest.approx(799 / 80, rel=0.02)


def test_even_spacing() -> None:
    times = send_all(Pacer(10), [0.0] * 30)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == pytest.approx([0.1] * 29)


def test_lost_time_is_made_up_for_without_a_bunch() -> None:
    times = send_all(Pacer(80, catch_up=1.25), [0.1 if number == 200 else 0.0 for number in range(400)])
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[:199] == pytest.approx([1 / 80] * 199)
    assert times[-1] == pytest.approx(399 / 80, abs=0.05)
    assert min(gaps[210:]) >= 1 / 100 - 1e-9


def test_whoever_had_nothing_to_send_has_nothing_to_make_up_for() -> None:
    pacer = Pacer(80, catch_up=1.25)
    send_all(pacer, [0.0] * 10)
    times = send_all(pacer, [0.0] * 30, start=60.0)
    assert [later - earlier for earlier, later in pairwise(times)] == pytest.approx([1 / 80] * 29)


def test_one_in_three_seconds() -> None:
    assert send_all(Pacer(1 / 3), [0.0] * 4) == pytest.approx([0, 3, 6, 9])


def test_throttling_halves_once_and_recovers() -> None:
    pacer = Pacer(80)
    pacer.throttled(100.0)
    pacer.throttled(100.5)
    assert pacer.rate(100.5) == pytest.approx(40, rel=0.02)
    pacer.throttled(102.0)
    assert pacer.rate(102.0) == pytest.approx(21.3, rel=0.02)
    rates_later = [pacer.rate(102.0 + seconds) for seconds in range(0, 61, 5)]
    assert rates_later == sorted(rates_later)
    assert rates_later[-1] == 80


def test_throttling_again_and_again_keeps_some_pace() -> None:
    pacer = Pacer(80)
    for second in range(0, 60, 2):
        pacer.throttled(float(second))
    assert pacer.rate(60.0) >= 5


def test_retry_after_is_honoured() -> None:
    pacer = Pacer(80)
    pacer.throttled(10.0, after=7)
    assert pacer.delay(10.0) == 7
    assert pacer.delay(17.0) == 0


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (80, 0)])
def test_a_rate_that_never_sends_is_refused(rate: float, burst: int) -> None:
    with pytest.raises(ValueError):
        Pacer(rate, burst)


def test_sandbox_pace() -> None:
    assert sender_rate(SANDBOX_SENDER, 80) == SANDBOX_RATE
    assert sender_rate(SANDBOX_SENDER, 0.1) == 0.1
    assert sender_rate("+351912345678", 80) == 80
    assert sender_rate(None, 80) == 80


@given(st.lists(st.tuples(st.sampled_from(["+1", "+2", "+3"]), st.floats(0, 4)), max_size=60))
def test_two_messages_to_one_phone_keep_their_distance(steps: list[tuple[str, float]]) -> None:
    spacing = PairSpacing()
    last: dict[str, float] = {}
    now = 0.0
    for address, passed in steps:
        now += passed
        due = last.get(address, -PAIR_SECONDS) + PAIR_SECONDS
        assert spacing.delay(address, now) == pytest.approx(max(0.0, due - now))
        if spacing.delay(address, now) == 0:
            spacing.sent(address, now)
            last[address] = now


def test_pair_spacing_forgets_old_addresses() -> None:
    spacing = PairSpacing()
    for number in range(1000):
        spacing.sent(f"+{number}", float(number))
        spacing.sent("+0", float(number))
    assert len(spacing._last) <= PAIR_SECONDS + 1


ANY_OUTCOME = st.one_of(
    st.builds(Accepted, st.just("SM1"), st.just("queued")),
    st.builds(
        Refused, st.one_of(st.integers(0, 99999), st.sampled_from([63009, 63018, 20003, 30410])), st.text()
    ),
    st.builds(Throttled, st.none() | st.floats(0, 3600)),
    st.builds(NotSent, st.text()),
    st.builds(Unknown, st.text()),
)


@given(ANY_OUTCOME, st.integers(0, 5), st.integers(0, 5), st.floats(0, 1), st.integers(0, 10_000))
def test_every_outcome_has_a_sound_consequence(
    outcome: Outcome,
    attempt: int,
    max_retries: int,
    jitter: float,
    streak: int,
) -> None:
    what = decide(outcome, attempt, load_table(ERRORS), max_retries=max_retries, jitter=jitter, streak=streak)
    # Only rows that go back into the queue have a time, and it lies in the future.
    assert (what.wait is not None) == (what.state is EngineState.QUEUED and what.pause_code is None)
    assert what.wait is None or what.wait > 0
    # Retries are used up by what Twilio refused, one at a time and never beyond the maximum.
    assert what.retry_count in {attempt, attempt + 1}
    if what.retry_count > attempt:
        assert isinstance(outcome, Refused)
        assert what.retry_count <= max_retries
    if isinstance(outcome, Unknown):
        assert what.state is EngineState.UNKNOWN
    if what.state is EngineState.ACCEPTED:
        assert what.sid == "SM1"
    if what.state is EngineState.FAILED:
        assert what.error_code is not None


def test_accepted(table: Table) -> None:
    assert decide(Accepted("SM7", "queued"), 1, table) == Next(
        EngineState.ACCEPTED, 1, sid="SM7", twilio_status="queued"
    )


def test_unknown_is_never_tried_again(table: Table) -> None:
    assert decide(Unknown("timed out"), 0, table) == Next(EngineState.UNKNOWN, 0, error_message="timed out")


@pytest.mark.parametrize(("streak", "seconds"), [(0, 1), (1, 2), (5, 32), (6, 60), (500, 60)])
def test_network_down_waits_without_using_up_retries(table: Table, streak: int, seconds: float) -> None:
    what = decide(NotSent("refused"), 3, table, max_retries=3, streak=streak)
    assert (what.state, what.retry_count) == (EngineState.QUEUED, 3)
    assert what.wait == seconds
    assert what.hold == seconds


def test_jitter_spreads_but_keeps_the_cap(table: Table) -> None:
    early, late = (decide(NotSent(""), 0, table, streak=3, jitter=jitter).hold for jitter in (0, 1))
    assert (early, late) == (6, 10)
    assert decide(NotSent(""), 0, table, streak=20, jitter=1).hold == 60
    assert decide(NotSent(""), 0, table, streak=20, jitter=0).hold == 45


def test_throttled_waits_as_long_as_twilio_asks(table: Table) -> None:
    what = decide(Throttled(90), 3, table, max_retries=3)
    assert (what.state, what.retry_count, what.error_code) == (EngineState.QUEUED, 3, "20429")
    assert what.wait == 90
    assert decide(Throttled(None), 0, table).wait == 1


@pytest.mark.parametrize(
    ("code", "attempt", "region", "state", "due_in", "retry_count", "pause"),
    [
        (63009, 0, None, EngineState.QUEUED, 30, 1, None),
        (63009, 2, None, EngineState.QUEUED, 120, 3, None),
        (63009, 3, None, EngineState.FAILED, None, 3, None),
        (63011, 0, None, EngineState.QUEUED, 120, 1, None),
        (63011, 1, None, EngineState.FAILED, None, 1, None),
        (63018, 0, None, EngineState.QUEUED, 60, 1, None),
        (63018, 1, None, EngineState.QUEUED, 86400, 2, None),
        (63018, 3, None, EngineState.FAILED, None, 3, None),
        (63049, 0, "PT", EngineState.QUEUED, 60, 1, None),
        (63049, 0, "US", EngineState.FAILED, None, 0, None),
        (63003, 0, None, EngineState.FAILED, None, 0, None),
        (63013, 0, None, EngineState.FAILED, None, 0, None),
        (63046, 0, None, EngineState.FAILED, None, 0, None),
        (20003, 0, None, EngineState.QUEUED, None, 0, "20003"),
        (30410, 0, None, EngineState.UNKNOWN, None, 0, None),
        (63999, 0, None, EngineState.FAILED, None, 0, None),
    ],
)
def test_refusals_by_class(
    table: Table,
    code: int,
    attempt: int,
    region: str | None,
    state: EngineState,
    due_in: float | None,
    retry_count: int,
    pause: str | None,
) -> None:
    what = decide(Refused(code, "text"), attempt, table, recipient_region=region)
    assert what == Next(
        state,
        retry_count,
        due_in,
        None if due_in is None else _reason(table, code),
        error_code=str(code),
        error_message="text",
        pause_code=pause,
    )


@pytest.mark.parametrize(
    ("code", "attempt", "region", "state", "due_in", "retry_count", "pause"),
    [
        (None, 0, None, EngineState.ACCEPTED, None, 0, None),
        ("63009", 0, None, EngineState.QUEUED, 30, 1, None),
        ("63009", 3, None, EngineState.ACCEPTED, None, 3, None),
        ("63018", 0, None, EngineState.QUEUED, 60, 1, None),
        ("63049", 0, "US", EngineState.ACCEPTED, None, 0, None),
        ("63003", 0, None, EngineState.ACCEPTED, None, 0, None),
        ("63013", 0, None, EngineState.ACCEPTED, None, 0, None),
        ("30410", 0, None, EngineState.ACCEPTED, None, 0, None),
        ("63046", 0, None, EngineState.ACCEPTED, None, 0, None),
        ("20003", 0, None, EngineState.ACCEPTED, None, 0, "20003"),
        ("63999", 0, None, EngineState.ACCEPTED, None, 0, None),
    ],
)
def test_failures_of_accepted_messages_by_class(
    table: Table,
    code: str | None,
    attempt: int,
    region: str | None,
    state: EngineState,
    due_in: float | None,
    retry_count: int,
    pause: str | None,
) -> None:
    what = decide_failure(code, attempt, table, recipient_region=region)
    reason = None if due_in is None else _reason(table, code)
    assert what == Next(state, retry_count, due_in, reason, error_code=code, pause_code=pause)


def _reason(table: Table, code: int | str | None) -> WaitReason:
    waits = table.get(int(code or 0)).cls is ErrorClass.WAIT
    return WaitReason.LATER if waits else WaitReason.TRANSIENT


def test_the_real_table_repeats_only_what_is_temporary() -> None:
    table = load_table((data_dir("resources") / "twilio_errors.toml").read_text(encoding="utf-8"))
    temporary = {ErrorClass.TRANSIENT, ErrorClass.WAIT}
    for code in table.codes:
        refused = decide(Refused(code, ""), 0, table)
        again = refused.state is EngineState.QUEUED and refused.pause_code is None
        assert again == (table.get(code).cls in temporary), code
        failed = decide_failure(str(code), 0, table)
        assert (failed.state is EngineState.QUEUED) == again, code
