"""E-mail addresses as they stand in cells: several in one, or behind the name that they belong to."""

import re
from typing import Final

from waapp.core.guests import is_email

_BETWEEN: Final = re.compile(r"(?:[\s;,|/<>()]|:::|mailto:)+")
_AROUND: Final = " <>()[]\"',;:-"


def addresses(text: str) -> list[str]:
    """Return the different addresses in a text, in their order."""
    return list(dict.fromkeys(piece for piece in _BETWEEN.split(text) if is_email(piece)))


def without_address(text: str, address: str) -> str:
    """Return what is left of "Ana Reis <ana@example.com>" without the address."""
    return text.replace(address, "").strip(_AROUND).removesuffix("mailto").strip(_AROUND)
