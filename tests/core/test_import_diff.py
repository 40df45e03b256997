"""What saving a list would do: adds, changes field by field, what stays, and an account that always adds up."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waapp.core.duplicates import Likeness, find_duplicates
from waapp.core.guests import Consent, Guest, GuestDraft
from waapp.core.import_diff import Choice, Decisions, Given, Origin, Outcome, diff, identity
from waapp.core.merging import FIELDS, Change, Side, value_of
from waapp.core.rows import Finding, Row

EVENT = UUID(int=99)
ANA = GuestDraft("Ana Sousa", "+351912345678", "ana@example.org", group="Bride")


def guest(number, draft):
    return Guest(
        UUID(int=number),
        EVENT,
        updated_at=datetime(2027, 1, 1, tzinfo=UTC),
        **{name: value_of(draft, name) for name in FIELDS},
        extra=dict(draft.extra),
    )


def rows_of(*drafts, first=2):
    return [
        Row(number, draft, () if draft else (Finding(number, "row_total"),))
        for number, draft in enumerate(drafts, start=first)
    ]


def compare(drafts, stored=(), earlier=(), **decisions):
    rows = rows_of(*drafts)
    guests = [guest(number, draft) for number, draft in enumerate(stored, start=1)]
    return diff(rows, guests, find_duplicates(rows, guests), earlier, Decisions(**decisions))


def outcomes(found):
    return [line.outcome for line in found.lines]


def test_new_guests_are_added_and_rows_without_a_guest_are_skipped():
    found = compare([ANA, None, GuestDraft("Rui Costa")])
    assert outcomes(found) == [Outcome.ADD, Outcome.SKIP, Outcome.ADD]
    assert found.lines[0].draft == ANA
    assert found.lines[1].findings[0].code == "row_total"
    account = found.account
    assert (account.read, account.added, account.changed, account.same, account.skipped) == (3, 2, 0, 0, 1)


def test_a_guest_that_is_there_is_changed_field_by_field():
    found = compare([replace(ANA, group="Family", notes="vegan", email="")], [ANA])
    (line,) = found.lines
    assert line.outcome is Outcome.CHANGE
    assert line.guest_id == UUID(int=1)
    assert line.changes == (
        Change("group", "Bride", "Family", Side.FILE),
        Change("notes", "", "vegan", Side.FILE),
    )
    assert line.draft == replace(ANA, group="Family", notes="vegan")


def test_the_planner_keeps_what_is_stored_in_a_field():
    sides = {2: {"group": Side.STORED}}
    (line,) = compare([replace(ANA, group="Family", notes="vegan")], [ANA], sides=sides).lines
    assert line.draft == replace(ANA, notes="vegan")
    (line,) = compare([replace(ANA, group="Family")], [ANA], sides=sides).lines
    assert line.outcome is Outcome.SAME
    assert line.changes[0].side is Side.STORED


def test_empty_cells_erase_nothing_unless_the_planner_says_so():
    bare = replace(ANA, email="", group="")
    assert outcomes(compare([bare], [ANA])) == [Outcome.SAME]
    (line,) = compare([bare], [ANA], erase=frozenset({"group", "name"})).lines
    assert line.draft == replace(ANA, group="")
    assert line.changes == (Change("group", "Bride", "", Side.FILE),)


def test_further_columns_are_fields_of_their_own():
    stored = replace(ANA, extra={"table": "7", "seat": "B"})
    row = replace(ANA, extra={"table": "8", "menu": "fish"})
    (line,) = compare([row], [stored]).lines
    assert {change.field for change in line.changed} == {"extra.table", "extra.menu"}
    assert line.draft is not None
    assert line.draft.extra == {"table": "8", "seat": "B", "menu": "fish"}
    (line,) = compare([row], [stored], erase=frozenset({"extra.seat"})).lines
    assert line.draft is not None
    assert line.draft.extra == {"table": "8", "menu": "fish"}


def test_a_wrong_address_in_the_row_does_not_erase_the_one_that_is_stored():
    row = replace(ANA, email="", extra={"email_as_given": "ana@"})
    (line,) = compare([row], [ANA], erase=frozenset({"email"})).lines
    assert line.draft is not None
    assert line.draft.email == ANA.email


def test_a_name_is_not_respelled_silently():
    (line,) = compare([replace(ANA, name="ANA SOUSA")], [ANA]).lines
    assert line.outcome is Outcome.SAME
    assert line.changes == (Change("name", "Ana Sousa", "ANA SOUSA", Side.STORED),)


def test_a_row_repeated_in_the_file_fills_the_first_one():
    found = compare([replace(ANA, email=""), replace(ANA, group="Friends", notes="late")])
    assert outcomes(found) == [Outcome.ADD, Outcome.SKIP]
    first, second = found.lines
    assert second.leader == 2
    assert first.draft == replace(ANA, notes="late")
    assert [(change.field, change.side) for change in second.changes] == [
        ("email", Side.FILE),
        ("group", Side.STORED),
        ("notes", Side.FILE),
    ]


def test_two_rows_for_one_guest_are_one_change():
    found = compare([replace(ANA, notes="first"), replace(ANA, notes="second", language="pt")], [ANA])
    assert outcomes(found) == [Outcome.CHANGE, Outcome.SKIP]
    assert found.lines[0].draft == replace(ANA, notes="first", language="pt")


@pytest.mark.parametrize(
    ("row", "likeness", "outcome"),
    [
        (GuestDraft("Rui Sousa", ANA.phone), Likeness.HOUSEHOLD, Outcome.ADD),
        (GuestDraft("Ana Sousa", "+351910000001"), Likeness.MAYBE, Outcome.ADD),
        (GuestDraft("Ana Souza", ANA.phone), Likeness.MAYBE, Outcome.ADD),
        (GuestDraft("Ana Sousa", "+351910000001", ANA.email), Likeness.MAYBE, Outcome.CHANGE),
        (GuestDraft("Ana Sousa", ANA.phone), Likeness.SAME, Outcome.SAME),
    ],
)
def test_who_is_merged_unasked(row, likeness, outcome):
    (line,) = compare([row], [ANA]).lines
    assert line.match is not None
    assert line.match.likeness is likeness
    assert line.outcome is outcome


def test_the_planner_decides_for_a_row_or_for_all_of_a_kind():
    row = GuestDraft("Ana Sousa", "+351910000001")
    assert outcomes(compare([row], [ANA], rows={2: Choice.MERGE})) == [Outcome.CHANGE]
    assert outcomes(compare([row], [ANA], kinds={Likeness.MAYBE: Choice.SKIP})) == [Outcome.SKIP]
    assert outcomes(compare([row], [ANA], kinds={Likeness.MAYBE: Choice.SKIP}, rows={2: Choice.KEEP})) == [
        Outcome.ADD
    ]
    assert outcomes(compare([ANA], [ANA], rows={2: Choice.KEEP})) == [Outcome.ADD]
    assert outcomes(compare([ANA, ANA], kinds={Likeness.SAME: Choice.KEEP})) == [Outcome.ADD, Outcome.ADD]


def test_a_row_whose_leader_is_skipped_stands_for_itself():
    found = compare([ANA, replace(ANA, notes="late")], rows={2: Choice.SKIP})
    assert outcomes(found) == [Outcome.SKIP, Outcome.ADD]


def test_what_the_planner_edited_since_is_neither_doubled_nor_undone():
    edited = GuestDraft("Ana Maria Sousa-Reis", "+351910000001", "other@example.org", group="Family")
    earlier = [Given(UUID(int=1), ANA)]
    (line,) = compare([ANA], [edited], earlier).lines
    assert line.outcome is Outcome.SAME
    assert line.guest_id == UUID(int=1)
    (line,) = compare([replace(ANA, notes="vegan")], [edited], earlier).lines
    assert line.changed == (Change("notes", "", "vegan", Side.FILE),)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ("912 345 678", "+351912345678"),
        ("+351912345678", "+34912345678"),
        ("+351912345678", "912 345 678"),
    ],
)
def test_the_same_list_read_with_another_country_doubles_nobody(then, now):
    before = [
        GuestDraft("Ana Sousa", then),
        GuestDraft("Rui Costa", "+351913333333"),
        GuestDraft("No Number"),
    ]
    earlier = [Given(UUID(int=number), draft) for number, draft in enumerate(before, start=1)]
    found = compare([replace(before[0], phone=now), *before[1:]], before, earlier)
    assert outcomes(found) == [Outcome.CHANGE, Outcome.SAME, Outcome.SAME]
    assert [(one.field, one.old, one.new) for one in found.lines[0].changes] == [("phone", then, now)]


def test_who_has_the_name_and_the_last_digits_of_somebody_listed_again_is_new():
    ana, other = GuestDraft("Ana Sousa", "+351912345678"), GuestDraft("Ana Sousa", "+34612345678")
    earlier = [Given(UUID(int=1), ana)]
    assert outcomes(compare([ana, other], [ana], earlier)) == [Outcome.SAME, Outcome.ADD]
    assert outcomes(compare([other, ana], [ana], earlier)) == [Outcome.ADD, Outcome.SAME]


def test_a_newer_list_still_changes_what_an_older_one_said():
    earlier = [Given(UUID(int=1), replace(ANA, group="Friends")), Given(UUID(int=1), ANA)]
    assert outcomes(compare([replace(ANA, group="Friends")], [ANA], earlier)) == [Outcome.SAME]
    assert outcomes(compare([replace(ANA, group="Groom")], [ANA], earlier)) == [Outcome.CHANGE]


def test_tags_are_added_to_those_that_are_there():
    stored = replace(ANA, tags=("vip",))
    (line,) = compare([replace(ANA, tags=("kids", "vip"))], [stored]).lines
    assert line.changed == (Change("tags", ("vip",), ("vip", "kids"), Side.FILE),)
    (line,) = compare([replace(ANA, tags=("vip",))], [replace(ANA, tags=("kids", "vip"))]).lines
    assert line.outcome is Outcome.SAME


def test_a_list_does_not_undo_that_somebody_must_not_be_written_to():
    stored = replace(ANA, consent=Consent.NO)
    (line,) = compare([replace(ANA, consent=Consent.YES)], [stored]).lines
    assert line.outcome is Outcome.SAME
    assert line.changes == (Change("consent", Consent.NO, Consent.YES, Side.STORED),)
    assert outcomes(compare([replace(ANA, consent=Consent.YES)], [ANA])) == [Outcome.CHANGE]


def test_who_shares_a_phone_is_kept_as_a_household():
    found = compare([ANA, GuestDraft("Rui Costa", ANA.phone), GuestDraft("Eva Reis", ANA.phone)])
    assert [line.draft.household for line in found.lines if line.draft] == ["Ana Sousa"] * 3
    stored = replace(ANA, household="Sousa")
    (line,) = compare([GuestDraft("Rui Costa", ANA.phone)], [stored]).lines
    assert line.draft is not None
    assert line.draft.household == "Sousa"
    (line,) = compare([GuestDraft("Rui Costa", ANA.phone)], [ANA]).lines
    assert line.draft is not None
    assert line.draft.household == ""
    own = GuestDraft("Rui Costa", ANA.phone, household="Costa")
    assert [line.draft.household for line in compare([ANA, own]).lines if line.draft] == ["", "Costa"]


# Few values, so that rows meet each other.
NAMES = st.sampled_from(
    ["Ana Sousa", "ANA SOUSA", "Ana Souza", "Rui Costa", "Costa Rui", "Zé", "Guest", "Mr X Y"]
)
PHONES = st.sampled_from(["", "", "+351912345678", "+351910000001", "call him"])
EMAILS = st.sampled_from(["", "", "a@example.org", "A@example.org", "b@example.org"])
EXTRA = st.dictionaries(st.sampled_from(["table", "menu"]), st.sampled_from(["1", "2"]), max_size=2)
DRAFTS = st.builds(
    GuestDraft,
    NAMES,
    PHONES,
    EMAILS,
    group=st.sampled_from(["", "Bride", "Groom"]),
    extra=EXTRA,
    tags=st.sampled_from([(), ("vip",), ("vip", "kids"), ("kids",)]),
    plus_ones=st.integers(0, 1),
    consent=st.sampled_from(Consent),
)
ROWS = st.lists(st.one_of(st.none(), DRAFTS), max_size=8)
CHOICES = st.sampled_from(list(Choice))
DECISIONS = st.builds(
    Decisions,
    rows=st.dictionaries(st.integers(2, 9), CHOICES, max_size=4),
    kinds=st.dictionaries(st.sampled_from(list(Likeness)), CHOICES, max_size=3),
    sides=st.dictionaries(
        st.integers(2, 9),
        st.dictionaries(st.sampled_from(["name", "phone", "group"]), st.sampled_from(list(Side)), max_size=3),
        max_size=4,
    ),
)


def saved(found, guests, earlier):
    """Return the guests and the memory after a diff was saved, as the database does it."""
    by_id = {one.id: one for one in guests}
    ids = {}
    said = []
    for line in found.lines:
        if line.outcome is Outcome.ADD:
            made = guest(len(by_id) + 1, line.draft)
            by_id[made.id] = made
            ids[line.number] = made.id
        elif line.guest_id is not None:
            ids[line.number] = line.guest_id
            by_id[line.guest_id] = guest(line.guest_id.int, line.draft)
        elif line.leader is not None:
            ids[line.number] = ids[line.leader]
        if line.number in ids:
            said.append(Given(ids[line.number], line.given))
    return list(by_id.values()), [*said, *earlier]


@given(ROWS, st.lists(DRAFTS, max_size=5), DECISIONS)
@settings(max_examples=300, deadline=None)
def test_every_row_is_accounted_for(drafts, stored, decisions):
    rows = rows_of(*drafts)
    guests = [guest(number, draft) for number, draft in enumerate(stored, start=1)]
    found = diff(rows, guests, find_duplicates(rows, guests), (), decisions)
    account = found.account
    assert [line.number for line in found.lines] == [row.number for row in rows]
    assert account.added + account.changed + account.same + account.skipped == account.read == len(rows)
    touched = [line.guest_id for line in found.lines if line.guest_id is not None]
    assert len(touched) == len(set(touched))
    for line in found.lines:
        assert (line.draft is not None) == (line.outcome is not Outcome.SKIP)
        assert bool(line.changed) == (line.outcome is Outcome.CHANGE) or line.outcome is Outcome.SKIP


@given(ROWS, st.lists(DRAFTS, max_size=5))
@settings(max_examples=500, deadline=None)
def test_the_same_list_again_adds_and_changes_nothing(drafts, stored):
    rows = rows_of(*drafts)
    guests = [guest(number, draft) for number, draft in enumerate(stored, start=1)]
    first = diff(rows, guests, find_duplicates(rows, guests))
    guests, earlier = saved(first, guests, [])
    again = diff(rows, guests, find_duplicates(rows, guests), earlier)
    assert set(outcomes(again)) <= {Outcome.SAME, Outcome.SKIP}
    # As a list is read: rows that are known are not compared with others.
    known = {identity(one.draft) for one in earlier}
    fresh = [row for row in rows if row.draft is not None and identity(row.draft) not in known]
    again = diff(rows, guests, find_duplicates(fresh, guests), earlier)
    assert set(outcomes(again)) <= {Outcome.SAME, Outcome.SKIP}


@given(ROWS, st.lists(DRAFTS, max_size=5))
@settings(max_examples=200, deadline=None)
def test_nothing_that_is_stored_disappears(drafts, stored):
    rows = rows_of(*drafts)
    guests = [guest(number, draft) for number, draft in enumerate(stored, start=1)]
    found = diff(rows, guests, find_duplicates(rows, guests))
    after, _ = saved(found, guests, [])
    for one, now in zip(guests, after, strict=False):
        for name in ("name", "phone", "email", "group"):
            assert bool(value_of(now.draft, name)) >= bool(value_of(one.draft, name))
        assert dict(one.extra).keys() <= dict(now.extra).keys()


LIST = Origin("guests.xlsx", datetime(2027, 3, 4, tzinfo=UTC))
AGREED = replace(ANA, consent=Consent.YES)


def told(drafts, stored=(), earlier=(), **decisions):
    rows = rows_of(*drafts)
    guests = [guest(number, draft) for number, draft in enumerate(stored, start=1)]
    (line,) = diff(rows, guests, find_duplicates(rows, guests), earlier, Decisions(**decisions), LIST).lines
    return line


def test_a_consent_of_a_list_has_the_list_as_its_source_and_the_day_it_came():
    line = told([AGREED])
    assert line.given == AGREED
    assert line.draft == replace(AGREED, consent_source=LIST.source, consent_at=LIST.at)
    assert told([ANA]).draft == ANA


def test_a_source_and_a_day_that_the_list_gives_stand():
    row = replace(AGREED, consent_source="form", consent_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert told([row]).draft == row


def test_a_consent_that_changes_brings_its_source_and_its_day():
    line = told([AGREED], [replace(ANA, consent_source="telephone")])
    assert line.draft == replace(AGREED, consent_source=LIST.source, consent_at=LIST.at)
    assert [change.field for change in line.changed] == ["consent", "consent_source", "consent_at"]


def test_a_consent_that_is_known_keeps_its_source_and_so_does_one_that_the_planner_keeps():
    known = replace(AGREED, consent_source="telephone", consent_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert told([AGREED], [known]).outcome is Outcome.SAME
    assert told([AGREED], [ANA], sides={2: {"consent": Side.STORED}}).outcome is Outcome.SAME
    earlier = [Given(UUID(int=1), AGREED)]
    assert told([AGREED], [ANA], earlier).outcome is Outcome.SAME


def test_a_consent_that_an_empty_cell_takes_away_goes_with_its_source_unless_it_was_a_no():
    known = replace(AGREED, consent_source="telephone", consent_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert told([ANA], [known], erase=frozenset({"consent"})).draft == ANA
    refused = replace(known, consent=Consent.NO)
    assert told([ANA], [refused], erase=frozenset({"consent"})).outcome is Outcome.SAME


def test_a_day_that_could_not_be_read_is_not_made_up():
    row = replace(AGREED, extra={"consent_at_as_given": "3/4/2026"})
    assert told([row]).draft == replace(row, consent_source=LIST.source)


def test_another_time_of_the_same_day_is_no_other_date_of_a_consent():
    known = replace(AGREED, consent_source="form", consent_at=datetime(2026, 5, 4, 9, tzinfo=UTC))
    row = replace(known, consent_at=datetime(2026, 5, 4, 12, tzinfo=UTC))
    assert told([row], [known]).outcome is Outcome.SAME
