"""What the window shows until its database is open, and what to do when it does not open."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from waapp.gui import style
from waapp.gui.texts import key_name
from waapp.gui.widgets import announce, button, centered, label, name
from waapp.texts import tr


class OpeningPage(QWidget):
    """Progress that can be cancelled; after a failure its words and the ways on."""

    cancelled = Signal()
    retry_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(style.SPACE[2])
        column.addStretch(2)
        self._title = label(size=22, bold=True)
        self._text = label(tone="muted")
        self._title.setObjectName("opening_title")
        self._text.setObjectName("opening_text")
        self._progress = name(QProgressBar(), "opening_progress", tr("Opening"))
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(240)
        for part in (self._title, self._text):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._cancel = button(tr("Cancel"), "opening_cancel", key="Esc")
        self._retry = button(tr("Try again"), "opening_retry", primary=True)
        self._retry.setToolTip(f"{tr('Try again')} ({key_name('F5')})")
        self._settings = button(tr("Change database…"), "opening_settings")
        self._cancel.clicked.connect(self.cancelled)
        self._retry.clicked.connect(self.retry_wanted)
        self._settings.clicked.connect(self.settings_wanted)
        column.addWidget(self._title)
        column.addLayout(centered(self._text, 480))
        column.addSpacing(style.SPACE[1])
        column.addWidget(self._progress, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(style.SPACE[1])
        buttons = QHBoxLayout()
        buttons.setSpacing(style.SPACE[1])
        buttons.addStretch(1)
        for choice in (self._retry, self._settings, self._cancel):
            buttons.addWidget(choice)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addStretch(3)
        self.show_progress("")

    def show_progress(self, text: str) -> None:
        """Say that the database is being opened, and what exactly is done now."""
        self._title.setText(tr("Opening your database…"))
        self._text.setText(text)
        self._arrange(waiting=True)

    def show_finishing(self, messages: int) -> None:
        """Say that so many messages are with Twilio and their outcomes are awaited; nothing to press."""
        self._title.setText(
            tr("Finishing {n:message|messages}…", n=messages) if messages else tr("Finishing…")
        )
        self._text.setText(tr("What has left is noted down, so that no guest is invited twice."))
        self._arrange(waiting=True)
        self._cancel.hide()

    def show_failure(self, text: str, title: str | None = None) -> None:
        """Say why it did not open."""
        self._title.setText(title or tr("The database did not open"))
        self._text.setText(text)
        self._arrange(waiting=False)
        announce(self._text)
        self._retry.setFocus(Qt.FocusReason.OtherFocusReason)

    def retry(self) -> None:
        """Try again, if there is something to try again."""
        if self._retry.isVisibleTo(self):
            self.retry_wanted.emit()

    def _arrange(self, *, waiting: bool) -> None:
        self._progress.setVisible(waiting)
        self._cancel.setVisible(waiting)
        self._retry.setVisible(not waiting)
        self._settings.setVisible(not waiting)
