"""One row of a list in detail: what is to be said of it, what to do with it, whose value counts in each field."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QRadioButton, QVBoxLayout, QWidget

from waapp.core.import_diff import Choice, Outcome
from waapp.core.import_rows import ImportRow
from waapp.core.merging import Change, Side, is_empty
from waapp.gui import style
from waapp.gui.choice_box import ChoiceBox
from waapp.gui.field_sides import FieldSides
from waapp.gui.widgets import Field, SidePanel, button, label, name, rule
from waapp.texts import tr
from waapp.texts.imports import field_name, remarks, value_words


class ImportRowPanel(SidePanel):
    """Shows the rows that are selected.

    `chosen` gives a choice for them, `chosen_for_all` one for all rows that resemble somebody in the same way,
    `sided` the number of a row, a field and whose value counts.
    """

    chosen = Signal(object)
    chosen_for_all = Signal(object)
    sided = Signal(int, str, object)

    def __init__(self) -> None:
        super().__init__("", "import_row")
        self._rows: Sequence[ImportRow] = ()
        self._words = label("", tone="muted")
        self._choice = name(ChoiceBox(), "import_choice", tr("What to do"))
        self._choice.setPlaceholderText(tr("Choose…"))
        self._choice.activated.connect(self._choose)
        self._for_all = button("", "import_for_all", small=True)
        self._for_all.clicked.connect(lambda: self.chosen_for_all.emit(self._choice.currentData()))
        self._changes = QVBoxLayout()
        self._changes.setSpacing(style.SPACE[2])
        self._shown: tuple[int, tuple[Change, ...]] | None = None
        self._parts: list[QWidget] = []
        self.body.addWidget(self._words)
        self.body.addWidget(Field(tr("What to do"), self._choice))
        self.body.addWidget(self._for_all, 0, Qt.AlignmentFlag.AlignLeading)
        self.body.addLayout(self._changes)
        self.body.addStretch(1)

    def show_rows(self, rows: Sequence[ImportRow], alike: int) -> None:
        """Show one row, or what several have in common; `alike` rows resemble somebody as the one does."""
        self._rows = rows
        if not rows:
            self.hide()
            return
        one = rows[0] if len(rows) == 1 else None
        if one is not None:
            self.set_title(rows[0].name or tr("Row {row:d}", row=rows[0].number))
            self._words.setText(
                "\n".join((tr("Row {row:d}", row=one.number), *(words for _, words in remarks(one))))
            )
        else:
            self.set_title(tr("{n:row|rows}", n=len(rows)))
            self._words.setText(tr("Your choice applies to all of them."))
        self._show_choice(rows)
        self._for_all.setVisible(one is not None and one.match is not None and alike > 1)
        words = tr("Do this for all {n} rows like it", n=alike)
        self._for_all.setText(words)
        self._for_all.setAccessibleName(words)
        self._show_changes(one)
        self.show()

    def _show_choice(self, lines: Sequence[ImportRow]) -> None:
        guests = [line for line in lines if line.is_guest]
        matched = [line for line in guests if line.match is not None]
        known = [line for line in guests if line.match is None and line.is_known]
        self._choice.clear()
        self._choice.addItem(
            tr("Keep both, as two guests") if matched or known else tr("Add as a guest"), Choice.KEEP
        )
        if known and not matched:
            self._choice.addItem(tr("Same guest as on the list"), Choice.MERGE)
        if matched:
            other = matched[0].match.other if matched[0].match is not None and len(lines) == 1 else ""
            self._choice.addItem(
                tr("Merge with {other}", other=other) if other else tr("Merge each with its match"),
                Choice.MERGE,
            )
        self._choice.addItem(tr("Skip"), Choice.SKIP)
        self._choice.setEnabled(bool(guests))
        chosen = {_choice_of(line) for line in guests}
        self._choice.setCurrentIndex(self._choice.findData(chosen.pop()) if len(chosen) == 1 else -1)

    def _show_changes(self, line: ImportRow | None) -> None:
        wanted = None if line is None or not line.changes else (line.number, line.changes)
        if wanted == self._shown:
            return
        focused = self.focusWidget()
        had_focus = focused.objectName() if focused is not None and self.isAncestorOf(focused) else ""
        for part in self._parts:
            self._changes.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._parts = []
        self._shown = wanted
        if wanted is None:
            return
        self._parts.append(rule())
        self._parts += [self._sides(wanted[0], change) for change in wanted[1]]
        for part in self._parts:
            self._changes.addWidget(part)
            if had_focus and (again := part.findChild(QRadioButton, had_focus)) is not None:
                again.setFocus()

    def _sides(self, number: int, change: Change) -> FieldSides:
        """Return what is there and what the row has, and which of them counts."""
        return FieldSides(
            field_name(change.field),
            [
                (
                    f"import_side_{change.field}_{side}",
                    _side_words(side, value_words(value, change.field), empty=is_empty(change.field, value)),
                    side is change.side,
                    partial(self.sided.emit, number, change.field, side),
                )
                for side, value in ((Side.STORED, change.old), (Side.FILE, change.new))
            ],
        )

    def _choose(self, at: int) -> None:
        self.chosen.emit(self._choice.itemData(at))


def _side_words(side: Side, words: str, *, empty: bool) -> str:
    match side, empty:
        case Side.STORED, False:
            return tr("Keep “{value}”", value=words)
        case Side.STORED, True:
            return tr("Keep it empty")
        case Side.FILE, False:
            return tr("Use “{value}”", value=words)
        case _:
            return tr("Clear it")


def _choice_of(line: ImportRow) -> Choice:
    """Return what is done with a row, whoever has chosen it."""
    if line.outcome is Outcome.SKIP:
        return Choice.MERGE if line.leader is not None else Choice.SKIP
    return Choice.KEEP if line.outcome is Outcome.ADD else Choice.MERGE
