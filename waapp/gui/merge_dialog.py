"""Several entries of one person: whose entry stays, whose value counts in each field, and what becomes of messages."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Final
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from waapp.core import phone
from waapp.core.guest_merging import (
    ANSWER,
    Merge,
    Message,
    Sides,
    links_lost,
    merged,
    sides,
    waits_no_longer,
    who_stays,
)
from waapp.core.guests import Answer, Guest, answer_of, shown_state
from waapp.gui import style
from waapp.gui.field_sides import FieldSides
from waapp.gui.guest_acts import some_names
from waapp.gui.guest_filter_row import answer_word
from waapp.gui.guest_form import value_words
from waapp.gui.paint import isolated
from waapp.gui.scroll_box import ScrollBox
from waapp.gui.tab_order import follow
from waapp.gui.texts import shown_word
from waapp.gui.widgets import button, label, name, rule
from waapp.texts import tr

_WIDTH: Final = 560
_TALLEST: Final = 460
_LOWEST: Final = 160
_AROUND: Final = 240
"""What the title, the notes and the buttons take, and a strip of the window around the dialog."""
_CUT: Final = 470
_BESIDE: Final = 280


class MergeDialog(QDialog):
    """Builds a `Merge`; what only one of them has comes along unasked, and is said.

    `title_of` names a field. `has_link` tells whether messages have a link for each guest, `refused` are those whose
    number must not be written to.
    """

    merge: Merge

    def __init__(
        self,
        guests: Sequence[Guest],
        messages: Sequence[Message],
        *,
        title_of: Callable[[str], str],
        has_link: bool,
        refused: Collection[UUID] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        title = tr("Merge {n:guest|guests} into one", n=len(guests))
        name(self, "merge", title)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self._guests, self._messages = guests, messages
        self._title_of, self._has_link, self._refused = title_of, has_link, refused
        self._survivor = who_stays(guests, messages)
        self._chosen: dict[str, object] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(title, size=16, bold=True))
        text = tr("Choose where they differ. What only one of them has is kept. You can undo this.")
        column.addWidget(label(text, tone="muted"))
        self._scroll = ScrollBox()
        column.addWidget(self._scroll, 1)
        column.addWidget(rule())
        self._notes = QVBoxLayout()
        self._notes.setSpacing(style.SPACE[0])
        column.addLayout(self._notes)
        stay = self._stay_button = button(tr("Cancel"), "merge_no")
        self._yes = button(tr("Merge"), "merge_yes", primary=True)
        stay.clicked.connect(self.reject)
        self._yes.clicked.connect(self.accept)
        self._yes.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        row.addStretch(1)
        row.addWidget(stay)
        row.addWidget(self._yes)
        column.addLayout(row)
        self._fill()

    def _fill(self) -> None:
        """Offer the fields as they are while this one stays."""
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setSpacing(style.SPACE[2])
        stays = tr("Entry to keep")
        column.addWidget(
            FieldSides(
                stays,
                [
                    (f"merge_stays_{place}", self._words_of(guest), guest.id == self._survivor,
                     partial(self._stay, guest.id))
                    for place, guest in enumerate(self._guests)
                ],
                width=_CUT,
            )
        )  # fmt: skip
        column.addWidget(rule())
        found = sides(self._guests, self._survivor)
        for one in found:
            if one.is_open:
                column.addWidget(self._sides(one))
        along = [one for one in found if one.comes_along]
        if along:
            column.addWidget(label(tr("Also kept"), tone="muted", size=12))
            for one in along:
                words = tr(
                    "{field}: {value}", field=self._title(one.field), value=_words(one.field, one.default)
                )
                line = label(words)
                line.setObjectName(f"merge_along_{one.field}")
                column.addWidget(line)
        column.addStretch(1)
        self._scroll.show_inside(inside)
        parent = self.parentWidget()
        room = _TALLEST if parent is None else min(_TALLEST, parent.window().height() - _AROUND)
        self._scroll.setMinimumHeight(max(min(inside.sizeHint().height() + style.SPACE[1], room), _LOWEST))
        self._tell()

    def _sides(self, one: Sides) -> FieldSides:
        chosen = self._chosen.get(one.field, one.default)
        return FieldSides(
            self._title(one.field),
            [
                (
                    f"merge_side_{one.field}_{place}",
                    _words(one.field, value),
                    value == chosen,
                    partial(self._choose, one.field, value),
                )
                for place, value in enumerate(one.values)
            ],
            width=_CUT,
        )

    def _stay(self, guest_id: UUID) -> None:
        if guest_id == self._survivor:
            return
        self._survivor = guest_id
        self._tell()
        # Not at once: the arrow key that chose is still at work in the buttons that are replaced.
        QTimer.singleShot(0, self, self._fill_again)

    def _fill_again(self) -> None:
        """Offer the fields anew; what had the keyboard has it again."""
        held = self.focusWidget()
        at = held.objectName() if held is not None else ""
        self._fill()
        follow(self._scroll, self._stay_button, self._yes)
        again = self._scroll.findChild(QWidget, at) if at else None
        if again is not None:
            again.setFocus()

    def _choose(self, field: str, value: object) -> None:
        self._chosen[field] = value
        self._tell()

    def _tell(self) -> None:
        """Hold what was chosen, and say what becomes of messages."""
        self.merge = merged(self._guests, self._survivor, self._chosen)
        while (item := self._notes.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for place, (words, tone) in enumerate(self._notes_now()):
            line = label(words, tone=tone)
            line.setObjectName(f"merge_note_{place}")
            self._notes.addWidget(line)

    def _notes_now(self) -> list[tuple[str, str]]:
        number = self.merge.draft.phone
        left = sum(one.has_left and one.guest_id != self._survivor for one in self._messages)
        stops = len(waits_no_longer(self._messages, self._survivor, number))
        lost = links_lost(self._guests, self._survivor, self._messages) if self._has_link else ()
        refused = [one for one in self._guests if one.id in self._refused]
        notes = []
        if left:
            notes.append(
                (
                    tr("{n:sent message stays|sent messages stay} in the history.", n=left),
                    "muted",
                )
            )
        if stops:
            words = tr(
                "{n:waiting message is|waiting messages are} cancelled, so that nothing is sent twice.",
                n=stops,
            )
            notes.append((words, "unknown"))
        if lost:
            names = some_names([guest.name for guest in lost])
            words = tr("The answer link sent to {names} will no longer work.", names=names)
            notes.append((words, "unknown"))
        if refused and all(one.phone != number for one in refused):
            words = tr(
                "{names} opted out under another number. The number that is kept can get messages.",
                names=some_names([guest.name for guest in refused]),
            )
            notes.append((words, "failed"))
        return notes

    def _title(self, field: str) -> str:
        return tr("Answer") if field == ANSWER else self._title_of(field)

    def _words_of(self, guest: Guest) -> str:
        """Return what speaks for an entry: how its invitation fares, and what was answered."""
        theirs = [one for one in self._messages if one.guest_id == guest.id]
        newest = next(iter([one for one in theirs if not one.practice][-1:] or theirs[-1:]), None)
        fares = (
            shown_state(None, None, False)
            if newest is None
            else shown_state(newest.state, newest.word, False)
        )
        answered = answer_of(guest.rsvp_status) is not Answer.NONE
        called = self.fontMetrics().elidedText(
            guest.name or tr("No name"), Qt.TextElideMode.ElideRight, _CUT - _BESIDE
        )
        parts = [
            isolated(called),
            isolated(phone.display(guest.phone)) if guest.phone else tr("no number"),
            shown_word(fares),
            _words(ANSWER, (guest.rsvp_status, guest.rsvp_count)) if answered else "",
        ]
        return " · ".join(filter(None, parts))


def _words(field: str, value: object) -> str:
    match field, value:
        case "answer", (str(word), count):
            known = answer_of(word)
            said = word if known is None else answer_word(known)
            return tr("{answer}, {n:person|people}", answer=said, n=count) if isinstance(count, int) else said
        case _:
            return value_words(field, value)
