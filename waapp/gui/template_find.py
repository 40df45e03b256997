"""Find and replace in a template's text: a bar over the editor, opened by Ctrl+F and closed by Esc."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QWidget

from waapp.gui import style
from waapp.gui.template_editor import TemplateEditor
from waapp.gui.texts import key_name, number
from waapp.gui.widgets import announce, button, label, name
from waapp.texts import tr

_COUNT_WIDTH: Final = 84


class FindBar(QWidget):
    """Goes from match to match while one types; Enter and F3 go on, Shift goes back.

    Letters match without regard to case. What is replaced is undone in one step.
    """

    closed = Signal()

    def __init__(self, editor: TemplateEditor, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._editor = editor
        self._matches: list[tuple[int, int]] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(style.SPACE[1])
        grid.setVerticalSpacing(style.SPACE[1])
        self.field = self._make_field("find", tr("Find"))
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(lambda _text: self._search(stay=True))
        self.replacement = self._make_field("with", tr("Replace with"))
        self._count = label(tone="muted", size=12)
        self._count.setObjectName(f"{object_name}.count")
        self._count.setFixedWidth(_COUNT_WIDTH)
        self._count.setWordWrap(False)
        before, after = (
            ("chevron-right", "chevron-left") if self.isRightToLeft() else ("chevron-left", "chevron-right")
        )
        back = self._make_step("back", tr("Previous match"), before, "Shift+F3", -1)
        on = self._make_step("next", tr("Next match"), after, "F3", 1)
        close = button(
            "",
            f"{object_name}.close",
            kind="icon",
            icon="close",
            small=True,
            accessible_name=tr("Close search"),
        )
        close.setToolTip(f"{tr('Close search')} ({key_name('Esc')})")
        close.clicked.connect(self.close_bar)
        one = button(tr("Replace"), f"{object_name}.replace", small=True)
        one.clicked.connect(self.replace)
        every = button(tr("Replace all"), f"{object_name}.replace_all", small=True)
        every.clicked.connect(self.replace_all)
        self._acts = (back, on, one, every)
        steps = QHBoxLayout()
        steps.setSpacing(2)
        for each in (back, on, close):
            steps.addWidget(each)
        steps.insertWidget(0, self._count)
        replacing = QHBoxLayout()
        replacing.setSpacing(style.SPACE[1])
        replacing.addWidget(one)
        replacing.addWidget(every)
        replacing.addStretch(1)
        grid.addWidget(self.field, 0, 0)
        grid.addLayout(steps, 0, 1)
        grid.addWidget(self.replacement, 1, 0)
        grid.addLayout(replacing, 1, 1)
        grid.setColumnStretch(0, 1)
        opening = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), editor)
        opening.setContext(Qt.ShortcutContext.WidgetShortcut)
        opening.activated.connect(self.open_bar)
        editor.edited.connect(lambda _text: self._search(stay=False) if self.isVisible() else None)
        self.hide()

    @property
    def matches(self) -> list[tuple[int, int]]:
        """Return where the text matches, in characters."""
        return self._matches

    def open_bar(self) -> None:
        """Show the bar and look for what is selected."""
        chosen = self._editor.textCursor().selectedText()
        self.show()
        if chosen and "\u2029" not in chosen:
            self.field.setText(chosen)
        self.field.setFocus()
        self.field.selectAll()
        self._search(stay=True)

    def close_bar(self) -> None:
        """Hide the bar and go back to the text."""
        self.hide()
        self._matches = []
        self._editor.set_matches(())
        self._editor.setFocus()
        self.closed.emit()

    def go(self, by: int) -> None:
        """Select the next match, or an earlier one, round and round."""
        if not self._matches:
            return
        start, end = self._editor.selection()
        if by > 0:
            later = [
                each for each in self._matches if each[0] >= (end if (start, end) in self._matches else start)
            ]
            chosen = later[0] if later else self._matches[0]
        else:
            earlier = [each for each in self._matches if each[1] <= start]
            chosen = earlier[-1] if earlier else self._matches[-1]
        self._editor.select(*chosen)
        self._tell()

    def replace(self) -> None:
        """Replace the match that is selected and go to the next one; select one first if none is."""
        if self._editor.selection() in self._matches:
            self._editor.put(*self._editor.selection(), self.replacement.text())
            self._search(stay=False)
        self.go(1)

    def replace_all(self) -> None:
        """Replace every match in one step."""
        text, done, position = self._editor.text(), [], 0
        for start, end in self._matches:
            done += [text[position:start], self.replacement.text()]
            position = end
        self._editor.replace_text("".join(done) + text[position:])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close by Esc; Enter goes on, or back with Shift, or replaces where the replacement is written."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().keyPressEvent(event)
        elif self.replacement.hasFocus():
            self.replace()
        else:
            self.go(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)

    def _search(self, *, stay: bool) -> None:
        self._matches = find_all(self._editor.text(), self.field.text())
        self._editor.set_matches(self._matches)
        if stay and self._matches and self._editor.selection() not in self._matches:
            start, _end = self._editor.selection()
            later = [each for each in self._matches if each[0] >= start]
            self._editor.select(*(later or self._matches)[0])
        self._tell()

    def _tell(self) -> None:
        for each in self._acts:
            each.setEnabled(bool(self._matches))
        if not self.field.text():
            text = ""
        elif not self._matches:
            text = tr("Not found")
        else:
            chosen = self._editor.selection()
            at = self._matches.index(chosen) + 1 if chosen in self._matches else 0
            all_ = number(len(self._matches))
            text = tr("{at} of {all}", at=number(at), all=all_) if at else all_
        if text != self._count.text():
            self._count.setText(text)
            announce(self._count)

    def _make_field(self, key: str, words: str) -> QLineEdit:
        made = QLineEdit()
        name(made, f"{self.objectName()}.{key}", words)
        made.setPlaceholderText(words)
        made.setMinimumWidth(90)
        return made

    def _make_step(self, key: str, words: str, icon: str, shortcut: str, by: int) -> "QWidget":
        made = button(
            "",
            f"{self.objectName()}.{key}",
            kind="icon",
            icon=icon,
            small=True,
            key=shortcut,
            accessible_name=words,
        )
        made.clicked.connect(lambda: self.go(by))
        return made


def find_all(text: str, wanted: str) -> list[tuple[int, int]]:
    """Return where a text holds the wanted words, without regard to case, matches not overlapping."""
    if not wanted:
        return []
    # Letter by letter, so that letters which fold into two do not shift what follows.
    folded, needle = [each.casefold() for each in text], [each.casefold() for each in wanted]
    found, start, size = [], 0, len(needle)
    while start <= len(folded) - size:
        if folded[start : start + size] == needle:
            found.append((start, start + size))
            start += size
        else:
            start += 1
    return found
