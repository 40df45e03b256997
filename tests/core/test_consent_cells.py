"""What cells say of messages: agreement, refusal, neither."""

import pytest

from waapp.core.consent_cells import agreed, refused


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
        ("2026-05-04", None, True),
        ("Pending", None, None),
        ("not yet", None, None),
        ("asked in May", None, None),
    ],
)
def test_what_a_cell_says_of_messages(text: str, agrees: bool | None, refuses: bool | None) -> None:
    assert agreed(text) is agrees
    assert refused(text) is refuses
