"""Days in lists: read where a text can mean only one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from waapp.core.days import read_day


def noon(year, month, day):
    return datetime(year, month, day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-04", noon(2026, 5, 4)),
        ("2026/5/4", noon(2026, 5, 4)),
        ("04.05.2026", noon(2026, 5, 4)),
        ("25/12/2026", noon(2026, 12, 25)),
        ("12/25/2026", noon(2026, 12, 25)),
        ("5/5/2026", noon(2026, 5, 5)),
        ("2026-05-04T10:20:30", datetime(2026, 5, 4, 10, 20, 30, tzinfo=UTC)),
        (
            "2026-05-04 10:20:30+02:00",
            datetime(2026, 5, 4, 10, 20, 30, tzinfo=timezone(timedelta(hours=2))),
        ),
        ("3/4/2026", None),
        ("31.02.2026", None),
        ("2026-13-01", None),
        ("0202-01-01", None),
        ("46146", None),
        ("yes", None),
        ("04.05.26", None),
        ("", None),
    ],
)
def test_a_day_is_read_only_where_it_can_be_no_other(text, day):
    assert read_day(text) == day
