"""One line of text that is asked for before something is done."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from waapp.gui import style
from waapp.gui.widgets import Field, button, label, name
from waapp.texts import tr


class LineDialog(QDialog):
    """Asks for one line; its button says what will be done. `needed` lines cannot stay empty."""

    line: str = ""

    def __init__(
        self,
        title: str,
        text: str,
        field: str,
        action: str,
        *,
        hint: str = "",
        limit: int = 200,
        needed: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        name(self, "line", title)
        self.setWindowTitle(title)
        self.setMinimumWidth(420)
        self._needed = needed
        edit = name(QLineEdit(), "line_text", field)
        edit.setMaxLength(limit)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(title, size=16, bold=True))
        column.addWidget(label(text, tone="muted"))
        column.addWidget(Field(field, edit, hint))
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        row.addStretch(1)
        stay = button(tr("Cancel"), "line_no")
        self._act = button(action, "line_yes", primary=True)
        row.addWidget(stay)
        row.addWidget(self._act)
        column.addLayout(row)
        stay.clicked.connect(self.reject)
        self._act.clicked.connect(self.accept)
        self._act.setDefault(True)
        edit.textChanged.connect(self._take)
        self._take("")
        edit.setFocus()

    def _take(self, text: str) -> None:
        """Hold the answer: the dialog is gone by the time it is used."""
        self.line = " ".join(text.split())
        self._act.setEnabled(bool(self.line) or not self._needed)
