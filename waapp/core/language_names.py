"""The names of languages as guest lists write them."""

from functools import lru_cache
from typing import Final

from babel import Locale

from waapp.core.headings import fold
from waapp.core.languages import LANGUAGES, read_language

_WRITTEN_OTHERWISE: Final = {
    "ar": "عربي, ערבית",
    "en": "anglais, אנגלית, अंग्रेज़ी",
    "es": "castellano, castilian",
    "fr": "צרפתית",
    "pt_BR": "brazilian, brazilian portuguese, brasileiro",
    "zh": "mandarin, chinese",
}
# The languages in which the headings are known, and those that guests name themselves in.
_NAMED_IN: Final = ("en", "es", "pt", "fr", "de", "it", "tr", "ar", "he", "hi", "ru", "ja", "zh", "nl", "pl")


@lru_cache(maxsize=1024)
def find_language(text: str) -> str | None:
    """Return the WhatsApp code of a language given by its code or by its name in one of many languages."""
    return read_language(text) or (_names().get(fold(text)) if any(c.isalpha() for c in text) else None)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    codes = sorted({code.partition("_")[0] for code in LANGUAGES})
    names: dict[str, str] = {}
    for display in _NAMED_IN:
        known = Locale.parse(display)
        for code in codes:
            named = known.languages.get(code)
            read = read_language(code)
            if named and read:
                names.setdefault(fold(named), read)
        for code in (code for code in LANGUAGES if "_" in code):
            language, _, country = code.partition("_")
            named, place = known.languages.get(language), known.territories.get(country)
            if named and place:
                names.setdefault(fold(f"{named} {place}"), code)
    for code, words in _WRITTEN_OTHERWISE.items():
        for word in words.split(","):
            names[fold(word)] = code
    return names
