"""What one version of a template says differently from another."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.template import Template, TemplateDraft
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind, Part
from waapp.core.template_versions import Change, Piece, compare, differences, rebase, same_text

OLD = Template(UUID(int=1), "party", "Party", "Dear {{guest_name}}, come on Friday!")


def written(pieces: tuple[Piece, ...]) -> str:
    signs = {Change.SAME: "{}", Change.ADDED: "[+{}]", Change.REMOVED: "[-{}]"}
    return "".join(signs[piece.change].format(piece.text) for piece in pieces)


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("", "a", "[+a]"),
        ("a", "", "[-a]"),
        ("a b c", "a b c", "a b c"),
        ("on Friday!", "on Saturday!", "on [-Friday][+Saturday]!"),
        (
            "Dear {{guest_name}}, hi",
            "Dear {{guest_first_name}}, hi",
            "Dear [-{{guest_name}}][+{{guest_first_name}}], hi",
        ),
        ("a\nb", "a\n\nb", "a\n[+\n]b"),
        ("שלום לכם", "שלום לך", "שלום [-לכם][+לך]"),
    ],
)
def test_words_are_compared_as_people_read_them(old: str, new: str, shown: str) -> None:
    assert written(compare(old, new)) == shown


@given(st.text(alphabet="ab {}\n,é"), st.text(alphabet="ab {}\n,é"))
def test_the_pieces_spell_both_texts(old: str, new: str) -> None:
    pieces = compare(old, new)
    assert "".join(one.text for one in pieces if one.change is not Change.ADDED) == old
    assert "".join(one.text for one in pieces if one.change is not Change.REMOVED) == new


def test_only_parts_that_differ_are_told() -> None:
    assert differences(OLD, replace(OLD, version=2, category="UTILITY")) == ()
    new = replace(
        OLD,
        content="Dear {{guest_name}}, come on Saturday!",
        header=Header(HeaderKind.IMAGE, "https://x.example/a.jpg"),
        footer="Ana",
        buttons=(Button(ButtonKind.URL, "Map", "https://x.example"),),
    )
    assert [one.part for one in differences(OLD, new)] == [Part.HEADER, Part.BODY, Part.FOOTER, Part.BUTTONS]
    (footer,) = differences(new, replace(new, footer="Rui"))
    assert (footer.part, written(footer.pieces)) == (Part.FOOTER, "[-Ana][+Rui]")


DRAFT = TemplateDraft("party", "Party", "Come!")
CHANGES = (
    {},
    {"content": "Come on Friday!"},
    {"footer": "Ana"},
    {"category": "UTILITY"},
    {"display_name": "Feast"},
    {"is_active": False},
    {"description": "For the garden", "content": "Come soon!"},
)


@pytest.mark.parametrize(
    ("mine", "theirs", "merged"),
    [
        ({"content": "Mine"}, {}, {"content": "Mine"}),
        ({}, {"content": "Theirs"}, {"content": "Theirs"}),
        ({"content": "Mine"}, {"content": "Theirs"}, None),
        ({"content": "Mine"}, {"footer": "Theirs"}, None),
        ({"content": "Same"}, {"content": "Same"}, {"content": "Same"}),
        (
            {"content": "Mine"},
            {"display_name": "Theirs", "is_active": False},
            {"content": "Mine", "display_name": "Theirs", "is_active": False},
        ),
        (
            {"display_name": "Mine"},
            {"content": "Theirs", "display_name": "Party"},
            {"content": "Theirs", "display_name": "Mine"},
        ),
        ({"display_name": "Mine"}, {"display_name": "Theirs"}, None),
    ],
)
def test_only_what_two_people_both_changed_is_a_conflict(
    mine: dict[str, object], theirs: dict[str, object], merged: dict[str, object] | None
) -> None:
    both = rebase(DRAFT, replace(DRAFT, **mine), replace(DRAFT, **theirs))
    assert both == (None if merged is None else replace(DRAFT, **merged))


@given(st.sampled_from(CHANGES), st.sampled_from(CHANGES))
def test_nothing_that_either_wrote_is_lost_in_a_merge(
    mine: dict[str, object], theirs: dict[str, object]
) -> None:
    one, other = replace(DRAFT, **mine), replace(DRAFT, **theirs)
    merged, swapped = rebase(DRAFT, one, other), rebase(DRAFT, other, one)
    assert merged == swapped, "it does not matter who was first"
    if merged is not None:
        assert all(getattr(merged, field) == value for field, value in {**mine, **theirs}.items())
        assert same_text(merged, one) or same_text(merged, other), "a text is never put together from two"
