"""Translating a text and filling in its placeholders."""

import string
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Translate = Callable[[str], str]
Plural = Callable[[int], int]


def _same(text: str) -> str:
    return text


def _english_plural(n: int) -> int:
    return int(n != 1)


@dataclass(slots=True)
class _Language:
    """How the words of this process are translated; only `use_translator` changes it."""

    translate: Translate = _same
    plural: Plural = _english_plural


_language = _Language()


def use_translator(translate: Translate, plural: Plural = _english_plural) -> None:
    """Translate every text from now on; `plural` picks among the forms for a number, 0 for the first.

    Qt's fits as `lambda text: QCoreApplication.translate("waapp", text)`.
    """
    _language.translate = translate
    _language.plural = plural


class _Filler(string.Formatter):
    """Fill placeholders and never raise: what is not given stays visible.

    `{guests:guest|guests}` writes the number and the right form; more forms where a language has more. A
    whole number in a plain placeholder gets thousands separators, `{code:d}` writes it without.
    """

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:  # noqa: ANN401
        if isinstance(key, str) and key in kwargs:
            return kwargs[key]
        return _Missing(str(key))

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401
        if isinstance(value, _Missing):
            return f"{{{value.name}}}"
        if "|" in format_spec:
            return _count(int(value), format_spec.split("|"))
        if isinstance(value, int) and not isinstance(value, bool) and not format_spec:
            return f"{value:,}"
        return str(super().format_field(value, format_spec))


@dataclass(frozen=True, slots=True)
class _Missing:
    name: str


_filler = _Filler()


def _count(n: int, forms: list[str]) -> str:
    return f"{n:,} {forms[min(_language.plural(n), len(forms) - 1)]}"


def tr(text: str, /, **params: object) -> str:
    """Translate a text and fill in its placeholders."""
    translated = _language.translate(text)
    if "{" not in translated and "}" not in translated:
        return translated
    try:
        return _filler.vformat(translated, (), params)
    except (ValueError, TypeError, AttributeError, LookupError):
        # A slip in a translation must not keep people from reading the text.
        return translated


def count(n: int, one: str, many: str) -> str:
    """Return "1 guest" or "1,234 guests"; translated as the text "{n:guest|guests}"."""
    return tr(f"{{n:{one}|{many}}}", n=n)


def in_place(text: str) -> str:
    """Return a text that keeps its place in a sentence though it may be written from right to left.

    Of two such texts with an arrow between them the second would otherwise come first.
    """
    foreign = any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in text)
    return f"\u2068{text}\u2069" if foreign else text
