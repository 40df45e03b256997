"""Two people changed one thing: what the other one changed, field by field, and where both did."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OtherEdit:
    """A field that somebody else changed meanwhile; `mine` is what stands here, `was` what both began with."""

    field: str
    was: object
    mine: object
    theirs: object

    @property
    def clashes(self) -> bool:
        """Whether both changed it, each to something else: a person has to choose."""
        return self.mine not in (self.was, self.theirs)


@dataclass(frozen=True, slots=True)
class Meeting:
    """The values that stand here next, and all that somebody else changed. In a clash what was typed here stands."""

    values: dict[str, object]
    edits: tuple[OtherEdit, ...]


def meet(base: Mapping[str, object], mine: Mapping[str, object], theirs: Mapping[str, object]) -> Meeting:
    """Merge field by field what two people made of `base`: an untouched field follows the other person.

    A field that one of them does not have counts as empty there.
    """
    values: dict[str, object] = {}
    edits: list[OtherEdit] = []
    for field in dict.fromkeys((*theirs, *mine, *base)):
        was, typed, now = (fields.get(field, "") for fields in (base, mine, theirs))
        values[field] = now if typed == was else typed
        if now != was:
            edits.append(OtherEdit(field, was, typed, now))
    return Meeting(values, tuple(edits))
