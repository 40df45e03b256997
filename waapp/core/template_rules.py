"""WhatsApp's rules for a template, as far as they can be checked before it is submitted."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from waapp.core.findings import Finding, Fix, Level
from waapp.core.languages import LANGUAGES
from waapp.core.template import Category, TemplateDraft, parse
from waapp.core.template_checks import BODY_LIMIT, CHECKS, PART_CHECKS, Subject
from waapp.core.template_content import Wording
from waapp.core.template_part_checks import PART_RULES, about, check_parts
from waapp.core.template_parts import ButtonKind, Part

__all__ = [
    "BODY_LIMIT",
    "PART_RULES",
    "RULES",
    "Finding",
    "Fix",
    "Level",
    "check",
    "check_draft",
    "check_message",
    "rules_met",
    "suggest_name",
]

NAME_LIMIT: Final = 100
DISPLAY_NAME_LIMIT: Final = 200

_NAME: Final = re.compile(rf"[a-z0-9_]{{1,{NAME_LIMIT}}}")

RULES: Final = (
    "empty_body",
    "body_too_long",
    "starts_with_variable",
    "starts_nearly_with_variable",
    "ends_with_variable",
    "ends_nearly_with_variable",
    "adjacent_variables",
    "unknown_variable",
    "bad_variable_name",
    "broken_braces",
    "unicode_braces",
    "numbering_gap",
    "too_few_words",
    "too_many_variables",
    "sample_missing",
    "control_character",
    "many_emoji",
    "blank_run",
    "outer_blanks",
    "duplicate_body",
    "short_link",
    "foreign_placeholder",
    "doubled_markup",
    "markdown_link",
    "html_tag",
    "folds",
)
"""The codes of all findings about the text: what "21 other rules are met" counts."""


def check(
    content: str,
    known: Collection[str],
    *,
    language: str = "en",
    category: str = Category.MARKETING.value,
    samples: Mapping[str, str] | None = None,
    others: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Return what the text breaks in order of place, at one place errors first; nothing for a good text.

    `known` names the variables that guests have; `samples` are the values to submit with it (None: not chosen
    yet); `others` are the texts of the other templates. `language` chooses the words that fixes put in.
    """
    subject = Subject(content, parse(content), known, language, category, samples, others)
    if not content.strip():
        return (Finding("empty_body", Level.ERROR, 0, len(content)),)
    found = [finding for rule in CHECKS for finding in rule(subject)]
    weight = list(Level)
    found.sort(key=lambda finding: (finding.start, weight.index(finding.level), finding.code))
    return tuple(found)


def check_message(
    wording: Wording,
    known: Collection[str],
    *,
    language: str = "en",
    category: str = Category.MARKETING.value,
    samples: Mapping[str, str] | None = None,
    others: Collection[str] = (),
    answer_link: str = "",
) -> tuple[Finding, ...]:
    """Return what a whole template breaks, as `check` does for its text: header, text, footer, buttons in order.

    `answer_link` is what a fix puts in place of the link to answer in a button (`template_values.answer_address`).
    """
    texts = list(_part_texts(wording))
    found = list(check_parts(wording, answer_link))
    for place, (part, button, text) in enumerate(texts):
        if part is not Part.BODY and not text:
            continue
        elsewhere = frozenset(
            name
            for other, (_, _, rest) in enumerate(texts)
            if other != place
            for name in parse(rest).variables
        )
        subject = Subject(text, parse(text), known, language, category, samples, others, elsewhere)
        if part is Part.BODY and not text.strip():
            found.append(Finding("empty_body", Level.ERROR, 0, len(text)))
            continue
        rules = CHECKS if part is Part.BODY else PART_CHECKS
        found.extend(about(finding, part, button) for rule in rules for finding in rule(subject))
    weight = list(Level)
    found.sort(
        key=lambda one: (
            _ORDER[one.part], -1 if one.button is None else one.button, one.start, weight.index(one.level), one.code
        )
    )  # fmt: skip
    return tuple(found)


_ORDER: Final = {
    Part.HEADER: 0, Part.BODY: 1, Part.FOOTER: 2, Part.BUTTONS: 3, Part.BUTTON_TITLE: 4, Part.BUTTON_VALUE: 4
}  # fmt: skip


def _part_texts(wording: Wording) -> Iterator[tuple[Part, int | None, str]]:
    if wording.header is not None:
        yield Part.HEADER, None, wording.header.value
    yield Part.BODY, None, wording.content
    yield Part.FOOTER, None, wording.footer
    for index, button in enumerate(wording.buttons):
        yield Part.BUTTON_TITLE, index, button.title
        if button.kind is not ButtonKind.QUICK_REPLY:
            yield Part.BUTTON_VALUE, index, button.value


def rules_met(findings: Collection[Finding], wording: Wording | None = None) -> int:
    """Return how many rules are kept: those for a text, and those for other parts where a wording has some."""
    rules = set(RULES)
    if wording is not None and not (wording.header is None and not wording.footer and not wording.buttons):
        rules |= set(PART_RULES)
    return len(rules - {finding.code for finding in findings})


def check_draft(draft: TemplateDraft) -> dict[str, str]:
    """Return a problem's code for each field that cannot be saved (words: `waapp.texts.FIELDS`).

    What is wrong with the text itself is for `check`: a draft may be saved with it.
    """
    problems = {
        "name": None if _NAME.fullmatch(draft.name) else "template_name_wrong",
        "display_name": _check_display_name(draft.display_name),
        "content": None if draft.content.strip() else "template_content_missing",
        "language": None if draft.language in LANGUAGES else "template_language_unknown",
        "category": None if draft.category in set(Category) else "template_category_unknown",
    }
    return {name: problem for name, problem in problems.items() if problem}


def suggest_name(display_name: str) -> str:
    """Turn what people call a template into a name for WhatsApp ("Save the date!" → save_the_date)."""
    plain = unicodedata.normalize("NFKD", display_name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:NAME_LIMIT].rstrip("_") or "template"


def _check_display_name(display_name: str) -> str | None:
    if not display_name.strip():
        return "template_display_name_missing"
    too_long = len(display_name.strip()) > DISPLAY_NAME_LIMIT
    return "template_display_name_too_long" if too_long else None
