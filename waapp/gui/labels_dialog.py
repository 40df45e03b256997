"""All groups and tags of an event: their colours, other names, and away with them."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from waapp.db.labels import LabelKind
from waapp.gui import style
from waapp.gui.aio import Tasks, ask
from waapp.gui.choice_box import ChoiceBox
from waapp.gui.labels import COLORS, color_icon, color_word
from waapp.gui.line_dialog import LineDialog
from waapp.gui.scroll_box import ScrollBox
from waapp.gui.tab_order import follow
from waapp.gui.widgets import button, label, name
from waapp.texts import count, tr

_WIDEST_NAME: Final = 210


@dataclass(frozen=True, slots=True)
class LabelUse:
    """A group or tag, its colour, and how many guests have it."""

    kind: LabelKind
    name: str
    color: str
    guests: int


class LabelsDialog(QDialog):
    """Shows the labels that are in use; what is done to one happens at once, and `load` tells what there is then.

    `rename` gives all guests of a label another one, an empty name takes it from them.
    """

    def __init__(
        self,
        load: Callable[[], Sequence[LabelUse]],
        recolor: Callable[[LabelUse, str], Coroutine[Any, Any, None]],
        rename: Callable[[LabelUse, str], Coroutine[Any, Any, None]],
        tasks: Tasks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        title = tr("Groups and tags")
        name(self, "labels", title)
        self.setWindowTitle(title)
        self.setMinimumSize(640, 460)
        self._load, self._recolor, self._rename, self._tasks = load, recolor, rename, tasks
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(title, size=16, bold=True))
        text = tr("Give two the same name to merge them. Every change can be undone in the list.")
        column.addWidget(label(text, tone="muted"))
        self._scroll = ScrollBox()
        column.addWidget(self._scroll, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        self._done = button(tr("Close"), "labels_close", primary=True)
        self._done.clicked.connect(self.accept)
        self._done.setDefault(True)
        row.addWidget(self._done)
        column.addLayout(row)
        self._fill()

    def _fill(self) -> None:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setHorizontalSpacing(style.SPACE[1])
        grid.setVerticalSpacing(style.SPACE[1])
        grid.setColumnStretch(0, 1)
        place = 0
        heads: Mapping[LabelKind, str] = {"group": tr("Groups"), "tag": tr("Tags")}
        uses = self._load()
        for kind, head in heads.items():
            of_kind = [one for one in uses if one.kind == kind]
            if not of_kind:
                continue
            grid.addWidget(label(head, tone="muted", size=12, bold=True), place, 0, 1, 5)
            place += 1
            for one in of_kind:
                self._add(grid, place, one)
                place += 1
        if not uses:
            grid.addWidget(label(tr("No guest has a group or a tag yet."), tone="muted"), 0, 0)
            place = 1
        grid.setRowStretch(place, 1)
        self._scroll.show_inside(inside)
        follow(self._scroll, self._done)
        # The button that was pressed is gone: the keyboard goes on where the list begins.
        stops = (
            each for each in inside.findChildren(QWidget) if each.focusPolicy() & Qt.FocusPolicy.TabFocus
        )
        next(stops, self._done).setFocus()

    def _add(self, grid: QGridLayout, place: int, one: LabelUse) -> None:
        colors = name(
            ChoiceBox(), f"labels_{one.kind}_color_{place}", tr("Colour of {label}", label=one.name)
        )
        for color in COLORS:
            colors.addItem(color_icon(color), color_word(color), color)
        colors.setCurrentIndex(max(colors.findData(one.color), 0))
        rename = button(tr("Rename…"), f"labels_{one.kind}_rename_{place}", small=True,
                        accessible_name=tr("Rename {label}", label=one.name))  # fmt: skip
        remove = button(tr("Remove"), f"labels_{one.kind}_remove_{place}", small=True, kind="danger",
                        accessible_name=tr("Remove {label} from all guests", label=one.name))  # fmt: skip
        metrics = QFontMetrics(style.font(14))
        words = label(metrics.elidedText(one.name, Qt.TextElideMode.ElideRight, _WIDEST_NAME))
        words.setWordWrap(False)
        guests = label(count(one.guests, "guest", "guests"), tone="muted", size=12)
        guests.setWordWrap(False)
        words.setToolTip(one.name)
        grid.addWidget(words, place, 0)
        grid.addWidget(guests, place, 1, Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(colors, place, 2)
        grid.addWidget(rename, place, 3)
        grid.addWidget(remove, place, 4)
        grid.setAlignment(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading)
        colors.activated.connect(
            lambda _place: self._tasks.start(self._recolor(one, str(colors.currentData())))
        )
        rename.clicked.connect(lambda: self._tasks.start(self._ask_for_name(one)))
        remove.clicked.connect(lambda: self._tasks.start(self._become(one, "")))

    async def _ask_for_name(self, one: LabelUse) -> None:
        text = tr("{guests} will have the new name.", guests=count(one.guests, "guest", "guests"))
        title = tr("Rename “{label}”", label=one.name)
        dialog = LineDialog(title, text, tr("New name"), tr("Rename"), limit=100, needed=True, parent=self)
        if await ask(dialog) and dialog.line != one.name:
            await self._become(one, dialog.line)

    async def _become(self, one: LabelUse, new: str) -> None:
        await self._rename(one, new)
        self._fill()
