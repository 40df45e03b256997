"""Templates being written: what is stored, what is typed, and what a colleague saved meanwhile. Free of Qt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4, uuid5

from waapp.core.template import Template, TemplateDraft
from waapp.core.template_versions import rebase

UNSUBMITTED = "unsubmitted"
CREATING = "creating"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One template in one language on the desk.

    `stored` is what the draft was begun from, None for a new one. `theirs` is what somebody else has saved since,
    while the draft holds changes: saving must ask first. `family` is the template that this is a further language
    of, None for the main one. `is_opened` tells that a submitted text is to be changed into its next version.
    """

    key: UUID
    stored: Template | None
    draft: TemplateDraft
    theirs: Template | None = None
    family: UUID | None = None
    is_opened: bool = False

    @property
    def is_unsaved(self) -> bool:
        """Tell whether something would be lost without saving."""
        return self.stored is None or self.draft != self.stored.draft

    @property
    def is_locked(self) -> bool:
        """Tell whether this is a text that WhatsApp has: it stays as it is, and changes make the next version."""
        was_submitted = self.stored is not None and self.stored.approval_status.lower() != UNSUBMITTED
        return was_submitted and not self.is_opened and not self.is_unsaved

    @property
    def may_submit(self) -> bool:
        """Tell whether it can be submitted: never before, or when nobody knows whether it got there."""
        if self.stored is None or self.is_unsaved:
            return False
        return not self.is_locked or self.stored.approval_status == CREATING

    @property
    def root(self) -> UUID:
        """Return what all languages of one template have in common."""
        return self.family or self.key


class Sheets:
    """All templates with their unsaved changes; nothing typed is dropped unless `discard` is called.

    `saves` counts what was stored from here: what was read before the last of them is out of date.
    """

    def __init__(self) -> None:
        self._sheets: dict[UUID, Sheet] = {}
        self.saves = 0

    def __len__(self) -> int:
        return len(self._sheets)

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self._sheets.values())

    def get(self, key: UUID | None) -> Sheet | None:
        """Return a sheet, or None when there is none of that key."""
        return self._sheets.get(key) if key is not None else None

    def key_of(self, template: Template) -> UUID:
        """Return the key of a stored template's sheet."""
        return _key(template)[0]

    def mains(self) -> list[Sheet]:
        """Return the templates in their main languages."""
        return [sheet for sheet in self if sheet.family is None]

    def languages(self, key: UUID) -> list[Sheet]:
        """Return a template in all its languages, the main one first."""
        root = self._sheets[key].root
        return [sheet for sheet in self if sheet.root == root]

    def take(self, templates: Sequence[Template], variants: Sequence[Template] = ()) -> None:
        """Learn what is stored now, in the order to show; new sheets stay at the end."""
        before = self._sheets
        self._sheets = {}
        for template in (*templates, *variants):
            key, family = _key(template)
            old = before.pop(key, None)
            fresh = Sheet(key, template, template.draft, family=family)
            self._sheets[key] = _merge(old, template, fresh) if old else fresh
        for sheet in before.values():
            if sheet.family is not None and sheet.family not in self._sheets and sheet.family not in before:
                continue  # a further language of nothing
            if sheet.stored is None:
                self._sheets[sheet.key] = sheet
            elif sheet.is_unsaved:
                # Deleted elsewhere, but written on here: saving makes it anew.
                self._sheets[sheet.key] = replace(sheet, stored=None, theirs=None)

    def add(self, draft: TemplateDraft, family: UUID | None = None) -> Sheet:
        """Begin a new template, or a further language of one."""
        key = uuid4() if family is None else variant_key(family, draft.language)
        self._sheets[key] = Sheet(key, None, draft, family=family)
        return self._sheets[key]

    def restore(self, kept: Sheet) -> None:
        """Put back what was typed in an earlier session; what is stored is that of now."""
        now = self._sheets.get(kept.key)
        if now is None:
            self._sheets[kept.key] = replace(kept, stored=None, theirs=None)
        elif not now.is_unsaved and now.stored is not None:
            seen = kept.stored is not None and kept.stored.draft == now.stored.draft
            theirs = None if seen else now.stored
            self._sheets[kept.key] = replace(now, draft=kept.draft, theirs=theirs, is_opened=True)

    def write(self, key: UUID, draft: TemplateDraft) -> Sheet:
        """Keep what was typed."""
        self._sheets[key] = replace(self._sheets[key], draft=draft)
        return self._sheets[key]

    def open(self, key: UUID) -> None:
        """Let a submitted text be changed: the change will be its next version."""
        self._sheets[key] = replace(self._sheets[key], is_opened=True)

    def saved(self, key: UUID, template: Template, draft: TemplateDraft) -> Sheet:
        """Learn that a draft was stored; what was typed while it was being stored stays unsaved."""
        self.saves += 1
        old = self._sheets[key]
        # What a colleague changed beside it came along when it was stored.
        typed = (
            template.draft if old.draft == draft else rebase(draft, old.draft, template.draft) or old.draft
        )
        now_key, family = _key(template)
        sheet = Sheet(now_key, template, typed, family=family)
        self._sheets = {
            (sheet.key if each == key else each): sheet if each == key else _rooted(other, key, sheet.key)
            for each, other in self._sheets.items()
        }
        return sheet

    def discard(self, key: UUID) -> Sheet | None:
        """Go back to what is stored; a sheet that never was is gone."""
        sheet = self._sheets[key]
        newest = sheet.theirs or sheet.stored
        if newest is None:
            del self._sheets[key]
            return None
        self._sheets[key] = Sheet(key, newest, newest.draft, family=sheet.family)
        return self._sheets[key]

    def keep_mine(self, key: UUID) -> None:
        """Decide that the draft follows what somebody else saved, as the version after theirs."""
        sheet = self._sheets[key]
        self._sheets[key] = replace(sheet, stored=sheet.theirs or sheet.stored, theirs=None)

    def free_name(self, wanted: str) -> str:
        """Return a name for WhatsApp that no sheet has yet."""
        taken = {sheet.draft.name for sheet in self._sheets.values()}
        number, name = 1, wanted
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        return name


def variant_key(family: UUID, language: str) -> UUID:
    """Return the key of a template's sheet in a further language."""
    return uuid5(family, language)


def _key(template: Template) -> tuple[UUID, UUID | None]:
    if template.is_variant:
        return variant_key(template.id, template.language), template.id
    return template.id, None


def _rooted(sheet: Sheet, before: UUID, now: UUID) -> Sheet:
    return replace(sheet, family=now) if sheet.family == before else sheet


def _merge(old: Sheet, now: Template, fresh: Sheet) -> Sheet:
    if now.is_variant and old.stored is not None:
        # Names belong to the template: that somebody renamed it is no conflict in a further language.
        renamed: dict[str, Any] = {"name": now.name, "display_name": now.display_name, "description": now.description,
                   "is_active": now.is_active}  # fmt: skip
        old = replace(old, stored=replace(old.stored, **renamed), draft=replace(old.draft, **renamed))
    if old.stored is None or not old.is_unsaved or old.draft == now.draft:
        return replace(fresh, is_opened=old.is_opened)
    # Its approval, its title or whether it is used may change beside what is being written.
    merged = rebase(old.stored.draft, old.draft, now.draft)
    return replace(old, theirs=now) if merged is None else replace(old, stored=now, draft=merged, theirs=None)
