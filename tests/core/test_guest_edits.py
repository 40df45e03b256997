"""Guests as single fields, and one change for many."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from waapp.core.guest_edits import BulkChange, changed, field_values, storable, with_field_values
from waapp.core.guests import Consent, GuestDraft

ANA = GuestDraft(
    "Ana",
    "+351912345678",
    group="Bride",
    notes="Vegan",
    tags=("VIP", "Late"),
    household="Sousa",
    plus_ones=1,
    consent=Consent.YES,
    consent_source="Form",
    consent_at=datetime(2026, 5, 3, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (BulkChange(), {}),
        (BulkChange(group="Groom"), {"group": "Groom"}),
        (BulkChange(group="", household=""), {"group": "", "household": ""}),
        (BulkChange(plus_ones=0, language="pt_PT"), {"plus_ones": 0, "language": "pt_PT"}),
        (BulkChange(time_zone="Asia/Tokyo"), {"time_zone": "Asia/Tokyo"}),
        (BulkChange(add_tags=("Band", "vip", "Band")), {"tags": ("VIP", "Late", "Band")}),
        (BulkChange(remove_tags=("late", "x")), {"tags": ("VIP",)}),
        (BulkChange(add_tags=("Late",), remove_tags=("Late",)), {"tags": ("VIP", "Late")}),
        (
            BulkChange(consent=Consent.NO, consent_source="Phone"),
            {"consent": Consent.NO, "consent_source": "Phone"},
        ),
        (
            BulkChange(consent=Consent.NO, consent_source="", consent_at=datetime(2026, 6, 1, tzinfo=UTC)),
            {"consent": Consent.NO, "consent_source": "", "consent_at": datetime(2026, 6, 1, tzinfo=UTC)},
        ),
        (
            BulkChange(consent=Consent.UNKNOWN, consent_source="x"),
            {"consent": Consent.UNKNOWN, "consent_source": "", "consent_at": None},
        ),
    ],
)
def test_only_what_is_named_changes(change: BulkChange, expected: dict[str, object]) -> None:
    assert changed(ANA, change) == replace(ANA, **expected)
    assert change.is_empty == (not expected)


def test_a_guest_is_taken_apart_and_put_together_field_by_field() -> None:
    ana = replace(ANA, extra={"table": "7"})
    values = field_values(ana)
    assert values["consent"] == (Consent.YES, "Form", ANA.consent_at)
    assert values["extra:table"] == "7"
    assert with_field_values(GuestDraft("Kai", extra={"menu": "x"}), values) == replace(
        ana, extra={"menu": "x", "table": "7"}
    )
    assert with_field_values(ana, {"extra:table": "", "extra:menu": ""}) == replace(ana, extra={"table": ""})
    assert with_field_values(ana, {}) == ana


def test_what_is_stored_is_trimmed_composed_and_in_one_notation() -> None:
    typed = GuestDraft(" Ine\u0302s ", "912 345 678", tags=("VIP ", "VIP"), extra={"table": " 7 "})
    assert storable(typed, "PT") == GuestDraft(
        "In\u00eas", "+351912345678", tags=("VIP",), extra={"table": "7"}
    )
