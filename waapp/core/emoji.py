"""Emoji in a text: each sequence (a family, a flag, a skin tone) is one, as people see it."""

import re
from typing import Final

_TONE: Final = r"[\U0001f3fb-\U0001f3ff]"
# Characters that are pictures by themselves; the ornaments among the rest are pictures only when asked to (FE0F).
_PICTURE: Final = (
    r"[\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff"
    r"\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab"
    r"\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728"
    r"\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55]"
)
_ORNAMENT: Final = r"[\u00a9\u00ae\u203c-\u3299]"
_ONE: Final = rf"(?:{_PICTURE}(?:\ufe0f|{_TONE})?|{_ORNAMENT}(?:\ufe0f|{_TONE}))"
_FLAG: Final = r"[\U0001f1e6-\U0001f1ff]{2}"
_KEYCAP: Final = r"[0-9#*]\ufe0f?\u20e3"
_TAGS: Final = r"[\U000e0020-\U000e007f]*"
_EMOJI: Final = re.compile(rf"{_FLAG}|{_KEYCAP}|{_ONE}{_TAGS}(?:\u200d{_ONE}|\u200d[\u2640\u2642\u2764])*")


def find_emoji(text: str) -> list[tuple[int, int]]:
    """Return the start and end of every emoji."""
    return [match.span() for match in _EMOJI.finditer(text)]
