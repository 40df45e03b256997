"""Setting and taking away WhatsApp's markup, as its buttons and keys do. Free of Qt; positions in characters."""

import re
from dataclasses import dataclass
from typing import Final

from waapp.core.template import parse

INLINE: Final = {"bold": "*", "italic": "_", "strike": "~", "mono": "```", "code": "`"}
"""What stands on both sides of a stretch, by what it does to it."""

LINES: Final = {"bullets": "- ", "numbers": "1. ", "quote": "> "}
"""What stands at the start of each line."""

_PREFIX: Final = re.compile(r"(?:[-*•]|\d{1,3}\.|>) +(?=\S)")
_KIND: Final = {
    "bullets": re.compile(r"[-*•] +"),
    "numbers": re.compile(r"\d{1,3}\. +"),
    "quote": re.compile(r"> +"),
}
_SIGNS: Final = "*_~`"
_WORD: Final = re.compile(r"[^\s*_~`]+(?:_[^\s*_~`]+)*")


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `text` in place of what stands from `start` to `end`, then select."""

    start: int
    end: int
    text: str
    select_start: int
    select_end: int


def toggle(text: str, start: int, end: int, kind: str) -> Edit:
    """Return the edit that sets a kind of markup on a selection or on the word at the cursor, or takes it away."""
    if kind in LINES:
        return _toggle_lines(text, start, end, kind)
    mark = INLINE[kind]
    start, end = _whole_variables(text, start, end)
    if start == end:
        start, end = _word_at(text, start)
    if start == end:
        return Edit(start, start, mark * 2, start + len(mark), start + len(mark))
    taken = _take_away_around(text, start, end, mark)
    return taken or _mark_lines(text, start, end, mark)


def _whole_variables(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the selection with every variable that it touches inside whole: marks between braces break them."""
    for variable in parse(text).placeholders:
        if variable.start < start < variable.end or (start == end and variable.start < start < variable.end):
            start = variable.start
        if variable.start < end < variable.end:
            end = variable.end
    return start, end


def _word_at(text: str, at: int) -> tuple[int, int]:
    line = text.rfind("\n", 0, at) + 1
    stop = text.find("\n", at)
    for match in _WORD.finditer(text, line, len(text) if stop < 0 else stop):
        if match.start() <= at <= match.end():
            return match.start(), match.end()
    return at, at


def _take_away_around(text: str, start: int, end: int, mark: str) -> Edit | None:
    """Return the edit that removes marks around a selection, also with other marks in between."""
    left = start
    while left > 0 and text[left - 1] in _SIGNS:
        left -= 1
    right = end
    while right < len(text) and text[right] in _SIGNS:
        right += 1
    before, after = text[left:start], text[end:right]
    if not (_has(before, mark) and _has(after, mark)):
        return None
    before, after = _without(before, mark), _without(after, mark)
    inside = text[start:end]
    at = left + len(before)
    return Edit(left, right, f"{before}{inside}{after}", at, at + len(inside))


def _has(signs: str, mark: str) -> bool:
    # Three backticks are a mark of their own.
    return mark in (signs.replace("```", "") if mark == "`" else signs)


def _without(signs: str, mark: str) -> str:
    place = signs.rfind(mark)
    return signs[:place] + signs[place + len(mark) :]


def _mark_lines(text: str, start: int, end: int, mark: str) -> Edit:
    """Return the edit that marks each selected line: marks touch the words, and end on the line they began on."""
    at_line_start = start == 0 or text[start - 1] == "\n"
    lines = text[start:end].split("\n")
    marked = [
        _mark_line(line, mark, is_whole=at_line_start or number > 0) for number, line in enumerate(lines)
    ]
    new = "\n".join(line for line, _from, _to in marked)
    first, last = (marked[0][1], marked[0][2]) if len(lines) == 1 else (0, len(new))
    return Edit(start, end, new, start + first, start + last)


def _mark_line(line: str, mark: str, *, is_whole: bool) -> tuple[str, int, int]:
    """Return a line with its words marked, or no longer, and where the words stand in it."""
    inner = line.strip()
    if not inner:
        return line, 0, len(line)
    left = line[: len(line) - len(line.lstrip())]
    right = line[len(line.rstrip()) :]
    prefix = _PREFIX.match(inner) if is_whole else None
    if prefix:
        left, inner = left + prefix[0], inner[prefix.end() :]
    if len(inner) > 2 * len(mark) and inner.startswith(mark) and inner.endswith(mark):
        inner = inner[len(mark) : -len(mark)]
        return f"{left}{inner}{right}", len(left), len(left) + len(inner)
    at = len(left) + len(mark)
    return f"{left}{mark}{inner}{mark}{right}", at, at + len(inner)


def _toggle_lines(text: str, start: int, end: int, kind: str) -> Edit:
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    lines = text[first:last].split("\n")
    filled = [line for line in lines if line.strip()]
    on = not filled or not all(_KIND[kind].match(line) for line in filled)
    done, number = [], 0
    for line in lines:
        if not line.strip() and filled:
            done.append(line)
            continue
        number += 1
        bare = line[match.end() :] if (match := _PREFIX.match(line)) else line.lstrip() if on else line
        sign = f"{number}. " if kind == "numbers" else LINES[kind]
        done.append(f"{sign}{bare}" if on else bare)
    new = "\n".join(done)
    if start == end:
        at = max(first, start + len(new) - (last - first))
        return Edit(first, last, new, at, at)
    return Edit(first, last, new, first, first + len(new))
