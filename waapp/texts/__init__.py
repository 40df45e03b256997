"""The words that users read, by code. Free of Qt, so that the command line has them too.

Sources are English; a translator that the program sets once at its start replaces them. Words are looked up
when they are shown, never when a module is imported: the language may not be chosen by then.
"""

from collections.abc import Mapping
from typing import Final

from waapp.core.errors_twilio import Table
from waapp.core.plan import Blocker, BlockerCode, Exclusion, Notice, Reason
from waapp.core.status import Shown
from waapp.core.template_values import ValueProblem
from waapp.core.waiting import WaitReason
from waapp.errors import UserError
from waapp.texts.errors import ERRORS, NO_LONGER, Message
from waapp.texts.filling import count, tr, use_translator
from waapp.texts.guests import EXPORT_HEADINGS, FIELDS, ROWS
from waapp.texts.lines import who_could
from waapp.texts.plan import (
    BLOCKERS,
    NO_ANSWERS,
    NOTICES,
    OWN_CODES,
    PAUSES,
    REASON_COUNTS,
    REASONS,
    STATES,
    WAITS,
)
from waapp.texts.templates import FINDINGS, FIXES, REJECTIONS, STARTERS, VALUES, VARIABLES

__all__ = [
    "BLOCKERS",
    "ERRORS",
    "EXPORT_HEADINGS",
    "FIELDS",
    "FINDINGS",
    "FIXES",
    "NOTICES",
    "NO_ANSWERS",
    "OWN_CODES",
    "PAUSES",
    "REASONS",
    "REASON_COUNTS",
    "REJECTIONS",
    "ROWS",
    "STARTERS",
    "STATES",
    "VALUES",
    "VARIABLES",
    "WAITS",
    "Message",
    "blocker",
    "cause",
    "count",
    "exclusion",
    "field_problem",
    "message",
    "notice",
    "one_line",
    "reason_count",
    "rejection",
    "row_finding",
    "say",
    "state",
    "tr",
    "use_translator",
    "value_problem",
    "variable",
    "wait_reason",
    "who_could",
]


_ROW_WORDS: Final[Mapping[str, str]] = {**FIELDS, **{code.value: words for code, words in ROWS.items()}}


def message(error: UserError) -> Message:
    """Return what has happened and what to do, filled in; a code without words is named as it is."""
    return _message(error.code, error.params)


def one_line(error: UserError) -> str:
    """Return the same in one line, as the command line prints it."""
    return say(error.code, **error.params)


def say(code: str, **params: object) -> str:
    """Return an error's words by its code: what has happened and what to do, in one line."""
    words = _message(code, params)
    return " ".join(f"{words.what} {words.todo}".split())


def state(shown: Shown) -> str:
    """Return the word of an invitation's state."""
    return tr(STATES[shown])


def wait_reason(reason: WaitReason) -> str:
    """Return why something that is queued does not leave yet, as a part of a sentence: "quiet hours"."""
    return tr(WAITS[reason])


def variable(name: str) -> str:
    """Return what a variable stands for; a planner's own column is read as its heading."""
    return tr(VARIABLES[name]) if name in VARIABLES else name.replace("_", " ").capitalize()


def exclusion(left_out: Exclusion) -> str:
    """Return why one guest is left out."""
    params: dict[str, object] = dict(left_out.detail)
    if name := left_out.detail.get("name"):
        params["variable"] = variable(name)
    if (code := left_out.detail.get("code")) in VALUES:
        params["problem"] = _filled(VALUES[code], params)
    return _filled(REASONS[left_out.reason], params)


def reason_count(reason: Reason, guests: int) -> str:
    """Return how many guests are left out for a reason: "9 guests have only a landline"."""
    return tr(REASON_COUNTS[reason], n=guests)


def blocker(one: Blocker) -> str:
    """Return why the send cannot start."""
    params = dict(one.params)
    if isinstance(names := params.get("names"), tuple):
        params["variables"] = ", ".join(f"“{variable(name)}”" for name in names)
        params["placeholders"] = ", ".join(f"{{{{{name}}}}}" for name in names)
    return tr(BLOCKERS[one.code], **params)


def cause(code: str | None, message: str | None, table: Table, region: str | None = None) -> str:
    """Return why an invitation is as it is, from the code and the message that stand at it; may be empty.

    The code is Twilio's or one of ours, the message Twilio's text or our word for what kept it from answering.
    """
    if code in OWN_CODES:
        return tr(OWN_CODES[code])
    if code is not None and code.isdigit():
        return table.get(code, region).meaning
    if message in NO_ANSWERS:
        return tr(NO_ANSWERS[message])
    if message is not None and message.startswith("http_"):
        return tr("Twilio had a fault ({status}).", status=message.removeprefix("http_"))
    return message or ""


def notice(one: Notice) -> str:
    """Return what to know before sending."""
    return tr(NOTICES[one.code], **one.params)


def rejection(reason: str | None) -> str:
    """Return why WhatsApp rejects a text; what it says in words of its own is passed on."""
    known = (reason or "").strip()
    if known.upper() in REJECTIONS:
        return tr(REJECTIONS[known.upper()])
    return known if known.upper() not in {"", "NONE"} else tr("WhatsApp does not say why.")


def value_problem(problem: ValueProblem) -> str:
    """Return what is wrong with a value."""
    return tr(VALUES[problem.code], **problem.params)


def field_problem(code: str) -> str:
    """Return what is wrong with a field, by a code of `check_event`, `check_guest` or `check_draft`."""
    return tr(FIELDS[code])


def row_finding(code: str, params: Mapping[str, object]) -> str:
    """Return what there is to say about a row of an imported list."""
    return tr(_ROW_WORDS[code], **params)


def _filled(text: str, params: Mapping[str, object]) -> str:
    # Numbers that travelled as text come back as numbers, so that they get their plural.
    return tr(text, **{k: int(v) if isinstance(v, str) and v.isdigit() else v for k, v in params.items()})


def _message(code: str, params: Mapping[str, object]) -> Message:
    if code in NO_LONGER and not isinstance(params.get("name") or None, str):
        code = NO_LONGER[code]
    words = ERRORS.get(code)
    if words is None:
        return Message(tr("Something went wrong ({code}).", code=code), tr("The log file says more."))
    given = {name: _words_of(name, value) for name, value in params.items()}
    return Message(tr(words.what, **given), tr(words.todo, **given))


def _words_of(name: str, value: object) -> object:
    # What blocks a send comes whole, or is named by its code.
    if isinstance(value, Blocker):
        return blocker(value)
    if name == "blocker" and isinstance(value, str) and value in set(BlockerCode):
        return tr(BLOCKERS[BlockerCode(value)])
    return value
