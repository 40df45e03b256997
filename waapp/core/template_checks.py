"""One function per rule for the text of a template; `template_rules.check` runs them all."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from itertools import pairwise
from typing import Final

from waapp.core import template_fixes as fixes
from waapp.core.emoji import find_emoji
from waapp.core.findings import Finding, Fix, Level
from waapp.core.folding import FOLD_LINES, fold
from waapp.core.template import Malformation, Parsed, Variable, compile_template, variable_name

BODY_LIMIT: Final = 1024
"""Characters of a template's text, and of a message with its values in it."""

VARIABLE_LIMIT: Final = 100
EMOJI_LIMIT: Final = 10

# Thai, Lao, Burmese, Khmer; kana and ideographs. Korean separates words by blanks.
_UNSPACED: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_BLANK_RUN: Final = re.compile(r"(?:[^\S\n]*\n){5,}|[^\S\n]{5,}")
_SHORT_HOSTS: Final = (
    r"bit\.ly|tinyurl\.com|t\.co|goo\.gl|ow\.ly|is\.gd|buff\.ly|cutt\.ly|rebrand\.ly|t\.ly|rb\.gy|shorturl\.at"
    r"|lnkd\.in|tiny\.cc|wa\.me|wa\.link|api\.whatsapp\.com|chat\.whatsapp\.com"
)
_SHORT_LINK: Final = re.compile(
    rf"(?<![\w.@/-])(?:https?://)?(?:www\.)?({_SHORT_HOSTS})(?![\w-]|\.\w)(?:[/?#][^\s]*)?", re.IGNORECASE
)
_FOREIGN: Final = re.compile(
    r"\[\[?([^\[\]\n]{1,60})\]\]?|<<?([^<>\n]{1,60})>>?|«([^«»\n]{1,60})»|%%?(\w{1,60})%%?"
)
_DOUBLED: Final = re.compile(
    r"(?<![*_~])(\*\*|~~|(?<!\w)__)(?=[^\s*_~])(.+?)(?<=[^\s*_~])\1(?![*_~])(?!(?<=__)\w)"
)
_MARKDOWN_LINK: Final = re.compile(r"\[([^\]\n]+)\]\((https?://[^\s)]+|\{\{[^{}\n]*\}\})\)")
_HTML_TAG: Final = re.compile(
    r"</?(b|strong|i|em|s|del|u|br|p|a|div|span|code)(?:\s+[\w-]+\s*=[^<>\n]*)?\s*/?>", re.IGNORECASE
)
_HTML_MARKUP: Final = {
    "b": "*",
    "strong": "*",
    "i": "_",
    "em": "_",
    "s": "~",
    "del": "~",
    "code": "`",
    "br": "\n",
}
_CONTROL: Final = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Subject:
    """What the rules look at."""

    content: str
    parsed: Parsed
    known: Collection[str]
    language: str
    category: str
    samples: Mapping[str, str] | None
    others: Collection[str]
    elsewhere: frozenset[str] = frozenset()
    """Variables of the template's other parts: they are numbered and counted together."""


def count_words(text: str) -> int:
    """Return the number of words; scripts without blanks between words count two characters as one.

    How Meta counts those is not published.
    """
    unspaced = _UNSPACED.findall(text)
    spaced = _UNSPACED.sub(" ", text).split()
    return sum((len(run) + 1) // 2 for run in unspaced) + sum(_has_letter(word) for word in spaced)


def _has_letter(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _is_punctuation(text: str) -> bool:
    # Markup characters around a variable do not count as text either; ~ and ` are symbols to Unicode.
    return all(c.isspace() or c in "~`" or unicodedata.category(c).startswith("P") for c in text)


def _length(subject: Subject) -> Iterator[Finding]:
    length = len(compile_template(subject.content).body)
    if length > BODY_LIMIT:
        yield Finding(
            "body_too_long",
            Level.ERROR,
            # Placeholders are shorter once numbered: what is marked is roughly what is too much.
            min(BODY_LIMIT, len(subject.content) - 1),
            len(subject.content),
            {"length": length, "limit": BODY_LIMIT, "over": length - BODY_LIMIT},
        )


def _start(subject: Subject) -> Iterator[Finding]:
    if not subject.parsed.placeholders:
        return
    first = subject.parsed.placeholders[0]
    before = subject.content[: first.start]
    fix = Fix("put_greeting", fixes.put_greeting(subject.content, subject.language))
    params = {"name": first.name}
    if not before.strip():
        yield Finding("starts_with_variable", Level.ERROR, first.start, first.end, params, fix)
    elif not _has_letter(before):
        yield Finding("starts_nearly_with_variable", Level.WARNING, 0, first.end, params, fix)


def _end(subject: Subject) -> Iterator[Finding]:
    if not subject.parsed.placeholders:
        return
    last = subject.parsed.placeholders[-1]
    after = subject.content[last.end :]
    fix = Fix("add_closing", fixes.add_closing(subject.content, subject.language))
    params = {"name": last.name}
    if _is_punctuation(after):
        yield Finding("ends_with_variable", Level.ERROR, last.start, last.end, params, fix)
    elif not _has_letter(after):
        end = len(subject.content)
        yield Finding("ends_nearly_with_variable", Level.WARNING, last.start, end, params, fix)


def _adjacent(subject: Subject) -> Iterator[Finding]:
    placeholders = subject.parsed.placeholders
    for one, other in pairwise(placeholders):
        if not subject.content[one.end : other.start].strip():
            joined = fixes.join_variables(subject.content, one.end, other.start, subject.language)
            yield Finding(
                "adjacent_variables",
                Level.ERROR,
                one.start,
                other.end,
                {"name": one.name, "other": other.name},
                Fix("join_variables", joined),
            )


def _unknown(subject: Subject) -> Iterator[Finding]:
    for variable in subject.parsed.placeholders:
        if variable.name in subject.known:
            continue
        close = get_close_matches(variable.name, subject.known, n=1, cutoff=0.7)
        fix = None
        if close:
            mended = fixes.replace(subject.content, variable.start, variable.end, f"{{{{{close[0]}}}}}")
            fix = Fix("use_known_variable", mended)
        params = {"name": variable.name, "suggestion": close[0] if close else ""}
        yield Finding("unknown_variable", Level.ERROR, variable.start, variable.end, params, fix)


def _malformed(subject: Subject) -> Iterator[Finding]:
    for item in subject.parsed.malformed:
        label = {
            Malformation.BAD_NAME: "mend_name",
            Malformation.BROKEN_BRACES: "mend_braces",
            Malformation.UNICODE_BRACES: "mend_braces",
        }[item.kind]
        fix = Fix(label, fixes.mend_placeholder(subject.content, item))
        text = subject.content[item.start : item.end]
        yield Finding(item.kind.value, Level.ERROR, item.start, item.end, {"text": text}, fix)


def _numbering(subject: Subject) -> Iterator[Finding]:
    # Hand-numbered variables, as in a template copied from elsewhere.
    numbered = [v for v in subject.parsed.placeholders if _is_number(v.name)]
    numbers = {int(name) for name in (*subject.parsed.variables, *subject.elsewhere) if _is_number(name)}
    if numbered and numbers != set(range(1, len(numbers) + 1)):
        first = min(numbered, key=lambda variable: (int(variable.name) <= len(numbers), variable.start))
        # Other parts would have to be numbered anew with it.
        alone = not any(map(_is_number, subject.elsewhere))
        fix = Fix("renumber", fixes.renumber(subject.content)) if alone else None
        yield Finding("numbering_gap", Level.ERROR, first.start, first.end, {"name": first.name}, fix)


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()


def _words(subject: Subject) -> Iterator[Finding]:
    variables = len(subject.parsed.placeholders)
    words = sum(count_words(s.text) for s in subject.parsed.segments if not isinstance(s, Variable))
    needed = 2 * variables + 1
    if variables and words < needed:
        params = {"words": words, "needed": needed, "missing": needed - words, "variables": variables}
        yield Finding("too_few_words", Level.ERROR, 0, len(subject.content), params)


def _variables(subject: Subject) -> Iterator[Finding]:
    number = len({*subject.parsed.variables, *subject.elsewhere})
    if number > VARIABLE_LIMIT:
        params = {"variables": number, "limit": VARIABLE_LIMIT}
        yield Finding("too_many_variables", Level.ERROR, 0, len(subject.content), params)


def _samples(subject: Subject) -> Iterator[Finding]:
    if subject.samples is None:
        return
    seen = set()
    for variable in subject.parsed.placeholders:
        if variable.name not in seen and not subject.samples.get(variable.name, "").strip():
            yield Finding(
                "sample_missing", Level.ERROR, variable.start, variable.end, {"name": variable.name}
            )
        seen.add(variable.name)


def _emoji(subject: Subject) -> Iterator[Finding]:
    found = find_emoji(subject.content)
    if len(found) > EMOJI_LIMIT:
        start, end = found[EMOJI_LIMIT]
        yield Finding("many_emoji", Level.WARNING, start, end, {"emoji": len(found), "limit": EMOJI_LIMIT})


def _blanks(subject: Subject) -> Iterator[Finding]:
    fix = Fix("collapse_blanks", fixes.collapse_blanks(subject.content))
    for match in _BLANK_RUN.finditer(subject.content):
        yield Finding("blank_run", Level.WARNING, match.start(), match.end(), {}, fix)


def _outer_blanks(subject: Subject) -> Iterator[Finding]:
    stripped = subject.content.strip()
    if stripped != subject.content:
        leading = len(subject.content) - len(subject.content.lstrip())
        start, end = (0, leading) if leading else (len(stripped), len(subject.content))
        yield Finding("outer_blanks", Level.HINT, start, end, {}, Fix("strip", stripped))


def _duplicate(subject: Subject) -> Iterator[Finding]:
    def key(text: str) -> str:
        return " ".join(compile_template(text).body.split()).casefold()

    if subject.others and key(subject.content) in {key(other) for other in subject.others}:
        yield Finding("duplicate_body", Level.WARNING, 0, len(subject.content))


def _short_links(subject: Subject) -> Iterator[Finding]:
    for match in _SHORT_LINK.finditer(subject.content):
        yield Finding("short_link", Level.WARNING, match.start(), match.end(), {"host": match[1].lower()})


def _foreign_placeholders(subject: Subject) -> Iterator[Finding]:
    for match in _FOREIGN.finditer(subject.content):
        name = variable_name(next(group for group in match.groups() if group is not None))
        if name in subject.known:
            fix = Fix(
                "use_braces", fixes.replace(subject.content, match.start(), match.end(), f"{{{{{name}}}}}")
            )
            params = {"text": match[0], "name": name}
            yield Finding("foreign_placeholder", Level.WARNING, match.start(), match.end(), params, fix)


def _foreign_markup(
    subject: Subject, code: str, pattern: re.Pattern[str], mend: Callable[[re.Match[str]], str]
) -> Iterator[Finding]:
    matches = list(pattern.finditer(subject.content))
    if matches:
        fix = Fix("use_whatsapp_markup", pattern.sub(mend, subject.content))
        for match in matches:
            yield Finding(code, Level.WARNING, match.start(), match.end(), {"text": match[0]}, fix)


def _mend_doubled(match: re.Match[str]) -> str:
    marker = "~" if match[1] == "~~" else "*"
    return f"{marker}{match[2]}{marker}"


def _mend_link(match: re.Match[str]) -> str:
    return f"{match[1]}: {match[2]}"


def _mend_tag(match: re.Match[str]) -> str:
    return _HTML_MARKUP.get(match[1].lower(), "")


def _control(subject: Subject) -> Iterator[Finding]:
    for match in _CONTROL.finditer(subject.content):
        fix = Fix("remove_control", _CONTROL.sub("", subject.content))
        yield Finding("control_character", Level.ERROR, match.start(), match.end(), {}, fix)


def _fold(subject: Subject) -> Iterator[Finding]:
    shown = fold(subject.content, subject.category)
    if shown is not None:
        start = shown + len(subject.content[shown:]) - len(subject.content[shown:].lstrip())
        end = subject.content.find("\n", start)
        end = len(subject.content) if end < 0 else end
        yield Finding("folds", Level.HINT, start, end, {"lines": FOLD_LINES})


CHECKS: Final[tuple[Callable[[Subject], Iterator[Finding]], ...]] = (
    _length,
    _start,
    _end,
    _adjacent,
    _unknown,
    _malformed,
    _numbering,
    _words,
    _variables,
    _samples,
    _control,
    _emoji,
    _blanks,
    _outer_blanks,
    _duplicate,
    _short_links,
    _foreign_placeholders,
    partial(_foreign_markup, code="doubled_markup", pattern=_DOUBLED, mend=_mend_doubled),
    partial(_foreign_markup, code="markdown_link", pattern=_MARKDOWN_LINK, mend=_mend_link),
    partial(_foreign_markup, code="html_tag", pattern=_HTML_TAG, mend=_mend_tag),
    _fold,
)
"""Every rule; the order does not matter."""

PART_CHECKS: Final[tuple[Callable[[Subject], Iterator[Finding]], ...]] = (
    _unknown,
    _malformed,
    _numbering,
    _samples,
    _control,
    _short_links,
    _foreign_placeholders,
)
"""Those that hold for the other parts' texts too."""
