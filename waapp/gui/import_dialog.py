"""Before a guest list is saved: what becomes of every row, and why."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Final

import phonenumbers
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from waapp.core.guests import GuestDraft
from waapp.core.status import Shown
from waapp.core.tabular import parse_table
from waapp.engine.guest_files import GuestFile, read_guest_file
from waapp.gui import style
from waapp.gui.aio import Tasks, busy
from waapp.gui.delegates import PillDelegate
from waapp.gui.filter_bar import Chips, ChipStrip
from waapp.gui.import_rows import ImportRow, Present, Verdict, import_rows
from waapp.gui.table import Column, TableModel
from waapp.gui.table_view import table_view
from waapp.gui.widgets import Card, Field, button, label, name
from waapp.texts import count, tr

_SUFFIXES: Final = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".csv", ".tsv", ".txt")
_ALL: Final = "all"
_SIZE: Final = (1020, 640)


def file_filter() -> str:
    """Return what the file dialog offers."""
    patterns = " ".join(f"*{suffix}" for suffix in _SUFFIXES)
    return ";;".join((tr("Guest lists ({patterns})", patterns=patterns), tr("All files (*)")))


def can_read(path: str) -> bool:
    """Tell whether a dropped file could be a guest list, by its name."""
    return path.lower().endswith(_SUFFIXES)


class ImportDialog(QDialog):
    """Shows what a file adds and what it does not; `drafts` are the guests to add once it was accepted.

    Call `prepare` before showing it. Another country or sheet reads the file again, away from the window's loop.
    """

    def __init__(
        self, path: Path, region: str | None, present: Present, tasks: Tasks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._path = path
        self._present = present
        self._tasks = tasks
        self._model = TableModel(_columns(), lambda row: row.number, self)
        self._build()
        _choose(self._region, region or "")
        self._region.currentIndexChanged.connect(lambda _index: self._read_again())
        self._sheet.activated.connect(lambda _index: self._read_again())

    @property
    def drafts(self) -> list[GuestDraft]:
        """The guests to add, in the order of the file."""
        return [row.draft for row in self._model.all_rows() if row.draft is not None]

    async def prepare(self) -> None:
        """Read the file; raises the errors of `read_guest_file`."""
        sheet = self._sheet.currentText() or None
        region = str(self._region.currentData() or "") or None
        present = self._present

        def work() -> tuple[GuestFile, list[ImportRow], int]:
            file = read_guest_file(self._path, sheet)
            table = parse_table(file.rows, region)
            return file, import_rows(table, present), table.blank + table.above

        file, rows, blank = await asyncio.to_thread(work)
        if self._sheet.count() == 0:
            self._sheet.addItems(list(file.source.sheets))
            self._sheet.setCurrentText(file.source.sheet or "")
            self._sheet_field.setVisible(self._sheet.count() > 1)
        self._model.replace_all(rows)
        self._tell(rows, blank)

    # Inside

    def _build(self) -> None:
        title = tr("Import {file}", file=self._path.name)
        name(self, "import_dialog", title)
        self.setWindowTitle(title)
        self.resize(*_SIZE)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(style.SPACE[2])
        self._summary = label("", tone="muted")
        self._summary.setObjectName("import_summary")
        column.addWidget(label(title, size=16, bold=True))
        column.addWidget(self._summary)
        self._region = name(QComboBox(), "import_region", tr("Country of numbers without a country"))
        for code, text in _regions():
            self._region.addItem(text, code)
        self._sheet = name(QComboBox(), "import_sheet", tr("Sheet"))
        self._sheet_field = Field(tr("Sheet"), self._sheet)
        self._sheet_field.hide()
        choices = QHBoxLayout()
        choices.setSpacing(style.SPACE[2])
        choices.addWidget(Field(tr("Country of numbers without a country"), self._region), 1)
        choices.addWidget(self._sheet_field, 1)
        choices.addStretch(1)
        column.addLayout(choices)
        self._chips = Chips("import_filter", tr("Show rows"))
        self._chips.chosen.connect(self._filter)
        column.addWidget(ChipStrip(self._chips))
        card = Card()
        self.view = table_view(self._model, "import_rows", tr("Rows of the file"))
        card.hold_table(self.view)
        column.addWidget(card, 1)
        self._add = button("", "import_add", primary=True, key="Ctrl+Return")
        self._cancel = button(tr("Cancel"), "import_cancel")
        self._add.clicked.connect(self.accept)
        self._cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(style.SPACE[1])
        buttons.addWidget(label(tr("Nothing is saved before you add."), tone="muted", size=12), 1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._add)
        column.addLayout(buttons)
        self._add.setDefault(True)

    def _tell(self, rows: list[ImportRow], blank: int) -> None:
        verdicts = Counter(row.verdict for row in rows)
        adding = verdicts[Verdict.ADD] + verdicts[Verdict.LOOK]
        parts = [
            tr("Adds {guests}", guests=count(adding, "guest", "guests")),
            tr("{n} of them to look at", n=verdicts[Verdict.LOOK]) if verdicts[Verdict.LOOK] else "",
            tr("skips {n:row|rows}", n=verdicts[Verdict.SKIP]) if verdicts[Verdict.SKIP] else "",
            tr("{n:line is|lines are} empty or headings", n=blank) if blank else "",
        ]
        self._summary.setText(" · ".join(part for part in parts if part))
        self._chips.set_chips(
            (
                (_ALL, tr("All rows"), len(rows)),
                (Verdict.ADD, tr("Added"), verdicts[Verdict.ADD]),
                (Verdict.LOOK, tr("Added, look at it"), verdicts[Verdict.LOOK]),
                (Verdict.SKIP, tr("Skipped"), verdicts[Verdict.SKIP]),
            )
        )
        text = tr("Add {guests}", guests=count(adding, "guest", "guests")) if adding else tr("Nobody to add")
        self._add.setText(text)
        self._add.setAccessibleName(text)
        self._add.setEnabled(adding > 0)

    def _filter(self, key: str) -> None:
        self._model.set_filter(None if key == _ALL else lambda row: row.verdict == key)

    def _read_again(self) -> None:
        self._tasks.start(self._prepare_again())

    async def _prepare_again(self) -> None:
        with busy(self._region, self._sheet, self._add):
            await self.prepare()


def _columns() -> tuple[Column[ImportRow], ...]:
    return (
        Column(
            "row", tr("Row"), lambda row: str(row.number), lambda row: row.number, width=56, color="muted"
        ),
        Column("name", tr("Name"), lambda row: row.name or "—", width=176),
        Column("phone", tr("WhatsApp"), lambda row: row.phone or "—", width=172, color="muted"),
        Column("group", tr("Group"), lambda row: row.group, width=92, color="muted", hide_below=880),
        Column(
            "verdict",
            tr("What happens"),
            _verdict_word,
            width=112,
            value=_verdict_state,
            delegate=PillDelegate,
        ),
        Column(
            "words", tr("Why"), lambda row: row.words, stretch=True, tip=lambda row: row.words, color="muted"
        ),
    )


def _verdict_word(row: ImportRow) -> str:
    match row.verdict:
        case Verdict.ADD:
            return tr("Added")
        case Verdict.LOOK:
            return tr("Look at it")
        case Verdict.SKIP:
            return tr("Skipped")


def _verdict_state(row: ImportRow) -> Shown:
    match row.verdict:
        case Verdict.ADD:
            return Shown.DELIVERED
        case Verdict.LOOK:
            return Shown.UNKNOWN
        case Verdict.SKIP:
            return Shown.NONE


def _regions() -> list[tuple[str, str]]:
    names = []
    for code in phonenumbers.SUPPORTED_REGIONS:
        territory = QLocale.codeToTerritory(code)
        if territory is not QLocale.Country.AnyCountry:
            dialled = phonenumbers.country_code_for_region(code)
            names.append((code, f"{QLocale.territoryToString(territory)} (+{dialled})"))
    return [("", tr("None: numbers need their country")), *sorted(names, key=lambda pair: pair[1])]


def _choose(box: QComboBox, code: str) -> None:
    box.setCurrentIndex(max(box.findData(code), 0))
