"""The row of buttons over a template's text: variables, markup, and how long the longest message gets."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from waapp.core.template_rules import BODY_LIMIT
from waapp.core.template_values import BUILT_IN
from waapp.gui.template_editor import TemplateEditor, marker_key
from waapp.gui.texts import key_name, number
from waapp.gui.widgets import button, label, name, repolish
from waapp.texts import tr, variable

_SAMPLE_LENGTH = 32
_ROOM_FOR_WORDS = 440


class TemplateToolbar(QWidget):
    """Acts on one editor. The variable menu opens at its button, or with Ctrl+Space where the cursor is."""

    def __init__(self, editor: TemplateEditor, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._editor = editor
        self._variables: Sequence[str] = BUILT_IN
        self._samples: Mapping[str, str] = {}
        self._length = self._length_in_full = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self._insert = button(
            f"{tr('Insert variable')} ▾",
            f"{object_name}.insert",
            small=True,
            accessible_name=tr("Insert variable"),
        )
        self._insert.setToolTip(f"{tr('Insert variable')} ({key_name('Ctrl+Space')})")
        self._insert.clicked.connect(self._open_at_button)
        row.addWidget(self._insert)
        self._menu = QMenu(self)
        name(self._menu, f"{object_name}.variables", tr("Variables"))
        self._menu.triggered.connect(lambda action: editor.insert_variable(action.data()))
        self._menu.aboutToHide.connect(editor.setFocus)
        shortcut = QShortcut(QKeySequence("Ctrl+Space"), editor)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self._open_at_cursor)
        for kind, letter, word in (
            ("bold", "B", tr("Bold")),
            ("italic", "I", tr("Italic")),
            ("strike", "S", tr("Struck through")),
            ("code", "<>", tr("Code")),
        ):
            made = button(letter, f"{object_name}.{kind}", small=True, accessible_name=word)
            made.setToolTip(f"{word} ({marker_key(kind)})")
            made.setFixedWidth(30)
            made.setStyleSheet("QPushButton { padding: 0 }")  # a single letter needs no room at its sides
            font = QFont(made.font())
            font.setBold(kind == "bold")
            font.setItalic(kind == "italic")
            font.setStrikeOut(kind == "strike")
            made.setFont(font)
            made.clicked.connect(lambda _=False, kind=kind: self._mark(kind))
            row.addWidget(made)
        row.addStretch(1)
        self._count = label(tone="muted", size=12)
        self._count.setObjectName(f"{object_name}.length")
        self._count.setWordWrap(False)
        row.addWidget(self._count)

    def set_variables(self, variables: Sequence[str], samples: Mapping[str, str]) -> None:
        """Tell which variables there are, and what they hold for the guest in the preview."""
        self._variables = variables
        self._samples = samples

    def show_length(self, length: int, *, of_longest_guest: bool) -> None:
        """Show how many characters the message takes of those that WhatsApp allows."""
        self._length = f"{number(length)} / {number(BODY_LIMIT)}"
        self._length_in_full = (
            tr("{count}, longest guest", count=self._length) if of_longest_guest else self._length
        )
        self._fit_length()
        tone = "failed" if length > BODY_LIMIT else "muted"
        if self._count.property("tone") != tone:
            self._count.setProperty("tone", tone)
            repolish(self._count)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say whose length it is only where there is room."""
        super().resizeEvent(event)
        self._fit_length()

    def _fit_length(self) -> None:
        fits = self.width() >= _ROOM_FOR_WORDS
        self._count.setText(self._length_in_full if fits else self._length)
        self._count.setToolTip(self._length_in_full)

    def length_text(self) -> str:
        """Return what the counter says."""
        return self._count.text()

    def menu(self) -> QMenu:
        """Return the menu of variables, filled for the guest in the preview."""
        self._menu.clear()
        for heading, names in (
            (tr("Guest and event"), [each for each in self._variables if each in BUILT_IN]),
            (tr("From your guest list"), [each for each in self._variables if each not in BUILT_IN]),
        ):
            if names:
                if not self._menu.isEmpty():
                    self._menu.addSeparator()
                self._menu.addAction(heading).setEnabled(False)
            for each in names:
                sample = self._samples.get(each, "")
                short = sample if len(sample) <= _SAMPLE_LENGTH else f"{sample[:_SAMPLE_LENGTH]}…"
                action = self._menu.addAction(f"{variable(each)}\t{short.replace('&', '&&')}")
                action.setData(each)
                action.setObjectName(f"{self._menu.objectName()}.{each}")
        return self._menu

    def _open_at_button(self) -> None:
        self.menu().popup(self._insert.mapToGlobal(QPoint(0, self._insert.height() + 4)))

    def _open_at_cursor(self) -> None:
        menu = self.menu()
        menu.popup(self._editor.viewport().mapToGlobal(self._editor.cursorRect().bottomLeft() + QPoint(0, 4)))
        actions = [action for action in menu.actions() if action.isEnabled() and not action.isSeparator()]
        if actions:
            menu.setActiveAction(actions[0])

    def _mark(self, kind: str) -> None:
        self._editor.toggle_markup(kind)
        self._editor.setFocus()
