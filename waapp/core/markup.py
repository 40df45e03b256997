"""WhatsApp's own markup: what a message looks like on the guest's phone.

WhatsApp publishes what its markup is, not where exactly it applies. Markers count when they touch the text on
the inside and no letter or digit on the outside, and pair up within a line (monospace may span lines).
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, Flag, auto
from functools import cache, lru_cache
from typing import Final

from waapp.core.links import find_links


class Style(Flag):
    """How a stretch of text looks."""

    BOLD = auto()
    ITALIC = auto()
    STRIKE = auto()
    CODE = auto()
    MONO = auto()


PLAIN: Final = Style(0)


@dataclass(frozen=True, slots=True)
class Span:
    """Text of one look; `target` is what a tap opens, or None."""

    text: str
    style: Style = PLAIN
    target: str | None = None


class Kind(Enum):
    """What the start of a line makes of it."""

    LINE = auto()
    BULLET = auto()
    NUMBER = auto()
    QUOTE = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """One line of the message without its markers; `number` is that of a numbered item."""

    kind: Kind
    spans: tuple[Span, ...]
    number: int | None = None

    @property
    def text(self) -> str:
        """Return the words without their looks."""
        return "".join(span.text for span in self.spans)

    @property
    def is_right_to_left(self) -> bool:
        """Tell in which direction the line runs: that of its first letter."""
        for character in self.text:
            direction = unicodedata.bidirectional(character)
            if direction in {"L", "R", "AL"}:
                return direction != "L"
        return False


_MARKERS: Final = {"*": Style.BOLD, "_": Style.ITALIC, "~": Style.STRIKE}
_FENCE: Final = "```"
# NUL stands for monospace, which no code reaches around.
_CODE: Final = re.compile(r"(?<!`)`(?=[^`\0]*[^`\s\0])([^`\0]+)`(?!`)")
_PREFIX: Final = re.compile(r"(?:(?P<bullet>[-*•])|(?P<number>\d{1,3})\.|(?P<quote>>))[ ]+(?=\S)")
# Stand-ins for what markers must not see into: code is like punctuation to its neighbours, a link like a word.
_OPAQUE: Final = "\0"
_WORD: Final = "x"


@dataclass(frozen=True, slots=True)
class _Fixed:
    """A stretch of a line whose inside is not looked into; `span` is what shows for it."""

    start: int
    end: int
    span: Span


def parse(text: str) -> tuple[Block, ...]:
    """Take a message apart into lines and spans. Never raises; every text is some message."""
    fences = _find_fences(text)
    if not fences:
        return tuple(map(_parse_alone, text.split("\n")))
    blocks = []
    start = 0
    for line in text.split("\n"):
        block = _parse_line(line, start, fences)
        if block:
            blocks.append(block)
        start += len(line) + 1
    return tuple(blocks)


def to_plain(text: str) -> str:
    """Return a message as a screen reader should say it: without markers."""
    return "\n".join(
        f"{block.number}. {block.text}" if block.kind is Kind.NUMBER else block.text for block in parse(text)
    )


def _find_fences(text: str) -> list[tuple[int, int]]:
    fences = []
    start = text.find(_FENCE)
    while start >= 0:
        end = text.find(_FENCE, start + len(_FENCE))
        if end < 0:
            break
        if text[start + len(_FENCE) : end].strip("` \t\n"):
            fences.append((start, end + len(_FENCE)))
            start = text.find(_FENCE, end + len(_FENCE))
        else:
            start = end
    return fences


@lru_cache(maxsize=1024)
def _parse_alone(line: str) -> Block:
    """Parse a line that no monospace reaches into; of a text that is being written most lines stay as they were."""
    return _parse_line(line, 0, []) or Block(Kind.LINE, ())


def _parse_line(line: str, offset: int, fences: list[tuple[int, int]]) -> Block | None:
    fixed: list[_Fixed] = []
    for start, end in fences:
        if start < offset + len(line) + 1 and end > offset:
            fixed.append(_mono(line, start - offset, end - offset))
    covered = sum(piece.end - piece.start for piece in fixed)
    if line and fixed and covered == len(line) and not any(piece.span.text for piece in fixed):
        return None  # Only the fence stands here.
    masked = _mask(line, fixed, _OPAQUE)
    prefix = _PREFIX.match(masked)
    skip = prefix.end() if prefix else 0
    code = [
        _Fixed(match.start(), match.end(), Span(match[1], Style.CODE))
        for match in _CODE.finditer(masked, skip)
    ]
    masked = _mask(masked, code, _OPAQUE)
    links = [
        _Fixed(
            link.start + skip,
            link.end + skip,
            Span(line[link.start + skip : link.end + skip], PLAIN, link.target),
        )
        for link in find_links(masked[skip:])
    ]
    masked = _mask(masked, links, _WORD)
    fixed = sorted((*fixed, *code, *links), key=lambda piece: piece.start)
    spans = tuple(_merge(_Line(line, masked, fixed).spans(skip, len(line), PLAIN)))
    if prefix is None:
        return Block(Kind.LINE, spans)
    if prefix["number"]:
        return Block(Kind.NUMBER, spans, int(prefix["number"]))
    return Block(Kind.QUOTE if prefix["quote"] else Kind.BULLET, spans)


def _mono(line: str, start: int, end: int) -> _Fixed:
    # The fence may have begun on an earlier line and may end on a later one.
    inside = line[max(0, start + len(_FENCE)) : max(0, end - len(_FENCE))]
    return _Fixed(max(0, start), min(len(line), end), Span(inside, Style.MONO))


def _mask(line: str, pieces: list[_Fixed], stand_in: str) -> str:
    if not pieces:
        return line
    kept = []
    position = 0
    for piece in pieces:
        kept.append(line[position : piece.start])
        kept.append(stand_in * (piece.end - piece.start))
        position = piece.end
    return "".join(kept) + line[position:]


class _Line:
    """The emphasis of one line: markers paired by their neighbours, found by bisection."""

    def __init__(self, line: str, masked: str, fixed: list[_Fixed]) -> None:
        self._line = line
        self._fixed = fixed
        self._markers = [index for index, character in enumerate(masked) if character in _MARKERS]
        self._masked = masked
        self._closers: dict[str, list[int]] = {marker: [] for marker in _MARKERS}
        for index in self._markers:
            if self._closes(index):
                self._closers[masked[index]].append(index)

    def spans(self, start: int, end: int, style: Style) -> Iterator[Span]:
        """Yield what shows from `start` to `end`, all of it in at least this style."""
        position = start
        for index in self._markers[bisect_left(self._markers, start) :]:
            if index >= end:
                break
            marker = self._masked[index]
            if index < position or _MARKERS[marker] in style or not self._opens(index, start):
                continue
            closer = self._closer_after(index, end)
            if closer is None:
                continue
            yield from self._text(position, index, style)
            yield from self.spans(index + 1, closer, style | _MARKERS[marker])
            position = closer + 1
        yield from self._text(position, end, style)

    def _opens(self, index: int, start: int) -> bool:
        after = self._masked[index + 1 : index + 2]
        if not after or after.isspace() or after == self._masked[index]:
            return False
        return index == start or not _is_word(self._masked[index - 1])

    def _closes(self, index: int) -> bool:
        before = self._masked[index - 1 : index]
        if not before or before.isspace() or before == self._masked[index]:
            return False
        return index + 1 == len(self._masked) or not _is_word(self._masked[index + 1])

    def _closer_after(self, index: int, end: int) -> int | None:
        closers = self._closers[self._masked[index]]
        place = bisect_right(closers, index + 1)
        return closers[place] if place < len(closers) and closers[place] < end else None

    def _text(self, start: int, end: int, style: Style) -> Iterator[Span]:
        for piece in self._fixed[bisect_right(self._fixed, start, key=lambda piece: piece.end) :]:
            if piece.start >= end:
                break
            if piece.start > start:
                yield Span(self._line[start : piece.start], style)
            yield Span(piece.span.text, piece.span.style | style, piece.span.target)
            start = piece.end
        if start < end:
            yield Span(self._line[start:end], style)


@cache
def _is_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _merge(spans: Iterator[Span]) -> Iterator[Span]:
    last: Span | None = None
    for span in spans:
        if not span.text:
            continue
        if last and last.style == span.style and last.target == span.target:
            last = Span(last.text + span.text, span.style, span.target)
            continue
        if last:
            yield last
        last = span
    if last:
        yield last
