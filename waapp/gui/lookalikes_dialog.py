"""Guests of the list who may be one person, with why: to be merged, or told apart for good."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from waapp.core import phone
from waapp.core.duplicates import Likeness, Reason
from waapp.core.guests import GuestRow
from waapp.core.lookalikes import Lookalikes
from waapp.gui import style
from waapp.gui.aio import Tasks
from waapp.gui.paint import isolated
from waapp.gui.scroll_box import ScrollBox
from waapp.gui.tab_order import follow
from waapp.gui.widgets import Card, EmptyState, button, label, name
from waapp.texts import tr

_MOST: Final = 100

Act = Callable[[Lookalikes], Coroutine[Any, Any, None]]


class LookalikesDialog(QDialog):
    """Shows who `load` finds, each with a button to merge them and one to say that they are not the same.

    What is done happens at once; afterwards it looks again.
    """

    def __init__(
        self,
        load: Callable[[], Coroutine[Any, Any, Sequence[tuple[Lookalikes, Sequence[GuestRow]]]]],
        merge: Act,
        tell_apart: Act,
        tasks: Tasks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        title = tr("Possible duplicates")
        name(self, "lookalikes", title)
        self.setWindowTitle(title)
        self.setMinimumSize(640, 460)
        self._load, self._merge, self._tell_apart, self._tasks = load, merge, tell_apart, tasks
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(title, size=16, bold=True))
        self._facts = label(tr("Looking…"), tone="muted")
        self._facts.setObjectName("lookalikes_facts")
        column.addWidget(self._facts)
        self._scroll = ScrollBox()
        column.addWidget(self._scroll, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        self._done = button(tr("Close"), "lookalikes_close", primary=True)
        self._done.clicked.connect(self.accept)
        self._done.setDefault(True)
        row.addWidget(self._done)
        column.addLayout(row)
        self._is_over = False
        self._looking = asyncio.Lock()
        self.finished.connect(self._end)
        tasks.start(self._look())

    def _end(self) -> None:
        self._is_over = True

    async def _look(self) -> None:
        # One look at a time: an older one would bring back what has just been settled.
        async with self._looking:
            found = await self._load()
            if not self._is_over:
                self._show(found)

    def _show(self, found: Sequence[tuple[Lookalikes, Sequence[GuestRow]]]) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setSpacing(style.SPACE[1])
        for place, (one, rows) in enumerate(found[:_MOST]):
            column.addWidget(self._card(place, one, rows))
        if not found:
            text = tr("No two guests share a phone or an e-mail address, or have nearly the same name.")
            column.addWidget(EmptyState("check", tr("Nobody is twice on the list"), text))
        column.addStretch(1)
        self._scroll.show_inside(inside)
        words = tr("Both choices can be undone in the list.")
        if len(found) > _MOST:
            words = tr("{n} more come when these are done.", n=len(found) - _MOST) + " " + words
        self._facts.setText(words if found else "")
        self._facts.setVisible(bool(found))
        follow(self._scroll, self._done)
        first = inside.findChild(QWidget, "lookalikes_merge_0")
        (first or self._done).setFocus()

    def _card(self, place: int, one: Lookalikes, rows: Sequence[GuestRow]) -> Card:
        card = Card(padding=12, spacing=style.SPACE[0])
        names = label(" · ".join(_named(row, rows) for row in rows))
        names.setObjectName(f"lookalikes_names_{place}")
        why = label(_why(one, rows), tone="muted", size=12)
        why.setObjectName(f"lookalikes_why_{place}")
        words = QVBoxLayout()
        words.setSpacing(style.SPACE[0])
        words.addWidget(names)
        words.addWidget(why)
        all_names = ", ".join(row.name for row in rows)
        merge = button(tr("Merge…"), f"lookalikes_merge_{place}", small=True,
                       accessible_name=tr("Merge {names}", names=all_names))  # fmt: skip
        apart = button(tr("Different people"), f"lookalikes_apart_{place}", small=True, kind="link",
                       accessible_name=tr("{names} are different people", names=all_names))  # fmt: skip
        merge.clicked.connect(lambda: self._tasks.start(self._act(self._merge, one)))
        apart.clicked.connect(lambda: self._tasks.start(self._act(self._tell_apart, one)))
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        row.addLayout(words, 1)
        row.addWidget(apart)
        row.addWidget(merge)
        card.body.addLayout(row)
        return card

    async def _act(self, act: Act, one: Lookalikes) -> None:
        await act(one)
        await self._look()


def _named(row: GuestRow, rows: Sequence[GuestRow]) -> str:
    """Return a guest's name, with the group where another one has the same."""
    said = isolated(row.name or tr("No name"))
    namesakes = [other for other in rows if other.name == row.name]
    if len({other.group for other in namesakes}) < 2:
        return said
    return tr("{name} ({group})", name=said, group=isolated(row.group or tr("No group")))


def _number(number: str) -> str:
    """Write a number that stays in one line."""
    return isolated(phone.display(number).replace(" ", "\u00a0"))


def _why(one: Lookalikes, rows: Sequence[GuestRow]) -> str:
    """Return what they share, and whether that makes them one person or perhaps two at one telephone."""
    phones = {row.phone for row in rows if row.phone and sum(row.phone == other.phone for other in rows) > 1}
    emails = {
        row.email
        for row in rows
        if row.email and sum(row.email.casefold() == other.email.casefold() for other in rows) > 1
    }
    words: Mapping[Reason, str] = {
        Reason.PHONE: tr("the same phone {phone}", phone=", ".join(_number(one) for one in sorted(phones))),
        Reason.EMAIL: tr("the same e-mail {email}", email=", ".join(sorted(emails))),
        Reason.NAME: tr("the same name"),
        Reason.NEAR_NAME: tr("nearly the same name"),
    }
    said = ", ".join(words[reason] for reason in one.reasons)
    match one.likeness:
        case Likeness.SAME:
            return tr("Probably one person: {reasons}", reasons=said)
        case Likeness.MAYBE:
            return tr("Perhaps one person: {reasons}", reasons=said)
        case Likeness.HOUSEHOLD:
            return tr("Two people, or one with two names: {reasons}", reasons=said)
