"""The versions of a template: what each said, and what one says differently from another."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from waapp.core.template import Template, TemplateDraft
from waapp.core.template_parts import Button, Header, Part


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """One text that a template had in one language, never changed since.

    `template` is the template as it was then, with what Twilio says of this text. `sent` counts the invitations
    that went out with it. `withdrawn` tells that the template has no text in this language any more.
    """

    template: Template
    created_by: str | None
    created_at: datetime
    withdrawn: bool
    sent: int


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and what became of it."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class PartDifference:
    """What is different in one part; `pieces` spell both texts: without the added ones the old, else the new."""

    part: Part
    pieces: tuple[Piece, ...]


WORDING_FIELDS: Final = ("name", "content", "language", "category", "header", "footer", "buttons")
"""What WhatsApp approves together: another value in one of these makes another version."""

_OWN_FIELDS: Final = ("display_name", "description", "is_active")


def same_text(one: TemplateDraft, other: TemplateDraft) -> bool:
    """Tell whether two drafts are one version to WhatsApp."""
    return all(getattr(one, field) == getattr(other, field) for field in WORDING_FIELDS)


def rebase(seen: TemplateDraft, mine: TemplateDraft, theirs: TemplateDraft) -> TemplateDraft | None:
    """Return `mine` with what somebody else has changed since both were `seen`; None when the two contradict.

    The text with its parts is one thing, which only one of the two may have changed; each of the planner's own facts
    stands for itself.
    """
    merged = mine
    if not same_text(seen, theirs) and not same_text(mine, theirs):
        if not same_text(seen, mine):
            return None
        merged = replace(merged, **{field: getattr(theirs, field) for field in WORDING_FIELDS})
    for field in _OWN_FIELDS:
        before, own, other = (getattr(draft, field) for draft in (seen, mine, theirs))
        if other not in (before, own):
            if own != before:
                return None
            merged = replace(merged, **{field: other})
    return merged


_TOKEN: Final = re.compile(r"\{\{[^{}\n]*\}\}|\w+|\n|[^\S\n]+|[^\w\s]")


def differences(old: Template, new: Template) -> tuple[PartDifference, ...]:
    """Return the parts that differ, header first; nothing when both say the same."""
    pairs = (
        (Part.HEADER, _header_text(old.header), _header_text(new.header)),
        (Part.BODY, old.content, new.content),
        (Part.FOOTER, old.footer, new.footer),
        (Part.BUTTONS, _buttons_text(old.buttons), _buttons_text(new.buttons)),
    )
    return tuple(PartDifference(part, compare(one, other)) for part, one, other in pairs if one != other)


def compare(old: str, new: str) -> tuple[Piece, ...]:
    """Return how one text becomes another, word by word; variables count as words."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    pieces: list[Piece] = []
    for piece in _steps(before, after):
        if pieces and pieces[-1].change is piece.change:
            pieces[-1] = Piece(piece.change, pieces[-1].text + piece.text)
        else:
            pieces.append(piece)
    return tuple(pieces)


def _steps(before: list[str], after: list[str]) -> Iterator[Piece]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, i, j, first, last in matcher.get_opcodes():
        if kind == "equal":
            yield Piece(Change.SAME, "".join(before[i:j]))
            continue
        if j > i:
            yield Piece(Change.REMOVED, "".join(before[i:j]))
        if last > first:
            yield Piece(Change.ADDED, "".join(after[first:last]))


def _header_text(header: Header | None) -> str:
    if header is None:
        return ""
    return header.value if not header.is_media else f"{header.kind.value}: {header.value}"


def _buttons_text(buttons: tuple[Button, ...]) -> str:
    return "\n".join(
        f"{one.title} ({one.kind.value}{': ' if one.value else ''}{one.value})" for one in buttons
    )
