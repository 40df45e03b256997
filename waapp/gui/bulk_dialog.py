"""One change for all selected guests: what is ticked changes, everything else stays."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QCompleter,
    QDateEdit,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from waapp.core.events import is_time_zone
from waapp.core.guest_edits import BulkChange
from waapp.core.guests import GROUP_LIMIT, HOUSEHOLD_LIMIT, MOST_PLUS_ONES, SOURCE_LIMIT, Consent
from waapp.core.languages import LANGUAGES, language_name
from waapp.gui import style
from waapp.gui.choice_box import ChoiceBox
from waapp.gui.guest_form import consent_word, noon
from waapp.gui.tag_editor import TagEditor
from waapp.gui.widgets import button, inset, label, name
from waapp.texts import count, field_problem, tr

_KEY_COLUMN, _VALUE_COLUMN = 0, 1
_WIDTH: Final = 460
_FORBIDS, _ALLOWS = "forbids", "allows"


@dataclass(frozen=True, slots=True)
class StopChange:
    """Whether numbers may be written to from now on, and why not."""

    forbids: bool
    reason: str = ""


class BulkDialog(QDialog):
    """Builds a `BulkChange` and a `StopChange`; its button says for how many guests.

    Of the guests' `numbers` so many are `stopped`: must not be written to already.
    """

    change: BulkChange
    stop: StopChange | None

    def __init__(
        self,
        guests: int,
        *,
        numbers: int,
        stopped: int,
        groups: Iterable[str],
        tags: Iterable[str],
        households: Iterable[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        title = tr("Change {guests}", guests=count(guests, "guest", "guests"))
        name(self, "bulk", title)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        known_tags = sorted(set(tags), key=str.casefold)
        self._group = _line("bulk_group", tr("Group"), GROUP_LIMIT, groups)
        self._household = _line("bulk_household", tr("Household"), HOUSEHOLD_LIMIT, households)
        self._add_tags = TagEditor("bulk_add_tags", tr("Add tags"))
        self._add_tags.set_known(known_tags)
        self._remove_tags = TagEditor("bulk_remove_tags", tr("Remove tags"), tr("Tag to remove"))
        self._remove_tags.set_known(known_tags)
        self._language = name(ChoiceBox(), "bulk_language", tr("Language"))
        self._language.addItem(tr("Not set"), "")
        for code in sorted(LANGUAGES, key=language_name):
            self._language.addItem(language_name(code), code)
        self._time_zone = _line("bulk_time_zone", tr("Time zone"), 64, ())
        self._plus_ones = name(QSpinBox(), "bulk_plus_ones", tr("Plus-ones"))
        self._plus_ones.setRange(0, MOST_PLUS_ONES)
        self._plus_ones.setSpecialValueText(tr("Nobody"))
        inset(self._plus_ones)
        self._consent = name(ChoiceBox(), "bulk_consent", tr("Consent"))
        for consent in Consent:
            self._consent.addItem(consent_word(consent), consent.value)
        self._since = name(QDateEdit(QDate.currentDate()), "bulk_since", tr("Consent date"))
        self._since.setCalendarPopup(True)
        self._source = _line("bulk_source", tr("Consent source"), SOURCE_LIMIT, ())
        self._source.setPlaceholderText(self._source.accessibleName())
        self._stop = name(ChoiceBox(), "bulk_stop", tr("Messages"))
        self._stop.addItem(tr("Opt these numbers out"), _FORBIDS)
        if stopped:
            self._stop.addItem(tr("Allow messages again"), _ALLOWS)
        self._reason = _line("bulk_stop_reason", tr("Reason, such as: asked on the phone"), SOURCE_LIMIT, ())
        self._reason.setPlaceholderText(self._reason.accessibleName())
        self._numbers, self._stopped = numbers, stopped
        for line in (self._group, self._household, self._time_zone):
            line.setPlaceholderText(tr("Leave empty to clear"))
        self._ticks: dict[str, QCheckBox] = {}
        self._build(title)

    def _build(self, title: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(title, size=16, bold=True))
        column.addWidget(label(tr("Only ticked fields change. You can undo this."), tone="muted"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(style.SPACE[2])
        grid.setVerticalSpacing(style.SPACE[1])
        grid.setColumnStretch(_VALUE_COLUMN, 1)
        consent = QWidget()
        stacked = QVBoxLayout(consent)
        stacked.setContentsMargins(0, 0, 0, 0)
        stacked.setSpacing(style.SPACE[0])
        dated = QHBoxLayout()
        dated.setSpacing(style.SPACE[1])
        dated.addWidget(self._consent, 1)
        dated.addWidget(self._since, 1)
        stacked.addLayout(dated)
        stacked.addWidget(self._source)
        stop = QWidget()
        below = QVBoxLayout(stop)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(style.SPACE[0])
        self._effect = label("", tone="muted", size=12)
        self._effect.setObjectName("bulk_stop_effect")
        below.addWidget(self._stop)
        below.addWidget(self._reason)
        below.addWidget(self._effect)
        rows: dict[str, QWidget] = {
            "group": self._group,
            "add_tags": self._add_tags,
            "remove_tags": self._remove_tags,
            "household": self._household,
            "plus_ones": self._plus_ones,
            "language": self._language,
            "time_zone": self._time_zone,
            "consent": consent,
            "stop": stop,
        }
        named = {"consent": self._consent, "stop": self._stop}
        for place, (key, editor) in enumerate(rows.items()):
            words = named.get(key, editor).accessibleName()
            tick = name(QCheckBox(words), f"bulk_{key}_tick", tr("Change: {field}", field=words))
            tick.setProperty("beside", True)  # in line with its editor
            self._ticks[key] = tick
            editor.setEnabled(False)
            tick.toggled.connect(editor.setEnabled)
            tick.toggled.connect(self._check)
            grid.addWidget(tick, place, _KEY_COLUMN, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(editor, place, _VALUE_COLUMN)
        column.addLayout(grid)
        self._problem = label("", tone="failed", size=12)
        column.addWidget(self._problem)
        self._yes = button(title, "bulk_yes", primary=True)
        stay = button(tr("Cancel"), "bulk_no")
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        row.addStretch(1)
        row.addWidget(stay)
        row.addWidget(self._yes)
        column.addLayout(row)
        stay.clicked.connect(self.reject)
        self._yes.clicked.connect(self.accept)
        self._yes.setDefault(True)
        self._time_zone.textChanged.connect(self._check)
        self._ticks["stop"].setEnabled(self._numbers > 0)
        for line in (self._group, self._household, self._source, self._reason):
            line.textChanged.connect(self._check)
        for tags in (self._add_tags, self._remove_tags):
            tags.edited.connect(self._check)
        for box in (self._language, self._consent, self._stop):
            box.currentIndexChanged.connect(self._check)
        self._plus_ones.valueChanged.connect(self._check)
        self._since.dateChanged.connect(self._check)
        self._check()

    def _check(self) -> None:
        """Hold what was chosen: the dialog is gone by the time it is used."""
        zone = self._time_zone.text().strip()
        wrong = self._wants("time_zone") and bool(zone) and not is_time_zone(zone)
        self._problem.setText(field_problem("time_zone_unknown") if wrong else "")
        self._problem.setVisible(wrong)
        consent = self._wants("consent")
        known = self._consent.currentData() != Consent.UNKNOWN.value
        self._source.setVisible(known)
        self._since.setVisible(known)
        self.change = BulkChange(
            group=_composed(self._group) if self._wants("group") else None,
            household=_composed(self._household) if self._wants("household") else None,
            language=str(self._language.currentData()) if self._wants("language") else None,
            time_zone=zone if self._wants("time_zone") else None,
            plus_ones=self._plus_ones.value() if self._wants("plus_ones") else None,
            consent=Consent(self._consent.currentData()) if consent else None,
            consent_source=_composed(self._source) if consent else None,
            consent_at=noon(self._since.date()) if consent and known else None,
            add_tags=self._add_tags.tags() if self._wants("add_tags") else (),
            remove_tags=self._remove_tags.tags() if self._wants("remove_tags") else (),
        )
        forbids = self._stop.currentData() == _FORBIDS
        self._reason.setVisible(forbids and self._wants("stop"))
        self._effect.setVisible(self._wants("stop"))
        self._effect.setText(
            tr("{n:number|numbers}, for every event and planner. Messages waiting to be sent there are cancelled.",
               n=self._numbers)
            if forbids
            else tr("{n:number|numbers} of these, for every event and planner.", n=self._stopped)
        )  # fmt: skip
        self.stop = StopChange(forbids, _composed(self._reason)) if self._wants("stop") else None
        self._grow()
        self._yes.setEnabled(not wrong and not (self.change.is_empty and self.stop is None))

    def _grow(self) -> None:
        """Make room for what has just appeared; a dialog does not by itself."""
        layout = self.layout()
        if layout is not None and self.isVisible():
            layout.activate()
            self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    def _wants(self, key: str) -> bool:
        return self._ticks[key].isChecked()


def _line(object_name: str, title: str, limit: int, known: Iterable[str]) -> QLineEdit:
    made = name(QLineEdit(), object_name, title)
    made.setMaxLength(limit)
    completer = QCompleter(sorted(set(known), key=str.casefold), made)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    made.setCompleter(completer)
    return made


def _composed(line: QLineEdit) -> str:
    return " ".join(line.text().split())
