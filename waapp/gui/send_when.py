"""When a send may leave: said in a sentence, changed in the editor underneath."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from PySide6.QtCore import QDate, QSignalBlocker, QTime, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDateEdit,
    QDateTimeEdit,
    QGridLayout,
    QHBoxLayout,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from waapp.core.events import Event, zone
from waapp.core.outlook import look_ahead
from waapp.core.waiting import Timing, check_timing, default_timing
from waapp.engine.plans import Prepared
from waapp.errors import UserError
from waapp.gui import style
from waapp.gui.send_when_words import city, limits_line, offset, when_sentence
from waapp.gui.widgets import Drawing, button, inset, label, name, repolish
from waapp.texts import one_line, tr

_USUAL_QUIET = (time(21), time(9))
_WORDS_AGE_MS = 30_000


class Moment(QWidget):
    """A day and a time of day by the clock of one time zone; the zone is the caller's."""

    edited = Signal()

    def __init__(self, object_name: str, accessible_name: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(style.SPACE[1])
        self.day = name(QDateEdit(), f"{object_name}.day", tr("{what}: day", what=accessible_name))
        self.day.setCalendarPopup(True)
        self.clock = name(QTimeEdit(), f"{object_name}.time", tr("{what}: time", what=accessible_name))
        # The month in letters: 5/6 is another day elsewhere.
        self.day.setDisplayFormat("ddd d MMM yyyy")
        for edit, width in ((self.day, 168), (self.clock, 104)):
            edit.setFixedWidth(width)
            row.addWidget(edit)
        row.addStretch(1)
        inset(self.clock)
        self.day.dateChanged.connect(self.edited)
        self.clock.timeChanged.connect(self.edited)

    def show_moment(self, at: datetime, time_zone: str) -> None:
        """Show a moment as the clocks of a zone show it."""
        local = at.astimezone(zone(time_zone))
        with QSignalBlocker(self.day), QSignalBlocker(self.clock):
            self.day.setDate(QDate(local.year, local.month, local.day))
            self.clock.setTime(QTime(local.hour, local.minute))

    def moment(self, time_zone: str) -> datetime:
        """Return the moment that the clocks of a zone show so."""
        day, clock = self.day.date(), self.clock.time()
        local = datetime.combine(
            date(day.year(), day.month(), day.day()), time(clock.hour(), clock.minute()), zone(time_zone)
        )
        return local.astimezone(UTC)


class SendWhen(QWidget):
    """Says when a planned send leaves and lets the planner decide it; `changed` when it was decided otherwise.

    It begins with the event's quiet hours and no message after the event; what the planner has decided stays until
    the next send.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        name(self, "send.when", tr("When it leaves"))
        self._prepared: Prepared | None = None
        self._event_id: UUID | None = None
        self._decided = False
        self._undo_seconds = 0.0
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(style.SPACE[2])
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Drawing("clock", "muted", 18))
        self._sentence = label()
        self._sentence.setObjectName("send.when.sentence")
        self._limits = label(tone="muted", size=12)
        self._limits.setObjectName("send.when.limits")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._sentence)
        words.addWidget(self._limits)
        row.addLayout(words, 1)
        self.open_button = button(
            tr("Change…"),
            "send.when.open",
            small=True,
            key="Ctrl+T",
            accessible_name=tr("Change when it leaves"),
        )
        self.open_button.setCheckable(True)
        self.open_button.toggled.connect(self._open)
        row.addWidget(self.open_button)
        column.addLayout(row)
        self._editor = self._build_editor()
        self._editor.hide()
        column.addWidget(self._editor)
        self._clockwork = QTimer(self, interval=_WORDS_AGE_MS)
        self._clockwork.timeout.connect(self._tell)
        self._clockwork.start()

    def _build_editor(self) -> QWidget:
        self.later = name(QCheckBox(tr("Not before")), "send.when.later", tr("Not before"))
        self.start = Moment("send.when.start", tr("Not before"))
        self.ends = name(QCheckBox(tr("Not after")), "send.when.ends", tr("Not after"))
        self.end = Moment("send.when.end", tr("Not after"))
        self.quiet = name(QCheckBox(tr("Quiet hours")), "send.when.quiet", tr("Quiet hours"))
        self.quiet_start = name(QTimeEdit(), "send.when.quiet.start", tr("Quiet from"))
        self.quiet_end = name(QTimeEdit(), "send.when.quiet.end", tr("Quiet until"))
        self._where = label(tone="muted", size=12)
        self._wrong = label(tone="failed", size=12)
        self._wrong.setObjectName("send.when.wrong")
        self._wrong.hide()
        self._hours = QWidget()
        hours = QHBoxLayout(self._hours)
        hours.setContentsMargins(0, 0, 0, 0)
        hours.setSpacing(style.SPACE[1])
        hours.addWidget(self.quiet_start)
        hours.addWidget(label(tr("to"), tone="muted"))
        hours.addWidget(self.quiet_end)
        hours.addStretch(1)
        for hour in (self.quiet_start, self.quiet_end):
            hour.setFixedWidth(104)
            inset(hour)
            hour.timeChanged.connect(self._edited)
        editor = QWidget()
        grid = QGridLayout(editor)
        grid.setContentsMargins(style.margins(28, 0, 0, 2))
        grid.setHorizontalSpacing(style.SPACE[2])
        grid.setVerticalSpacing(style.SPACE[1])
        rows: tuple[tuple[QCheckBox, QWidget], ...] = (
            (self.later, self.start),
            (self.ends, self.end),
            (self.quiet, self._hours),
        )
        for place, (tick, edit) in enumerate(rows):
            grid.addWidget(tick, place, 0)
            grid.addWidget(edit, place, 1)
            tick.toggled.connect(edit.setEnabled)
            tick.toggled.connect(self._edited)
            edit.setEnabled(False)
        grid.addWidget(self._where, 3, 0, 1, 2)
        grid.addWidget(self._wrong, 4, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self.start.edited.connect(self._edited)
        self.end.edited.connect(self._edited)
        return editor

    # What the review asks

    def begin(self) -> None:
        """Forget what was decided: the next send begins with what its event says."""
        self._decided = False
        self._event_id = None
        self.open_button.setChecked(False)

    def show_plan(self, prepared: Prepared, undo_seconds: float) -> None:
        """Say when this plan leaves; an event's own hours are taken over until the planner decides."""
        self._prepared = prepared
        self._undo_seconds = undo_seconds
        event = prepared.event
        if event.id != self._event_id:
            self._event_id, self._decided = event.id, False
        if not self._decided:
            self._show_timing(event, default_timing(event, datetime.now(UTC)))
        self._tell()

    @property
    def timing(self) -> Timing:
        """What is decided."""
        if self._prepared is None:
            return Timing(undo_seconds=self._undo_seconds)
        time_zone = self._prepared.event.time_zone
        quiet = self.quiet.isChecked()
        return Timing(
            not_before=self.start.moment(time_zone) if self.later.isChecked() else None,
            not_after=self.end.moment(time_zone) if self.ends.isChecked() else None,
            quiet_start=_time_of(self.quiet_start) if quiet else None,
            quiet_end=_time_of(self.quiet_end) if quiet else None,
            undo_seconds=self._undo_seconds,
        )

    def problem(self) -> str:
        """Return what is wrong with what is decided; empty when nothing is."""
        try:
            check_timing(self.timing, datetime.now(UTC))
        except UserError as error:
            return one_line(error)
        return ""

    def sentence(self) -> str:
        """Return what is said."""
        return self._sentence.text()

    # Inside

    def _show_timing(self, event: Event, timing: Timing) -> None:
        now = datetime.now(UTC)
        blocked = [
            QSignalBlocker(each)
            for each in (self.later, self.ends, self.quiet, self.quiet_start, self.quiet_end)
        ]
        tomorrow = now.astimezone(zone(event.time_zone)) + timedelta(days=1)
        self.start.show_moment(timing.not_before or tomorrow.replace(hour=10, minute=0), event.time_zone)
        self.end.show_moment(timing.not_after or tomorrow.replace(hour=20, minute=0), event.time_zone)
        for tick, edit, on in (
            (self.later, self.start, timing.not_before is not None),
            (self.ends, self.end, timing.not_after is not None),
            (self.quiet, self._hours, timing.quiet_start is not None),
        ):
            tick.setChecked(on)
            edit.setEnabled(on)
        for edit, at, usual in (
            (self.quiet_start, timing.quiet_start, _USUAL_QUIET[0]),
            (self.quiet_end, timing.quiet_end, _USUAL_QUIET[1]),
        ):
            shown = at or usual
            edit.setTime(QTime(shown.hour, shown.minute))
        del blocked
        self._where.setText(
            tr(
                "Times as in {city} ({zone}, {offset}). Quiet hours hold where each guest is.",
                city=city(event.time_zone),
                zone=event.time_zone,
                offset=offset(event.time_zone, now),
            )
        )

    def _open(self, opened: bool) -> None:
        self._editor.setVisible(opened)
        self.open_button.setText(tr("Close") if opened else tr("Change…"))
        if opened:
            self.later.setFocus()

    def _edited(self) -> None:
        self._decided = True
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        prepared = self._prepared
        if prepared is None:
            return
        problem = self.problem()
        self._wrong.setText(problem)
        self._wrong.setVisible(bool(problem))
        now = datetime.now(UTC)
        event, timing = prepared.event, self.timing
        zones: dict[str | None, int] = {}
        for each in prepared.plan.recipients:
            zones[each.time_zone] = zones.get(each.time_zone, 0) + 1
        outlook = look_ahead(timing, event.time_zone, now, prepared.plan.seconds, zones)
        said = problem or when_sentence(outlook, event.time_zone, now)
        limits = limits_line(timing, event.time_zone, now)
        self._limits.setText(limits)
        self._limits.setVisible(bool(limits) and not problem)
        self._sentence.setText(said)
        self._sentence.setProperty("tone", "failed" if problem else "unknown" if outlook.left_over else "")
        repolish(self._sentence)
        self.setAccessibleDescription(f"{said} {limits}")


def _time_of(edit: QDateTimeEdit) -> time:
    return time(edit.time().hour(), edit.time().minute())
