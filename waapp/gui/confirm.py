"""A question before something that cannot be taken back."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from waapp.gui import style
from waapp.gui.widgets import button, label, name
from waapp.texts import tr


class ConfirmDialog(QDialog):
    """Asks one question; its button says what will be done. Esc and Enter keep things as they are."""

    def __init__(
        self, title: str, text: str, action: str, keep: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        name(self, "confirm", title)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(title, size=16, bold=True))
        column.addWidget(label(text, tone="muted"))
        column.addSpacing(style.SPACE[1])
        # What is over is left here, and not between the title and its text.
        column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        row.addStretch(1)
        stay = button(keep or tr("Cancel"), "confirm_no")
        act = button(action, "confirm_yes", kind="danger")
        stay.clicked.connect(self.reject)
        act.clicked.connect(self.accept)
        stay.setDefault(True)
        row.addWidget(stay)
        row.addWidget(act)
        column.addLayout(row)
        self.setAccessibleDescription(text)
        stay.setFocus()
