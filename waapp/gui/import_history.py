"""The imports of an event, to look up, take back and bring back; and the question when not all of one can be."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto
from typing import Final
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QDialog, QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from waapp.core.imports import Import, Kept, Redo, Undo
from waapp.core.status import Shown
from waapp.gui import style
from waapp.gui.delegates import PillDelegate
from waapp.gui.dialog_size import within
from waapp.gui.paint import isolated
from waapp.gui.table import Column, TableModel
from waapp.gui.table_view import table_view
from waapp.gui.texts import number, when
from waapp.gui.widgets import Card, EmptyState, button, label, name
from waapp.texts import count, tr
from waapp.texts.imports import KEPT

_MOST_NAMED: Final = 200


class Wanted(Enum):
    """What is to be done with an import."""

    TAKE_BACK = auto()
    BRING_BACK = auto()


class ImportHistory(QDialog):
    """Lists the imports of an event; once it was accepted `chosen` is the one that something is `wanted` of."""

    def __init__(self, imports: Sequence[Import], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chosen: UUID | None = None
        self.wanted = Wanted.TAKE_BACK
        title = tr("Earlier imports")
        name(self, "import_history", title)
        self.setWindowTitle(title)
        self.resize(*within(parent, 920, 480))
        self._model: TableModel[Import] = TableModel(_columns(), parent=self)
        self._model.replace_all(imports)
        self.view = table_view(self._model, "import_history_rows", title)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        card = Card()
        if imports:
            card.hold_table(self.view)
        else:
            text = tr("Every list you import is shown here, and can be undone as a whole.")
            card.body.addWidget(EmptyState("history", tr("Nothing has been imported yet"), text))
        self._undo = button(tr("Undo import"), "import_history_undo", kind="danger")
        self._redo = button(tr("Redo import"), "import_history_redo")
        close = button(tr("Close"), "import_history_close")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(title, size=16, bold=True))
        column.addWidget(card, 1)
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        text = tr(
            "Undoing removes the guests an import added and changes back what it changed."
            " It can be redone for thirty days."
        )
        facts = label(text, tone="muted", size=12)
        row.addWidget(facts, 1)
        if not imports:
            row.addStretch(1)
        for part in (facts, self._undo, self._redo):
            part.setVisible(bool(imports))
        row.addWidget(close)
        row.addWidget(self._redo)
        row.addWidget(self._undo)
        column.addLayout(row)
        close.clicked.connect(self.reject)
        close.setDefault(True)
        self._undo.clicked.connect(lambda: self._choose(Wanted.TAKE_BACK))
        self._redo.clicked.connect(lambda: self._choose(Wanted.BRING_BACK))
        self.view.picked.connect(lambda _ids: self._take())
        if imports:
            self.view.go_to(imports[0].id)
            self.view.setFocus()
        self._take()

    def _take(self) -> None:
        ids = self.view.selected_ids()
        one = self._model.row(ids[0]) if ids else None
        self._undo.setEnabled(one is not None and one.left > 0)
        self._redo.setEnabled(one is not None and one.undone_at is not None and one.gone > 0)
        self.chosen = None if one is None else one.id

    def _choose(self, wanted: Wanted) -> None:
        if self.chosen is not None:
            self.wanted = wanted
            self.accept()


class UndoQuestion(QDialog):
    """Says for whom an import cannot be taken back, or brought back, and why, and offers to do it for the others."""

    def __init__(
        self, wanted: Wanted, kept: Sequence[Kept], others: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        title = tr("{n:guest stays|guests stay} as they are", n=len(kept))
        name(self, "import_undo", title)
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        text, act_words, stay_words = _question(wanted, others)
        listed = name(QListWidget(), "import_undo_kept", tr("Who stays, and why"))
        listed.addItems([f"{isolated(one.name)} — {tr(KEPT[one.why])}" for one in kept[:_MOST_NAMED]])
        if len(kept) > _MOST_NAMED:
            listed.addItem(tr("and {n} more", n=len(kept) - _MOST_NAMED))
        listed.setFixedHeight(min(max(listed.count(), 2), 6) * 46 + 8)
        # A long name takes another line, so that the reason behind it is in sight.
        listed.setWordWrap(True)
        listed.setSpacing(3)
        listed.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        listed.setProperty("card", "true")
        stay = button(stay_words if others else tr("Close"), "import_undo_no")
        is_danger = wanted is Wanted.TAKE_BACK
        act = button(
            act_words, "import_undo_rest", kind="danger" if is_danger else None, primary=not is_danger
        )
        act.setVisible(others > 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(title, size=16, bold=True))
        column.addWidget(label(text, tone="muted"))
        column.addWidget(listed)
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        row.addStretch(1)
        row.addWidget(stay)
        row.addWidget(act)
        column.addLayout(row)
        stay.clicked.connect(self.reject)
        act.clicked.connect(self.accept)
        stay.setDefault(True)
        stay.setFocus()


def _question(wanted: Wanted, others: int) -> tuple[str, str, str]:
    """Return what is said, the words of the button for the others, and of the one that changes nothing."""
    match wanted:
        case Wanted.TAKE_BACK:
            text = tr(
                "What was done after the import is not lost. Nothing has been undone yet."
                if others
                else "What was done after the import is not lost: nothing can be undone."
            )
            return text, tr("Undo for the other {n:guest|guests}", n=others), tr("Keep everything")
        case Wanted.BRING_BACK:
            text = tr(
                "What was done since is not overwritten. Nothing has been redone yet."
                if others
                else "What was done since is not overwritten: nothing can be redone."
            )
            return text, tr("Redo for the other {n:guest|guests}", n=others), tr("Keep everything")


def _columns() -> tuple[Column[Import], ...]:
    end = Qt.AlignmentFlag.AlignRight
    return (
        Column("at", tr("When"), lambda one: when(one.at), lambda one: _latest(one.at), width=104),
        Column("source", tr("List"), lambda one: one.source, stretch=True, tip=lambda one: one.source),
        Column("by", tr("By"), lambda one: one.by, width=170, color="muted", hide_below=640),
        Column(
            "added",
            tr("Added"),
            lambda one: number(one.account.added),
            lambda one: one.account.added,
            end,
            72,
        ),
        Column(
            "changed",
            tr("Changed"),
            lambda one: number(one.account.changed),
            lambda one: one.account.changed,
            end,
            84,
            hide_below=560,
        ),
        Column(
            "skipped",
            tr("Skipped"),
            lambda one: number(one.account.skipped),
            lambda one: one.account.skipped,
            end,
            80,
            hide_below=720,
        ),
        Column("state", tr("State"), _state_word, width=128, value=_state, delegate=PillDelegate),
    )


def _latest(at: datetime) -> float:
    return -at.timestamp()


def _state_word(one: Import) -> str:
    if one.undone_at is None:
        return tr("Imported") if one.left else tr("Nothing left")
    return tr("Partly undone") if one.left else tr("Undone")


def _state(one: Import) -> Shown:
    if one.undone_at is None:
        return Shown.DELIVERED if one.left else Shown.NONE
    return Shown.UNKNOWN if one.left else Shown.NONE


def redone_words(redo: Redo) -> str:
    """Return what was brought back."""
    parts = [
        tr("{guests} added again", guests=count(len(redo.added), "guest", "guests")) if redo.added else "",
        tr("{guests} changed again", guests=count(len(redo.changed), "guest", "guests"))
        if redo.changed
        else "",
        tr("{n:guest stays|guests stay}", n=len(redo.kept)) if redo.kept else "",
    ]
    return ", ".join(filter(None, parts)) or tr("nothing was missing")


def undone_words(undo: Undo) -> str:
    """Return what was taken back."""
    parts = [
        tr("{guests} removed", guests=count(len(undo.removed), "guest", "guests")) if undo.removed else "",
        tr("{guests} changed back", guests=count(len(undo.restored), "guest", "guests"))
        if undo.restored
        else "",
        tr("{n:guest stays|guests stay}", n=len(undo.kept)) if undo.kept else "",
    ]
    return ", ".join(filter(None, parts)) or tr("nothing was left")
