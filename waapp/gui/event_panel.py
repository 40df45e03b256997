"""The panel in which an event is created or edited, with what is wrong beneath each field."""

from dataclasses import fields, replace
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Final
from uuid import UUID

from PySide6.QtCore import QDate, QLocale, Qt, QTime, QTimeZone, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QDateEdit,
    QHBoxLayout,
    QLineEdit,
    QTimeEdit,
    QWidget,
)

from waapp.core.events import (
    Event,
    EventDraft,
    check_event,
    check_time,
    field_values,
    is_day_only,
    is_time_zone,
    with_field_values,
    zone,
)
from waapp.core.two_edits import meet
from waapp.gui import style
from waapp.gui.conflict_box import ConflictBox
from waapp.gui.texts import NOTHING, event_when
from waapp.gui.widgets import Field, SidePanel, button, inset, label, name
from waapp.texts import field_problem, tr

_USUAL_QUIET: Final = (time(21), time(9))
"""What quiet hours begin with when they are switched on."""


class EventPanel(SidePanel):
    """Holds what is typed until it is saved; a change from elsewhere never overwrites it.

    `visit` counts how often it was opened: what was asked for in an earlier visit does not concern this one.
    """

    save_wanted = Signal(object)
    leaving = Signal()
    """What is typed makes room for another event, or for none; it can still be asked for."""

    def __init__(self) -> None:
        super().__init__(object_name="event_panel")
        self._event: Event | None = None
        self.visit = 0
        self._begun_with: EventDraft | None = None
        self._build_editors()
        self.conflict = ConflictBox("event_conflict", self._title_of, self._words_of)
        self.conflict.chosen.connect(self._choose)
        self.body.addWidget(self.conflict)
        self._fields = {
            "name": Field(tr("Name"), self.name_edit),
            "date": Field(tr("Date and time"), self._when),
            "location": Field(tr("Place"), self.location),
            "time_zone": Field(tr("Time zone"), self.time_zone, tr("Guests read the time in this zone.")),
            "default_region": Field(
                tr("Guests’ country"),
                self.region,
                tr("Numbers without a country code are read as numbers from here."),
            ),
            "rsvp_link": Field(
                tr("Answer link"),
                self.rsvp_link,
                tr("{rsvp_token} becomes each guest’s own code. Leave empty for no link."),
            ),
            "quiet_hours": Field(
                tr("Quiet hours"),
                self._quiet,
                tr(
                    "No invitation is sent in these hours: the guest’s local time where known, else the event’s."
                ),
            ),
        }
        for key, field in self._fields.items():
            self.body.addWidget(field)
            if key == "date":
                self.body.addWidget(self.no_time)
                self.body.addWidget(self.no_date)
            if key == "quiet_hours":
                self.body.addWidget(self.no_quiet)
        # An aligned layout gets its preferred height and squeezes lines that wrap; a stretch leaves them room.
        self.body.setAlignment(Qt.AlignmentFlag(0))
        self.body.addStretch(1)
        self.save = button(tr("Save event"), "event_save", primary=True, key="Ctrl+S")
        self.cancel = button(tr("Cancel"), "event_cancel")
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.close_panel)
        self.footer.addWidget(self.save)
        self.footer.addWidget(self.cancel)
        self.footer.addStretch(1)

    def _build_editors(self) -> None:
        self.name_edit = name(QLineEdit(), "event_name", tr("Name of the event"))
        self.name_edit.setPlaceholderText(tr("Clara & Davi"))
        self.date = name(QDateEdit(), "event_date", tr("Date"))
        self.date.setCalendarPopup(True)
        self.time = name(QTimeEdit(), "event_time", tr("Time"))
        inset(self.time)
        self._when = QWidget()
        self._when.setAccessibleName(tr("Date and time"))
        row = QHBoxLayout(self._when)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(style.SPACE[1])
        row.addWidget(self.date, 3)
        row.addWidget(self.time, 2)
        self.no_time = name(QCheckBox(tr("Time not known yet")), "event_no_time", tr("Time not known yet"))
        self.no_date = name(QCheckBox(tr("Date not known yet")), "event_no_date", tr("Date not known yet"))
        self.no_time.toggled.connect(self._arrange_when)
        self.no_date.toggled.connect(self._arrange_when)
        self.location = name(QLineEdit(), "event_location", tr("Place"))
        self.time_zone = name(QComboBox(), "event_time_zone", tr("Time zone"))
        zones = sorted(bytes(zone_id.data()).decode() for zone_id in QTimeZone.availableTimeZoneIds())
        _make_searchable(self.time_zone, [(zone_id, zone_id) for zone_id in zones if is_time_zone(zone_id)])
        self.region = name(QComboBox(), "event_region", tr("Guests’ country"))
        countries = sorted((_country(code), code) for code in _countries())
        _make_searchable(self.region, [("", ""), *countries])
        self.rsvp_link = name(QLineEdit(), "event_rsvp_link", tr("Answer link"))
        self.rsvp_link.setPlaceholderText("https://example.com/rsvp/{rsvp_token}")
        for typed in (self.name_edit, self.location, self.rsvp_link):
            typed.returnPressed.connect(self._save)
        self.quiet_start = name(QTimeEdit(), "event_quiet_start", tr("Quiet from"))
        self.quiet_end = name(QTimeEdit(), "event_quiet_end", tr("Quiet until"))
        self.no_quiet = name(QCheckBox(tr("No quiet hours")), "event_no_quiet", tr("No quiet hours"))
        self.no_quiet.toggled.connect(self._arrange_quiet)
        self._quiet = QWidget()
        self._quiet.setAccessibleName(tr("Quiet hours"))
        row = QHBoxLayout(self._quiet)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(style.SPACE[1])
        row.addWidget(self.quiet_start, 1)
        row.addWidget(label(tr("to"), tone="muted"))
        row.addWidget(self.quiet_end, 1)
        for at in (self.quiet_start, self.quiet_end):
            inset(at)

    @property
    def event_id(self) -> UUID | None:
        """The event that is edited; None while a new one is written."""
        return self._event.id if self._event else None

    @property
    def edited(self) -> Event | None:
        """The event as it was stored when it was last taken over; None while a new one is written."""
        return self._event

    @property
    def expected_updated_at(self) -> datetime | None:
        """When the edited event had last changed as this panel knows it."""
        return self._event.updated_at if self._event else None

    @property
    def begun_with(self) -> EventDraft | None:
        """What the fields said when the event was shown, or when it was last saved."""
        return self._begun_with

    @property
    def is_changed(self) -> bool:
        """Whether something is typed that is not saved."""
        return not self.isHidden() and self.draft() != self._begun_with

    def edit(self, event: Event | None) -> None:
        """Show an event's values, or those that a new one begins with, and go to the name."""
        self.leaving.emit()
        self.visit += 1
        self._event = event
        self.set_title(tr("New event") if event is None else tr("Edit event"))
        self._show(event or _fresh())
        self.conflict.clear()
        self.show_errors({})
        self._begun_with = self.draft()
        self.show()
        self.show_top()
        self.name_edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.name_edit.selectAll()

    def go_on(self, event: Event | None, begun_with: EventDraft, typed: EventDraft) -> None:
        """Show an event with what was typed for it before, when it said what `begun_with` says.

        Where somebody else has changed the same field since, the planner has to choose.
        """
        self.edit(event)
        if event is None:
            self._show_draft(typed)
            return
        met = meet(*(field_values(draft) for draft in (begun_with, typed, event.draft)))
        self._show_draft(with_field_values(event.draft, met.values))
        if met.edits:
            self.conflict.tell(met.edits)
            self.show_top()

    def close_panel(self) -> None:
        """Tell while what is typed is still there, then hide."""
        self.leaving.emit()
        super().close_panel()

    def finish(self) -> None:
        """Close: what is typed has been saved."""
        self._begun_with = self.draft()
        self.close_panel()

    def may_close(self) -> bool:
        """Tell whether nothing is typed; else go there: closing drops it, which Esc in the list need not mean."""
        if self.draft() == self._begun_with:
            return True
        self.name_edit.setFocus(Qt.FocusReason.OtherFocusReason)
        return False

    def draft(self) -> EventDraft:
        """Return what is typed."""
        return EventDraft(
            name=self.name_edit.text().strip(),
            date=self._moment(),
            location=self.location.text().strip(),
            time_zone=self.time_zone.currentText().strip(),
            default_region=self._region(),
            rsvp_link=self.rsvp_link.text().strip(),
            sample=self._event.sample if self._event else False,
            quiet_start=None if self.no_quiet.isChecked() else _time_of(self.quiet_start),
            quiet_end=None if self.no_quiet.isChecked() else _time_of(self.quiet_end),
        )

    def take_over(self, theirs: Event) -> None:
        """Take in what somebody else has saved of this event, keep what is typed, tell what is new.

        Where both changed a field the planner has to choose before it can be saved.
        """
        if self._event is None:
            return
        was_changed = self.is_changed
        met = meet(*(field_values(draft) for draft in (self._event.draft, self.draft(), theirs.draft)))
        self._event = theirs
        self._show_draft(with_field_values(theirs.draft, met.values))
        self._begun_with = theirs.draft if was_changed else self.draft()
        self.show_errors({})
        if met.edits:
            self.conflict.tell(met.edits)
            self.show_top()

    def saved(self, event: Event, as_saved: EventDraft) -> None:
        """Take the stored event as the new starting point, keeping what was typed while it was being saved."""
        met = meet(*(field_values(draft) for draft in (as_saved, self.draft(), event.draft)))
        self._event = event
        self._begun_with = event.draft
        self.set_title(tr("Edit event"))
        self.conflict.clear()
        self._show_draft(with_field_values(event.draft, met.values))

    def insist(self) -> bool:
        """Bring the keyboard to what has to be chosen before anything can be saved; False when nothing has."""
        if not self.conflict.insist():
            return False
        self.show_top()
        return True

    def begin_again(self) -> None:
        """Go on with what is typed as a new event: the one that was edited is gone."""
        typed = self.draft()
        self._event = None
        self.set_title(tr("New event"))
        self.conflict.clear()
        self._show_draft(typed)

    def show_errors(self, problems: dict[str, str]) -> None:
        """Say beneath each field what is wrong with it, and go to the first; the values are codes."""
        for key, field in self._fields.items():
            code = problems.get(key)
            field.set_error(field_problem(code) if code else None)
        first = next((key for key in self._fields if key in problems), None)
        if first is not None:
            target = {"date": self.date, "quiet_hours": self.quiet_start}.get(
                first, self._fields[first].editor
            )
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _title_of(self, field: str) -> str:
        return self._fields[field].editor.accessibleName()

    def _words_of(self, field: str, value: object) -> str:
        return _words(field, value, self.time_zone.currentText().strip())

    def _choose(self, field: str, value: object) -> None:
        self._show_draft(with_field_values(self.draft(), {field: value}))

    def _show_draft(self, draft: EventDraft) -> None:
        shown = {part.name: getattr(draft, part.name) for part in fields(EventDraft)}
        self._show(replace(self._event or _fresh(), **shown))

    def _show(self, event: Event) -> None:
        local = None if event.date is None else event.date.astimezone(zone(event.time_zone))
        _write(self.name_edit, event.name)
        shown = local or datetime.now(zone(event.time_zone))
        self.date.setDate(QDate(shown.year, shown.month, shown.day))
        self.time.setTime(QTime(19, 0) if local is None else QTime(local.hour, local.minute))
        self.no_date.setChecked(event.date is None)
        self.no_time.setChecked(event.date is not None and is_day_only(event.date, event.time_zone))
        _write(self.location, event.location)
        self.time_zone.setCurrentText(event.time_zone)
        self.region.setCurrentIndex(max(0, self.region.findData(event.default_region or "")))
        _write(self.rsvp_link, event.rsvp_link)
        self.no_quiet.setChecked(event.quiet_start is None or event.quiet_end is None)
        for edit, at, usual in (
            (self.quiet_start, event.quiet_start, _USUAL_QUIET[0]),
            (self.quiet_end, event.quiet_end, _USUAL_QUIET[1]),
        ):
            edit.setTime(QTime((at or usual).hour, (at or usual).minute))
        self._arrange_when()
        self._arrange_quiet()

    def _moment(self) -> datetime | None:
        local = self._local()
        zone_name = self.time_zone.currentText().strip()
        return None if local is None else local.replace(tzinfo=zone(zone_name)).astimezone(UTC)

    def _local(self) -> datetime | None:
        """Return what the clock shows at the event's place, without its zone."""
        if self.no_date.isChecked():
            return None
        day, at = self.date.date(), self.time.time()
        clock = time(0) if self.no_time.isChecked() else time(at.hour(), at.minute())
        return datetime.combine(datetime(day.year(), day.month(), day.day()), clock)  # noqa: DTZ001 - as typed

    def _region(self) -> str | None:
        typed = self.region.currentText().strip()
        place = self.region.findText(typed, Qt.MatchFlag.MatchFixedString)
        return (self.region.itemData(place) if place >= 0 else typed) or None

    def _arrange_when(self) -> None:
        known = not self.no_date.isChecked()
        self.date.setEnabled(known)
        self.no_time.setEnabled(known)
        self.time.setEnabled(known and not self.no_time.isChecked())

    def _arrange_quiet(self) -> None:
        for edit in (self.quiet_start, self.quiet_end):
            edit.setEnabled(not self.no_quiet.isChecked())

    def _save(self) -> None:
        if self.insist():
            return
        draft = self.draft()
        problems = check_event(draft)
        local = self._local()
        if local is not None and (problem := check_time(local, draft.time_zone)):
            problems.setdefault("date", problem)
        self.show_errors(problems)
        if not problems:
            self.save_wanted.emit(draft)


def _write(line: QLineEdit, text: str) -> None:
    """Leave what says the same as it is: with the space that was just typed, and the cursor in its place."""
    if line.text().strip() != text:
        line.setText(text)


def _fresh() -> Event:
    here = bytes(QTimeZone.systemTimeZoneId().data()).decode()
    country = QLocale.territoryToCode(QLocale.system().territory())
    known = country if country in _countries() else None
    in_a_month = datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0)
    return Event(
        id=UUID(int=0),
        name="",
        date=in_a_month,
        location="",
        time_zone=here if is_time_zone(here) else "UTC",
        default_region=known,
    )


def _time_of(edit: QTimeEdit) -> time:
    return time(edit.time().hour(), edit.time().minute())


def _words(field: str, value: object, time_zone: str) -> str:
    """Write one value of an event (`core.events.field_values`) for a person."""
    match field, value:
        case "date", datetime() | None:
            return event_when(value, time_zone if is_time_zone(time_zone) else "UTC")
        case "default_region", str(code) if code:
            return _country(code)
        case "quiet_hours", (time() as start, time() as end):
            return f"{start:%H:%M}–{end:%H:%M}"
        case "quiet_hours", _:
            return tr("No quiet hours")
        case _:
            return str(value or "") or NOTHING


@lru_cache(maxsize=1)
def _countries() -> tuple[str, ...]:
    """Return the countries whose phone numbers can be read."""
    codes = {QLocale.territoryToCode(territory) for territory in QLocale.Country}
    draft = EventDraft(name="any", date=None)
    return tuple(code for code in codes if code and not check_event(replace(draft, default_region=code)))


def _country(code: str) -> str:
    return f"{QLocale.territoryToString(QLocale.codeToTerritory(code))} ({code})"


def _make_searchable(box: QComboBox, choices: list[tuple[str, str]]) -> None:
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setMaxVisibleItems(12)
    for text, value in choices:
        box.addItem(text, value)
    completer = QCompleter(box.model(), box)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
    box.setCompleter(completer)
