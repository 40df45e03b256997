"""The question what a send that is too late should do: until when it may still leave."""

from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from waapp.core.events import zone
from waapp.core.invitations import SendSummary
from waapp.gui import style
from waapp.gui.send_when import Moment
from waapp.gui.send_when_words import city
from waapp.gui.widgets import button, label, name
from waapp.texts import say, tr

_OFFERED = timedelta(hours=2)


class LateDialog(QDialog):
    """Asks for another last moment; await it with `ask`, then read `moment`."""

    def __init__(self, summary: SendSummary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._time_zone = summary.send.time_zone
        title = tr("Send {n:message|messages} after all?", n=summary.queued)
        name(self, "send.late", title)
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        text = tr("They leave now, and nothing more after this time in {city}:", city=city(self._time_zone))
        self.setAccessibleDescription(text)
        self.until = Moment("send.late.until", tr("Send until"))
        self.until.show_moment(_round(datetime.now(UTC) + _OFFERED, self._time_zone), self._time_zone)
        self._wrong = label(tone="failed", size=12)
        self._wrong.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(title, size=16, bold=True))
        column.addWidget(label(text, tone="muted"))
        column.addWidget(self.until)
        column.addWidget(self._wrong)
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        row.addStretch(1)
        stay = button(tr("Not yet"), "send.late.no")
        self.go = button(tr("Send them"), "send.late.yes", primary=True, icon="send", key="Ctrl+Return")
        stay.clicked.connect(self.reject)
        self.go.clicked.connect(self.accept)
        self.until.edited.connect(self._check)
        stay.setDefault(True)
        row.addWidget(stay)
        row.addWidget(self.go)
        column.addLayout(row)
        self.until.day.setFocus()

    @property
    def moment(self) -> datetime:
        """The last moment that is chosen."""
        return self.until.moment(self._time_zone)

    def _check(self) -> None:
        past = self.moment <= datetime.now(UTC)
        self._wrong.setText(say("not_after_past"))
        self._wrong.setVisible(past)
        self.go.setEnabled(not past)


def _round(at: datetime, time_zone: str) -> datetime:
    """Return the next full half hour by the clocks of a zone."""
    local = at.astimezone(zone(time_zone))
    return local + timedelta(minutes=-local.minute % 30)
