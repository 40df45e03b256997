"""Web addresses, e-mail addresses and telephone numbers in a message, as a phone makes them tappable."""

import re
from dataclasses import dataclass
from typing import Final

# Endings that make a bare "name.ending" a link. Country endings that are words too need a path behind them.
_ENDINGS: Final = (
    "com|org|net|info|biz|io|app|dev|eu|edu|gov|events?|wedding|party|love|family|live|link|site|online|store|shop"
    "|page|xyz|example|club|blog|cloud|design|travel|restaurant|pt|br|es|fr|de|nl|uk|ca|au|ch|pl|se|dk|fi|cz|gr|tr"
    "|ru|ua|il|jp|kr|cn|mx|ar|cl|za|nz|ie|hu|ro|hk|tw|sg|ae|sa|eg"
)
_WORD_ENDINGS: Final = "ly|at|be|co|in|is|it|me|no|so|to|us|my|id|la|pm|am|tv|do"
_LABEL: Final = r"(?:[\w-]+\.)"
_FOUND: Final = re.compile(
    rf"(?P<email>(?<![\w.+-])(?:mailto:)?[\w.+-]+@{_LABEL}+[^\W\d_]{{2,}})"
    r"|(?P<url>(?<!\w)(?:https?://|www\.)[^\s<>\"\0]+)"
    rf"|(?P<bare>(?<![\w.@/-]){_LABEL}+(?:(?:{_ENDINGS})(?![\w-]|\.\w)(?:[/?#][^\s<>\"\0]*)?"
    rf"|(?:{_WORD_ENDINGS})/[^\s<>\"\0]*))"
    r"|(?P<phone>(?<![\w+/.:-])(?:\+[\d(]|\(?\d)[\d ()./\u00a0\u202f-]{5,22}\d(?![\w/]|[.:-]\d))",
    re.IGNORECASE,
)
_TRAILING: Final = ".,;:!?'\"*_~»”’…›]}"
_DATE: Final = re.compile(r"\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ]\d{2,4}")
_FEWEST_DIGITS: Final = 7
_FEWEST_DIGITS_WITHOUT_PLUS: Final = 9
_MOST_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Link:
    """A stretch of text that opens something; `target` is what it opens (https:, mailto: or tel:)."""

    start: int
    end: int
    target: str


def find_links(text: str) -> list[Link]:
    """Return the links of one line in order; takes time in proportion to its length."""
    links = []
    for match in _FOUND.finditer(text):
        link = _link(match)
        if link:
            links.append(link)
    return links


def _link(match: re.Match[str]) -> Link | None:
    start, found = match.start(), match[0]
    if match["phone"]:
        return _phone(start, found)
    if match["email"]:
        return Link(start, match.end(), found if found.startswith("mailto:") else f"mailto:{found}")
    address = _without_trailing(found)
    if not re.search(r"\w", re.sub(r"^(?:https?://)?(?:www\.)?", "", address, flags=re.IGNORECASE)):
        return None
    target = address if "://" in address else f"http://{address}"
    return Link(start, start + len(address), target)


def _without_trailing(address: str) -> str:
    # What ends a sentence or closes a bracket around the link is not part of it.
    end = len(address)
    opened = address.count("(")
    closed = address.count(")")
    while end and (address[end - 1] in _TRAILING or (address[end - 1] == ")" and closed > opened)):
        closed -= address[end - 1] == ")"
        end -= 1
    return address[:end]


def _phone(start: int, found: str) -> Link | None:
    digits = re.sub(r"\D", "", found)
    plus = found.startswith("+")
    fewest = _FEWEST_DIGITS if plus else _FEWEST_DIGITS_WITHOUT_PLUS
    if not fewest <= len(digits) <= _MOST_DIGITS or _DATE.match(found):
        return None
    return Link(start, start + len(found), f"tel:{'+' if plus else ''}{digits}")
