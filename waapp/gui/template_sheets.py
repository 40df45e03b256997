"""Templates that are being written: what is stored, what is typed, and what a colleague saved meanwhile. Free of Qt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from waapp.core.template import Template, TemplateDraft


@dataclass(frozen=True, slots=True)
class Sheet:
    """One template on the desk.

    `stored` is what the draft was begun from, None for a new one. `theirs` is what somebody else has saved since,
    while the draft holds changes: saving must ask first.
    """

    key: UUID
    stored: Template | None
    draft: TemplateDraft
    theirs: Template | None = None

    @property
    def is_unsaved(self) -> bool:
        """Tell whether something would be lost without saving."""
        return self.stored is None or self.draft != self.stored.draft


class Sheets:
    """All templates with their unsaved changes; nothing typed is dropped unless `discard` is called."""

    def __init__(self) -> None:
        self._sheets: dict[UUID, Sheet] = {}

    def __len__(self) -> int:
        return len(self._sheets)

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self._sheets.values())

    def get(self, key: UUID | None) -> Sheet | None:
        """Return a sheet, or None when there is none of that key."""
        return self._sheets.get(key) if key is not None else None

    def take(self, templates: Sequence[Template]) -> None:
        """Learn what is stored now, in the order to show; new sheets stay at the end."""
        before = self._sheets
        self._sheets = {}
        for template in templates:
            old = before.pop(template.id, None)
            self._sheets[template.id] = (
                _merge(old, template) if old else Sheet(template.id, template, template.draft)
            )
        for sheet in before.values():
            if sheet.stored is None:
                self._sheets[sheet.key] = sheet
            elif sheet.is_unsaved:
                # Deleted elsewhere, but written on here: saving makes it anew.
                self._sheets[sheet.key] = replace(sheet, stored=None, theirs=None)

    def add(self, draft: TemplateDraft) -> Sheet:
        """Begin a new template."""
        sheet = Sheet(uuid4(), None, draft)
        self._sheets[sheet.key] = sheet
        return sheet

    def write(self, key: UUID, draft: TemplateDraft) -> Sheet:
        """Keep what was typed."""
        self._sheets[key] = replace(self._sheets[key], draft=draft)
        return self._sheets[key]

    def saved(self, key: UUID, template: Template, draft: TemplateDraft) -> Sheet:
        """Learn that a draft was stored; what was typed while it was being stored stays unsaved."""
        old = self._sheets[key]
        typed = old.draft if old.draft != draft else template.draft
        sheet = Sheet(template.id, template, typed)
        self._sheets = {
            (sheet.key if each == key else each): (sheet if each == key else other)
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
        self._sheets[key] = Sheet(key, newest, newest.draft)
        return self._sheets[key]

    def keep_mine(self, key: UUID) -> None:
        """Decide that the draft replaces what somebody else saved."""
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


def _merge(old: Sheet, now: Template) -> Sheet:
    if old.stored is None or not old.is_unsaved or old.draft == now.draft:
        return Sheet(now.id, now, now.draft)
    if now.draft == old.stored.draft:
        # Something else about it changed, such as its approval.
        return replace(old, stored=now, theirs=None)
    return replace(old, theirs=now)
