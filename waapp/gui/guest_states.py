"""What stands in place of the guest list while there is none."""

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from waapp.gui.widgets import EmptyState, button
from waapp.texts import tr


def nobody_yet(on_import: Callable[[], object], on_add: Callable[[], object]) -> EmptyState:
    """Return the way to begin a guest list: a file, or one guest by hand."""
    first = button(tr("Import a guest list…"), "guests_first_import", primary=True)
    first.clicked.connect(lambda: on_import())
    by_hand = button(tr("Add the first guest"), "guests_first_add")
    by_hand.clicked.connect(lambda: on_add())
    text = tr(
        "Bring your workbook as it is: Excel, OpenDocument or CSV. "
        "Before anything is saved you see what becomes of every row."
    )
    state = EmptyState("guests", tr("Nobody is on the list yet"), text, first)
    column = cast("QVBoxLayout", state.layout())
    column.insertWidget(column.count() - 1, by_hand, 0, Qt.AlignmentFlag.AlignHCenter)
    return state


def no_event(on_events: Callable[[], object]) -> EmptyState:
    """Return the way to the events."""
    events = button(tr("Go to events"), "guests_go_to_events", primary=True)
    events.clicked.connect(lambda: on_events())
    text = tr("Guests belong to an event. Choose one, or make a new one.")
    return EmptyState("events", tr("No event is chosen"), text, events)


def cannot_read(on_again: Callable[[], object]) -> EmptyState:
    """Return what to do when the database did not answer."""
    again = button(tr("Try again"), "guests_try_again", primary=True)
    again.clicked.connect(lambda: on_again())
    text = tr("Nothing is lost. Try again when the database answers.")
    return EmptyState("warning", tr("The guests could not be read"), text, again)
