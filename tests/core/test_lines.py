"""Which lines a desk serves, at which pace, and which only another account could."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.lines import (
    UNKNOWN_RATE,
    OpenLine,
    Post,
    account_of,
    is_practice,
    line_key,
    lines_to_serve,
    number_of,
    out_of_reach,
)
from waapp.core.pacing import SANDBOX_RATE, SANDBOX_SENDER

ACCOUNT = "AC" + "0" * 24 + "1A2B3C4D"
OTHER_ACCOUNT = "AC" + "0" * 24 + "9f9f9f9f"
NUMBER, OTHER = "+351912345678", "+15005550007"
OWN, SECOND = line_key(NUMBER, ACCOUNT), line_key(OTHER, ACCOUNT)
STRANGE = line_key(OTHER, OTHER_ACCOUNT)
PRACTICE, OTHER_PRACTICE = "practice-0a1b2c3d", "practice-99999999"

DESK = Post(ACCOUNT, OWN, 80.0)
WORKER = Post(ACCOUNT)
PRACTISING = Post("", PRACTICE, 80.0)


def test_a_key_names_number_and_account() -> None:
    assert OWN == "+351912345678@1a2b3c4d"
    assert len(line_key("+" + "1" * 15, ACCOUNT)) <= 40
    assert (number_of(OWN), account_of(OWN)) == (NUMBER, "3c4d")
    assert (number_of(NUMBER), account_of(NUMBER)) == (NUMBER, None)
    assert (number_of(PRACTICE), account_of(PRACTICE), is_practice(PRACTICE)) == (PRACTICE, None, True)
    assert not is_practice(OWN)


@pytest.mark.parametrize(
    ("post", "key", "serves"),
    [
        (DESK, OWN, True),
        (DESK, SECOND, True),
        (DESK, STRANGE, False),
        (DESK, line_key(NUMBER, OTHER_ACCOUNT), False),
        (DESK, NUMBER, True),
        (DESK, OTHER, False),
        (DESK, PRACTICE, False),
        (WORKER, OWN, True),
        (WORKER, STRANGE, False),
        (WORKER, NUMBER, False),
        (WORKER, PRACTICE, False),
        (PRACTISING, PRACTICE, True),
        (PRACTISING, OTHER_PRACTICE, False),
        (PRACTISING, OWN, False),
        (PRACTISING, line_key(NUMBER, ""), False),
        (PRACTISING, NUMBER, False),
    ],
)
def test_a_desk_serves_its_account_alone_and_practice_never_mixes(post: Post, key: str, serves: bool) -> None:
    assert post.serves(key) is serves


@pytest.mark.parametrize(
    ("post", "found", "serving", "expected"),
    [
        pytest.param(DESK, [], {}, {OWN: 80.0}, id="its own always, at its own pace"),
        pytest.param(WORKER, [], {}, {}, id="without a number nothing while nothing is open"),
        pytest.param(DESK, [OpenLine(SECOND, 20.0)], {}, {OWN: 80.0, SECOND: 20.0}, id="another in parallel"),
        pytest.param(WORKER, [OpenLine(SECOND, 200.0)], {}, {SECOND: 200.0}, id="as fast as its desk knows"),
        pytest.param(
            DESK, [OpenLine(OWN, 20.0)], {OWN: 80.0}, {OWN: 20.0}, id="slower when another desk says so"
        ),
        pytest.param(DESK, [OpenLine(OWN, 400.0)], {}, {OWN: 80.0}, id="never above its own setting"),
        pytest.param(
            DESK, [OpenLine(OWN)], {OWN: 20.0}, {OWN: 20.0}, id="as before once nothing is to leave"
        ),
        pytest.param(WORKER, [OpenLine(SECOND)], {SECOND: 20.0}, {SECOND: 20.0}, id="the same for another"),
        pytest.param(WORKER, [OpenLine(SECOND)], {}, {SECOND: UNKNOWN_RATE}, id="slow when nobody says"),
        pytest.param(WORKER, [], {SECOND: 20.0}, {}, id="let go when nothing is open"),
        pytest.param(DESK, [OpenLine(STRANGE, 80.0)], {}, {OWN: 80.0}, id="never another account's"),
        pytest.param(
            WORKER,
            [OpenLine(line_key(SANDBOX_SENDER, ACCOUNT), 80.0)],
            {},
            {line_key(SANDBOX_SENDER, ACCOUNT): SANDBOX_RATE},
            id="the sandbox at its own pace",
        ),
        pytest.param(
            DESK,
            [OpenLine(OWN, 60.0), OpenLine(NUMBER, 60.0)],
            {},
            {OWN: 30.0, NUMBER: 30.0},
            id="what waits under the number alone shares its pace",
        ),
        pytest.param(
            PRACTISING,
            [OpenLine(OWN, 9.0), OpenLine(OTHER_PRACTICE, 9.0)],
            {},
            {PRACTICE: 80.0},
            id="practice serves practice alone",
        ),
    ],
)
def test_lines_to_serve(
    post: Post, found: list[OpenLine], serving: dict[str, float], expected: dict[str, float]
) -> None:
    assert lines_to_serve(post, found, serving) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([OpenLine(STRANGE, 80.0)], (STRANGE,)),
        ([OpenLine(STRANGE, 80.0, "Ana on PC")], ()),
        ([OpenLine(STRANGE)], ()),
        ([OpenLine(SECOND, 80.0)], ()),
        ([OpenLine(OTHER_PRACTICE, 80.0)], ()),
        ([OpenLine(OTHER, 80.0)], (OTHER,)),
    ],
)
def test_what_waits_for_another_account(found: list[OpenLine], expected: tuple[str, ...]) -> None:
    assert out_of_reach(DESK, found) == expected
    assert out_of_reach(PRACTISING, found) == ()


KEYS = st.sampled_from([OWN, SECOND, STRANGE, NUMBER, OTHER, PRACTICE, line_key(SANDBOX_SENDER, ACCOUNT)])
RATES = st.none() | st.floats(0.001, 1000)


@given(
    st.sampled_from([DESK, WORKER, PRACTISING]),
    st.dictionaries(KEYS, RATES),
    st.dictionaries(KEYS, st.floats(0.001, 1000)),
)
def test_no_number_is_ever_faster_than_anybody_knows_it_to_be(
    post: Post, found: dict[str, float | None], serving: dict[str, float]
) -> None:
    served = lines_to_serve(post, [OpenLine(key, rate) for key, rate in found.items()], serving)
    assert all(post.serves(key) for key in served)
    for number in {number_of(key) for key in served}:
        active = [key for key in served if number_of(key) == number and found.get(key) is not None]
        if active:
            assert sum(served[key] for key in active) <= max(found[key] or 0.0 for key in active) + 1e-9
    for key, rate in served.items():
        if (wanted := found.get(key)) is not None:
            assert rate <= wanted
            assert rate <= post.rate or key != post.own
