"""What Twilio means by an answer that is no success."""

import json
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from waapp.core.outcome import Outcome, Refused, Throttled, Unknown
from waapp.errors import AccountError, UserError

_PREFIX: Final = re.compile(r"^(?:Unable to \w+ record|Unable to fetch page):? ?")
_THROTTLED: Final = 20429
_WRONG_CREDENTIALS: Final = frozenset({20003, 401})
_NO_RIGHTS: Final = frozenset({20005, 20006, 20008, 20010, 20403, 403})
# A refusal without Twilio's own code under one of these may come from a gateway that gave up waiting.
_AMBIGUOUS: Final = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY, 499},
)


def outcome_of_refusal(status: int, answer: Any) -> Outcome:  # noqa: ANN401 - whatever JSON holds
    """Return what came of a message whose answer is no success."""
    code, text = code_and_text(status, answer)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status < HTTPStatus.BAD_REQUEST:
        return Unknown(f"http_{status}")
    if code == _THROTTLED:
        return Throttled()
    if code == status and status in _AMBIGUOUS:
        return Unknown(f"http_{status}")
    return Refused(code, text)


def problem(status: int, code: int, text: str) -> UserError:
    """Return the known error that an answer other than success means for a question."""
    if code in _WRONG_CREDENTIALS or status == HTTPStatus.UNAUTHORIZED:
        return AccountError("twilio_credentials")
    if code in _NO_RIGHTS or status == HTTPStatus.FORBIDDEN:
        return AccountError("twilio_forbidden", number=code)
    if status == HTTPStatus.NOT_FOUND:
        return UserError("twilio_not_found")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status < HTTPStatus.BAD_REQUEST:
        return UserError("twilio_unavailable", status=status)
    return UserError("twilio_refused", number=code, text=text)


def status_code_text(error: Any) -> tuple[int, int, str]:  # noqa: ANN401
    """Read the three kinds of exceptions that the package has for an answer that is no success."""
    if hasattr(error, "status"):
        text = getattr(error, "msg", None) or getattr(error, "detail", None) or getattr(error, "title", "")
        return int(error.status), _integer(error.code, int(error.status)), _PREFIX.sub("", str(text))
    # A list that failed: the package gives the bare response as an argument.
    arguments: Sequence[Any] = error.args
    response = arguments[1] if len(arguments) > 1 else None
    status = int(getattr(response, "status_code", 0))
    try:
        payload = json.loads(getattr(response, "text", ""))
    except ValueError:
        payload = None
    return status, *code_and_text(status, payload)


def code_and_text(status: int, payload: Any) -> tuple[int, str]:  # noqa: ANN401
    """Read a refusal in either of the two forms that Twilio has for it."""
    if not isinstance(payload, dict):
        return status, ""
    text = payload.get("message") or payload.get("detail") or payload.get("title") or ""
    return _integer(payload.get("code"), status), str(text)


def _integer(value: object, default: int) -> int:
    try:
        return int(str(value))
    except ValueError:
        return default
