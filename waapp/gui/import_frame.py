"""How the dialog of an import is laid out, with the list and its columns as two views."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout

from waapp.gui import style
from waapp.gui.bars import MessageBar
from waapp.gui.dialog_size import within
from waapp.gui.filter_bar import Chips, ChipStrip
from waapp.gui.import_choices import ImportChoices
from waapp.gui.import_columns import ImportColumns
from waapp.gui.import_row_panel import ImportRowPanel
from waapp.gui.import_table import ImportModel, import_table
from waapp.gui.panel_area import PanelArea
from waapp.gui.widgets import Card, EmptyState, button, label, name
from waapp.texts import tr

ROWS: Final = "rows"
COLUMNS: Final = "columns"
"""The keys of the two views."""
_SIZE: Final = (1440, 860)


class ImportFrame(QDialog):
    """Holds the parts; what they do is the dialog's. All but the buttons are built in turns of the window."""

    def _build(self, file: str, *, pasted: bool) -> None:
        title = tr("Import pasted guests") if pasted else tr("Import {file}", file=file)
        name(self, "import_dialog", title)
        self.setWindowTitle(title)
        self.setMinimumSize(720, 480)
        self.resize(*within(self.parentWidget(), *_SIZE))
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(0)
        column = QVBoxLayout()
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(style.SPACE[2])
        self._whole.addLayout(column, 1)
        self._summary = label("", tone="muted")
        self._summary.setObjectName("import_summary")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(title, size=16, bold=True))
        words.addWidget(self._summary)
        self._head = QHBoxLayout()
        self._head.addLayout(words, 1)
        column.addLayout(self._head)
        self._above = QVBoxLayout()
        self._above.setSpacing(style.SPACE[2])
        column.addLayout(self._above)
        self._stack = QStackedWidget()
        column.addWidget(self._stack, 1)
        column.addLayout(self._build_buttons())

    def _build_messages(self) -> None:
        self._messages = MessageBar("import_message")
        self._whole.insertWidget(0, self._messages)

    def _build_views(self) -> None:
        self._views = Chips("import_view", tr("Show"))
        self._views.set_chips(((ROWS, tr("Guests"), None), (COLUMNS, tr("Columns"), None)))
        self._head.addWidget(ChipStrip(self._views), 0, Qt.AlignmentFlag.AlignTop)

    def _build_choices(self) -> None:
        self.choices = ImportChoices()
        self._above.addWidget(self.choices)

    def _build_chips(self) -> None:
        self._chips = Chips("import_filter", tr("Show rows"))
        self._strip = ChipStrip(self._chips)
        self._above.addWidget(self._strip)

    def _build_table(self) -> None:
        self.model = ImportModel(self)
        self.view = import_table(self.model)
        self._card = Card()
        self._card.hold_table(self.view)
        self._nobody = EmptyState("guests", "", "")
        self._nobody.hide()
        self._card.body.addWidget(self._nobody)

    def _build_panel(self) -> None:
        self.panel = ImportRowPanel()

    def _build_area(self) -> None:
        self._stack.addWidget(PanelArea(self._card, self.panel))

    def _build_columns(self) -> None:
        self.columns = ImportColumns()
        self._stack.addWidget(self.columns)

    def _build_buttons(self) -> QHBoxLayout:
        self._hint = label("", tone="muted", size=12)
        self._progress = name(QProgressBar(), "import_progress", tr("Progress"))
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(160)
        self._remarks = button(
            tr("Save with remarks…"),
            "import_remarks",
            accessible_name=tr("Save a copy of the list with remarks"),
        )
        self._cancel = button(tr("Cancel"), "import_cancel")
        self._add = button("", "import_add", primary=True, key="Ctrl+Return")
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        row.addWidget(self._progress)
        row.addWidget(self._hint, 1)
        row.addWidget(self._remarks)
        row.addWidget(self._cancel)
        row.addWidget(self._add)
        return row

    def _show_view(self, key: str) -> None:
        self._stack.setCurrentIndex(1 if key == COLUMNS else 0)
        self._strip.setVisible(key == ROWS)
        if self._progress.isHidden():
            self._show_hint()

    def _show_hint(self) -> None:
        self._hint.setText(
            tr("Nothing is saved until you add. Say here what each column holds.")
            if self._stack.currentIndex() == 1
            else tr("Nothing is saved until you add. F2 corrects a cell.")
        )
