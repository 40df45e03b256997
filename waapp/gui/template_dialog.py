"""What the dialogs about templates have in common: a title, a few words, content, and buttons at the bottom."""

from typing import Final

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from waapp.gui import style
from waapp.gui.widgets import button, label, name

_WIDTH: Final = 520


class TemplateDialog(QDialog):
    """A dialog to be awaited with `ask`; put content into `column`, then call `finish`."""

    def __init__(
        self,
        object_name: str,
        title: str,
        text: str = "",
        *,
        width: int = _WIDTH,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        name(self, object_name, title)
        self.setWindowTitle(title)
        self.setMinimumWidth(width)
        self.setAccessibleDescription(text)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(24, 24, 24, 24)
        self.column.setSpacing(style.SPACE[1])
        self.column.addWidget(label(title, size=16, bold=True))
        if text:
            self.column.addWidget(label(text, tone="muted"))
        self.column.addSpacing(style.SPACE[0])
        self._row = QHBoxLayout()
        self._row.setSpacing(style.SPACE[1])

    def finish(self, stay: str, go: QPushButton | None, *others: QPushButton) -> None:
        """Put the buttons at the bottom; Enter does what the dialog is for, Esc leaves things as they are."""
        self.column.addSpacing(style.SPACE[1])
        for each in others:
            self._row.addWidget(each)
        self._row.addStretch(1)
        no = button(stay, f"{self.objectName()}.no")
        no.clicked.connect(self.reject)
        self._row.addWidget(no)
        if go is not None:
            self._row.addWidget(go)
            go.setDefault(True)
        else:
            no.setDefault(True)
        self.column.addLayout(self._row)
