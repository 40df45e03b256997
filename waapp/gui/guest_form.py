"""The fields of one guest: what is typed in them, and what is wrong with it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from PySide6.QtCore import QDate, QSignalBlocker, QStringListModel, Qt, QTimeZone, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDateEdit,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from waapp.core import phone
from waapp.core.events import is_time_zone
from waapp.core.guest_edits import EXTRA
from waapp.core.guests import (
    EMAIL_LIMIT,
    GROUP_LIMIT,
    HOUSEHOLD_LIMIT,
    MOST_PLUS_ONES,
    NAME_LIMIT,
    PHONE_LIMIT,
    SOURCE_LIMIT,
    Consent,
    GuestDraft,
)
from waapp.core.languages import LANGUAGES, language_name
from waapp.gui import style
from waapp.gui.choice_box import ChoiceBox
from waapp.gui.section import Section
from waapp.gui.tag_editor import TagEditor
from waapp.gui.texts import day
from waapp.gui.widgets import Field, inset, name
from waapp.texts import tr, variable

_NOTES_HEIGHT: Final = 64
_CONTACT: Final = ("email", "notes")
_CONSENT: Final = ("consent", "consent_source", "time_zone")
_EXTRA_LIMIT: Final = 1000
_Combo = TypeVar("_Combo", bound=QComboBox)


class GuestForm(QWidget):
    """Shows a draft and gives back what has become of it; what is rarely wanted is folded away, and said in a line.

    `typed` names the field that the planner changes, `left` the one that was left; `submitted` comes by Enter.
    """

    typed = Signal(str)
    left = Signal(str)
    submitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._base = GuestDraft("")
        self._filling = False
        self._columns: tuple[str, ...] = ()
        self._extra: dict[str, QLineEdit] = {}
        self._build_editors()
        self.fields = {key: Field(editor.accessibleName(), editor) for key, editor in self.editors.items()}
        self._arrange()
        self._connect()

    # What the panel asks

    def values(self) -> dict[str, Any]:
        """Return what the fields hold, by the names of the draft's fields."""
        consent = Consent(self.consent.currentData())
        return {
            **{key: line.text().strip() for key, line in self.lines.items()},
            "phone": self._phone_text().strip(),
            "tags": self.tags.tags(),
            "plus_ones": self.plus_ones.value(),
            "language": str(self.language.currentData() or ""),
            "consent": consent,
            "consent_source": self.lines["consent_source"].text().strip()
            if consent is not Consent.UNKNOWN
            else "",
            "consent_at": None if consent is Consent.UNKNOWN else self._consent_day(),
            "notes": self.notes.toPlainText().strip(),
            "extra": self._extra_values(),
        }

    def title(self, field: str) -> str:
        """Return a field's label."""
        if field.startswith(EXTRA):
            return variable(field.removeprefix(EXTRA))
        return self.editors[field].accessibleName()

    def phone_as_shown(self) -> str:
        """Return the number as it stands in its field."""
        return self.lines["phone"].text().strip()

    # What the panel tells

    def set_base(self, base: GuestDraft) -> None:
        """Say what is stored: the number in its field is that one when only its grouping differs."""
        self._base = base

    def fill(self, draft: GuestDraft) -> None:
        """Show a draft."""
        self._filling = True
        for key, line in self.lines.items():
            shown = phone.display(draft.phone) if key == "phone" else getattr(draft, key)
            if line.text() != shown:
                line.setText(shown)
                line.setCursorPosition(0)
        self.tags.set_tags(draft.tags)
        self.plus_ones.setValue(draft.plus_ones)
        if self.language.findData(draft.language) < 0:
            self.language.addItem(language_name(draft.language), draft.language)
        self.language.setCurrentIndex(self.language.findData(draft.language))
        self.consent.setCurrentIndex(self.consent.findData(draft.consent.value))
        at = draft.consent_at or datetime.now(UTC)
        self.consent_at.setDate(QDate(at.year, at.month, at.day))
        if self.notes.toPlainText() != draft.notes:
            self.notes.setPlainText(draft.notes)
        self._show_extra(draft.extra)
        self._filling = False
        self._dress_consent()
        self._summarize()

    def set_columns(self, names: Iterable[str]) -> None:
        """Offer the planner's own columns that guests of the event have."""
        self._columns = tuple(names)

    def set_known(self, *, groups: Iterable[str], tags: Iterable[str], households: Iterable[str]) -> None:
        """Offer what other guests have."""
        self._groups.setStringList(_ordered(groups))
        self._households.setStringList(_ordered(households))
        self.tags.set_known(tags)

    def set_error(self, field: str, text: str | None) -> None:
        """Say what is wrong with a field, or nothing; a folded one is shown."""
        self.fields[field].set_error(text)
        if text is not None:
            self._unfold(field)

    def focus(self, field: str) -> None:
        """Bring the keyboard to a field."""
        self._unfold(field)
        self.editors[field].setFocus()

    # Inside

    def _build_editors(self) -> None:
        self.lines = {
            "name": _line("guest_name", tr("Name"), NAME_LIMIT),
            "phone": _line("guest_phone", tr("WhatsApp number"), PHONE_LIMIT),
            "email": _line("guest_email", tr("E-mail"), EMAIL_LIMIT),
            "group": _line("guest_group", tr("Group"), GROUP_LIMIT),
            "household": _line("guest_household", tr("Household"), HOUSEHOLD_LIMIT),
            "time_zone": _line("guest_time_zone", tr("Time zone"), 64),
            "consent_source": _line("guest_consent_source", tr("Consent source"), SOURCE_LIMIT),
        }
        self._groups, self._households = QStringListModel(self), QStringListModel(self)
        _complete(self.lines["group"], self._groups)
        _complete(self.lines["household"], self._households)
        zones = sorted(bytes(zone_id.data()).decode() for zone_id in QTimeZone.availableTimeZoneIds())
        _complete(
            self.lines["time_zone"], QStringListModel([one for one in zones if is_time_zone(one)], self)
        )
        self.lines["time_zone"].setPlaceholderText(tr("From the number, or the event’s"))
        self.tags = TagEditor("guest_tags", tr("Tags"))
        self.plus_ones = name(QSpinBox(), "guest_plus_ones", tr("Plus-ones"))
        self.plus_ones.setRange(0, MOST_PLUS_ONES)
        self.plus_ones.setSpecialValueText(tr("Nobody"))
        inset(self.plus_ones)
        self.language = _combo(ChoiceBox(), "guest_language", tr("Language"))
        self.language.addItem(tr("Not set"), "")
        for code in sorted(LANGUAGES, key=language_name):
            self.language.addItem(language_name(code), code)
        self.consent = _combo(ChoiceBox(), "guest_consent", tr("Consent"))
        for consent in Consent:
            self.consent.addItem(consent_word(consent), consent.value)
        self.consent_at = name(QDateEdit(), "guest_consent_at", tr("Consent date"))
        self.consent_at.setCalendarPopup(True)
        self._consent_row = QWidget()
        self._consent_row.setAccessibleName(self.consent.accessibleName())
        self._consent_row.setFocusProxy(self.consent)
        row = QHBoxLayout(self._consent_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(style.SPACE[1])
        row.addWidget(self.consent, 1)
        row.addWidget(self.consent_at, 1)
        self.notes = name(QPlainTextEdit(), "guest_notes", tr("Notes"))
        self.notes.setFixedHeight(_NOTES_HEIGHT)
        self.notes.setTabChangesFocus(True)
        self.editors: dict[str, QWidget] = {
            **self.lines,
            "tags": self.tags,
            "plus_ones": self.plus_ones,
            "language": self.language,
            "consent": self._consent_row,
            "notes": self.notes,
        }

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(style.SPACE[2])
        for key in ("name", "phone"):
            column.addWidget(self.fields[key])
        column.addLayout(self._pair("group", "household", (1, 1)))
        column.addWidget(self.fields["tags"])
        column.addLayout(self._pair("language", "plus_ones", (3, 2)))
        self.contact = self._section(tr("E-mail, notes"), "guest_contact", _CONTACT)
        self.agreement = self._section(tr("Consent, time zone"), "guest_agreement", _CONSENT)
        folds = QVBoxLayout()
        folds.setSpacing(0)
        folds.addWidget(self.contact)
        folds.addWidget(self.agreement)
        self.own = self._section(tr("Your own columns"), "guest_own", ())
        folds.addWidget(self.own)
        column.addLayout(folds)

    def _section(self, title: str, object_name: str, keys: Iterable[str]) -> Section:
        section = Section(title, object_name)
        for key in keys:
            section.content.addWidget(self.fields[key])
        return section

    def _pair(self, first: str, second: str, shares: tuple[int, int]) -> QGridLayout:
        pair = QGridLayout()
        pair.setHorizontalSpacing(style.SPACE[1])
        for column, key in enumerate((first, second)):
            # Their shares, whatever the editors would like: pairs beneath each other stand in line.
            self.fields[key].editor.setMinimumWidth(1)
            pair.addWidget(self.fields[key], 0, column, Qt.AlignmentFlag.AlignTop)
            pair.setColumnStretch(column, shares[column])
        return pair

    def _show_extra(self, extra: Mapping[str, str]) -> None:
        """Show a line for each of the planner's own columns."""
        names = tuple(dict.fromkeys((*self._columns, *extra)))
        if names != tuple(self._extra):
            while (item := self.own.content.takeAt(0)) is not None:
                if (field := item.widget()) is not None:
                    field.hide()
                    field.deleteLater()
            self._extra = {}
            for place, key in enumerate(names):
                line = _line(f"guest_extra_{place}", variable(key), _EXTRA_LIMIT)
                line.textEdited.connect(lambda _text, key=key: self._tell(f"{EXTRA}{key}"))
                line.returnPressed.connect(self.submitted)
                self._extra[key] = line
                self.own.content.addWidget(Field(variable(key), line))
        for key, line in self._extra.items():
            if line.text() != extra.get(key, ""):
                line.setText(extra.get(key, ""))
                line.setCursorPosition(0)
        self.own.setVisible(bool(names))

    def _extra_values(self) -> dict[str, str]:
        typed = {key: line.text().strip() for key, line in self._extra.items()}
        return {key: value for key, value in typed.items() if value or key in self._base.extra}

    def _unfold(self, field: str) -> None:
        if field in _CONTACT:
            self.contact.open()
        elif field in _CONSENT:
            self.agreement.open()

    def _summarize(self) -> None:
        email, notes = self.lines["email"].text().strip(), " ".join(self.notes.toPlainText().split())
        self.contact.head.set_summary(" · ".join(filter(None, (email, notes))))
        consent = Consent(self.consent.currentData())
        known = consent_word(consent) if consent is not Consent.UNKNOWN else ""
        self.agreement.head.set_summary(" · ".join(filter(None, (known, self.lines["time_zone"].text()))))
        own = [f"{variable(key)} {value}" for key, value in self._extra_values().items() if value]
        self.own.head.set_summary(" · ".join(own))

    def _connect(self) -> None:
        for key, line in self.lines.items():
            line.textEdited.connect(lambda _text, key=key: self._tell(key))
            line.editingFinished.connect(lambda key=key: self.left.emit(key))
            line.returnPressed.connect(self.submitted)
            if (completer := line.completer()) is not None:
                completer.activated.connect(lambda _text, key=key: self._tell(key))
        self.tags.edited.connect(lambda: self._tell("tags"))
        self.plus_ones.valueChanged.connect(lambda _value: self._tell("plus_ones"))
        self.language.currentIndexChanged.connect(lambda _index: self._tell("language"))
        self.consent.currentIndexChanged.connect(lambda _index: self._consent_chosen())
        self.consent_at.dateChanged.connect(lambda _date: self._tell("consent"))
        self.notes.textChanged.connect(lambda: self._tell("notes"))

    def _tell(self, field: str) -> None:
        if not self._filling:
            self._summarize()
            self.typed.emit(field)

    def _consent_chosen(self) -> None:
        if self._filling:
            return
        if self._base.consent.value != self.consent.currentData():
            today = datetime.now(UTC)
            with QSignalBlocker(self.consent_at):
                self.consent_at.setDate(QDate(today.year, today.month, today.day))
        self._dress_consent()
        self._tell("consent")

    def _dress_consent(self) -> None:
        known = self.consent.currentData() != Consent.UNKNOWN.value
        self.consent_at.setVisible(known)
        self.fields["consent_source"].setVisible(known)

    def _consent_day(self) -> datetime:
        shown = self.consent_at.date()
        stored = self._base.consent_at
        if stored is not None and (stored.year, stored.month, stored.day) == (
            shown.year(),
            shown.month(),
            shown.day(),
        ):
            return stored
        return noon(shown)

    def _phone_text(self) -> str:
        typed = self.lines["phone"].text()
        # The field shows the number grouped; grouping alone is no change.
        return self._base.phone if typed.strip() == phone.display(self._base.phone) else typed


def noon(day: QDate) -> datetime:
    """Return a day as a moment that falls on it almost everywhere on earth."""
    return datetime(day.year(), day.month(), day.day(), 12, tzinfo=UTC)


def consent_word(consent: Consent) -> str:
    """Return what is known of a guest's agreement."""
    words: Mapping[Consent, str] = {
        Consent.UNKNOWN: tr("Not asked"),
        Consent.YES: tr("Has agreed"),
        Consent.NO: tr("Has refused"),
    }
    return words[consent]


def value_words(field: str, value: object) -> str:
    """Write one value of a guest (`core.guest_edits.field_values`) for a person."""
    match field, value:
        case "consent", (Consent() as consent, source, at):
            known = consent is not Consent.UNKNOWN
            parts = [
                consent_word(consent),
                str(source),
                day(at) if known and isinstance(at, datetime) else "",
            ]
            return " · ".join(filter(None, parts))
        case "phone", str(number) if number:
            return phone.display(number)
        case "language", str(code) if code:
            return language_name(code)
        case "plus_ones", 0:
            return tr("Nobody")
        case _, tuple(tags):
            return ", ".join(map(str, tags)) or tr("empty")
        case _:
            return str(value) or tr("empty")


def _line(object_name: str, title: str, limit: int) -> QLineEdit:
    made = name(QLineEdit(), object_name, title)
    # Longer than is allowed: what is pasted too long is said, not cut off in silence.
    made.setMaxLength(limit * 4)
    return made


def _combo(box: _Combo, object_name: str, title: str) -> _Combo:
    name(box, object_name, title)
    # As wide as the column is, not as its longest entry.
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    return box


def _complete(line: QLineEdit, words: QStringListModel) -> None:
    completer = QCompleter(words, line)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    line.setCompleter(completer)


def _ordered(words: Iterable[str]) -> list[str]:
    return sorted(set(words) - {""}, key=str.casefold)
