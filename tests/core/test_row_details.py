"""What fewer lists say of a guest, and cells that say that there is nothing to say."""

import pytest

from waapp.core.guests import Consent
from waapp.core.tabular import parse_table


def one_guest(heading, cell, *more):
    """Return what is read from a list of one guest with one more column, and what is said of it."""
    found = parse_table(
        [["Name", "Phone", heading, *more[::2]], ["Ana", "912345601", cell, *more[1::2]]], "PT"
    )
    (draft,) = found.drafts
    return draft, [str(each.code) for each in found.findings]


@pytest.mark.parametrize(
    ("cell", "count", "kept"),
    [
        ("2", 2, ""),
        ("+1", 1, ""),
        ("yes", 1, ""),
        ("não", 0, ""),
        ("none", 0, ""),
        ("n/a", 0, ""),
        ("Nenhum", 0, ""),
        ("keine", 0, ""),
        ("לא ידוע", 0, ""),
        ("-", 0, ""),
        ("two", 2, ""),
        ("Drei", 3, ""),
        ("Rita", 1, "Rita"),
        ("1 (Rita)", 1, "1 (Rita)"),
        ("2 kids", 2, "2 kids"),
        ("2 adults + 1 child", 3, "2 adults + 1 child"),
        ("2 adultos e 3 crianças", 5, "2 adultos e 3 crianças"),
        ("Rita (since 2019)", 1, "Rita (since 2019)"),
    ],
)
def test_who_comes_along_is_counted_and_named(cell, count, kept):
    draft, said = one_guest("Plus ones", cell)
    assert (draft.plus_ones, draft.extra.get("plus_one", "")) == (count, kept)
    assert said == (["row_plus_one_named"] if kept else [])


@pytest.mark.parametrize("heading", ["Is Plus One Of", "Plus one of", "Acompanhante de", "Begleitung von"])
def test_whom_a_guest_belongs_to_is_no_companion(heading):
    draft, said = one_guest(heading, "Eva Reis")
    assert draft.plus_ones == 0
    assert "Eva Reis" in draft.extra.values()
    assert said == []


@pytest.mark.parametrize(
    ("cell", "consent"),
    [
        ("yes", Consent.YES),
        ("No", Consent.NO),
        ("1", Consent.YES),
        ("0", Consent.NO),
        ("n/a", Consent.UNKNOWN),
    ],
)
@pytest.mark.parametrize("heading", ["Consent", "WhatsApp consent", "WhatsApp opt-in", "OptIn"])
def test_consent(heading, cell, consent):
    draft, said = one_guest(heading, cell)
    assert draft.consent is consent
    assert said == []


@pytest.mark.parametrize(
    "heading", ["Opt-out", "Do not contact", "WhatsApp opt-out", "Baja", "Nicht kontaktieren"]
)
@pytest.mark.parametrize("cell", ["yes", "x", "TRUE", "1", "opted out", "Unsubscribed", "2026-03-01"])
def test_whoever_wants_no_messages_gets_none(heading, cell):
    draft, said = one_guest(heading, cell, "Consent", "yes")
    assert draft.consent is Consent.NO
    assert said == ["row_opted_out"]


@pytest.mark.parametrize("cell", ["no", "FALSE", "0", "subscribed", "", "-"])
def test_whoever_has_not_refused_keeps_the_consent(cell):
    draft, said = one_guest("Opt-out", cell, "Consent", "yes")
    assert draft.consent is Consent.YES
    assert said == []


def test_a_refusal_that_is_not_clear_is_kept_and_said():
    draft, said = one_guest("Opt-out", "ask her mother")
    assert draft.consent is Consent.UNKNOWN
    assert draft.extra == {"opt_out_as_given": "ask her mother"}
    assert said == ["row_consent_unclear"]


@pytest.mark.parametrize("heading", ["E-mail", "Language", "Time zone", "Group", "Household", "Tags"])
@pytest.mark.parametrize("cell", ["n/a", "N/A", "none", "-", "?", "TBC", "desconocido", "aucun", "yok"])
def test_a_cell_that_says_that_there_is_nothing_is_empty(heading, cell):
    assert one_guest(heading, cell) == one_guest(heading, "")


@pytest.mark.parametrize("cell", ["n/a", "no", "none", "sem telefone", "kein Handy", "?", "لا يوجد"])
def test_no_number_is_no_wrong_number(cell):
    rows = [["Name", "Phone"], *([f"Guest {n}", f"91234560{n}"] for n in range(6)), ["Ana", cell]]
    found = parse_table(rows, "PT")
    assert found.drafts[-1].phone == ""
    assert [str(each.code) for each in found.findings] == ["row_no_phone"]


def test_a_guest_and_a_note_may_be_called_so():
    found = parse_table(
        [["First name", "Last name", "Phone", "Notes"], ["Na", "Nil", "912345601", "none"]], "PT"
    )
    assert (found.drafts[0].name, found.drafts[0].notes) == ("Na Nil", "none")


def test_a_column_of_its_own_is_never_called_as_a_field_is():
    rows = [
        ["Name", "Phone"],
        *(["Ana", cell] for cell in ("ask mum", "later", "her sister", "soon", "Rui has it")),
    ]
    found = parse_table(rows, "PT")
    assert found.drafts[0].extra == {"phone_2": "ask mum"}


@pytest.mark.parametrize("heading", ["Phone", "E-mail"])
def test_an_id_of_a_chat_is_a_number_however_it_is_written(heading):
    found = parse_table([["Name", heading], ["Ana", "5511999990000@S.WhatsApp.net"]], "PT")
    assert (found.drafts[0].phone, found.drafts[0].email) == ("+5511999990000", "")
    assert found.findings == ()


@pytest.mark.parametrize("cell", ["351912345678@lid", "351912345678@broadcast", "x351912345678@example.com"])
def test_digits_that_are_no_number_of_anybody_are_not_taken_for_one(cell):
    found = parse_table([["Name", "Phone"], ["Ana", cell], ["Rui", "913333333"]], "PT")
    assert not found.drafts[0].phone.startswith("+")
