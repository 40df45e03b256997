"""Every list of the corpus is read as it has to be, every other file is refused with its reason."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.fuzz import unaccounted
from tests.corpus.guest_list import GuestList
from tests.corpus.lists import LISTS
from tests.corpus.troubles import TROUBLES
from waapp.core.tabular import parse_table
from waapp.engine.guest_files import read_content, read_guest_file
from waapp.errors import UserError


@pytest.mark.parametrize("guest_list", LISTS, ids=lambda one: one.name)
def test_a_list(guest_list: GuestList) -> None:
    file = read_content(guest_list.content(), guest_list.name)
    rows = file.rows
    found = parse_table(rows, guest_list.region, hidden=file.source.hidden)
    assert found.heading_row == guest_list.heading
    assert " ".join(column.field or "-" for column in found.columns) == guest_list.fields
    assert found.drafts == guest_list.guests
    assert tuple((finding.row, str(finding.code)) for finding in found.findings) == guest_list.findings
    heading = 0 if found.heading_row is None else 1
    assert len(found.drafts) + len(found.skipped) + found.blank + found.above + heading == len(rows)


@pytest.mark.parametrize("guest_list", LISTS, ids=lambda one: one.name)
def test_every_row_is_accounted_for_up_to_what_is_saved(guest_list: GuestList) -> None:
    rows = read_content(guest_list.content(), guest_list.name).rows
    assert unaccounted(rows, guest_list.region) is None


CELLS = st.sampled_from(
    ["", "Ana", "Ana e Rui", "Name", "Phone", "E-mail", "912345678", "+351 913 333 333", "Friends", "Total", "3", "+1",
     "eva@example.com", "TBC", "Rui 914 444 444", "Guest", "Bride's side", "2026-03-01", "Grupo", "\u200b", "\n"]
)  # fmt: skip


@given(st.lists(st.lists(CELLS, max_size=5), min_size=1, max_size=12))
def test_every_row_of_any_list_is_accounted_for(rows: list[list[str]]) -> None:
    assert unaccounted(rows) is None


def test_the_corpus_is_large_enough() -> None:
    assert len(LISTS) >= 40
    assert len({one.name for one in LISTS}) == len(LISTS)


@pytest.mark.parametrize("name", TROUBLES)
def test_a_trouble(name: str, tmp_path: Path) -> None:
    content, code = TROUBLES[name]
    path = tmp_path / name
    path.write_bytes(content())
    with pytest.raises(UserError) as caught:
        read_guest_file(path)
    assert (caught.value.code, caught.value.params["file"]) == (code, name)


@pytest.mark.parametrize("guest_list", LISTS[:12], ids=lambda one: one.name)
def test_the_name_of_a_file_does_not_matter(guest_list: GuestList, tmp_path: Path) -> None:
    named = {suffix: tmp_path / f"list{suffix}" for suffix in (".xls", ".csv", ".vcf", "")}
    for path in named.values():
        path.write_bytes(guest_list.content())
    assert len({str(read_guest_file(path).rows) for path in named.values()}) == 1
