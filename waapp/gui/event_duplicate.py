"""What to take into the copy of an event."""

from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from waapp.core.events import NAME_LIMIT, EventSummary
from waapp.gui import style
from waapp.gui.widgets import Field, button, label
from waapp.gui.widgets import name as named
from waapp.texts import count, tr


class DuplicateDialog(QDialog):
    """Asks for the name of the copy and whether the guests come along."""

    name: str
    with_guests: bool

    def __init__(self, summary: EventSummary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = tr("Duplicate “{event}”", event=summary.event.name)
        named(self, "event_duplicate", title)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        self._name = named(QLineEdit(), "event_duplicate_name", tr("Name of the copy"))
        self._name.setMaxLength(NAME_LIMIT)
        self._name.setText(tr("{event} (copy)", event=summary.event.name)[:NAME_LIMIT])
        words = tr("Include {guests}", guests=count(summary.guests, "guest", "guests"))
        self._guests = named(QCheckBox(words), "event_duplicate_guests", words)
        self._guests.setChecked(summary.guests > 0)
        self._guests.setVisible(summary.guests > 0)
        self._copy = button(tr("Duplicate"), "event_duplicate_yes", primary=True)
        stay = button(tr("Cancel"), "event_duplicate_no")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(title, size=16, bold=True))
        column.addWidget(Field(tr("Name"), self._name))
        column.addWidget(self._guests)
        column.addWidget(
            label(
                tr("Invitations and answers are not copied: nobody counts as invited yet."),
                tone="muted",
            )
        )
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        row.addStretch(1)
        row.addWidget(stay)
        row.addWidget(self._copy)
        column.addLayout(row)
        stay.clicked.connect(self.reject)
        self._copy.clicked.connect(self.accept)
        self._copy.setDefault(True)
        self._name.textChanged.connect(self._take)
        self._guests.toggled.connect(self._take)
        self._name.selectAll()
        self._name.setFocus()
        self._take()

    def _take(self) -> None:
        """Hold the answers: the dialog is gone by the time they are used."""
        self.name = self._name.text().strip()
        self.with_guests = self._guests.isChecked()
        self._copy.setEnabled(bool(self.name))
