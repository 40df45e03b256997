"""Filters of the guest list that combine: what each asks for, and whether a guest fits."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Final, Literal

from waapp.core.guests import Answer, Consent, GuestRow, answer_of
from waapp.core.households import household_key


class Problem(StrEnum):
    """What may keep a guest from being invited well."""

    NO_NUMBER = "no_number"
    OPTED_OUT = "opted_out"
    NO_LANGUAGE = "no_language"
    NO_GROUP = "no_group"


@dataclass(frozen=True, slots=True)
class GuestQuery:
    """What a guest must have to be shown; None and no value ask for nothing, an empty text for those who have none.

    Everything that is asked for must hold: of `groups`, `languages` and `households` one, of `tags` one or, with
    `every_tag`, all of them. Tags and households are compared without regard to case. `text` is what is searched for
    beside it, `state` the chip that is chosen: whoever keeps a filter keeps them too.
    """

    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    every_tag: bool = False
    languages: tuple[str, ...] = ()
    households: tuple[str, ...] = ()
    consent: Consent | None = None
    answer: Answer | None = None
    problem: Problem | None = None
    text: str = ""
    state: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether everybody fits, whatever is searched for and whichever chip is chosen."""
        return self.matcher() is None

    def matcher(self) -> Callable[[GuestRow], bool] | None:
        """Return a test on a row for everything but the text and the chip; None when nothing is asked for."""
        tests: list[Callable[[GuestRow], bool]] = []
        if self.groups:
            groups = frozenset(self.groups)
            tests.append(lambda row: row.group in groups)
        if self.tags:
            tests.append(_has_tags(self.tags, every=self.every_tag))
        if self.languages:
            languages = frozenset(self.languages)
            tests.append(lambda row: row.language in languages)
        if self.households:
            households = frozenset(map(household_key, self.households))
            tests.append(lambda row: household_key(row.household) in households)
        if self.consent is not None:
            consent = self.consent.value
            tests.append(lambda row: row.consent == consent)
        if self.answer is not None:
            answer = self.answer
            tests.append(lambda row: answer_of(row.rsvp_status) is answer)
        if self.problem is not None:
            tests.append(_PROBLEMS[self.problem])
        if not tests:
            return None
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def relabelled(self, kind: Literal["group", "tag"], old: str, new: str) -> "GuestQuery":
        """Return what is asked for after a group or tag got another name; the same where it is not asked for."""
        asked = self.groups if kind == "group" else self.tags
        same = _is(old) if kind == "group" else _is_without_case(old)
        if not new or not any(same(one) for one in asked):
            return self
        now = tuple(dict.fromkeys(new if same(one) else one for one in asked))
        return replace(self, groups=now) if kind == "group" else replace(self, tags=now)

    def to_json(self) -> dict[str, object]:
        """Return what is asked for, to be stored; one of what may be several as programs before this one wrote it."""
        stored: dict[str, object] = {
            name: str(value)
            for name, value in asdict(self).items()
            if name not in {*_SEVERAL, "every_tag"} and value is not None
        }
        for name, single in _SEVERAL.items():
            values = getattr(self, name)
            if len(values) == 1:
                stored[single] = values[0]
            elif values:
                stored[name] = list(values)
        if self.every_tag:
            stored["every_tag"] = True
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "GuestQuery":
        """Return what was stored; what a newer program asks for beyond this is passed over."""
        values = {name: str(value) for name, value in stored.items() if value is not None}
        consent, problem, answer = values.get("consent"), values.get("problem"), values.get("answer")
        return cls(
            groups=_several(stored, "groups"),
            tags=_several(stored, "tags"),
            languages=_several(stored, "languages"),
            households=_several(stored, "households"),
            text=values.get("text", ""),
            state=values.get("state"),
            every_tag=stored.get("every_tag") is True,
            answer=Answer(answer) if answer in set(Answer) else None,
            consent=Consent(consent) if consent in set(Consent) else None,
            problem=Problem(problem) if problem in set(Problem) else None,
        )


_Several = Literal["groups", "tags", "languages", "households"]
_SEVERAL: Final[Mapping[_Several, str]] = {
    "groups": "group",
    "tags": "tag",
    "languages": "language",
    "households": "household",
}
"""The fields that ask for several, and how one of them alone is stored."""


def _several(stored: Mapping[str, object], name: _Several) -> tuple[str, ...]:
    values = stored.get(name)
    if isinstance(values, list):
        return tuple(str(value) for value in values)
    one = stored.get(_SEVERAL[name])
    return () if one is None else (str(one),)


def _is(wanted: str) -> Callable[[str], bool]:
    return lambda given: given == wanted


def _is_without_case(wanted: str) -> Callable[[str], bool]:
    folded = wanted.casefold()
    return lambda given: given.casefold() == folded


def _has_tags(wanted: Collection[str], *, every: bool) -> Callable[[GuestRow], bool]:
    tests = [_has_tag(one) for one in wanted]
    if len(tests) == 1:
        return tests[0]
    if every:
        return lambda row: all(test(row) for test in tests)
    return lambda row: any(test(row) for test in tests)


def _has_tag(wanted: str) -> Callable[[GuestRow], bool]:
    if not wanted:
        return lambda row: not row.tags
    folded = wanted.casefold()
    return lambda row: any(tag.casefold() == folded for tag in row.tags)


_PROBLEMS: Final[Mapping[Problem, Callable[[GuestRow], bool]]] = {
    Problem.NO_NUMBER: lambda row: not (row.phone.startswith("+") and row.phone[1:].isdigit()),
    Problem.OPTED_OUT: lambda row: row.opted_out,
    Problem.NO_LANGUAGE: lambda row: not row.language,
    Problem.NO_GROUP: lambda row: not row.group,
}
