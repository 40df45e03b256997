"""Guests who live together: who they are, and how their names are written in one line."""

from collections.abc import Iterable, Mapping, Sequence

from babel.lists import format_list

from waapp.core import languages
from waapp.core.guests import Guest
from waapp.core.names import first_name


def household_key(name: str) -> str:
    """Return what tells one household from another, however its name is spelled; empty for none."""
    return " ".join(name.split()).casefold()


def members(guests: Iterable[Guest]) -> Mapping[str, tuple[str, ...]]:
    """Return the names of each household's members in the order of the list, by `household_key`."""
    found: dict[str, list[str]] = {}
    for guest in guests:
        if guest.household and (key := household_key(guest.household)):
            found.setdefault(key, []).append(guest.name)
    return {key: tuple(names) for key, names in found.items()}


def names_together(names: Sequence[str], language: str) -> str:
    """Return first names as the language lists them ("Ana, Rui and Inês"); whole names where a shorter might offend."""
    firsts = list(dict.fromkeys(first_name(name) for name in names if name.strip()))
    return format_list(firsts, locale=languages.locale(language) or "en") if firsts else ""
