"""What somebody else changed while it was being edited here: told field by field, and chosen where both did."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QFrame, QRadioButton, QVBoxLayout

from waapp.core.two_edits import OtherEdit
from waapp.gui import style
from waapp.gui.widgets import announce, label, name, repolish
from waapp.texts import tr
from waapp.texts.filling import in_place

_WIDEST = 220
_MINE, _THEIRS = 0, 1
_NAMES = ("mine", "theirs")


class ConflictBox(QFrame):
    """Stands above the fields of a panel while there is something to tell.

    `chosen` comes with a field and the value that is to stand. `title_of` names a field, `words_of` writes a value.
    """

    chosen = Signal(str, object)

    def __init__(
        self, object_name: str, title_of: Callable[[str], str], words_of: Callable[[str, object], str]
    ) -> None:
        super().__init__()
        name(self, object_name, tr("What somebody else changed"))
        self.setProperty("tinted", "true")
        self._title_of, self._words_of = title_of, words_of
        self._edits: dict[str, OtherEdit] = {}
        self._choices: dict[str, QButtonGroup] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 8, 12, 8)
        self._column.setSpacing(style.SPACE[0])
        self.hide()

    @property
    def undecided(self) -> tuple[str, ...]:
        """The fields that both changed and of which nobody has said yet what is to stand."""
        return tuple(field for field, group in self._choices.items() if group.checkedId() < 0)

    def tell(self, edits: Sequence[OtherEdit]) -> None:
        """Tell these changes beside those that were told before; a field that changes again is chosen anew."""
        self._edits |= {edit.field: edit for edit in edits}
        decided = {field: group.checkedId() for field, group in self._choices.items()}
        again = {edit.field for edit in edits}
        held = self._held_choice()
        self._fill()
        for field, choice in decided.items():
            button = self._choices[field].button(choice) if field in self._choices else None
            if button is not None and field not in again:
                button.setChecked(True)
        self.show()
        if held is not None and self._choices:
            # The keyboard stays with the choice, which is told anew, and does not slip into a field.
            field, choice = held
            group = self._choices.get(field) or next(iter(self._choices.values()))
            group.button(choice).setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self)

    def clear(self) -> None:
        """Forget what was told: it is settled, or something else is edited."""
        self._edits = {}
        self._fill()
        self.hide()

    def decide_by_hand(self, field: str) -> None:
        """Take it that what is typed now is to stand."""
        group = self._choices.get(field)
        if group is not None and group.checkedId() < 0:
            group.button(_MINE).setChecked(True)

    def insist(self) -> bool:
        """Bring the keyboard to the first choice that is open; False when there is none."""
        if not self.undecided:
            return False
        self._lead.setProperty("tone", "failed")
        repolish(self._lead)
        self._choices[self.undecided[0]].button(_MINE).setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def _held_choice(self) -> tuple[str, int] | None:
        """Return the field and the side of the choice that has the keyboard."""
        for field, group in self._choices.items():
            for button in group.buttons():
                if button.hasFocus():
                    return field, group.id(button)
        return None

    def _fill(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for group in self._choices.values():
            group.deleteLater()
        self._choices = {}
        clashes = [edit for edit in self._edits.values() if edit.clashes]
        merged = [edit for edit in self._edits.values() if not edit.clashes]
        lead = (
            tr("Somebody else changed this too. Choose which to keep:")
            if clashes
            else tr("Somebody else also changed this. Both are kept:")
        )
        self._lead = label(lead, tone="unknown")
        self._lead.setObjectName(f"{self.objectName()}_lead")
        self._column.addWidget(self._lead)
        for edit in clashes:
            self._add_choice(edit)
        for edit in merged:
            title = self._title_of(edit.field)
            was, now = (in_place(self._words_of(edit.field, value)) for value in (edit.was, edit.theirs))
            words = tr("{field}: {old} → {new}", field=title, old=was, new=now)
            line = label(words, tone="muted", size=12)
            line.setObjectName(f"{self.objectName()}_told_{edit.field}")
            self._column.addWidget(line)

    def _add_choice(self, edit: OtherEdit) -> None:
        title = self._title_of(edit.field)
        self._column.addWidget(label(title, tone="muted", size=12))
        group = QButtonGroup(self)
        self._choices[edit.field] = group
        mine, theirs = self._words_of(edit.field, edit.mine), self._words_of(edit.field, edit.theirs)
        for choice, words, value in (
            (_MINE, tr("Yours: {value}", value=mine), edit.mine),
            (_THEIRS, tr("Theirs: {value}", value=theirs), edit.theirs),
        ):
            made = name(
                QRadioButton(), f"{self.objectName()}_{_NAMES[choice]}_{edit.field}", f"{title}. {words}"
            )
            made.setText(
                QFontMetrics(made.font())
                .elidedText(words, Qt.TextElideMode.ElideRight, _WIDEST)
                .replace("&", "&&")
            )
            made.setToolTip(words)
            made.clicked.connect(
                lambda _checked=False, field=edit.field, value=value: self.chosen.emit(field, value)
            )
            group.addButton(made, choice)
            self._column.addWidget(made)
