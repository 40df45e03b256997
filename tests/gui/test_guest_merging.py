"""Merging guests of the list: chosen field by field, found by what they share, taken back and done again."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QRadioButton
from sqlalchemy import text

from tests.gui.accessibility import assert_accessible
from tests.gui.pages import until
from tests.gui.test_guests_page import Desk, at_the_list, desk, redo, undo  # noqa: F401 - a fixture
from waapp.core.guests import Consent, GuestDraft
from waapp.gui.guest_panel import PanelMode
from waapp.gui.lookalikes_dialog import LookalikesDialog
from waapp.gui.merge_dialog import MergeDialog

# What Qt's offscreen platform says of every window and popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

TWICE = (
    GuestDraft("Ana Sousa", "+351912345678", "", "Bride", tags=("VIP",), notes="Door side"),
    GuestDraft(
        "Ana Maria Sousa", "+351912345670", "ana@example.org", "Friends", tags=("Dance",), notes="No stairs"
    ),
    GuestDraft("Rui Reis", "+351912345678", "", "Groom", consent=Consent.YES),
    GuestDraft("Ewa Kowalczyk", "+48512345678"),
)


async def merge_dialog(desk: Desk) -> MergeDialog:  # noqa: F811 - it is one
    await until(lambda: desk.page.findChild(MergeDialog) is not None)
    return desk.page.findChild(MergeDialog)


async def choose_two(desk: Desk) -> MergeDialog:  # noqa: F811
    stored = await desk.stored()
    desk.view.select_ids([stored["Ana Sousa"].id, stored["Ana Maria Sousa"].id])
    await until(lambda: desk.panel.mode is PanelMode.SEVERAL)
    await at_the_list(desk)
    desk.press(desk.view, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    return await merge_dialog(desk)


def sides(dialog: MergeDialog) -> dict[str, str]:
    """The choices that count now, by object name."""
    return {one.objectName(): one.text() for one in dialog.findChildren(QRadioButton) if one.isChecked()}


def notes(dialog: MergeDialog) -> list[str]:
    return [one.text() for one in dialog.findChildren(QLabel) if one.objectName().startswith("merge_note")]


def test_two_become_one_field_by_field_and_two_again_and_one_again(desk):  # noqa: F811
    async def story():
        await desk.open(TWICE)
        was = await desk.stored()
        dialog = await choose_two(desk)
        assert_accessible(dialog)
        assert "Ana Maria Sousa" in sides(dialog)["merge_stays_0"]  # more is known of her
        assert sides(dialog)["merge_side_phone_0"] == "+351 912 345 670"
        dialog.findChild(QRadioButton, "merge_stays_1").click()
        await until(lambda: sides(dialog).get("merge_side_phone_0") == "+351 912 345 678")
        assert "VIP, Dance" in dialog.findChild(QLabel, "merge_along_tags").text()
        assert "ana@example.org" in dialog.findChild(QLabel, "merge_along_email").text()
        dialog.findChild(QRadioButton, "merge_side_name_1").click()
        dialog.findChild(QPushButton, "merge_yes").click()
        await until(lambda: "merged into one" in desk.message())
        now = await desk.stored()
        one = now["Ana Maria Sousa"]
        assert len(now) == 3
        assert one.id == was["Ana Sousa"].id
        assert (one.phone, one.email, one.group) == ("+351912345678", "ana@example.org", "Bride")
        assert (one.tags, one.notes) == (("VIP", "Dance"), "Door side\nNo stairs")
        await until(lambda: desk.page.guests.selected == [one.id])
        await undo(desk)
        await until(lambda: "separate again" in desk.message())
        assert {name: guest.draft for name, guest in (await desk.stored()).items()} == {
            name: guest.draft for name, guest in was.items()
        }
        assert len(desk.names()) == 4
        await redo(desk)
        await until(lambda: "one again" in desk.message())
        assert (await desk.stored())["Ana Maria Sousa"].draft == one.draft
        assert len(desk.names()) == 3

    desk.run(story())


def test_what_becomes_of_messages_is_said_and_done(desk):  # noqa: F811
    async def story():
        await desk.open(TWICE, [("Ana Sousa", "delivered"), ("Ana Maria Sousa", "queued")])
        dialog = await choose_two(desk)
        assert "Ana Sousa" in next(words for key, words in sides(dialog).items() if "stays" in key)
        assert any("1 waiting message is cancelled" in note for note in notes(dialog))
        dialog.findChild(QPushButton, "merge_yes").click()
        await until(lambda: "merged into one" in desk.message())
        assert "1 waiting message was cancelled" in desk.message()
        async with desk.database.read() as conn:
            states = (await conn.execute(text("SELECT engine_state FROM whatsapp_invitations"))).scalars()
            assert sorted(states) == ["accepted", "cancelled"]

    desk.run(story())


def test_a_change_elsewhere_is_seen_before_anything_is_merged(desk):  # noqa: F811
    async def story():
        await desk.open(TWICE)
        dialog = await choose_two(desk)
        await desk.elsewhere("Ana Sousa", group="Family")
        dialog.findChild(QPushButton, "merge_yes").click()
        await until(lambda: "Nothing was merged" in desk.message())
        await until(lambda: desk.page.findChild(MergeDialog) not in (None, dialog))
        again = desk.page.findChildren(MergeDialog)[-1]
        assert any(one.text() == "Family" for one in again.findChildren(QRadioButton))
        assert len(await desk.stored()) == 4
        again.findChild(QPushButton, "merge_yes").click()
        await until(lambda: "merged into one" in desk.message())
        assert len(await desk.stored()) == 3

    desk.run(story())


async def lookalikes(desk: Desk, number: int) -> LookalikesDialog:  # noqa: F811
    await until(lambda: desk.page.findChild(LookalikesDialog) is not None)
    dialog = desk.page.findChild(LookalikesDialog)
    await until(lambda: len(whys(dialog)) == number)
    return dialog


def whys(dialog: LookalikesDialog) -> list[str]:
    return [
        one.text()
        for one in dialog.findChildren(QLabel)
        if one.objectName().startswith("lookalikes_why") and one.isVisibleTo(dialog)
    ]


def test_who_may_be_one_is_shown_with_why_and_merged_or_told_apart(desk):  # noqa: F811
    async def story():
        alike = GuestDraft("Anna Maria Sousa", "", "ana@example.org")
        await desk.open((*TWICE, alike))
        desk.page.findChild(QPushButton, "guests_lookalikes").click()
        dialog = await lookalikes(desk, 2)
        assert_accessible(dialog)
        assert "the same e-mail ana@example.org" in whys(dialog)[0]
        assert "Two people" in whys(dialog)[1]
        dialog.findChild(QPushButton, "lookalikes_apart_1").click()
        await until(lambda: len(whys(dialog)) == 1)
        dialog.findChild(QPushButton, "lookalikes_merge_0").click()
        await until(lambda: dialog.findChild(MergeDialog) is not None)
        dialog.findChild(MergeDialog).findChild(QPushButton, "merge_yes").click()
        await until(lambda: whys(dialog) == [] and "merged into one" in desk.message())
        assert any("Nobody is twice" in one.text() for one in dialog.findChildren(QLabel))
        dialog.findChild(QPushButton, "lookalikes_close").click()
        await undo(desk)
        await until(lambda: "separate again" in desk.message())
        await undo(desk)
        await until(lambda: "as before" in desk.message())
        desk.page.findChild(QPushButton, "guests_lookalikes").click()
        await lookalikes(desk, 2)
        desk.page.findChild(LookalikesDialog).reject()

    desk.run(story())


def test_one_guest_alone_offers_no_merge(desk):  # noqa: F811
    async def story():
        await desk.open(TWICE)
        await desk.select("Ewa Kowalczyk")
        assert not desk.panel.findChild(QPushButton, "guest_merge").isVisible()
        desk.page._merging.merge_selected()
        assert desk.page.findChild(MergeDialog) is None

    desk.run(story())
