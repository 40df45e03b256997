"""The last look before sending: how many get it, what it costs, who is left out and what can be done about it."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QEvent, QLocale, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from waapp.engine.plans import Prepared
from waapp.gui import style
from waapp.gui.send_rows import ReviewRow, name_lines
from waapp.gui.send_when import SendWhen
from waapp.gui.template_findings import Row, RowAction, RowWidget
from waapp.gui.texts import lasting, number
from waapp.gui.widgets import Card, button, label, name, rule
from waapp.texts import tr

_NAME_HEIGHT = 32
_NAMES_SHOWN = 6
_ROOM_FOR_FIGURES = 560
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}


class Figure(QWidget):
    """One big number and what it counts."""

    def __init__(self, object_name: str) -> None:
        super().__init__()
        self._compact = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._value = QLabel("…")
        self._value.setObjectName(object_name)
        self._value.setFont(style.font(28, QFont.Weight.DemiBold))
        self._what = label(tone="muted")
        self._what.setWordWrap(False)
        column.addWidget(self._value)
        column.addWidget(self._what)

    def show_value(self, value: str, what: str) -> None:
        """Show a number and what it counts."""
        self._value.setText(value)
        self._what.setText(what)
        self._value.setAccessibleName(f"{value} {what}")

    def changeEvent(self, event: QEvent) -> None:
        """Keep the figures' size: a new style sheet gives labels their first font back."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            QTimer.singleShot(0, self, lambda: self.set_compact(self._compact))

    def set_compact(self, compact: bool) -> None:
        """Take less room in a narrow window."""
        self._compact = compact
        self._value.setFont(style.font(22 if compact else 28, QFont.Weight.DemiBold))
        self._what.setFont(style.font(12 if compact else 14))

    def text(self) -> str:
        """Return the number as shown."""
        return self._value.text()


class ReviewEntry(QWidget):
    """A row of the review, with the names of its guests underneath when they are asked for."""

    wanted = Signal(object)

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: ReviewRow | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._line = RowWidget(f"send.{key}")
        self._line.set_margins(16, 11)
        self._model = QStringListModel(self)
        self._names = QListView()
        name(self._names, f"send.{key}.list", tr("Guests who are left out"))
        self._names.setModel(self._model)
        self._names.setUniformItemSizes(True)
        self._names.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._names.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._names.hide()
        column.addWidget(self._line)
        indented = QHBoxLayout()
        indented.setContentsMargins(style.margins(34, 0, 16, 0))
        indented.addWidget(self._names)
        column.addLayout(indented)
        column.addWidget(rule())

    @property
    def row(self) -> ReviewRow | None:
        """Return what is shown."""
        return self._row

    def text(self) -> str:
        """Return the row as plain text."""
        return self._line.text()

    def names(self) -> list[str]:
        """Return the lines of the opened list; nothing while it is closed."""
        return self._model.stringList() if not self._names.isHidden() else []

    def show_row(self, row: ReviewRow) -> None:
        """Take another row; an opened list stays open."""
        self._row = row
        actions = []
        if row.left_out:
            word = tr("Hide names") if not self._names.isHidden() else tr("Names")
            actions.append(RowAction("names", word, self._toggle_names, f"{word}: {row.text}"))
        if row.remedy is not None:
            actions.append(RowAction("remedy", row.label, self._want))
        self._line.show_row(Row(row.token, row.text, row.detail, tuple(actions), is_strong=row.is_strong))
        if not self._names.isHidden():
            self._fill_names()

    def _toggle_names(self) -> None:
        self._names.setVisible(self._names.isHidden())
        self._fill_names()
        if self._row is not None:
            self.show_row(self._row)

    def _fill_names(self) -> None:
        lines = name_lines(self._row.left_out) if self._row is not None else []
        if lines != self._model.stringList():
            self._model.setStringList(lines)
        self._names.setFixedHeight(min(len(lines), _NAMES_SHOWN) * _NAME_HEIGHT + 8)

    def _want(self) -> None:
        if self._row is not None:
            self.wanted.emit(self._row)


class SendReview(Card):
    """Shows a plan; `send_wanted` when its button is pressed, `remedy_wanted` with a row whose button was."""

    send_wanted = Signal()
    remedy_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._prepared: Prepared | None = None
        self._undo_seconds = 0.0
        self._figures = figures = QHBoxLayout()
        figures.setContentsMargins(16, 16, 16, 16)
        self.recipients = Figure("send.recipients")
        self.left_out = Figure("send.left_out")
        self.cost = Figure("send.cost")
        self.time = Figure("send.time")
        for each in (self.recipients, self.left_out, self.cost, self.time):
            figures.addWidget(each)
        figures.addStretch(1)
        self.body.addLayout(figures)
        self.body.addWidget(rule())
        self.body.addWidget(self._build_rows(), 1)
        self.body.addWidget(rule())
        self.when = SendWhen()
        self.when.changed.connect(self._allow)
        self.body.addWidget(self.when)
        self.body.addWidget(rule())
        footer = QHBoxLayout()
        footer.setContentsMargins(16, 16, 16, 16)
        footer.setSpacing(style.SPACE[1])
        self._hint = label(tone="muted")
        self._hint.setObjectName("send.hint")
        footer.addWidget(self._hint, 1)
        self.send_button = button(tr("Send"), "send.send", primary=True, icon="send", key="Ctrl+Return")
        self.send_button.clicked.connect(self.send_wanted)
        footer.addWidget(self.send_button)
        self.body.addLayout(footer)
        self.show_planning()

    def _build_rows(self) -> QWidget:
        self._scroll = QScrollArea()
        self._scroll.setObjectName("send.rows")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._scroll.setWidget(inside)
        self._entries: dict[str, ReviewEntry] = {}
        return self._scroll

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep all numbers in sight in a narrow window."""
        super().resizeEvent(event)
        compact = self.width() < _ROOM_FOR_FIGURES
        self._figures.setSpacing(12 if compact else 32)
        for each in (self.recipients, self.left_out, self.cost, self.time):
            each.set_compact(compact)

    def entries(self) -> list[ReviewEntry]:
        """Return the rows that are shown, from top to bottom."""
        return [each for each in self._entries.values() if not each.isHidden()]

    def show_planning(self) -> None:
        """Say that every guest is being looked at; nothing can be sent meanwhile."""
        self._prepared = None
        self.send_button.setEnabled(False)
        self._hint.setText(tr("Looking at every guest…"))

    def show_plan(self, prepared: Prepared, rows: Sequence[ReviewRow], undo_seconds: float) -> None:
        """Show a plan; after Send it could be undone for so many seconds."""
        plan = prepared.plan
        self._prepared = prepared
        recipients, left_out = len(plan.recipients), len(plan.excluded)
        self.recipients.show_value(
            number(recipients), tr("guest will get it") if recipients == 1 else tr("guests will get it")
        )
        self.left_out.show_value(number(left_out), tr("is left out") if left_out == 1 else tr("are left out"))
        self.cost.show_value(
            money(plan.estimated_cost, plan.currency),
            tr("if it were real") if prepared.practice else tr("estimated cost"),
        )
        dated = plan.rates_as_of is not None and plan.estimated_cost is not None
        self.cost.setToolTip(
            tr("An estimate with prices of {day}. Twilio’s bill decides.", day=str(plan.rates_as_of))
            if dated
            else ""
        )
        self.time.show_value(lasting(plan.seconds), pace(prepared.rate))
        self._show_rows(rows)
        self.send_button.setText(send_label(prepared).replace("&", "&&"))
        self.send_button.setAccessibleName(send_label(prepared))
        self._undo_seconds = undo_seconds
        self.when.show_plan(prepared, undo_seconds)
        self._allow()

    def _allow(self) -> None:
        """Let the send begin if nothing speaks against it, and say what comes after the button."""
        prepared = self._prepared
        if prepared is None:
            return
        ready = prepared.plan.may_start
        self.send_button.setEnabled(ready and not self.when.problem())
        if not ready:
            self._hint.setText(tr("Not ready to send: see the red lines above."))
        elif self._undo_seconds:
            self._hint.setText(tr("After Send you can undo it for {n} s.", n=round(self._undo_seconds)))
        else:
            self._hint.setText(tr("You can pause or stop it at any time."))

    def _show_rows(self, rows: Sequence[ReviewRow]) -> None:
        wanted = {row.key for row in rows}
        for key, entry in self._entries.items():
            entry.setVisible(key in wanted)
        for place, row in enumerate(rows):
            if row.key not in self._entries:
                made = ReviewEntry(row.key)
                made.wanted.connect(self.remedy_wanted)
                self._entries[row.key] = made
            entry = self._entries[row.key]
            entry.show_row(row)
            if self._column.indexOf(entry) != place:
                self._column.insertWidget(place, entry)
            # A layout shows what is put into it only later.
            entry.setVisible(True)
        order = {row.key: place for place, row in enumerate(rows)}
        self._entries = dict(sorted(self._entries.items(), key=lambda item: order.get(item[0], len(order))))


def send_label(prepared: Prepared) -> str:
    """Return what the button says: to how many it sends."""
    return tr("Send to {n:guest|guests}", n=len(prepared.plan.recipients))


def pace(rate: float) -> str:
    """Return how fast messages leave, in words."""
    if rate >= 1:
        return tr("at {rate} a second", rate=number(rate, 0 if rate == int(rate) else 1))
    return tr("at one every {seconds} s", seconds=number(1 / rate, 0))


def money(amount: Decimal | None, currency: str) -> str:
    """Return an estimate of what something costs; a dash where no rates are known."""
    if amount is None:
        return "—"
    sign = _SIGNS.get(currency, currency)
    return f"≈ {sign} {QLocale().toString(float(amount), 'f', 2)}"
