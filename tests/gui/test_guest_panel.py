"""The guest panel on its own, and the merge that it rests on."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QRadioButton, QScrollArea, QWidget

from tests.gui.accessibility import assert_accessible
from waapp.core.guest_edits import storable
from waapp.core.guests import Consent, Guest, GuestRow
from waapp.core.status import Shown
from waapp.gui import style
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
    assert panel.conflict.isHidden()


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
    panel.show_opt_out("Opted out since 3 May 2026: asked on the phone")
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
    before = datetime.now(UTC)
    form.consent.setCurrentIndex(form.consent.findData("no"))
    assert panel.draft.consent is Consent.NO
    assert panel.draft.consent_at is not None
    assert before.date() <= panel.draft.consent_at.date() <= datetime.now(UTC).date()
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


def choices(panel):
    return {one.objectName(): one for one in panel.conflict.findChildren(QRadioButton) if not one.isHidden()}


def told(panel):
    return [one.text() for one in panel.conflict.findChildren(QLabel) if "_told_" in one.objectName()]


def test_what_both_changed_is_chosen_field_by_field_before_it_can_be_saved(panel, qtbot):
    panel.show_guest(FULL)
    qtbot.keyClicks(panel.form.tags.field, "Mine,")
    qtbot.keyClicks(line(panel, "email"), "a@b.example")
    theirs = replace(FULL, tags=("Theirs",), email="c@d.example", plus_ones=5, language="de", household="")
    assert panel.take_over(theirs)
    assert panel.draft.tags == ("Vegan", "VIP", "Mine")
    assert panel.draft.plus_ones == 5
    assert told(panel) == [
        "Language: Portuguese (Portugal) → German",
        "Household: Sousa → empty",
        "Plus-ones: 2 → 5",
    ]
    assert set(panel.conflict.undecided) == {"tags", "email"}
    assert not panel.try_to_finish()
    assert_accessible(panel.conflict)
    offered = choices(panel)
    assert offered["guest_conflict_theirs_tags"].text() == "Theirs: Theirs"
    qtbot.keyClick(offered["guest_conflict_theirs_tags"], Qt.Key.Key_Space)
    assert panel.draft.tags == ("Theirs",)
    assert panel.conflict.undecided == ("email",)
    qtbot.keyClick(offered["guest_conflict_mine_tags"], Qt.Key.Key_Space)
    assert panel.draft.tags == ("Vegan", "VIP", "Mine")
    # Typing on says as much as choosing what is typed.
    qtbot.keyClicks(line(panel, "email"), "x")
    assert panel.conflict.undecided == ()
    assert panel.try_to_finish()


def test_a_third_change_opens_only_the_choice_that_it_concerns(panel, qtbot):
    panel.show_guest(FULL)
    for key in ("group", "household"):
        line(panel, key).clear()
        qtbot.keyClicks(line(panel, key), "Mine")
    theirs = replace(FULL, group="Theirs", household="Theirs")
    panel.take_over(theirs)
    for name in ("guest_conflict_theirs_household", "guest_conflict_mine_group"):
        qtbot.keyClick(choices(panel)[name], Qt.Key.Key_Space)
    panel.take_over(replace(theirs, group="Again", updated_at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert panel.conflict.undecided == ("group",)
    assert (panel.draft.group, panel.draft.household) == ("Mine", "Theirs")


def test_without_anything_typed_the_panel_follows_in_silence(panel):
    panel.show_guest(FULL)
    assert not panel.take_over(replace(FULL, group="Theirs"))
    assert panel.draft.group == "Theirs"
    assert panel.conflict.isHidden()


def test_the_planner_s_own_columns_are_shown_changed_and_added(panel, qtbot):
    panel.set_columns(["menu", "table"])
    panel.show_guest(ANA)
    assert panel.form.own.head.summary == "Table 7"
    panel.form.own.open()
    menu, table = (panel.findChild(QLineEdit, f"guest_extra_{place}") for place in (0, 1))
    assert (menu.text(), table.text()) == ("", "7")
    qtbot.keyClicks(menu, "vegan ")
    assert panel.draft.extra == {"table": "7", "menu": "vegan"}
    table.selectAll()
    qtbot.keyClicks(table, "8")
    panel.take_over(replace(ANA, extra={"table": "9"}))
    assert panel.conflict.undecided == ("extra:table",)
    assert panel.draft.extra == {"table": "8", "menu": "vegan"}
    panel.show_guest(Guest(uuid4(), uuid4(), "Kai"))
    assert panel.draft.extra == {}
    assert not panel.is_changed


def test_several_guests_are_summed_up(panel):
    row = GuestRow(*[None] * len(GuestRow._fields))._replace(
        name="Ana", phone="+351912345678", group="Bride", tags=(), opted_out=False
    )
    rows = [row, row._replace(phone="", group="Groom"), row._replace(opted_out=True)]
    panel.show_several(3, rows)
    said = panel.findChild(QLabel, "guest_together").text().replace("\u2068", "").replace("\u2069", "")
    said = said.replace("\u00a0", " ")
    assert said.splitlines() == [
        "Not invited 3",
        "Bride 2 · Groom 1",
        "1 has no number that can be used",
        "1 opted out",
    ]
