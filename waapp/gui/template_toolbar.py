"""The row of buttons over a template's text, and the line under it that says how long the message gets."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFont, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QWidget

from waapp.core.template_rules import BODY_LIMIT
from waapp.core.template_values import BUILT_IN
from waapp.gui import style
from waapp.gui.template_editor import TemplateEditor, marker_key
from waapp.gui.template_emoji import EmojiPicker
from waapp.gui.texts import key_name, number
from waapp.gui.widgets import button, name, repolish
from waapp.texts import tr, variable

_SAMPLE_LENGTH = 32
_ROOM_FOR_EXTRAS = 440
_TOOL = 30


class TemplateToolbar(QWidget):
    """Acts on one editor; `insert` puts a variable where one writes, which may be another field.

    The variable menu opens at its button, or with Ctrl+Space where the cursor is; the emoji likewise with Ctrl+. there.
    """

    find_wanted = Signal()

    def __init__(
        self,
        editor: TemplateEditor,
        insert: Callable[[str], None],
        object_name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._editor = editor
        self._variables: Sequence[str] = BUILT_IN
        self._samples: Mapping[str, str] = {}
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
        self._menu.triggered.connect(lambda action: insert(action.data()))
        for key, act in (("Ctrl+Space", self._open_at_cursor), ("Ctrl+.", self._open_emoji_at_cursor)):
            shortcut = QShortcut(QKeySequence(key), editor)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(act)
        row.addLayout(self._build_marks())
        self._emoji = self._tool("emoji", tr("Emoji"), "emoji", "Ctrl+.")
        self._emoji.clicked.connect(self._open_emoji)
        self.picker = EmojiPicker(f"{object_name}.emoji_picker", self)
        self.picker.picked.connect(editor.insert_text)
        self._extras = (
            self._tool("undo", tr("Undo"), "undo", "Ctrl+Z"),
            self._tool("redo", tr("Redo"), "redo", "Ctrl+Shift+Z"),
            self._tool("search", tr("Find and replace"), "search", "Ctrl+F"),
        )
        undo, redo, search = self._extras
        undo.clicked.connect(editor.undo)
        redo.clicked.connect(editor.redo)
        search.clicked.connect(self.find_wanted)
        for each, available in (
            (undo, editor.document().undoAvailable),
            (redo, editor.document().redoAvailable),
        ):
            each.setEnabled(False)
            available.connect(each.setEnabled)
        tools = QHBoxLayout()
        tools.setSpacing(0)
        for each in (self._emoji, *self._extras):
            tools.addWidget(each)
        row.addLayout(tools)
        row.addStretch(1)

    def _build_marks(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        for kind, face, word in (
            ("bold", "B", tr("Bold")),
            ("italic", "I", tr("Italic")),
            ("strike", "S", tr("Struck through")),
            ("mono", "<>", tr("Typewriter letters")),
            ("bullets", "list", tr("List")),
            ("quote", "quote", tr("Quote")),
        ):
            drawn = face in {"list", "quote"}
            made = button(
                "" if drawn else face,
                f"{self.objectName()}.{kind}",
                kind="icon",
                small=True,
                icon=face if drawn else None,
                accessible_name=word,
            )
            made.setToolTip(f"{word} ({marker_key(kind)})")
            made.setFixedWidth(_TOOL)
            font = QFont(made.font())
            font.setBold(kind == "bold")
            font.setItalic(kind == "italic")
            font.setStrikeOut(kind == "strike")
            made.setFont(font)
            made.clicked.connect(lambda _=False, kind=kind: self._mark(kind))
            row.addWidget(made)
        return row

    def _tool(self, key: str, word: str, icon: str, shortcut: str) -> QPushButton:
        made = button(
            "", f"{self.objectName()}.{key}", kind="icon", small=True, icon=icon, accessible_name=word
        )
        made.setToolTip(f"{word} ({key_name(shortcut)})")
        made.setFixedWidth(_TOOL)
        return made

    def set_variables(self, variables: Sequence[str], samples: Mapping[str, str]) -> None:
        """Tell which variables there are, and what they hold for the guest in the preview."""
        self._variables = variables
        self._samples = samples

    def set_locked(self, *, locked: bool) -> None:
        """Offer only what changes nothing."""
        for each in self.findChildren(QPushButton):
            if each.objectName() != f"{self.objectName()}.search":
                each.setEnabled(not locked)
        if not locked:
            document = self._editor.document()
            self._extras[0].setEnabled(document.isUndoAvailable())
            self._extras[1].setEnabled(document.isRedoAvailable())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what has a key of its own out of the way where there is little room."""
        super().resizeEvent(event)
        for each in self._extras:
            each.setVisible(self.width() >= _ROOM_FOR_EXTRAS)

    def menu(self) -> QMenu:
        """Return the menu of variables, filled for the guest in the preview."""
        self._menu.clear()
        built_in = [each for each in self._variables if each in BUILT_IN]
        for heading, names in (
            (tr("Guest"), [each for each in built_in if each.startswith("guest_")]),
            (tr("Household"), [each for each in built_in if each.startswith("household_")]),
            (tr("Event"), [each for each in built_in if each.startswith("event_")]),
            (tr("Answer"), [each for each in built_in if each.startswith("rsvp_")]),
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

    def _open_emoji(self) -> None:
        self.picker.open_at(self._emoji.mapToGlobal(QPoint(0, self._emoji.height() + 4)))

    def _open_emoji_at_cursor(self) -> None:
        place = self._editor.cursorRect().bottomLeft() + QPoint(0, 4)
        self.picker.open_at(self._editor.viewport().mapToGlobal(place))

    def _mark(self, kind: str) -> None:
        self._editor.toggle_markup(kind)
        self._editor.setFocus()


class LengthLabel(QLabel):
    """How many characters the message takes of those that WhatsApp allows."""

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setFont(style.font(12))
        self.setProperty("tone", "muted")
        self.setContentsMargins(12, 2, 12, 6)
        self.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_length(self, length: int, *, of_longest_guest: bool) -> None:
        """Show how long the message is, for the guest whose message is the longest or for the one that is shown."""
        count = f"{number(length)} / {number(BODY_LIMIT)}"
        self.setText(tr("{count}, longest guest", count=count) if of_longest_guest else count)
        tone = "failed" if length > BODY_LIMIT else "muted"
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            repolish(self)
