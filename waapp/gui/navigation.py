"""The side of the window: the current event on top, the pages below."""

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import QPoint, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFont, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QFrame, QMenu, QPushButton, QSizePolicy, QStyle, QVBoxLayout

from waapp.core.events import EventSummary
from waapp.gui import style
from waapp.gui.paint import isolated
from waapp.gui.texts import event_when, number
from waapp.gui.widgets import bind, name
from waapp.texts import tr

_MENU_LENGTH = 12


class _Item(QPushButton):
    """A page's entry: icon, word and, where it says something, a count."""

    def __init__(self, key: str, text: str, shortcut: str) -> None:
        super().__init__()
        self._key, self._text, self._count = key, text, ""
        name(self, f"navigate_{key}", text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(34)
        bind(self, shortcut)

    def set_count(self, count: int | None) -> None:
        """Show a number at the trailing edge."""
        self._count = "" if count is None else number(count)
        self.setAccessibleDescription(self._count)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the width of the navigation."""
        return QSize(style.NAVIGATION_WIDTH - 24, 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the entry."""
        colors = style.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked():
            painter.setBrush(colors.accent_weak)
            painter.drawRoundedRect(self.rect(), style.RADIUS, style.RADIUS)
        elif self.underMouse() and self.isEnabled():
            painter.setBrush(colors.line)
            painter.drawRoundedRect(self.rect(), style.RADIUS, style.RADIUS)
        tone = "accent" if self.isChecked() else "muted" if self.isEnabled() else "faint"
        direction, whole = self.layoutDirection(), self.rect()
        icon = QStyle.visualRect(direction, whole, QRect(10, 8, 18, 18))
        painter.drawPixmap(icon, style.pixmap(self._key, tone, 18, self.devicePixelRatioF()))
        painter.setPen(getattr(colors, tone))
        painter.setFont(style.font(14, QFont.Weight.Medium))
        start = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QStyle.visualRect(direction, whole, QRect(38, 0, 110, 34)), start, self._text)
        painter.setPen(colors.muted)
        painter.setFont(style.font(12))
        end = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignRight) | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(
            QStyle.visualRect(direction, whole, whole.adjusted(100, 0, -10, 0)), end, self._count
        )
        if self.hasFocus():
            paint_focus(painter, self.rect())


class EventSwitcher(QPushButton):
    """Shows the current event; opens a list of the others."""

    chosen = Signal(object)
    all_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        name(self, "event_switcher", tr("Switch event"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(58)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._title, self._facts = tr("No event yet"), tr("Create your first one")
        self._menu = QMenu(self)
        name(self._menu, "event_menu", tr("Events"))
        self.clicked.connect(self._open)
        bind(self, "Ctrl+E")

    def show_events(self, events: Sequence[EventSummary], current: UUID | None) -> None:
        """Take the events to offer, and the one that is shown."""
        self._menu.clear()
        for summary in events[:_MENU_LENGTH]:
            event = summary.event
            action = QAction(f"{event.name.replace('&', '&&')}   {_facts(summary)}", self._menu)
            action.setCheckable(True)
            action.setChecked(event.id == current)
            action.triggered.connect(lambda _checked=False, event_id=event.id: self.chosen.emit(event_id))
            self._menu.addAction(action)
        self._menu.addSeparator()
        everything = QAction(tr("All events"), self._menu)
        everything.setShortcut(QKeySequence("Ctrl+1"))
        everything.setShortcutContext(
            Qt.ShortcutContext.WidgetShortcut
        )  # the page's own entry answers to the key
        everything.triggered.connect(self.all_wanted)
        self._menu.addAction(everything)
        shown = next((summary for summary in events if summary.event.id == current), None)
        if shown is None:
            self._title = tr("No event yet") if not events else tr("Choose an event")
            self._facts = tr("Create your first one") if not events else ""
        else:
            self._title, self._facts = shown.event.name, _facts(shown)
        self.setAccessibleName(tr("Switch event, now {event}", event=self._title))
        self.setAccessibleDescription(self._facts)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the width of the navigation."""
        return QSize(style.NAVIGATION_WIDTH - 24, 58)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a card of two lines."""
        colors = style.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colors.strong_line if self.underMouse() else colors.line, 1))
        painter.setBrush(colors.surface)
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        direction = self.layoutDirection()
        start = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
        width = self.width() - 24 - 20
        for text, face, color, top in (
            (self._title, style.font(14, QFont.Weight.DemiBold), colors.text, 9),
            (self._facts, style.font(12), colors.muted, 30),
        ):
            painter.setFont(face)
            painter.setPen(color)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(
                QStyle.visualRect(direction, self.rect(), QRect(12, top, width, 20)), start, isolated(shown)
            )
        arrow = QStyle.visualRect(direction, self.rect(), QRect(self.width() - 28, 21, 16, 16))
        painter.drawPixmap(arrow, style.pixmap("chevron-down", "muted", 16, self.devicePixelRatioF()))
        if self.hasFocus():
            paint_focus(painter, self.rect())

    def _open(self) -> None:
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            corner = QPoint(self.width() - self._menu.sizeHint().width(), self.height() + 4)
        else:
            corner = QPoint(0, self.height() + 4)
        self._menu.setMinimumWidth(self.width())
        self._menu.popup(self.mapToGlobal(corner))


class Navigation(QFrame):
    """The event switcher and one entry per page, Settings at the bottom."""

    page_wanted = Signal(str)
    event_wanted = Signal(object)

    def __init__(self, pages: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        name(self, "navigation", tr("Pages"))
        self.setFixedWidth(style.NAVIGATION_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 16, 12, 16)
        column.setSpacing(2)
        self.switcher = EventSwitcher()
        self.switcher.chosen.connect(self.event_wanted)
        self.switcher.all_wanted.connect(lambda: self.page_wanted.emit("events"))
        column.addWidget(self.switcher)
        column.addSpacing(style.SPACE[2])
        self._group = QButtonGroup(self)
        self._items: dict[str, _Item] = {}
        for place, (key, text) in enumerate(pages, start=1):
            if key == "settings":
                column.addStretch(1)
            item = _Item(key, text, f"Ctrl+{place}")
            # Not `clicked`: over the accessibility bus what can be checked is toggled.
            item.toggled.connect(lambda on, key=key: self.page_wanted.emit(key) if on else None)
            self._group.addButton(item)
            self._items[key] = item
            column.addWidget(item)

    def show_current(self, key: str) -> None:
        """Mark the page that is shown."""
        if key in self._items:
            with QSignalBlocker(self._items[key]):
                self._items[key].setChecked(True)

    def set_count(self, key: str, count: int | None) -> None:
        """Show a number beside a page."""
        self._items[key].set_count(count)

    def set_usable(self, keys: Sequence[str]) -> None:
        """Let only these pages be opened."""
        for key, item in self._items.items():
            item.setEnabled(key in keys)
        self.switcher.setEnabled("events" in keys)


def paint_focus(painter: QPainter, room: QRect) -> None:
    """Paint the ring of the widget that has the keyboard."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(style.tokens().accent, 2))
    painter.drawRoundedRect(room.adjusted(1, 1, -1, -1), style.RADIUS, style.RADIUS)


def _facts(summary: EventSummary) -> str:
    event = summary.event
    when = "" if event.date is None else event_when(event.date, event.time_zone).split(",")[0]
    return " · ".join(part for part in (when, event.location) if part) or tr("No date yet")
