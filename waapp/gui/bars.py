"""The bars across the window: practice mode, and messages that wait for nobody."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from waapp.gui import style
from waapp.gui.widgets import Drawing, announce, button, label, name, repolish
from waapp.texts import tr

_ICONS = {"info": ("info", "accent"), "warning": ("warning", "unknown"), "error": ("error", "failed")}


class MessageBar(QFrame):
    """One message with at most one action; a newer message replaces it. Esc or the cross dismisses it."""

    dismissed = Signal()

    def __init__(self, object_name: str = "message_bar") -> None:
        super().__init__()
        name(self, object_name, tr("Message"))
        self.setProperty("bar", "message")
        row = QHBoxLayout(self)
        row.setContentsMargins(style.margins(16, 6, 8, 6))
        row.setSpacing(style.SPACE[2])
        self._icon = Drawing()
        self._text = label()
        self._text.setObjectName(f"{object_name}_text")
        self._action = button(
            "", f"{object_name}_action", small=True, accessible_name=tr("Act on the message")
        )
        self._close = button(
            "",
            f"{object_name}_close",
            kind="icon",
            small=True,
            icon="close",
            accessible_name=tr("Dismiss message"),
        )
        self._close.clicked.connect(self.dismiss)
        self._action.clicked.connect(self._act)
        self._on_action: Callable[[], object] | None = None
        self._key = ""
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self.hide()

    @property
    def text(self) -> str:
        """What is said now; empty when nothing is."""
        return self._text.text() if not self.isHidden() else ""

    @property
    def key(self) -> str:
        """The key of what is said now; empty when it has none, or nothing is said."""
        return self._key

    def show_message(
        self,
        text: str,
        level: str = "info",
        action: tuple[str, Callable[[], object]] | None = None,
        key: str = "",
    ) -> None:
        """Say something. `level` is "info", "warning" or "error"; `key` lets `withdraw` take back this one only."""
        self._key = key
        self._text.setText(text)
        self.setAccessibleDescription(text)
        self._on_action = action[1] if action else None
        self._action.setVisible(action is not None)
        if action:
            self._action.setText(action[0])
            self._action.setAccessibleName(action[0])
        self.setProperty("level", level)
        repolish(self)
        self._icon.show_icon(*_ICONS[level])
        self.show()
        announce(self)

    def withdraw(self, key: str) -> None:
        """Take back the message with this key, if it is the one that is shown: the trouble is over."""
        if self._key == key and not self.isHidden():
            self.dismiss()

    def dismiss(self) -> None:
        """Hide the message."""
        self.hide()
        self._key = ""
        self.dismissed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Dismiss by Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def _act(self) -> None:
        act = self._on_action
        self.dismiss()
        if act is not None:
            act()


class PracticeBanner(QFrame):
    """Says unmistakably that nothing leaves this computer, and offers the way out."""

    connect_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        name(self, "practice_banner", tr("Practice mode"))
        self.setFixedHeight(36)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(style.SPACE[2])
        title = QLabel(tr("Practice mode"))
        title.setFont(style.font(14, QFont.Weight.DemiBold))
        text = QLabel(tr("Nothing leaves this computer. Guests receive nothing."))
        text.setFont(style.font(14, QFont.Weight.Medium))
        connect = button(tr("Connect Twilio…"), "practice_connect", small=True)
        connect.clicked.connect(self.connect_wanted)
        row.addWidget(title)
        row.addWidget(text)
        row.addStretch(1)
        row.addWidget(connect, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleDescription(text.text())
