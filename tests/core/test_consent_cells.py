"""What cells say of messages: agreement, refusal, neither."""

import pytest

from waapp.core.consent_cells import agreed, is_state, left, refused, says_more


@pytest.mark.parametrize(
    ("text", "agrees", "refuses"),
    [
        # A plain word answers the heading; others say the same below any.
        ("yes", True, True),
        ("Nein", False, False),
        ("1", True, True),
        ("0", False, False),
        ("No thanks", False, True),
        ("nein, danke!", False, True),
        ("Declined", False, True),
        ("istemiyor", False, True),
        ("Withdrawn", False, True),
        ("opted out", False, True),
        ("Opted in", True, False),
        ("OK", True, False),
        ("einverstanden", True, False),
        ("kabul etti", True, False),
        ("ONAYLADI", True, False),
        ("Onaylamadı", False, True),
        ("No, asked on 12 May", False, None),
        ("Yes, I agree", True, None),
        ("Yes, by e-mail only", None, None),
        ("I agree", True, False),
        ("I do not agree", False, True),
        ("No acepto", False, True),
        ("Ich stimme nicht zu", False, True),
        ("No idea", None, None),
        ("Nein (will nicht)", False, None),
        ("Yes, but no pictures", None, None),
        ("revoked 3.4.2026", False, True),
        ("No quiere", False, True),
        ("ne veut pas", False, True),
        ("vermedi", False, True),
        ("غير موافق", False, True),
        ("לא מסכימה", False, True),
        ("मना किया है", False, True),
        ("ना", False, False),
        ("👎", False, False),
        ("👍", True, True),
        ("var", True, True),
        ("2026-05-04", None, True),
        ("Pending", None, None),
        ("not yet", None, None),
        ("asked in May", None, None),
    ],
)
def test_what_a_cell_says_of_messages(text: str, agrees: bool | None, refuses: bool | None) -> None:
    assert agreed(text) is agrees
    assert refused(text) is refuses


@pytest.mark.parametrize(
    ("text", "more"),
    [("no", False), ("declined", False), ("0", False), ("👎", False), ("No, asked on 12 May", True)],
)
def test_a_remark_is_more_than_an_answer(text: str, more: bool) -> None:
    assert says_more(text) is more


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("Unsubscribed", True),
        ("opted-out", True),
        ("NO CONTACTAR", True),
        ("Declined", False),
        ("Active", False),
    ],
)
def test_what_a_state_says_of_messages(text: str, leaves: bool) -> None:
    assert left(text) is leaves


def test_headings_of_states() -> None:
    assert is_state("Subscription status")
    assert is_state("Estado")
    assert not is_state("Table")
