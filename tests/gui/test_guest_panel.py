"""The guest panel on its own, and the merge that it rests on."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.guests import Guest, GuestDraft
from waapp.gui.guest_merge import FIELDS, draft_of, merge, storable
from waapp.gui.guest_panel import GuestPanel, PanelMode

# What Qt's offscreen platform says of every window and popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ANA = Guest(
    uuid4(), uuid4(), "Ana Sousa", "+351912345678", group="Bride", language="pt_PT", extra={"table": "7"}
)


@pytest.fixture
def panel(qtbot):
    made = GuestPanel()
    qtbot.addWidget(made)
    made.set_event("PT", has_link=True)
    return made


def line(panel, key):
    return panel._lines[key]


def test_showing_a_guest_changes_nothing(panel):
    panel.show_guest(ANA)
    assert panel.draft == draft_of(ANA)
    assert not panel.is_changed
    assert line(panel, "phone").text() == "+351 912 345 678"


def test_grouping_a_number_differently_is_a_change_only_when_typed(panel, qtbot):
    panel.show_guest(ANA)
    line(panel, "phone").selectAll()
    qtbot.keyClicks(line(panel, "phone"), "+351912345678")
    assert storable(panel.draft, "PT").phone == ANA.phone


def test_an_unknown_language_code_is_kept(panel):
    panel.show_guest(Guest(uuid4(), uuid4(), "Kai", language="tlh"))
    assert panel.draft.language == "tlh"
    assert panel._fields["language"].error is None
    assert not panel.try_to_finish()
    assert "language" in (panel._fields["language"].error or "")


def test_a_wrong_stored_number_is_said_at_once(panel):
    panel.show_guest(Guest(uuid4(), uuid4(), "Kai", "ask his mother"))
    assert panel._fields["phone"].error == "This is not a phone number."
    assert panel.try_to_finish()


def test_what_is_typed_while_saving_is_kept(panel, qtbot):
    panel.show_guest(ANA)
    qtbot.keyClicks(line(panel, "email"), "ana@example.org")
    saved = panel.draft
    qtbot.keyClicks(panel._notes, "by train")
    panel.saved(
        Guest(ANA.id, ANA.event_id, ANA.name, ANA.phone, "ana@example.org", ANA.group, ANA.language), saved
    )
    assert panel.draft.notes == "by train"
    assert panel.is_changed
    assert not panel._clash_widgets


def test_the_columns_of_an_import_survive_an_edit(panel, qtbot):
    panel.show_guest(ANA)
    qtbot.keyClicks(panel._notes, "x")
    assert panel.draft.extra == {"table": "7"}


def test_closing_forgets_and_tells_before(panel, qtbot):
    panel.show_guest(ANA)
    qtbot.keyClicks(panel._notes, "x")
    seen = []
    panel.closing.connect(lambda: seen.append(panel.draft.notes))
    panel.close_panel()
    assert seen == ["x"]
    assert panel.mode is PanelMode.CLOSED
    assert panel.guest is None


values = st.sampled_from(["", "a", "b", "c"])
drafts = st.builds(GuestDraft, values, values, values, values, values, values)


@given(base=drafts, mine=drafts, theirs=drafts)
def test_a_merge_loses_nobodys_change_in_silence(base, mine, theirs):
    merged = merge(base, mine, theirs)
    for field in FIELDS:
        was, typed, now, result = (getattr(each, field) for each in (base, mine, theirs, merged.draft))
        if typed == was:
            assert result == now
        else:
            assert result == typed
        changed_by_both = typed != was and now not in {was, typed}
        assert (field in merged.clashes) == changed_by_both
        if changed_by_both:
            assert merged.clashes[field] == now


@given(base=drafts, mine=drafts)
def test_merging_with_an_unchanged_guest_keeps_the_form(base, mine):
    merged = merge(base, mine, base)
    assert merged.draft == mine
    assert merged.clashes == {}
