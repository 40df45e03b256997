"""Where a phone folds a long message and puts "Read more".

WhatsApp publishes no number: about five lines of a marketing message are shown (third parties), about forty
characters stand in a line of a phone.
"""

from typing import Final

from waapp.core.template import Category

FOLD_LINES: Final = 5
_FOLD_WIDTH: Final = 40


def fold(text: str, category: str = Category.MARKETING.value) -> int | None:
    """Return how many characters stand before "Read more"; None for a message that is shown whole."""
    if category.upper() != Category.MARKETING.value:
        return None
    left = FOLD_LINES
    position = 0
    for line in text.split("\n"):
        if left <= 0:
            return position - 1
        rows = max(1, -(-len(line) // _FOLD_WIDTH))
        if rows > left:
            return position + _last_blank(line, left * _FOLD_WIDTH)
        left -= rows
        position += len(line) + 1
    return None


def _last_blank(line: str, limit: int) -> int:
    """Return where a line breaks before a limit: at its last blank, else in the word."""
    blank = line.rfind(" ", 0, limit + 1)
    return blank if blank > limit // 2 else limit
