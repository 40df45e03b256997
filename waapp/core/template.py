"""Message templates with named variables: parse, render, and compile to Twilio's numbered variables.

Positions are counted in Python characters; `utf16_index` converts one for Qt and other users of UTF-16.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from uuid import UUID

from waapp.core.template_parts import Button, Header


class Category(StrEnum):
    """Meta's categories that may be submitted; a first invitation is marketing by Twilio's definition."""

    MARKETING = "MARKETING"
    UTILITY = "UTILITY"


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """What a person may set of a template; validated by `template_rules.check_draft`.

    `name` is WhatsApp's name (lower case, digits, underscore); people see `display_name`. `language` is a
    WhatsApp language code. `category` is a word of Meta's: usually a `Category`.
    """

    name: str
    display_name: str
    content: str
    language: str = "en"
    category: str = Category.MARKETING.value
    description: str = ""
    is_active: bool = True
    header: Header | None = None
    footer: str = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A template as stored: what its newest version says in one language.

    `main_language` is that of the row which other programs see; the others are variants of it, and share its
    names. `version_id` names this text for good. `content_sid` names Twilio's Content resource. `approval_status`
    is Twilio's word ("unsubmitted", "pending", "approved", …); words unknown to us are kept as they came.
    `decided_category` is the one that WhatsApp has put it in, None before it has decided; `category` is what was
    asked for.
    """

    id: UUID
    name: str
    display_name: str
    content: str
    language: str = "en"
    category: str = Category.MARKETING.value
    version: int = 1
    content_sid: str | None = None
    is_approved: bool = False
    approval_status: str = "unsubmitted"
    rejection_reason: str | None = None
    description: str = ""
    is_active: bool = True
    updated_by: str | None = None
    updated_at: datetime | None = None
    header: Header | None = None
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    version_id: UUID | None = None
    main_language: str = ""
    decided_category: str | None = None
    submitted_at: datetime | None = None

    @property
    def is_variant(self) -> bool:
        """Tell whether this is another language than the template's main one."""
        return bool(self.main_language) and self.language != self.main_language

    @property
    def submitted_name(self) -> str:
        """Return the name under which WhatsApp gets this version: it never takes a second text under one name."""
        return f"{self.name}_{self.language.lower()}_v{self.version}"

    @property
    def paid_category(self) -> str:
        """Return the category that decides about price and reach."""
        return self.decided_category or self.category

    @property
    def draft(self) -> TemplateDraft:
        """Return the part that a person may edit."""
        return TemplateDraft(
            self.name,
            self.display_name,
            self.content,
            self.language,
            self.category,
            self.description,
            self.is_active,
            self.header,
            self.footer,
            self.buttons,
        )


@dataclass(frozen=True, slots=True)
class Text:
    """A stretch of a template that is sent as it stands."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Return the position after the last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Variable:
    """A placeholder; `name` is normalised, `source` is what the planner typed (`{{ Guest_Name }}`)."""

    name: str
    source: str
    start: int

    @property
    def end(self) -> int:
        """Return the position after the last brace."""
        return self.start + len(self.source)


class Malformation(StrEnum):
    """Why a stretch that looks like a placeholder is none; also the code of the finding."""

    BAD_NAME = "bad_variable_name"
    BROKEN_BRACES = "broken_braces"
    UNICODE_BRACES = "unicode_braces"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A stretch of text that looks like a placeholder but is sent as it stands.

    `inner` is what stands between the braces, or empty for a brace on its own.
    """

    kind: Malformation
    start: int
    end: int
    inner: str


Segment = Text | Variable


@dataclass(frozen=True, slots=True)
class Parsed:
    """A template taken apart: the segments in order cover all of it; `variables` by first appearance."""

    segments: tuple[Segment, ...]
    variables: tuple[str, ...]
    malformed: tuple[Malformed, ...]

    @property
    def placeholders(self) -> tuple[Variable, ...]:
        """Return every occurrence of a variable, repeats included."""
        return tuple(segment for segment in self.segments if isinstance(segment, Variable))


@dataclass(frozen=True, slots=True)
class Compiled:
    """A template as Twilio wants it: `{{1}}` … `{{n}}`, and the number that stands for each name."""

    body: str
    numbers: Mapping[str, str] = field(default_factory=dict)

    def content_variables(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return the values by number; a missing one becomes empty, which `check_values` refuses."""
        return {number: values.get(name, "") for name, number in self.numbers.items()}


_PLACEHOLDER: Final = re.compile(r"\{\{([^{}\n]*)\}\}")
_OPEN: Final = "{｛﹛❴⦃"
_CLOSE: Final = "}｝﹜❵⦄"
# Outside well-formed placeholders (blanked with NUL): braces around a word, but of the wrong number or kind.
_NEAR_PLACEHOLDER: Final = re.compile(rf"[{_OPEN}]+([^{_OPEN}{_CLOSE}\n\0]{{0,80}})[{_CLOSE}]+")
_STRAY_BRACE: Final = re.compile(r"[{}]+")


def is_variable_name(text: str) -> bool:
    """Tell whether a text may stand between double braces: letters of any script, digits, underscore."""
    return bool(text) and all(_may_be_in_name(character) for character in text)


def normalise_name(text: str) -> str:
    """Return the one spelling of a variable's name: no blanks around, lower case, composed characters."""
    return unicodedata.normalize("NFC", text.strip().lower())


@lru_cache(maxsize=1024)
def variable_name(text: str) -> str:
    """Turn a heading such as "Table no." into a variable's name (`table_no`); empty when nothing remains."""
    kept = "".join(c if _may_be_in_name(c) else " " for c in unicodedata.normalize("NFKC", text).lower())
    return normalise_name(re.sub(r"[\s_]+", "_", kept).strip("_"))


@lru_cache(maxsize=512)
def parse(content: str) -> Parsed:
    """Take a template apart. Never raises: what is malformed stays text and is listed beside it."""
    segments: list[Segment] = []
    malformed: list[Malformed] = []
    names: dict[str, None] = {}
    position = 0
    for match in _PLACEHOLDER.finditer(content):
        name = normalise_name(match[1])
        if not is_variable_name(name):
            malformed.append(Malformed(Malformation.BAD_NAME, match.start(), match.end(), match[1].strip()))
            continue
        if match.start() > position:
            segments.append(Text(content[position : match.start()], position))
        segments.append(Variable(name, match[0], match.start()))
        names[name] = None
        position = match.end()
    if position < len(content):
        segments.append(Text(content[position:], position))
    malformed.extend(_find_malformed(content))
    malformed.sort(key=lambda item: item.start)
    return Parsed(tuple(segments), tuple(names), tuple(malformed))


def render(content: str, values: Mapping[str, str]) -> str:
    """Put the values in: the one text that the preview shows and the send freezes.

    A variable without a value stays visible as `{{name}}`; that no such text is sent is the plan's business
    (see `check_values`).
    """
    if "{{" not in content:
        return content
    return "".join(
        segment.text if isinstance(segment, Text) else values.get(segment.name, f"{{{{{segment.name}}}}}")
        for segment in parse(content).segments
    )


@lru_cache(maxsize=512)
def compile_template(content: str) -> Compiled:
    """Give every variable a number by first appearance; repeats of a name share it."""
    parsed = parse(content)
    numbers = {name: str(number) for number, name in enumerate(parsed.variables, start=1)}
    body = render(content, {name: f"{{{{{number}}}}}" for name, number in numbers.items()})
    return Compiled(body, MappingProxyType(numbers))


def utf16_index(text: str, index: int) -> int:
    """Convert a position in characters to one in UTF-16 units, as Qt's documents count."""
    return len(text[:index].encode("utf-16-le", "surrogatepass")) // 2


def _may_be_in_name(character: str) -> bool:
    # Vowel signs of Indic scripts and Arabic points are marks: parts of letters, not letters.
    return character == "_" or character.isalnum() or unicodedata.category(character).startswith("M")


def _find_malformed(content: str) -> list[Malformed]:
    # Same length, so that positions hold; what is well-formed or already found must not be found again.
    rest = _PLACEHOLDER.sub(lambda match: "\0" * len(match[0]), content)
    found: list[Malformed] = []

    def take_near(match: re.Match[str]) -> str:
        foreign = any(c in _OPEN[1:] or c in _CLOSE[1:] for c in match[0])
        if foreign and not is_variable_name(normalise_name(match[1])):
            # Brackets of this form are ordinary punctuation in East Asian texts.
            return match[0]
        kind = Malformation.UNICODE_BRACES if foreign else Malformation.BROKEN_BRACES
        found.append(Malformed(kind, match.start(), match.end(), match[1].strip()))
        return "\0" * len(match[0])

    rest = _NEAR_PLACEHOLDER.sub(take_near, rest)
    found.extend(
        Malformed(Malformation.BROKEN_BRACES, match.start(), match.end(), "")
        for match in _STRAY_BRACE.finditer(rest)
    )
    return found
