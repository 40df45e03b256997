"""Where a guest list stands in its file and how its numbers are read, as the planner chooses above the rows."""

import phonenumbers
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from waapp.engine.import_work import ListState
from waapp.gui import style
from waapp.gui.choice_box import ChoiceBox
from waapp.gui.widgets import Field, name
from waapp.texts import tr


class ImportChoices(QWidget):
    """The sheet, the row of the headings (0: none) and the country of national numbers ("": none)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet = name(ChoiceBox(), "import_sheet", tr("Sheet"))
        self.heading = name(ChoiceBox(), "import_heading", tr("Header row"))
        self.region = name(ChoiceBox(), "import_region", tr("Country of local numbers"))
        self.boxes = (self.sheet, self.heading, self.region)
        for code, text in _regions():
            self.region.addItem(text, code)
        for box in self.boxes:
            box.setMinimumContentsLength(14)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.sheet_field = Field(tr("Sheet"), self.sheet)
        self.sheet_field.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(style.SPACE[2])
        row.addWidget(self.sheet_field, 1)
        row.addWidget(Field(tr("Header row"), self.heading), 2)
        row.addWidget(Field(tr("Country of local numbers"), self.region), 1)

    def fill(self, now: ListState) -> None:
        """Offer the sheets of a file and the rows of this one that may hold the headings."""
        self.sheet.clear()
        self.sheet.addItems(list(now.source.sheets))
        self.sheet.setCurrentText(now.source.sheet or "")
        self.sheet_field.setVisible(self.sheet.count() > 1)
        self.heading.clear()
        self.heading.addItem(tr("None: the first row is a guest"), 0)
        for choice in now.headings:
            titles = ", ".join(filter(None, (" ".join(title.split()) for title in choice.titles)))
            self.heading.addItem(tr("Row {row:d}: {titles}", row=choice.row, titles=titles), choice.row)

    def show_chosen(self, now: ListState) -> None:
        """Show how the list is read now."""
        self.heading.setCurrentIndex(max(self.heading.findData(now.columns.heading_row or 0), 0))
        self.region.setCurrentIndex(max(self.region.findData(now.region or ""), 0))


def _regions() -> list[tuple[str, str]]:
    # By the table of codes: asking region by region would load the numbering plan of each.
    codes = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()
    dialled = {region: code for code, regions in codes for region in regions}
    names = []
    for code in phonenumbers.SUPPORTED_REGIONS:
        territory = QLocale.codeToTerritory(code)
        if territory is not QLocale.Country.AnyCountry:
            names.append((code, f"{QLocale.territoryToString(territory)} (+{dialled[code]})"))
    return [("", tr("None: every number has its country code")), *sorted(names, key=lambda pair: pair[1])]
