"""The panel beside the guest list: add or edit one guest, checked while typing, with the newest invitation."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from waapp.core import phone
from waapp.core.guests import (
    EMAIL_LIMIT,
    GROUP_LIMIT,
    NAME_LIMIT,
    PHONE_LIMIT,
    Guest,
    GuestDraft,
    check_guest,
    may_be_saved,
)
from waapp.core.languages import LANGUAGES, language_name
from waapp.gui import style
from waapp.gui.guest_merge import FIELDS, draft_of, merge, with_values
from waapp.gui.message_facts import Advice, Step
from waapp.gui.timeline import Timeline
from waapp.gui.widgets import Field, SidePanel, button, label, name, rule
from waapp.texts import field_problem, tr

_NOTES_HEIGHT: Final = 64


class PanelMode(StrEnum):
    """What the panel is for at the moment."""

    CLOSED = "closed"
    NEW = "new"
    EDIT = "edit"
    SEVERAL = "several"


class GuestPanel(SidePanel):
    """Edits a draft and says what is wrong with it; saving and loading are the page's.

    Errors appear for fields that were touched, and for all of them once saving was tried. What is typed
    survives a change made elsewhere: `take_over` merges it field by field.
    """

    closing = Signal()
    save_wanted = Signal()
    delete_wanted = Signal()
    link_wanted = Signal()
    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Guest"), "guest_panel")
        self.setParent(parent)
        self._mode = PanelMode.CLOSED
        self._guest: Guest | None = None
        self._base = GuestDraft("")
        self._region: str | None = None
        self._touched: set[str] = set()
        self._filling = False
        self._has_link = False
        self._build_form()
        self._build_invitation()
        self._build_buttons()
        self._connect()

    # What the page asks

    @property
    def mode(self) -> PanelMode:
        """What the panel is for at the moment."""
        return self._mode

    @property
    def guest(self) -> Guest | None:
        """The guest being edited, as stored when it was last taken over; None for a new one."""
        return self._guest

    @property
    def draft(self) -> GuestDraft:
        """What the fields hold now."""
        return with_values(self._base, {field: self._text(field).strip() for field in FIELDS})

    @property
    def is_changed(self) -> bool:
        """Whether anything was typed that is not stored."""
        if self._mode not in {PanelMode.NEW, PanelMode.EDIT}:
            return False
        draft = self.draft
        return any(getattr(draft, field) != getattr(self._base, field).strip() for field in FIELDS)

    # What the page tells

    def set_event(self, region: str | None, *, has_link: bool) -> None:
        """Say how national numbers are read, and whether there is a link to copy."""
        self._region = region
        self._has_link = has_link
        self._dress()

    def set_groups(self, groups: Iterable[str]) -> None:
        """Offer the groups that the list has already."""
        self._groups.setStringList(sorted(set(groups) - {""}, key=str.casefold))

    def show_new(self, unsaved: GuestDraft | None = None) -> None:
        """Begin a guest, or go on with one that was begun."""
        self._begin(PanelMode.NEW, None, GuestDraft(""))
        self.set_title(tr("New guest"))
        if unsaved is not None:
            self._fill(unsaved)
        self.show_steps((), None)
        self.show()
        self._editors["name"].setFocus()

    def show_guest(self, guest: Guest, unsaved: GuestDraft | None = None) -> None:
        """Show a stored guest; `unsaved` brings back what was typed for it before."""
        self._begin(PanelMode.EDIT, guest, draft_of(guest))
        self.set_title(guest.name or tr("No name"))
        if unsaved is not None:
            self._fill(unsaved)
            self._touched.update(FIELDS)
            self._check()
        self.show()

    def show_several(self, number: int) -> None:
        """Stand for several guests at once: what can be done with all of them."""
        self._begin(PanelMode.SEVERAL, None, GuestDraft(""))
        self.set_title(tr("{number} guests selected", number=number))
        self.show_steps((), None)
        self.show()

    def close_panel(self) -> None:
        """Tell, forget what was shown, and hide."""
        self.closing.emit()
        self.forget()
        super().close_panel()

    def forget(self) -> None:
        """Hide without keeping what was typed: its guest is gone."""
        self._begin(PanelMode.CLOSED, None, GuestDraft(""))
        self.hide()

    def focus_first(self) -> None:
        """Bring the keyboard to the first field."""
        self._editors["name"].setFocus()

    def take_over(self, theirs: Guest) -> bool:
        """Take in a change made elsewhere and keep what was typed; tell whether both changed one field."""
        merged = merge(self._base, self.draft, draft_of(theirs))
        self._guest, self._base = theirs, draft_of(theirs)
        self._fill(merged.draft)
        self.set_title(theirs.name or tr("No name"))
        self._touched.update(merged.clashes)
        self._show_clashes(merged.clashes)
        self._check()
        return bool(merged.clashes)

    def saved(self, guest: Guest, as_saved: GuestDraft) -> None:
        """Take the stored guest as the new starting point, keeping what was typed while it was being saved."""
        self._mode = PanelMode.EDIT
        self._base = as_saved
        self._touched.clear()
        self.take_over(guest)
        self._dress()

    def show_steps(self, steps: Sequence[Step], trouble: Advice | None) -> None:
        """Show the newest invitation's life, and what to do when it did not go as it should."""
        self._timeline.show_steps(steps)
        self._cause.setText(trouble.happened if trouble is not None else "")
        self._advice.setText(trouble.todo if trouble is not None else "")
        self._cause.setVisible(trouble is not None)
        self._advice.setVisible(trouble is not None and bool(trouble.todo))
        self._invitation.setVisible(bool(steps))

    def try_to_finish(self) -> bool:
        """Show every error; tell whether the draft may be stored. The first field in error gets the focus."""
        self._touched.update(FIELDS)
        blocking = [field for field, code in self._check().items() if not may_be_saved(code)]
        if blocking:
            self._editors[blocking[0]].setFocus()
        return not blocking

    # Inside

    def _build_form(self) -> None:
        self._several = label(tr("What you do here happens to all of them."), tone="muted")
        self.body.addWidget(self._several)
        self._clash_box = QVBoxLayout()
        self._clash_box.setSpacing(style.SPACE[0])
        self.body.addLayout(self._clash_box)
        self._clash_widgets: list[QWidget] = []
        self._lines = {
            "name": _line("guest_name", tr("Name"), NAME_LIMIT),
            "phone": _line("guest_phone", tr("WhatsApp number"), PHONE_LIMIT),
            "email": _line("guest_email", tr("E-mail"), EMAIL_LIMIT),
            "group": _line("guest_group", tr("Group"), GROUP_LIMIT),
        }
        self._groups = QStringListModel(self)
        completer = QCompleter(self._groups, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._lines["group"].setCompleter(completer)
        self._language = name(QComboBox(), "guest_language", tr("Language"))
        # As wide as the column is, not as its longest entry.
        self._language.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._language.setMinimumContentsLength(8)
        self._language.addItem(tr("Not set"), "")
        for code in sorted(LANGUAGES, key=language_name):
            self._language.addItem(language_name(code), code)
        self._notes = name(QPlainTextEdit(), "guest_notes", tr("Notes"))
        self._notes.setFixedHeight(_NOTES_HEIGHT)
        self._notes.setTabChangesFocus(True)
        self._editors: dict[str, QWidget] = {**self._lines, "language": self._language, "notes": self._notes}
        self._fields = {key: Field(editor.accessibleName(), editor) for key, editor in self._editors.items()}
        self._form = QWidget()
        column = QVBoxLayout(self._form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(style.SPACE[2])
        pair = QHBoxLayout()
        pair.setSpacing(style.SPACE[1])
        for key in ("group", "language"):
            pair.addWidget(self._fields[key], 1, Qt.AlignmentFlag.AlignTop)
        for key in ("name", "phone", "email"):
            column.addWidget(self._fields[key])
        column.addLayout(pair)
        column.addWidget(self._fields["notes"])
        self.body.addWidget(self._form)

    def _build_invitation(self) -> None:
        self._invitation = QWidget()
        column = QVBoxLayout(self._invitation)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(style.SPACE[2])
        self._cause = label("", tone="failed")
        self._cause.setObjectName("guest_cause")
        self._advice = label("")
        self._advice.setObjectName("guest_advice")
        self._timeline = Timeline()
        column.addWidget(rule())
        column.addWidget(self._cause)
        column.addWidget(self._advice)
        column.addWidget(self._timeline)
        self._invitation.hide()
        self.body.addWidget(self._invitation)
        # An aligned layout gets its preferred height and squeezes lines that wrap; a stretch leaves them room.
        self.body.setAlignment(Qt.AlignmentFlag(0))
        self.body.addStretch(1)

    def _build_buttons(self) -> None:
        self.save_button = button(tr("Save"), "guest_save", primary=True, key="Ctrl+S")
        self._copy = button(
            tr("Copy link"), "guest_copy_link", key="Ctrl+L", accessible_name=tr("Copy the answer link")
        )
        self._delete = button(tr("Delete"), "guest_delete", kind="danger")
        self._copy.hide()
        self.footer.addWidget(self.save_button)
        self.footer.addWidget(self._copy)
        self.footer.addStretch(1)
        self.footer.addWidget(self._delete)

    def _connect(self) -> None:
        self.save_button.clicked.connect(self.save_wanted)
        self._copy.clicked.connect(self.link_wanted)
        self._delete.clicked.connect(self.delete_wanted)
        for key, line in self._lines.items():
            line.textEdited.connect(lambda _text, key=key: self._typed(key))
            line.editingFinished.connect(lambda key=key: self._left(key))
            line.returnPressed.connect(self.save_wanted)
        self._language.currentIndexChanged.connect(lambda _index: self._typed("language"))
        self._notes.textChanged.connect(lambda: self._typed("notes"))

    def _begin(self, mode: PanelMode, guest: Guest | None, base: GuestDraft) -> None:
        self._mode, self._guest, self._base = mode, guest, base
        self._touched = {"phone"} if mode is PanelMode.EDIT else set()
        self._show_clashes({})
        self._fill(base)
        self._check()
        self._dress()

    def _dress(self) -> None:
        one = self._mode in {PanelMode.NEW, PanelMode.EDIT}
        self._form.setVisible(one)
        self._several.setVisible(self._mode is PanelMode.SEVERAL)
        self.save_button.setVisible(one)
        self._copy.setVisible(self._has_link and self._mode is PanelMode.EDIT)
        self._delete.setVisible(self._mode in {PanelMode.EDIT, PanelMode.SEVERAL})

    def _fill(self, draft: GuestDraft) -> None:
        self._filling = True
        for key, line in self._lines.items():
            shown = phone.display(draft.phone) if key == "phone" else getattr(draft, key)
            if line.text() != shown:
                line.setText(shown)
                line.setCursorPosition(0)
        if self._language.findData(draft.language) < 0:
            self._language.addItem(language_name(draft.language), draft.language)
        self._language.setCurrentIndex(self._language.findData(draft.language))
        if self._notes.toPlainText() != draft.notes:
            self._notes.setPlainText(draft.notes)
        self._filling = False

    def _text(self, field: str) -> str:
        match field:
            case "language":
                return str(self._language.currentData() or "")
            case "notes":
                return self._notes.toPlainText()
            case "phone":
                return self._phone_text()
            case _:
                return self._lines[field].text()

    def _phone_text(self) -> str:
        typed = self._lines["phone"].text()
        # The field shows the number grouped; grouping alone is no change.
        return self._base.phone if typed.strip() == phone.display(self._base.phone) else typed

    def _typed(self, field: str) -> None:
        if self._filling:
            return
        self._touched.add(field)
        self._check()
        self.edited.emit()

    def _left(self, field: str) -> None:
        if self._lines[field].text() and self._mode in {PanelMode.NEW, PanelMode.EDIT}:
            self._touched.add(field)
            self._check()

    def _check(self) -> dict[str, str]:
        draft = self.draft
        problems = check_guest(draft, self._region)
        for key, field in self._fields.items():
            code = problems.get(key) if key in self._touched else None
            field.set_error(field_problem(code) if code is not None else None)
        read = phone.read(draft.phone, self._region)
        is_new_writing = read.e164 is not None and read.display != self._lines["phone"].text().strip()
        self._fields["phone"].set_hint(read.display if is_new_writing else "")
        return problems

    def _show_clashes(self, clashes: Mapping[str, str]) -> None:
        for widget in self._clash_widgets:
            widget.hide()
            widget.deleteLater()
        self._clash_widgets = []
        if not clashes:
            return
        self._add_clash_row(
            label(tr("Someone changed this guest meanwhile. What you typed is kept."), tone="unknown")
        )
        for field, value in clashes.items():
            title = self._editors[field].accessibleName()
            words = label(tr("{field}: {value}", field=title, value=value or tr("empty")), tone="muted")
            use = button(tr("Use this"), f"guest_use_{field}", small=True,
                         accessible_name=tr("Use this: {field} {value}", field=title, value=value))  # fmt: skip
            use.clicked.connect(lambda _checked=False, field=field, value=value: self._use(field, value))
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(words, 1)
            row.addWidget(use)
            self._add_clash_row(line)

    def _add_clash_row(self, widget: QWidget) -> None:
        self._clash_widgets.append(widget)
        self._clash_box.addWidget(widget)

    def _use(self, field: str, value: str) -> None:
        self._fill(with_values(self.draft, {field: value}))
        self._check()
        self.edited.emit()


def _line(object_name: str, title: str, limit: int) -> QLineEdit:
    made = name(QLineEdit(), object_name, title)
    # Longer than is allowed: what is pasted too long is said, not cut off in silence.
    made.setMaxLength(limit * 4)
    return made
