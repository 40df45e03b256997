"""The bubble, and the steps through guests, on real widgets."""

from uuid import uuid4

import pytest
from PySide6.QtCore import Qt

from tests.gui.accessibility import assert_accessible
from waapp.core.findings import Level
from waapp.core.template import TemplateDraft
from waapp.core.template_values import ValueProblem
from waapp.gui import style
from waapp.gui.template_guests import GuestStepper
from waapp.gui.template_preview import ChatPreview
from waapp.gui.template_survey import PreviewGuest, survey

# What Qt's offscreen platform says of every window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

CONTENT = "Dear {{guest_name}}, see you at table {{table_no}}."


@pytest.fixture
def preview(qtbot):
    made = ChatPreview("preview")
    qtbot.addWidget(made)
    made.resize(340, 400)
    made.show()
    return made


def blocks(preview):
    document = preview.document()
    block, found = document.firstBlock(), []
    while block.isValid():
        found.append(block)
        block = block.next()
    return found


def test_the_message_shows_with_its_markup(preview):
    preview.show_message("Come on *Saturday*\n\n- rings\n> soon")
    assert [block.text() for block in blocks(preview)] == [
        "Come on Saturday",
        "",
        "•\u00a0\u00a0rings",
        "▎soon",
    ]
    fragments = []
    iterator = blocks(preview)[0].begin()
    while not iterator.atEnd():
        fragments.append((iterator.fragment().text(), iterator.fragment().charFormat().fontWeight() > 500))
        iterator += 1
    assert fragments == [("Come on ", False), ("Saturday", True)]


def test_each_paragraph_has_its_own_direction(preview):
    preview.show_message("Hello\nمرحبا بكم\nשלום")
    assert [block.textDirection() for block in blocks(preview)] == [
        Qt.LayoutDirection.LeftToRight,
        Qt.LayoutDirection.RightToLeft,
        Qt.LayoutDirection.RightToLeft,
    ]


def test_the_text_is_read_aloud_without_markup(preview):
    preview.show_message("Come on *Saturday*")
    assert preview.accessibleDescription() == "Come on Saturday"


def test_the_time_stands_beside_a_short_last_line_and_below_a_full_one(preview):
    preview.show_message("Hi")
    short = preview._bubble.height()
    preview.show_message("w" * 30)
    assert preview._bubble.height() > short
    assert preview._bubble.width() <= 290
    assert preview._time_at.x() > preview._bubble.left()


def test_a_long_message_scrolls(preview):
    preview.show_message("line\n" * 60)
    assert preview.verticalScrollBar().maximum() > 0
    preview.show_message("short")
    assert preview.verticalScrollBar().maximum() == 0


def test_a_long_word_breaks_instead_of_leaving_the_bubble(preview):
    preview.show_message("https://rsvp.example/" + "x" * 200)
    assert preview._bubble.right() <= preview.viewport().width()


def test_the_chat_ground_can_be_the_other_one(preview):
    preview.show_message("Hi")
    before = preview.grab().toImage().pixelColor(170, 380)
    preview.set_dark(not style.is_dark())
    after = preview.grab().toImage().pixelColor(170, 380)
    assert before == (style.DARK if style.is_dark() else style.LIGHT).chat
    assert after == (style.LIGHT if style.is_dark() else style.DARK).chat


LONG = "\n".join(f"line {number}" for number in range(12))


def test_a_part_is_written_anew_and_the_rest_stays(preview):
    preview.show_message("one\ntwo\nthree\nfour")
    kept = blocks(preview)[3].layout().position()
    for text in (
        "one\n*two*\nthree\nfour",
        "one\ntwo\n\nthree\nfour",
        "two\nthree\nfour",
        "",
        "שלום\none",
        "one",
        "one\none\none",
        "one\none",
    ):
        preview.show_message(text)
        shown = [block.text() for block in blocks(preview)]
        assert shown == text.replace("*", "").split("\n")
    assert kept.y() >= 0


def test_a_long_message_folds_as_on_the_phone(preview, qtbot):
    preview.set_fold(5)
    preview.show_message(LONG)
    whole = preview._bubble.height()
    assert preview.folds
    assert not preview.is_folded
    qtbot.keyClick(preview, Qt.Key.Key_Return)
    assert preview.is_folded
    assert preview._bubble.height() < whole / 1.5
    qtbot.mouseClick(preview.viewport(), Qt.MouseButton.LeftButton, pos=preview._more.center().toPoint())
    assert not preview.is_folded
    preview.show_message("short")
    assert not preview.folds


def test_a_message_that_just_fits_does_not_fold(preview):
    preview.set_fold(5)
    preview.show_message("\n".join("abcde"))
    assert not preview.folds
    preview.show_message("\n".join("abcdef"))
    assert preview.folds


def guest(name, **values):
    return PreviewGuest(uuid4(), name, {"guest_name": name, **values})


GUESTS = [
    guest("Ana", table_no="7"),
    guest("Fernando Álvarez de la Vega", table_no="12"),
    guest("", table_no=""),
    guest("محمد", table_no="3"),
    guest("נועה", table_no="4"),
]


@pytest.fixture
def stepper(qtbot):
    made = GuestStepper("guests")
    qtbot.addWidget(made)
    made.resize(340, 500)
    made.set_guests(GUESTS, None)
    made.show_wording(TemplateDraft("", "", CONTENT))
    made.show()
    return made


def test_typing_shows_at_once(stepper):
    stepper.show_wording(TemplateDraft("", "", "Hello {{guest_name}}!"))
    assert stepper.preview.message == "Hello Ana!"


def test_steps_go_round_by_key(stepper, qtbot):
    qtbot.keyClick(stepper, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert stepper.guest is GUESTS[1]
    qtbot.keyClick(stepper, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(stepper, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert stepper.guest is GUESTS[-1]
    assert stepper.preview.message == "Dear נועה, see you at table 4."
    assert stepper._who.text().endswith("5 of 5")


def test_worst_cases(stepper, run):
    stepper.set_survey(run(survey(TemplateDraft("", "", CONTENT), GUESTS)))
    stepper._chips["longest"].click()
    assert stepper.guest is GUESTS[1]
    stepper._chips["emptiest"].click()
    assert stepper.guest is GUESTS[2]
    stepper._chips["right_to_left"].click()
    assert stepper.guest is GUESTS[3]
    stepper.step(1)
    assert stepper.guest is GUESTS[4]
    stepper.step(1)
    assert stepper.guest is GUESTS[3]
    stepper._chips["right_to_left"].click()
    stepper.step(-1)
    assert stepper.guest is GUESTS[2]


def test_guests_with_signs_and_refused_values_are_counted_and_stepped_through(stepper, run):
    guests = [*GUESTS, guest("*Rui*", table_no="9"), guest("_Eva_", table_no="x")]
    stepper.set_guests(guests, None)
    stepper.set_survey(run(survey(TemplateDraft("", "", CONTENT), guests)))
    assert stepper._chips["marked_up"].text() == "Signs 2"
    stepper._chips["marked_up"].setChecked(True)
    assert stepper._who.text().endswith("1 of 2")
    stepper._chips["refused"].setChecked(True)
    assert not stepper._chips["marked_up"].isChecked()
    assert stepper.guest is guests[2]
    stepper._chips["refused"].setChecked(False)
    stepper.step(1)
    assert stepper.guest is guests[3]


def test_the_survey_says_whom_a_missing_value_keeps_out(run):
    found = run(survey(TemplateDraft("", "", CONTENT), GUESTS))
    assert found.longest == 1
    assert found.right_to_left == (3, 4)
    assert {(each.problem.code, each.problem.name, each.guests) for each in found.touched} == {
        ("value_missing", "guest_name", (2,)),
        ("value_missing", "table_no", (2,)),
    }
    assert all(
        isinstance(each.problem, ValueProblem) and each.problem.level is Level.ERROR for each in found.touched
    )


def test_some_guests_only(stepper):
    stepper.show_among((1, 4))
    assert stepper.guest is GUESTS[1]
    stepper.step(1)
    assert stepper.guest is GUESTS[4]
    assert stepper._who.text().endswith("2 of 2")


def test_the_shown_guest_stays_when_the_list_changes(stepper):
    stepper.step(1)
    stepper.set_guests([GUESTS[3], GUESTS[1]], None)
    assert stepper.guest is GUESTS[1]


def test_without_guests_the_sample_is_shown(stepper):
    stepper.set_guests([], GUESTS[0])
    assert stepper.preview.message == "Dear Ana, see you at table 7."
    assert stepper._who.text().endswith("sample")
    stepper.step(1)
    assert stepper.guest is GUESTS[0]


def test_accessible(stepper):
    assert_accessible(stepper)
