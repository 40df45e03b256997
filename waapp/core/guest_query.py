"""Filters of the guest list that combine: what each asks for, and whether a guest fits."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
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
    """What a guest must have to be shown; None asks for nothing, an empty text for those who have none.

    Everything that is asked for must hold. Tags are compared without regard to case. `text` is what is searched for
    beside it, `state` the chip that is chosen: whoever keeps a filter keeps them too.
    """

    group: str | None = None
    tag: str | None = None
    language: str | None = None
    household: str | None = None
    consent: Consent | None = None
    answer: Answer | None = None
    problem: Problem | None = None
    text: str = ""
    state: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether everybody fits, whatever is searched for and whichever chip is chosen."""
        return self == GuestQuery(text=self.text, state=self.state)

    def matcher(self) -> Callable[[GuestRow], bool] | None:
        """Return a test on a row for everything but the text and the chip; None when nothing is asked for."""
        tests: list[Callable[[GuestRow], bool]] = []
        if self.group is not None:
            group = self.group
            tests.append(lambda row: row.group == group)
        if self.tag is not None:
            tests.append(_has_tag(self.tag))
        if self.language is not None:
            language = self.language
            tests.append(lambda row: row.language == language)
        if self.household is not None:
            household = household_key(self.household)
            tests.append(lambda row: household_key(row.household) == household)
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
        asked = self.group if kind == "group" else self.tag
        same = asked == old if kind == "group" else asked is not None and asked.casefold() == old.casefold()
        if not new or not same:
            return self
        return replace(self, group=new) if kind == "group" else replace(self, tag=new)

    def to_json(self) -> dict[str, str]:
        """Return what is asked for, to be stored."""
        return {name: str(value) for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "GuestQuery":
        """Return what was stored; what a newer program asks for beyond this is passed over."""
        known = {part.name for part in fields(cls)}
        values = {name: str(value) for name, value in stored.items() if name in known and value is not None}
        consent, problem = values.pop("consent", None), values.pop("problem", None)
        answer = values.pop("answer", None)
        return cls(
            **values,
            answer=Answer(answer) if answer in set(Answer) else None,
            consent=Consent(consent) if consent in set(Consent) else None,
            problem=Problem(problem) if problem in set(Problem) else None,
        )


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
