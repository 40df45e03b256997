"""The names of countries as guest lists write them."""

from functools import lru_cache
from typing import Final

import phonenumbers
from babel import Locale

from waapp.core.headings import fold

_WRITTEN_OTHERWISE: Final = {
    "AE": "uae, emirates",
    "BR": "bra",
    "CZ": "czech republic",
    "DE": "ger, deu",
    "ES": "esp",
    "FR": "fra",
    "GB": "uk, u k, great britain, england, scotland, wales, northern ireland, gbr, inglaterra, angleterre",
    "IL": "isr",
    "IN": "ind",
    "IT": "ita",
    "NL": "holland, the netherlands, ned",
    "PT": "por, prt",
    "TR": "turkey",
    "US": "usa, u s, u s a, united states of america, america, eua, ee uu, eeuu",
}
_NAMED_IN: Final = ("en", "es", "pt", "fr", "de", "it", "tr", "ar", "he", "hi", "ru", "ja", "zh", "nl", "pl")
_HEADING_WORDS: Final = (
    "country, country region, home country, home country region, country of residence, residence country,"
    "mailing country, address country, address 1 country, pais, pais de residencia, pays, pays de residence, land,"
    "wohnsitzland, herkunftsland, paese, paese di residenza, ulke, البلد, الدولة, بلد الاقامة, מדינה, ארץ, देश"
)
_HEADINGS: Final = frozenset(map(fold, _HEADING_WORDS.split(",")))


def names_countries(heading: str) -> bool:
    """Tell whether a heading announces where guests live."""
    return fold(heading) in _HEADINGS


@lru_cache(maxsize=1024)
def find_country(text: str) -> str | None:
    """Return the region of a country given by its code of two letters or by its name in one of many languages."""
    code = text.strip().upper()
    return code if code in phonenumbers.SUPPORTED_REGIONS else _names().get(fold(text))


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for display in _NAMED_IN:
        known = Locale.parse(display).territories
        for region in sorted(phonenumbers.SUPPORTED_REGIONS):
            if region in known:
                names.setdefault(fold(known[region]), region)
    for region, words in _WRITTEN_OTHERWISE.items():
        for word in words.split(","):
            names[fold(word)] = region
    return names
