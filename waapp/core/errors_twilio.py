"""Twilio's error codes: what each means to a planner, what to do, and whether trying again can help. Pure.

The codes themselves are data, `resources/twilio_errors.toml`: Twilio may re-map them at any time.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class ErrorClass(StrEnum):
    """Whom an error concerns, and with it what the engine may do.

    `TRANSIENT` may be tried again by itself, `WAIT` only after a pause. `GUEST` ends the matter for this
    guest, `CONTENT` until the text is mended. `ACCOUNT` concerns every message: the whole run pauses.
    `UNKNOWN`: the message may have been sent, so it must be looked for and never repeated. `INFO` is no failure.
    """

    TRANSIENT = "transient"
    WAIT = "wait"
    GUEST = "guest"
    CONTENT = "content"
    ACCOUNT = "account"
    UNKNOWN = "unknown"
    INFO = "info"


class Retries(StrEnum):
    """How often an automatic attempt may follow: never, once, or until the row's own maximum."""

    NONE = "none"
    ONCE = "once"
    UNTIL_MAX = "until_max"


_CAN_REPEAT: Final = frozenset({ErrorClass.TRANSIENT, ErrorClass.WAIT})
_DOCUMENTATION: Final = "https://www.twilio.com/docs/api/errors/"


@dataclass(frozen=True, slots=True)
class TwilioError:
    """One code. `waits` are the seconds before the second, third … attempt; the last one repeats.

    `meaning` and `advice` are for the planner and name no code; `known` tells whether the table had it.
    """

    code: int
    cls: ErrorClass
    meaning: str
    advice: str
    retries: Retries = Retries.NONE
    waits: tuple[float, ...] = ()
    known: bool = True

    @property
    def link(self) -> str:
        """Twilio's own page about the code."""
        return f"{_DOCUMENTATION}{self.code}"

    def wait_before(self, attempt: int) -> float | None:
        """Return the seconds to wait after the failed attempt number `attempt` (1, 2, …).

        None means that no attempt may follow. Seconds of 0 leave the pause to the caller's own back-off.
        """
        if self.retries is Retries.NONE or (self.retries is Retries.ONCE and attempt > 1):
            return None
        if not self.waits:
            return 0.0
        return self.waits[min(attempt, len(self.waits)) - 1]


@dataclass(frozen=True, slots=True)
class Table:
    """All codes, and what to think of those that are not in it."""

    _errors: Mapping[int, TwilioError] = field(repr=False)
    _by_region: Mapping[tuple[int, str], TwilioError] = field(repr=False)
    _defaults: Mapping[str, TwilioError] = field(repr=False)

    @property
    def codes(self) -> frozenset[int]:
        """The codes that the table knows."""
        return frozenset(self._errors)

    def get(self, code: int | str, region: str | None = None) -> TwilioError:
        """Return what a code means for a recipient in a region (ISO 3166); unknown codes get a safe default.

        Some codes are final for one country and temporary elsewhere. The default never tries again.
        """
        number = _number(code)
        special = self._by_region.get((number, region)) if region else None
        found = special or self._errors.get(number)
        if found is not None:
            return found
        default = self._defaults[_default_class(number)]
        return TwilioError(number, default.cls, default.meaning, default.advice, known=False)


def load_table(text: str) -> Table:
    """Read the table from its TOML text.

    Raises ValueError for a text that is not such a table, for a code that is there twice, and for a
    repetition of an error that must not be repeated: the file comes with the program, so it is our mistake.
    """
    document = tomllib.loads(text)
    errors: dict[int, TwilioError] = {}
    by_region: dict[tuple[int, str], TwilioError] = {}
    for entry in document["error"]:
        for code in entry["codes"]:
            error = _error(code, entry)
            for region in entry.get("regions", ()):
                by_region[code, region] = error
            if "regions" in entry:
                continue
            if code in errors:
                raise ValueError(f"code {code} is there twice")
            errors[code] = error
    defaults = {name: _error(0, entry) for name, entry in document["default"].items()}
    return Table(errors, by_region, defaults)


def _error(code: int, entry: Mapping[str, object]) -> TwilioError:
    waits = entry.get("waits", ())
    if not isinstance(waits, list | tuple):
        raise TypeError(f"waits of code {code}")
    error = TwilioError(
        code,
        ErrorClass(str(entry["class"])),
        str(entry["meaning"]),
        str(entry["advice"]),
        Retries(str(entry.get("retries", Retries.NONE))),
        tuple(float(seconds) for seconds in waits),
    )
    if (error.retries is not Retries.NONE) is not (error.cls in _CAN_REPEAT):
        raise ValueError(f"code {code}: class {error.cls} with retries {error.retries}")
    return error


def _number(code: int | str) -> int:
    try:
        return int(code)
    except ValueError:
        return 0


def _default_class(code: int) -> str:
    """Name the default for a code nobody has described: by the thousands that Twilio gave its areas."""
    if 20_000 <= code < 21_000 or 90_000 <= code < 92_000 or code < 1_000:
        return "account"
    if 21_000 <= code < 22_000 or 35_000 <= code < 36_000 or 92_000 <= code < 93_000:
        return "content"
    return "guest"
