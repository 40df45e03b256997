"""The guest panel on its own, and the merge that it rests on."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea, QWidget

from waapp.core.guests import Consent, Guest, GuestDraft
from waapp.core.status import Shown
from waapp.gui import style
from waapp.gui.guest_merge import FIELDS, merge, storable
from waapp.gui.guest_panel import GuestPanel, PanelMode
from waapp.gui.invitation_card import InvitationFacts
from waapp.gui.message_facts import Step

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
    return panel.form.lines[key]


def test_showing_a_guest_changes_nothing(panel):
    panel.show_guest(ANA)
    assert panel.draft == ANA.draft
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
    assert panel.form.fields["language"].error is None
    assert not panel.try_to_finish()
    assert "language" in (panel.form.fields["language"].error or "")


def test_a_wrong_stored_number_is_said_at_once(panel):
    panel.show_guest(Guest(uuid4(), uuid4(), "Kai", "ask his mother"))
    assert panel.form.fields["phone"].error == "This is not a phone number."
    assert panel.try_to_finish()


def test_what_is_typed_while_saving_is_kept(panel, qtbot):
    panel.show_guest(ANA)
    qtbot.keyClicks(line(panel, "email"), "ana@example.org")
    saved = panel.draft
    qtbot.keyClicks(panel.form.notes, "by train")
    panel.saved(
        Guest(ANA.id, ANA.event_id, ANA.name, ANA.phone, "ana@example.org", ANA.group, ANA.language), saved
    )
    assert panel.draft.notes == "by train"
    assert panel.is_changed
    assert not panel._clash_widgets


def test_the_columns_of_an_import_survive_an_edit(panel, qtbot):
    panel.show_guest(ANA)
    qtbot.keyClicks(panel.form.notes, "x")
    assert panel.draft.extra == {"table": "7"}


def test_closing_forgets_and_tells_before(panel, qtbot):
    panel.show_guest(ANA)
    qtbot.keyClicks(panel.form.notes, "x")
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


FULL = replace(
    ANA,
    tags=("Vegan", "VIP"),
    household="Sousa",
    plus_ones=2,
    time_zone="America/New_York",
    consent=Consent.YES,
    consent_source="Form",
    consent_at=datetime(2026, 5, 3, 9, 30, tzinfo=UTC),
)


def test_all_that_is_kept_is_shown_and_changes_nothing(panel):
    panel.show_guest(FULL)
    assert panel.draft == FULL.draft
    assert not panel.is_changed
    assert panel.form.agreement.head.summary == "Has agreed · America/New_York"


def test_what_is_rarely_wanted_is_folded_and_said_in_a_line(panel, qtbot):
    panel.show_guest(replace(FULL, email="ana@example.org", notes="By train\nat noon"))
    assert not panel.form.contact.is_open
    assert panel.form.contact.head.summary == "ana@example.org · By train at noon"
    assert panel.form.agreement.head.summary == "Has agreed · America/New_York"
    panel.show_guest(ANA)
    assert panel.form.agreement.head.summary == ""
    panel.form.contact.open()
    qtbot.keyClicks(panel.form.notes, "late")
    assert panel.form.contact.head.summary == "late"
    panel.show_guest(FULL)
    assert panel.form.contact.is_open, "what the planner has unfolded stays so for the next guest"


FAILED = InvitationFacts(
    Shown.FAILED,
    "09:40",
    "WhatsApp does not know this number, and it may take a second line to say so",
    "Ask for the mobile number, or invite them another way: by e-mail or on the phone",
    (Step("Failed", "09:40 · Twilio’s code 63024", Shown.FAILED), Step("Planned", "09:39", Shown.QUEUED)),
)


@pytest.mark.parametrize("height", [464, 580], ids=["1024x700", "1280x800"])
def test_what_went_wrong_and_what_to_do_is_seen_without_scrolling(panel, height):
    panel.resize(style.PANEL_WIDTH, height)
    panel.show_guest(FULL)
    panel.show_invitation(FAILED)
    panel.show_opt_out("Must not be written to since 3 May 2026: asked on the phone")
    QApplication.processEvents()
    viewport = panel.findChild(QScrollArea).viewport()
    for name in ("guest_cause", "guest_advice", "guest_stop", "guest_opt_in", "guest_name"):
        widget = panel.findChild(QWidget, name)
        place = QRect(widget.mapTo(viewport, QPoint(0, 0)), widget.size())
        assert viewport.rect().contains(place), name
    assert panel._timeline.steps == FAILED.steps


def test_tags_are_added_and_taken_by_keyboard(panel, qtbot):
    panel.show_guest(FULL)
    field = panel.form.tags.field
    qtbot.keyClicks(field, "Front row,vegan,")
    assert panel.draft.tags == ("Vegan", "VIP", "Front row")
    qtbot.keyClicks(field, "Late")
    assert panel.draft.tags[-1] == "Late"
    field.clear()
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    assert panel.draft.tags == ("Vegan", "VIP")
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    assert panel.draft.tags == ("Vegan",)
    assert panel.is_changed


def test_consent_has_a_day_and_a_source_once_it_is_known(panel):
    panel.show_guest(ANA)
    form = panel.form
    form.consent.setCurrentIndex(form.consent.findData("no"))
    assert panel.draft.consent is Consent.NO
    assert panel.draft.consent_at is not None
    assert panel.draft.consent_at.date() == datetime.now(UTC).date()
    form.lines["consent_source"].setText("By phone")
    assert panel.draft.consent_source == "By phone"
    form.consent.setCurrentIndex(form.consent.findData("unknown"))
    assert (panel.draft.consent_at, panel.draft.consent_source) == (None, "")
    assert not panel.is_changed


def test_a_wrong_time_zone_is_said_where_it_is(panel, qtbot):
    panel.show_guest(ANA)
    panel.form.lines["time_zone"].setText("Lisbon")
    assert not panel.try_to_finish()
    assert panel.form.agreement.is_open
    assert "Europe/Lisbon" in (panel.form.fields["time_zone"].error or "")


def test_a_change_of_tags_elsewhere_is_a_choice(panel, qtbot):
    panel.show_guest(FULL)
    qtbot.keyClicks(panel.form.tags.field, "Mine,")
    assert panel.take_over(replace(FULL, tags=("Theirs",), plus_ones=5))
    assert panel.draft.tags == ("Vegan", "VIP", "Mine")
    assert panel.draft.plus_ones == 5
    panel.findChild(QPushButton, "guest_use_tags").click()
    assert panel.draft.tags == ("Theirs",)
