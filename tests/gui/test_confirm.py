"""A question before something that cannot be taken back: what it looks like."""

import pytest
from PySide6.QtWidgets import QLabel

from tests.gui.accessibility import assert_nothing_cut
from waapp.gui import style
from waapp.gui.confirm import ConfirmDialog

LONG = "114 guests go with it, with their invitations, labels, filters and imports. The proof is kept."


@pytest.mark.parametrize("text", ["Gone for good.", LONG, f"{LONG} {LONG} {LONG}"])
def test_a_text_follows_its_title_at_the_same_distance(qtbot, text):
    dialog = ConfirmDialog("Delete “Clara and Davi”?", text, "Delete", "Keep")
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.resize(dialog.width(), dialog.height() + 60)
    title, words = dialog.findChildren(QLabel)
    qtbot.waitUntil(lambda: words.y() - title.geometry().bottom() - 1 == style.SPACE[2], timeout=10_000)
    assert words.height() == words.heightForWidth(words.width())
    assert_nothing_cut(dialog)
