"""In which order a template's languages are tried for guests whose own language it does not have."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from waapp.core.languages import language_name
from waapp.gui import style
from waapp.gui.template_dialog import TemplateDialog
from waapp.gui.widgets import button, name
from waapp.texts import tr


class OrderDialog(TemplateDialog):
    """Lets the planner move languages up and down; the first one goes to guests whose own is missing."""

    def __init__(self, codes: Sequence[str], parent: QWidget | None = None) -> None:
        title = tr("Which language instead?")
        text = tr(
            "Guests get their own language. Those whose language is missing or not known get the first of these that "
            "can be sent. The order is remembered on this computer, for all templates."
        )
        super().__init__("templates.order", title, text, parent=parent)
        self.list = QListWidget()
        name(self.list, "templates.order.list", tr("Order of the languages"))
        for code in codes:
            item = QListWidgetItem(language_name(code))
            item.setData(Qt.ItemDataRole.UserRole, code)
            self.list.addItem(item)
        self.list.setProperty("bordered", "true")
        self.list.setMaximumHeight(200)
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        row.addWidget(self.list, 1, Qt.AlignmentFlag.AlignTop)
        side = QVBoxLayout()
        self._up = button(tr("Up"), "templates.order.up", key="Alt+Up", small=True)
        self._up.clicked.connect(lambda: self._move(-1))
        self._down = button(tr("Down"), "templates.order.down", key="Alt+Down", small=True)
        self._down.clicked.connect(lambda: self._move(1))
        side.addWidget(self._up)
        side.addWidget(self._down)
        side.addStretch(1)
        row.addLayout(side)
        self.column.addLayout(row)
        self.list.currentRowChanged.connect(self._offer)
        self.list.setCurrentRow(0)
        go = button(tr("Use this order"), "templates.order.yes", primary=True)
        go.clicked.connect(self.accept)
        self.finish(tr("Cancel"), go)

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the languages in their order."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return tuple(str(item.data(Qt.ItemDataRole.UserRole)) for item in items)

    def _move(self, by: int) -> None:
        row = self.list.currentRow()
        if 0 <= row + by < self.list.count():
            self.list.insertItem(row + by, self.list.takeItem(row))
            self.list.setCurrentRow(row + by)

    def _offer(self, row: int) -> None:
        self._up.setEnabled(row > 0)
        self._down.setEnabled(row < self.list.count() - 1)
