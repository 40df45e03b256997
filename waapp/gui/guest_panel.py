"""The panel beside the guest list: how the newest invitation fares, and the guest, checked while typing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from waapp.core import phone
from waapp.core.guest_edits import field_values, with_field_values
from waapp.core.guests import Guest, GuestDraft, GuestRow, check_guest, may_be_saved
from waapp.core.two_edits import Meeting, meet
from waapp.gui.conflict_box import ConflictBox
from waapp.gui.guest_facts import together_words
from waapp.gui.guest_form import GuestForm, value_words
from waapp.gui.invitation_card import NOT_INVITED, InvitationCard, InvitationFacts
from waapp.gui.section import Section
from waapp.gui.timeline import Timeline
from waapp.gui.widgets import SidePanel, button, label
from waapp.texts import field_problem, tr


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
    change_wanted = Signal()
    merge_wanted = Signal()
    delete_wanted = Signal()
    link_wanted = Signal()
    message_wanted = Signal()
    opt_out_wanted = Signal()
    opt_in_wanted = Signal()
    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Guest"), "guest_panel")
        self.setParent(parent)
        self._mode = PanelMode.CLOSED
        self._guest: Guest | None = None
        self._base = GuestDraft("")
        self._region: str | None = None
        self._touched: set[str] = set()
        self._has_link = False
        self._build_head()
        self._build_form()
        self._build_foot()
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
        return replace(self._base, **self.form.values())

    @property
    def is_changed(self) -> bool:
        """Whether anything was typed that is not stored."""
        if self._mode not in {PanelMode.NEW, PanelMode.EDIT}:
            return False
        was, now = field_values(self._base), field_values(self.draft)
        return any(now.get(field, "") != _trimmed(value) for field, value in was.items()) or bool(
            now.keys() - was
        )

    # What the page tells

    def set_event(self, region: str | None, *, has_link: bool) -> None:
        """Say how national numbers are read, and whether there is a link to copy."""
        self._region = region
        self._has_link = has_link
        self._dress()

    def set_columns(self, names: Iterable[str]) -> None:
        """Offer the planner's own columns."""
        self.form.set_columns(names)

    def set_known(self, *, groups: Iterable[str], tags: Iterable[str], households: Iterable[str]) -> None:
        """Offer what the list has already."""
        self.form.set_known(groups=groups, tags=tags, households=households)

    def show_new(self, unsaved: GuestDraft | None = None) -> None:
        """Begin a guest, or go on with one that was begun."""
        self._begin(PanelMode.NEW, None, GuestDraft(""))
        self.set_title(tr("New guest"))
        if unsaved is not None:
            self._fill(unsaved)
        self.show()
        self.show_top()
        self.form.focus("name")

    def show_guest(self, guest: Guest, unsaved: GuestDraft | None = None) -> None:
        """Show a stored guest; `unsaved` brings back what was typed for it before."""
        self._begin(PanelMode.EDIT, guest, guest.draft)
        self.set_title(guest.name or tr("No name"))
        if unsaved is not None:
            self._fill(unsaved)
            self._touched.update(self.form.fields)
            self._check()
        self.show()
        self.show_top()

    def show_several(self, number: int, rows: Sequence[GuestRow]) -> None:
        """Stand for several guests at once: what `rows` of them are together, what can be done with all of them."""
        self._begin(PanelMode.SEVERAL, None, GuestDraft(""))
        self.set_title(tr("{number} guests selected", number=number))
        self._together.setText("\n".join(together_words(rows)))
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
        self.form.focus("name")

    def take_over(self, theirs: Guest) -> bool:
        """Take in a change made elsewhere, keep what was typed, tell what is new; False when nothing was typed.

        Where both changed a field the planner has to choose before it can be saved.
        """
        was_changed = self.is_changed
        met = self._meet(theirs)
        if was_changed and met.edits:
            self.conflict.tell(met.edits)
            self.show_top()
        return was_changed

    def saved(self, guest: Guest, as_saved: GuestDraft) -> None:
        """Take the stored guest as the new starting point, keeping what was typed while it was being saved."""
        self._mode = PanelMode.EDIT
        self._base = as_saved
        self._touched.clear()
        self.conflict.clear()
        self._meet(guest)
        self._dress()

    def show_opt_out(self, words: str | None) -> None:
        """Say that the number must not be written to, or offer to note it; None where there is no number."""
        self.invitation.show_opt_out(words or "")
        self._forbid.setVisible(words == "" and self._mode is PanelMode.EDIT)

    def show_invitation(self, facts: InvitationFacts) -> None:
        """Show how the newest invitation fares, and what has happened to it."""
        self.invitation.show_invitation(facts)
        self._timeline.show_steps(facts.steps)
        self._history.setVisible(bool(facts.steps))

    def try_to_finish(self) -> bool:
        """Show every error; tell whether the draft may be stored. What is still open gets the focus."""
        self._touched.update(self.form.fields)
        if self.insist():
            return False
        blocking = [field for field, code in self._check().items() if not may_be_saved(code)]
        if blocking:
            self.form.focus(blocking[0])
        return not blocking

    def insist(self) -> bool:
        """Bring the keyboard to what has to be chosen before anything can be saved; False when nothing has."""
        if not self.conflict.insist():
            return False
        self.show_top()
        return True

    # Inside

    def _build_head(self) -> None:
        self._several = label(tr("What you do here happens to all of them."), tone="muted")
        self._together = label("", tone="muted")
        self._together.setObjectName("guest_together")
        self.body.addWidget(self._several)
        self.body.addWidget(self._together)
        self.conflict = ConflictBox("guest_conflict", lambda field: self.form.title(field), value_words)
        self.body.addWidget(self.conflict)
        self.invitation = InvitationCard()
        self.body.addWidget(self.invitation)

    def _build_form(self) -> None:
        self.form = GuestForm()
        self.body.addWidget(self.form)

    def _build_foot(self) -> None:
        self._history = Section(tr("What happened"), "guest_history")
        self._timeline = Timeline()
        self._history.content.addWidget(self._timeline)
        self._forbid = button(tr("Opt out…"), "guest_opt_out", kind="link", small=True)
        foot = QVBoxLayout()
        foot.setSpacing(0)
        foot.addWidget(self._history)
        foot.addWidget(self._forbid, 0, Qt.AlignmentFlag.AlignLeading)
        self.body.addLayout(foot)
        # An aligned layout gets its preferred height and squeezes lines that wrap; a stretch leaves them room.
        self.body.setAlignment(Qt.AlignmentFlag(0))
        self.body.addStretch(1)

    def _build_buttons(self) -> None:
        self.save_button = button(tr("Save"), "guest_save", primary=True, key="Ctrl+S")
        self._copy = button(
            tr("Copy link"), "guest_copy_link", key="Ctrl+L", accessible_name=tr("Copy answer link")
        )
        self._change = button(
            tr("Change…"), "guest_change", primary=True, accessible_name=tr("Change all selected guests")
        )
        self._merge = button(
            tr("Merge…"),
            "guest_merge",
            accessible_name=tr("Merge the selected guests into one"),
            key="Ctrl+J",
        )
        self._delete = button(tr("Delete"), "guest_delete", kind="danger")
        self._copy.hide()
        self.footer.addWidget(self.save_button)
        self.footer.addWidget(self._change)
        self.footer.addWidget(self._merge)
        self.footer.addWidget(self._copy)
        self.footer.addStretch(1)
        self.footer.addWidget(self._delete)

    def _connect(self) -> None:
        self.save_button.clicked.connect(self.save_wanted)
        self._copy.clicked.connect(self.link_wanted)
        self._change.clicked.connect(self.change_wanted)
        self._merge.clicked.connect(self.merge_wanted)
        self._delete.clicked.connect(self.delete_wanted)
        self._forbid.clicked.connect(self.opt_out_wanted)
        self.invitation.message_wanted.connect(self.message_wanted)
        self.invitation.opt_in_wanted.connect(self.opt_in_wanted)
        self.form.typed.connect(self._typed)
        self.form.left.connect(self._left)
        self.form.submitted.connect(self.save_wanted)
        self.conflict.chosen.connect(self._choose)

    def _begin(self, mode: PanelMode, guest: Guest | None, base: GuestDraft) -> None:
        self._mode, self._guest, self._base = mode, guest, base
        self._touched = {"phone"} if mode is PanelMode.EDIT else set()
        self.conflict.clear()
        self.show_opt_out(None)
        self.show_invitation(NOT_INVITED)
        self._fill(base)
        self._check()
        self._dress()

    def _dress(self) -> None:
        one = self._mode in {PanelMode.NEW, PanelMode.EDIT}
        self.form.setVisible(one)
        self.invitation.setVisible(self._mode is PanelMode.EDIT)
        self._several.setVisible(self._mode is PanelMode.SEVERAL)
        self._together.setVisible(self._mode is PanelMode.SEVERAL)
        self.save_button.setVisible(one)
        self._change.setVisible(self._mode is PanelMode.SEVERAL)
        self._merge.setVisible(self._mode is PanelMode.SEVERAL)
        self._copy.setVisible(self._has_link and self._mode is PanelMode.EDIT)
        self._delete.setVisible(self._mode in {PanelMode.EDIT, PanelMode.SEVERAL})

    def _fill(self, draft: GuestDraft) -> None:
        self.form.set_base(self._base)
        self.form.fill(draft)

    def _typed(self, field: str) -> None:
        self._touched.add(field)
        self.conflict.decide_by_hand(field)
        self._check()
        self.edited.emit()

    def _left(self, field: str) -> None:
        if self.form.lines[field].text() and self._mode in {PanelMode.NEW, PanelMode.EDIT}:
            self._touched.add(field)
            self._check()

    def _check(self) -> dict[str, str]:
        draft = self.draft
        problems = check_guest(draft, self._region)
        for key in self.form.fields:
            code = problems.get(key) if key in self._touched else None
            self.form.set_error(key, field_problem(code) if code is not None else None)
        read = phone.read(draft.phone, self._region)
        is_new_writing = read.e164 is not None and read.display != self.form.phone_as_shown()
        self.form.fields["phone"].set_hint(read.display if is_new_writing else "")
        return problems

    def _meet(self, theirs: Guest) -> Meeting:
        """Go on from what is stored now; what was typed stays."""
        met = meet(*(field_values(draft) for draft in (self._base, self.draft, theirs.draft)))
        self._guest, self._base = theirs, theirs.draft
        self._fill(with_field_values(theirs.draft, met.values))
        self.set_title(theirs.name or tr("No name"))
        self._check()
        return met

    def _choose(self, field: str, value: object) -> None:
        self._fill(with_field_values(self.draft, {field: value}))
        self._check()
        self.edited.emit()


def _trimmed(value: object) -> object:
    return value.strip() if isinstance(value, str) else value
