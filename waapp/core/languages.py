"""The languages that WhatsApp has for templates, and their names."""

import re
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError

_CODES: Final = (
    "af sq ar ar_AE ar_EG ar_LB ar_MA ar_QA az be_BY bn bn_IN bg ca cs da de de_AT de_CH el en en_AE"
    " en_AU en_CA en_GB en_GH en_IE en_IN en_JM en_MY en_NZ en_QA en_SG en_UG en_US en_ZA es es_AR es_CL"
    " es_CO es_CR es_DO es_EC es_ES es_HN es_MX es_PA es_PE es_UY et fa fi fil fr fr_BE fr_CA fr_CH fr_CI"
    " fr_MA ga gu ha he hi hr hu id it ja ka kk kn ko ky_KG lo lt lv mk ml mr ms nb nl nl_BE pa pl prs_AF"
    " ps_AF pt_BR pt_PT ro ru rw_RW si_LK sk sl sr sv sw ta te th tr uk ur uz vi zh_CN zh_HK zh_TW zu"
)
LANGUAGES: Final = tuple(_CODES.split())
"""Meta's codes as the Content API wants them. Portuguese and Chinese exist only by country."""

_SHAPE: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_ ]([A-Za-z]{4}))?(?:[-_ ]([A-Za-z]{2}))?")
_BY_LOWER: Final = {code.lower(): code for code in LANGUAGES}
# Codes that other programs use for languages that WhatsApp calls otherwise.
_ALIASES: Final = {
    "iw": "he",
    "in": "id",
    "no": "nb",
    "tl": "fil",
    "nn": "nb",
    "zh_hans": "zh_CN",
    "zh_hant": "zh_TW",
}
# Dari is written as Persian is.
_LOCALES: Final = {"prs_AF": "fa_AF"}


def read_language(text: str) -> str | None:
    """Return the WhatsApp code that a guest list's "pt-br", "EN" or "he_IL" means; None when none is meant.

    A country that WhatsApp does not tell apart is dropped. "pt" and "zh" stay as they are: no template has
    such a code, but a guest's language may leave the country open.
    """
    match = _SHAPE.fullmatch(text.strip())
    if not match:
        return None
    language, script, country = (part.lower() if part else "" for part in match.groups())
    language = _ALIASES.get(language, language)
    if script and not country and f"{language}_{script}" in _ALIASES:
        return _ALIASES[f"{language}_{script}"]
    exact = _BY_LOWER.get(f"{language}_{country}" if country else language)
    if exact:
        return exact
    if language in _BY_LOWER or language in {"pt", "zh"}:
        return language
    return next((code for code in LANGUAGES if code.startswith(f"{language}_")), None)


@lru_cache(maxsize=512)
def locale(code: str) -> Locale | None:
    """Return the locale to write a language's dates with; without its country when that is not known."""
    for candidate in (_LOCALES.get(code, code), code.partition("_")[0]):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue
    return None


@lru_cache(maxsize=512)
def language_name(code: str, display: str = "en") -> str:
    """Return a language's name for people ("Portuguese (Brazil)") in the display language, or the code."""
    try:
        name = Locale.parse(code).get_display_name(display)
    except (UnknownLocaleError, ValueError):
        name = _name_by_parts(code, display)
    return name[:1].upper() + name[1:] if name else code


def is_right_to_left(code: str) -> bool:
    """Tell whether a language is written from right to left."""
    known = locale(code)
    return known is not None and known.text_direction == "rtl"


def _name_by_parts(code: str, display: str) -> str | None:
    in_words = locale(display)
    if in_words is None:
        return None
    language, _, country = code.partition("_")
    name = in_words.languages.get(_LOCALES.get(code, language))
    place = in_words.territories.get(country) if code not in _LOCALES else None
    return f"{name} ({place})" if name and place else name
