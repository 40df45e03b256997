"""The building blocks of every page. Each is named for scripts and for screen readers, and works by keyboard."""

from typing import Final, TypeVar

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPixmap,
    QShortcut,
    QTextLayout,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QDateEdit,
    QDateTimeEdit,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from waapp.gui import style
from waapp.gui.texts import key_name
from waapp.texts import tr

_TITLE_LINES = 2
_BESIDE_TITLE = 72
"""What the margins and the cross take of a panel's width, and a little for where lines break."""

AnyWidget = TypeVar("AnyWidget", bound=QWidget)
_FEWEST_LETTERS: Final = 8


def name(widget: AnyWidget, object_name: str, accessible_name: str) -> AnyWidget:
    """Name a widget for scripts and for screen readers; every interactive widget passes through here."""
    widget.setObjectName(object_name)
    widget.setAccessibleName(accessible_name)
    if isinstance(widget, QLineEdit):
        keep_level(widget)
    elif isinstance(widget, QDateTimeEdit):
        if isinstance(widget, QDateEdit):
            # 5/6 is one day in London and another one in New York.
            widget.setDisplayFormat("d MMM yyyy")
        # From right to left Qt turns the parts round, and writes 16:00 as 00:16.
        written = widget.displayFormat()
        widget.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        widget.setDisplayFormat(written)
    return widget


def keep_level(line: QLineEdit) -> None:
    """Keep text of every script in the middle of a field: Qt lets tall ones, like Arabic, slip to the upper edge."""

    def level(text: str) -> None:
        margins = line.textMargins()
        top = 0
        if not text.isascii():
            layout = QTextLayout(text, line.font())
            layout.beginLayout()
            found = layout.createLine()
            layout.endLayout()
            room = style.CONTROL_HEIGHT - 2 - line.fontMetrics().height()
            top = min(max(0, 2 * round(found.ascent() - line.fontMetrics().ascent())), room)
        if margins.top() != top:
            margins.setTop(top)
            line.setTextMargins(margins)

    line.textChanged.connect(level)
    level(line.text())


def button(
    text: str,
    object_name: str,
    *,
    primary: bool = False,
    small: bool = False,
    icon: str | None = None,
    kind: str | None = None,
    key: str | None = None,
    accessible_name: str | None = None,
) -> QPushButton:
    """Return a push button. `kind` is "link", "danger", "icon" (a drawing only) or "chip".

    A button takes the keyboard by Tab, not by a click: so its focus ring appears for those who need it.
    `accessible_name` says more than the text where the text alone is not clear, or where there is only an icon.
    """
    made = QPushButton(text.replace("&", "&&"))
    name(made, object_name, accessible_name or text)
    made.setProperty("kind", "primary" if primary else kind or "plain")
    made.setFont(
        style.font(
            13 if small or kind == "chip" else 14,
            QFont.Weight.Normal if kind == "chip" else QFont.Weight.Medium,
        )
    )
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    made.setAutoDefault(False)
    if small:
        made.setProperty("compact", "true")
    if icon is not None:
        style.set_icon(made, icon, "on_accent" if primary else "failed" if kind == "danger" else "muted")
    if key is not None:
        bind(made, key)
    elif kind == "icon":
        made.setToolTip(accessible_name or text)
    return made


def bind(target: QAbstractButton, key: str) -> QShortcut:
    """Press a button by a key while its window is active and it can be seen; the tooltip says so."""
    shortcut = QShortcut(QKeySequence(key), target)
    shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
    shortcut.activated.connect(close_completions)
    shortcut.activated.connect(target.click)
    target.setToolTip(f"{target.accessibleName()} ({key_name(key)})")
    return shortcut


def close_completions() -> None:
    """Close what completes the word that is being typed: it would keep the keyboard wherever the focus goes."""
    popup = QApplication.activePopupWidget()
    if isinstance(popup, QAbstractItemView):
        popup.hide()


def label(text: str = "", *, tone: str | None = None, size: int = 14, bold: bool = False) -> QLabel:
    """Return a plain-text label that wraps; `tone` is a token of the style."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    made.setFont(style.font(size, QFont.Weight.DemiBold if bold else QFont.Weight.Normal))
    if tone is not None:
        made.setProperty("tone", tone)
    if made.layoutDirection() is Qt.LayoutDirection.RightToLeft:
        # Otherwise a label follows its text, and a Latin name would stand at the wrong side of its panel.
        made.setAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        )
    return made


class OneLine(QLabel):
    """A label that never wraps: what does not fit ends in an ellipsis, and is read in full over the pointer."""

    def __init__(
        self, text: str = "", *, tone: str | None = None, size: int = 14, bold: bool = False
    ) -> None:
        super().__init__(text)
        if tone is not None:
            self.setProperty("tone", tone)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(style.font(size, QFont.Weight.DemiBold if bold else QFont.Weight.Normal))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """Return room for a few letters."""
        return QSize(
            self.fontMetrics().averageCharWidth() * _FEWEST_LETTERS, super().minimumSizeHint().height()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as much of the text as there is room for."""
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        self.setToolTip(self.text() if shown != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        leading = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        # Isolated: an ellipsis stays at the end of a text that runs against the layout.
        painter.drawText(room, int(leading | Qt.AlignmentFlag.AlignVCenter), f"\u2068{shown}\u2069")
        painter.end()


class Drawing(QLabel):
    """An icon that stands by itself, redrawn when the scheme changes; it says nothing that words do not."""

    def __init__(self, icon: str | None = None, tone: str = "muted", size: int = 20) -> None:
        super().__init__()
        self._size = size
        self._shown = (icon, tone)
        self._draw()

    def show_icon(self, icon: str | None, tone: str = "muted") -> None:
        """Show another icon, or none."""
        self._shown = (icon, tone)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Redraw in the new scheme."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_shown"):
            self._draw()

    def _draw(self) -> None:
        icon, tone = self._shown
        self.setPixmap(QPixmap() if icon is None else style.pixmap(icon, tone, self._size))


def repolish(widget: QWidget) -> None:
    """Apply the style sheet anew after a property that it asks for has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def inset(box: QAbstractSpinBox) -> None:
    """Keep a number off the frame: a style sheet's padding does not reach the text inside."""
    box.lineEdit().setTextMargins(style.SPACE[1], 0, style.SPACE[1], 0)


def centered(widget: QWidget, width: int) -> QHBoxLayout:
    """Return a row with a widget of at most this width in its middle; wrapped text keeps its height there."""
    row = QHBoxLayout()
    row.addStretch(1)
    widget.setMaximumWidth(width)
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    row.addWidget(widget, 100)
    row.addStretch(1)
    return row


def announce(widget: QWidget) -> None:
    """Have a screen reader say a widget that has just changed."""
    QAccessible.updateAccessibility(QAccessibleEvent(widget, QAccessible.Event.Alert))


def rule() -> QFrame:
    """Return a line between two parts."""
    made = QFrame()
    made.setProperty("rule", "true")
    made.setFixedHeight(1)
    return made


class Card(QFrame):
    """A bordered surface; `body` is its column of content."""

    def __init__(self, padding: int = 0, spacing: int = 0) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding or 1, padding or 1, padding or 1, padding or 1)
        self.body.setSpacing(spacing)

    def hold_table(self, table: QWidget) -> None:
        """Put in a table: it keeps off the round corners at the bottom."""
        self.body.setContentsMargins(1, 1, 1, 6)
        self.body.addWidget(table)


class PageHeader(QWidget):
    """A page's title, one sentence of facts under it, and its buttons at the trailing edge."""

    def __init__(self, title: str, facts: str = "") -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(style.SPACE[1])
        words = QVBoxLayout()
        words.setSpacing(2)
        self._title = OneLine(title, size=22, bold=True)
        self._facts = OneLine(facts, tone="muted")
        self._title.setObjectName("page_title")
        self._facts.setObjectName("page_facts")
        words.addWidget(self._title)
        words.addWidget(self._facts)
        row.addLayout(words, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(style.SPACE[1])
        row.addLayout(self._buttons)
        row.setAlignment(self._buttons, Qt.AlignmentFlag.AlignBottom)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_title(self, title: str) -> None:
        """Change the title."""
        self._title.setText(title)

    def set_facts(self, text: str) -> None:
        """Change the sentence under the title."""
        self._facts.setText(text)

    def add(self, widget: QWidget) -> None:
        """Add a button; the last one added is at the outer edge."""
        self._buttons.addWidget(widget)


class Field(QWidget):
    """A label above an editor, with a hint or what is wrong beneath it.

    The error is also the editor's accessible description, so that a screen reader says it with the field.
    """

    def __init__(self, text: str, editor: QWidget, hint: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(style.SPACE[0])
        self.editor = editor
        self._hint = hint
        self._error: str | None = None
        self._label = label(text, tone="muted", size=12)
        self._label.setFont(style.font(12, QFont.Weight.Medium))
        self._label.setBuddy(editor)
        if not editor.accessibleName():
            editor.setAccessibleName(text)
        self._below = label("", size=12)
        column.addWidget(self._label)
        column.addWidget(editor)
        column.addWidget(self._below)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._tell()

    @property
    def error(self) -> str | None:
        """What is wrong, as shown."""
        return self._error

    def set_error(self, text: str | None) -> None:
        """Show what is wrong, or nothing."""
        if text != self._error:
            self._error = text
            self._tell()

    def set_hint(self, text: str) -> None:
        """Change the quiet words under the editor."""
        self._hint = text
        self._tell()

    def _tell(self) -> None:
        below = self._error or self._hint
        self._below.setText(below)
        self._below.setVisible(bool(below))
        self._below.setProperty("tone", "failed" if self._error else "muted")
        self.editor.setProperty("invalid", "true" if self._error else "false")
        self.editor.setAccessibleDescription(below)
        repolish(self._below)
        repolish(self.editor)


class SidePanel(QFrame):
    """Details at the trailing edge: a title, `body` that scrolls, `footer` for the buttons. Esc closes it."""

    closed = Signal()

    def __init__(self, title: str = "", object_name: str = "panel") -> None:
        super().__init__()
        name(self, object_name, title)
        self.setProperty("panel", "true")
        self.setFixedWidth(style.PANEL_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(style.margins(16, 12, 8, 8))
        self._title = label(title, size=16, bold=True)
        # Beside its cross a title begins where the panel does, whatever script it is in.
        self._title.setAlignment(
            QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
            | Qt.AlignmentFlag.AlignAbsolute
            | Qt.AlignmentFlag.AlignVCenter
        )
        close = button(
            "",
            f"{object_name}_close",
            kind="icon",
            small=True,
            icon="close",
            accessible_name=tr("Close panel"),
        )
        close.setToolTip(f"{tr('Close panel')} ({key_name('Esc')})")
        close.clicked.connect(self.close_panel)
        head.addWidget(self._title, 1)
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        inside = QWidget()
        self.body = QVBoxLayout(inside)
        self.body.setContentsMargins(16, 0, 16, 16)
        self.body.setSpacing(style.SPACE[2])
        self.body.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._scroll = scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        column.addWidget(scroll, 1)
        self.footer = QHBoxLayout()
        self.footer.setContentsMargins(16, 12, 16, 16)
        self.footer.setSpacing(style.SPACE[1])
        column.addLayout(self.footer)

    def set_title(self, title: str) -> None:
        """Change the title."""
        room = _TITLE_LINES * (style.PANEL_WIDTH - _BESIDE_TITLE)
        shown = QFontMetrics(self._title.font()).elidedText(title, Qt.TextElideMode.ElideRight, room)
        self._title.setText(shown)
        self._title.setToolTip(title if shown != title else "")
        self.setAccessibleName(title)

    def show_top(self) -> None:
        """Scroll to where the body begins."""
        self._scroll.verticalScrollBar().setValue(0)

    def may_close(self) -> bool:
        """Tell whether it can be closed from outside without losing what is typed; else go there."""
        return True

    def close_panel(self) -> None:
        """Hide and tell."""
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close by Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)


class EmptyState(QWidget):
    """What a page is for, and the one next step, while there is nothing to show."""

    def __init__(self, icon: str, title: str, text: str, action: QPushButton | None = None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(style.SPACE[1])
        column.addStretch(2)
        self._title = label(title, size=16, bold=True)
        self._text = label(text, tone="muted")
        drawing = Drawing(icon, "faint", 40)
        for part in (drawing, self._title, self._text):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(drawing)
        column.addWidget(self._title)
        column.addLayout(centered(self._text, 440))
        if action is not None:
            column.addSpacing(style.SPACE[1])
            column.addWidget(action, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def set_words(self, title: str, text: str) -> None:
        """Change what is said."""
        self._title.setText(title)
        self._text.setText(text)
