"""The columns of the list of events."""

from waapp.core.events import EventSummary
from waapp.core.status import Shown
from waapp.gui.delegates import SegmentDelegate, WrappedDelegate
from waapp.gui.event_order import soonest_first
from waapp.gui.paint import Segments, segments_text
from waapp.gui.table import Column
from waapp.gui.texts import NOTHING, collate, event_when, number
from waapp.texts import tr

_BAR_ORDER = (
    Shown.READ,
    Shown.DELIVERED,
    Shown.SENT,
    Shown.SENDING,
    Shown.WAITING,
    Shown.UNKNOWN,
    Shown.FAILED,
)


def segments_of(summary: EventSummary) -> tuple[Segments, int]:
    """Return the parts of an event's progress bar and their total."""
    return [(state, summary.states.get(state, 0)) for state in _BAR_ORDER], summary.guests


def event_columns() -> tuple[Column[EventSummary], ...]:
    """Return the columns of the list of events."""
    return (
        Column("name", tr("Event"), _name, lambda row: collate(row.event.name), stretch=True, bold=True, width=200,
            tip=_name, delegate=_in_two_lines,
        ),
        Column(
            "when", tr("When"), _when, soonest_first, color="muted", width=248, least=184, delegate=_in_two_lines,
        ),
        Column(
            "where", tr("Where"), lambda row: row.event.location or NOTHING, lambda row: collate(row.event.location),
            color="muted", width=160, least=120, most=320, hide_below=740,
            tip=lambda row: row.event.location, delegate=_in_two_lines,
        ),
        Column(
            "guests", tr("Guests"), lambda row: number(row.guests), lambda row: row.guests, width=88, hide_below=400,
        ),
        Column(
            "progress", tr("Invitations"), lambda row: segments_text(*segments_of(row)), _reached,
            value=segments_of, delegate=SegmentDelegate, width=150, least=106, most=300, hide_below=620,
            tip=lambda row: segments_text(*segments_of(row)),
        ),
        Column("answers", tr("Answers"), _answers, lambda row: row.coming, width=108, hide_below=520),
    )  # fmt: skip


def _in_two_lines() -> WrappedDelegate:
    return WrappedDelegate(14)


def _name(row: EventSummary) -> str:
    return f"{row.event.name} ({tr('sample')})" if row.event.sample else row.event.name


def _when(row: EventSummary) -> str:
    return event_when(row.event.date, row.event.time_zone)


def _answers(row: EventSummary) -> str:
    return tr("{n} coming", n=row.coming) if row.coming else NOTHING


def _reached(row: EventSummary) -> float:
    return (row.states.get(Shown.READ, 0) + row.states.get(Shown.DELIVERED, 0)) / max(row.guests, 1)
