"""Rows that say what is wrong, what it means and how to mend it in one click; for templates and for sends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from waapp.gui import style
from waapp.gui.widgets import button, name

_BADGE: Final = 18
_SIGNS: Final = {"failed": "!", "unknown": "!", "queued": "i", "sent": "i", "delivered": "✓"}


@dataclass(frozen=True, slots=True)
class RowAction:
    """A button at the end of a row; `key` names it for scripts and assistive technology."""

    key: str
    label: str
    run: Callable[[], None]
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence with its weight (a state token of the style), a muted detail and what can be done."""

    token: str
    text: str
    detail: str = ""
    actions: tuple[RowAction, ...] = ()
    is_strong: bool = False
    is_quiet: bool = False


class Badge(QWidget):
    """A small round sign in a state's colour; decoration, the row's text says the same."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._token = next(iter(_SIGNS))
        self.setFixedSize(_BADGE, _BADGE)

    def set_token(self, token: str) -> None:
        """Show another weight."""
        if token != self._token:
            self._token = token
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the shapes."""
        colours = style.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(getattr(colours, f"{self._token}_weak"))
        painter.drawEllipse(QRectF(self.rect()))
        painter.setPen(QPen(getattr(colours, self._token), 1.6))
        sign = _SIGNS[self._token]
        if sign == "✓":
            painter.drawPolyline([QPointF(5, 9), QPointF(8, 12), QPointF(13, 6.5)])
        else:
            font = QFont(self.font())
            font.setPixelSize(11)
            font.setBold(True)
            painter.setFont(font)
            painter.drawText(QRectF(self.rect()), int(Qt.AlignmentFlag.AlignCenter), sign)
        painter.end()


class RowWidget(QFrame):
    """Shows one `Row`; taking another keeps the widgets and with them the focus."""

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._row: Row | None = None
        self._badge = Badge(self)
        self._label = QLabel(self)
        self._label.setObjectName(f"{object_name}.text")
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.RichText)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self._label.setSizePolicy(policy)
        self._buttons: list[QPushButton] = []
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(12, 8, 12, 8)
        self._layout.setSpacing(10)
        self._layout.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self._layout.addWidget(self._label, 1)

    @property
    def row(self) -> Row | None:
        """Return what is shown."""
        return self._row

    def text(self) -> str:
        """Return the sentence and its detail as plain text."""
        if self._row is None:
            return ""
        return f"{self._row.text} · {self._row.detail}" if self._row.detail else self._row.text

    def buttons(self) -> list[QPushButton]:
        """Return the buttons that are offered now."""
        return [each for each in self._buttons if not each.isHidden()]

    def set_margins(self, sideways: int, upright: int) -> None:
        """Leave more or less room around the row."""
        self._layout.setContentsMargins(sideways, upright, sideways, upright)

    def show_row(self, row: Row) -> None:
        """Take another row."""
        if row == self._row:
            return
        self._row = row
        self._badge.set_token(row.token)
        self._write()
        while len(self._buttons) < len(row.actions):
            self._add_button()
        for place, each in enumerate(self._buttons):
            if place < len(row.actions):
                action = row.actions[place]
                name(each, f"{self.objectName()}.{action.key}", action.hint or f"{action.label}: {row.text}")
                each.setText(action.label)
                each.setToolTip(action.hint)
                each.show()
            else:
                each.hide()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the scheme's colours."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and getattr(self, "_row", None) is not None:
            self._write()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the shapes."""
        super().paintEvent(event)
        if self.property("ruled"):
            painter = QPainter(self)
            painter.fillRect(0, 0, self.width(), 1, style.tokens().line)
            painter.end()

    def _write(self) -> None:
        row = self._row
        if row is None:
            return
        muted = style.tokens().muted.name()
        lead = escape(row.text)
        if row.is_quiet:
            lead = f'<span style="color:{muted}">{lead}</span>'
        elif row.is_strong:
            lead = f'<span style="font-weight:600">{lead}</span>'
        detail = f' <span style="color:{muted}">·&nbsp;{escape(row.detail)}</span>' if row.detail else ""
        self._label.setText(lead + detail)
        self._label.setAccessibleName(self.text())

    def _add_button(self) -> None:
        place = len(self._buttons)
        made = button("…", f"{self.objectName()}.action{place}", small=True)
        made.clicked.connect(lambda: self._run(place))
        self._buttons.append(made)
        self._layout.addWidget(made, 0, Qt.AlignmentFlag.AlignVCenter)

    def _run(self, place: int) -> None:
        if self._row is not None and place < len(self._row.actions):
            self._row.actions[place].run()


class RowList(QScrollArea):
    """Shows rows under each other, with lines between; takes at most `most_height` and then scrolls."""

    def __init__(
        self,
        object_name: str,
        title: str,
        *,
        most_height: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        name(self, object_name, title)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._most_height = most_height
        self._widgets: list[RowWidget] = []
        self._shown = 0
        self._inside = QWidget()
        self._inside.setObjectName(f"{object_name}.rows")
        self._layout = QVBoxLayout(self._inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addStretch(1)
        self.setWidget(self._inside)

    def rows(self) -> list[RowWidget]:
        """Return the rows that are shown, from top to bottom."""
        return self._widgets[: self._shown]

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these and no others."""
        while len(self._widgets) < len(rows):
            made = RowWidget(f"{self.objectName()}.{len(self._widgets)}")
            made.setProperty("ruled", "true")
            self._layout.insertWidget(len(self._widgets), made)
            self._widgets.append(made)
        for place, widget in enumerate(self._widgets):
            if place < len(rows):
                widget.show_row(rows[place])
                widget.setVisible(True)
            else:
                widget.setVisible(False)
        self._shown = len(rows)
        self._fit()

    def set_most_height(self, height: int) -> None:
        """Allow more or less room before the rows scroll."""
        self._most_height = height
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the content to the new room."""
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Fit the content once it can be seen."""
        super().showEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        """Return the room that shows everything."""
        return QSize(300, self._wanted())

    def _wanted(self) -> int:
        if not self._shown:
            return 0
        return self._layout.heightForWidth(self.width() or 300)

    def _fit(self) -> None:
        """Be as high as the rows, with a bar only where they do not fit: it would make them higher still."""
        if self._most_height is None:
            return
        wanted = self._wanted()
        off, on = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(off if wanted <= self._most_height else on)
        self.setFixedHeight(min(wanted, self._most_height))
