"""What a planner sees before there is any event: three ways to begin."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from waapp.gui import style
from waapp.gui.widgets import Card, Drawing, button, label
from waapp.texts import tr


class _Way(Card):
    """One way to begin: a drawing, what it is, and its button."""

    def __init__(self, icon: str, title: str, text: str, action: QPushButton) -> None:
        super().__init__(padding=20, spacing=style.SPACE[1])
        self.body.addWidget(Drawing(icon, "accent", 28))
        self.body.addSpacing(style.SPACE[0])
        self.body.addWidget(label(title, size=16, bold=True))
        self.body.addWidget(label(text, tone="muted"))
        self.body.addStretch(1)
        self.body.addSpacing(style.SPACE[1])
        self.body.addWidget(action, 0, Qt.AlignmentFlag.AlignLeading)
        self.setMinimumWidth(220)
        self.setMaximumWidth(320)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)


class WelcomePage(QWidget):
    """Offers the sample event, an event of one's own, or a database that is shared already."""

    sample_wanted = Signal()
    event_wanted = Signal()
    database_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(style.SPACE[1])
        column.addStretch(2)
        title = label(tr("Invite your guests by WhatsApp"), size=22, bold=True)
        text = label(
            tr(
                "Write one message, see it as each guest will, send it, and watch who has received and read it."
            ),
            tone="muted",
        )
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(title)
        column.addWidget(text)
        column.addSpacing(style.SPACE[4])
        self.sample = button(tr("Open the sample event"), "welcome_sample", primary=True)
        self.create_event = button(tr("Create an event…"), "welcome_event", key="Ctrl+N")
        self.connect_database = button(tr("Connect a database…"), "welcome_database")
        self.sample.clicked.connect(self.sample_wanted)
        self.create_event.clicked.connect(self.event_wanted)
        self.connect_database.clicked.connect(self.database_wanted)
        ways = QHBoxLayout()
        ways.setSpacing(style.SPACE[3])
        ways.addStretch(1)
        for way in (
            _Way("sample", tr("Try it out"), tr(
                "A party with some 120 guests, as real lists are. In practice mode nothing leaves this computer, so "
                "press every button."
            ), self.sample),
            _Way("events", tr("Start your event"), tr(
                "Name, day and place are enough. Then bring the guest list from a spreadsheet, or type it in."
            ), self.create_event),
            _Way("database", tr("Work together"), tr(
                "Your event website or your colleagues have a PostgreSQL database already? Use its events and guests."
            ), self.connect_database),
        ):  # fmt: skip
            ways.addWidget(way, 4)
        ways.addStretch(1)
        column.addLayout(ways)
        column.addStretch(3)
