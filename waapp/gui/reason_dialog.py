"""A reason before something is noted for good."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from waapp.gui import style
from waapp.gui.widgets import Field, button, label, name
from waapp.texts import tr

_LIMIT = 200


class ReasonDialog(QDialog):
    """Asks why, which may stay empty; its button says what will be done."""

    reason: str = ""

    def __init__(self, title: str, text: str, action: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name(self, "reason", title)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        line = name(QLineEdit(), "reason_text", tr("Reason"))
        line.setMaxLength(_LIMIT)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(title, size=16, bold=True))
        column.addWidget(label(text, tone="muted"))
        column.addWidget(Field(tr("Reason"), line, tr("Such as: asked on the phone")))
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        row.addStretch(1)
        stay = button(tr("Cancel"), "reason_no")
        act = button(action, "reason_yes", primary=True)
        row.addWidget(stay)
        row.addWidget(act)
        column.addLayout(row)
        stay.clicked.connect(self.reject)
        act.clicked.connect(self.accept)
        act.setDefault(True)
        line.textChanged.connect(self._take)
        line.setFocus()

    def _take(self, text: str) -> None:
        """Hold the answer: the dialog is gone by the time it is used."""
        self.reason = " ".join(text.split())
