"""Every code that a user may meet has its words, and the words get what they ask for."""

import ast
import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest

import waapp
from waapp import texts
from waapp.core.errors_twilio import load_table
from waapp.core.events import EventDraft, check_event
from waapp.core.guests import GuestDraft, check_guest
from waapp.core.phone import PhoneProblem
from waapp.core.plan import Blocker, BlockerCode, Exclusion, Notice, NoticeCode, Reason
from waapp.core.rows import RowCode
from waapp.core.status import Shown
from waapp.core.template import TemplateDraft
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind
from waapp.core.template_rules import PART_RULES, RULES, check, check_draft, check_message
from waapp.core.template_values import BUILT_IN, check_values
from waapp.errors import DatabaseError, UserError
from waapp.paths import data_dir
from waapp.texts.errors import NO_LONGER

PACKAGE = Path(waapp.__file__).parent
ERROR_CLASSES = {"UserError", "DatabaseError", "AccountError"}
TABLES = {
    "ERRORS": {code: f"{words.what} {words.todo}" for code, words in texts.ERRORS.items()},
    "FIELDS": texts.FIELDS,
    "FINDINGS": texts.FINDINGS,
    "FIXES": texts.FIXES,
    "VALUES": texts.VALUES,
    "VARIABLES": texts.VARIABLES,
    "STATES": texts.STATES,
    "REASONS": texts.REASONS,
    "REASON_COUNTS": texts.REASON_COUNTS,
    "BLOCKERS": texts.BLOCKERS,
    "NOTICES": texts.NOTICES,
    "ROWS": texts.ROWS,
    "PAUSES": texts.PAUSES,
    "OWN_CODES": texts.OWN_CODES,
    "NO_ANSWERS": texts.NO_ANSWERS,
    "REJECTIONS": texts.REJECTIONS,
    "STARTERS": texts.STARTERS,
}
ALL = [(name, code, words) for name, table in TABLES.items() for code, words in table.items()]


@pytest.fixture(autouse=True)
def _english():
    yield
    texts.use_translator(lambda text: text)


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


# Errors that the code raises, read from the code itself


@cache
def raised() -> tuple[tuple[str, str, set[str], bool], ...]:
    """Return where, code, parameters, and whether further parameters come by `**`."""
    return tuple(_raised())


def _raised() -> Iterator[tuple[str, str, set[str], bool]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in ERROR_CLASSES and node.args:
                where = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                given = {keyword.arg for keyword in node.keywords if keyword.arg}
                more = any(keyword.arg is None for keyword in node.keywords)
                for code in _codes(node.args[0], tree):
                    yield where, code, given, more


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _codes(argument: ast.expr, tree: ast.Module) -> list[str]:
    match argument:
        case ast.Constant(value=str(code)):
            return [code]
        case ast.IfExp(body=body, orelse=orelse):
            return [*_codes(body, tree), *_codes(orelse, tree)]
    # A code worked out at run time: any that stands in this module and looks like one of ours.
    prefixes = tuple({code.partition("_")[0] + "_" for code in texts.ERRORS})
    strings = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [
        s for s in strings if isinstance(s, str) and re.fullmatch("[a-z_]+", s) and s.startswith(prefixes)
    ]


def test_the_code_raises_known_troubles():
    assert len({code for _, code, _, _ in raised()}) > 20


def test_every_error_that_is_raised_has_words():
    assert {(where, code) for where, code, _, _ in raised() if code not in texts.ERRORS} == set()


def test_no_words_are_left_over():
    found = {code for _, code, _, _ in raised()}
    assert set(texts.ERRORS) - found == set(NO_LONGER.values())


def test_every_error_gets_what_its_words_ask_for():
    lacking = {
        (where, code, name)
        for where, code, given, more in raised()
        if code in texts.ERRORS and not more
        for name in placeholders(TABLES["ERRORS"][code]) - given
    }
    assert lacking == set()


# The other tables


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (texts.STATES, Shown),
        (texts.REASONS, Reason),
        (texts.REASON_COUNTS, Reason),
        (texts.BLOCKERS, BlockerCode),
        (texts.NOTICES, NoticeCode),
        (texts.ROWS, RowCode),
        (texts.FINDINGS, (*RULES, *PART_RULES)),
        (texts.VARIABLES, BUILT_IN),
    ],
)
def test_tables_are_complete_and_have_nothing_else(table, codes):
    assert set(table) == set(codes)


def strings_of(*modules: str) -> set[str]:
    """Return what stands between quotes in these modules."""
    trees = (ast.parse((PACKAGE / module).read_text(encoding="utf-8")) for module in modules)
    constants = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {constant for constant in constants if isinstance(constant, str)}


def test_every_fix_has_a_label():
    sources = [
        (PACKAGE / "core" / name).read_text(encoding="utf-8")
        for name in ("template_checks.py", "template_part_checks.py")
    ]
    made = {code for source in sources for code in re.findall(r'Fix\(\s*"(\w+)"', source)}
    made |= {"mend_name", "mend_braces"}
    assert made == set(texts.FIXES)


def test_every_problem_of_a_value_has_words():
    codes = {
        text
        for text in strings_of("core/template_values.py")
        if re.fullmatch(r"value_\w+|\w+_filled_too_long", text)
    }
    assert codes | {"rendered_too_long"} == set(texts.VALUES)


def test_every_problem_of_a_field_has_words():
    endings = "missing|too_long|unlikely|unknown|wrong|has_blank|braces|not_web|half|whole_day|skipped"
    strings = strings_of("core/events.py", "core/guests.py", "core/template_rules.py")
    codes = (
        {text for text in strings if re.fullmatch(rf"[a-z_]+_({endings})", text)}
        - set(RULES)
        - set(PART_RULES)
    )
    codes |= {f"phone_{problem}" for problem in PhoneProblem if problem is not PhoneProblem.EMPTY}
    # That a name is taken only the database knows.
    assert codes | {"template_name_taken"} == set(texts.FIELDS)


@pytest.mark.parametrize(
    ("problems", "fields"),
    [
        (check_event(EventDraft("", None, "x" * 301, "?", "??", "a b")), 5),
        (check_guest(GuestDraft("", "x", "x", "x" * 101, "klingon"), "PT"), 5),
        (check_draft(TemplateDraft("?", "", "", "?", "?")), 5),
    ],
)
def test_real_problems_of_fields_have_words(problems, fields):
    assert len(problems) == fields
    assert all(texts.field_problem(code).endswith(".") for code in problems.values())


BAD_TEXTS = [
    "",
    "x" * 1025,
    "{{gest_name}}{{b}} {x} {{#}} ｛｛guest_name｝｝ {{7}}",
    "🎉 {{guest_name}} 🎉",
    " **a**  [b](https://x.example) <b>     bit.ly/x «guest name» \0" + "🎉" * 11 + "\na\nb\nc\nd\ne\n{{x}}",
]


def test_real_findings_about_parts_fill_their_words():
    long = "x" * 2100
    draft = TemplateDraft(
        "bad",
        "Bad",
        "Hello",
        header=Header(HeaderKind.TEXT, "*🎉*\n{{a}} {{b}}" + long),
        footer="*🎉*\n{{a}}" + long,
        buttons=(
            *(Button(ButtonKind.QUICK_REPLY, "*Yes* 🎉\n{{a}}" + "x" * length) for length in (9, 30)),
            *(Button(ButtonKind.URL, "Yes", f"http://{{{{a}}}} {long}") for _ in range(6)),
            *(Button(ButtonKind.PHONE, "", "+351 912 000 000") for _ in range(2)),
            *(Button(ButtonKind.COPY_CODE, "a reply that is long!", value) for value in ("", long)),
            Button(ButtonKind.QUICK_REPLY, "a reply that is long!"),
            Button(ButtonKind.URL, "x"),
            Button(ButtonKind.URL, "y", "{{rsvp_link}}"),
        ),
    )
    film = replace(draft, header=Header(HeaderKind.VIDEO, f"http://{{{{a}}}}.gif {long}"))
    found = [*check_message(draft, BUILT_IN), *check_message(film, BUILT_IN)]
    found += check_message(replace(draft, header=Header(HeaderKind.TEXT, " ")), BUILT_IN)
    assert {finding.code for finding in found} >= set(PART_RULES)
    for finding in found:
        _assert_filled(texts.FINDINGS[finding.code], finding.params)
        if finding.fix:
            _assert_filled(texts.FIXES[finding.fix.code], finding.params)


@pytest.mark.parametrize("content", BAD_TEXTS)
def test_real_findings_fill_their_words(content):
    found = check(content, BUILT_IN, samples={}, others=(content,))
    assert found
    for finding in found:
        _assert_filled(texts.FINDINGS[finding.code], finding.params)
        if finding.fix:
            _assert_filled(texts.FIXES[finding.fix.code], finding.params)


@pytest.mark.parametrize("value", ["", "a\nb", "a\tb", "a     b", "{{", "\0x", "x" * 251, "x" * 1601, "*a*"])
def test_real_problems_of_values_fill_their_words(value):
    problems = check_values("Dear {{a}}", {"a": value})
    assert problems
    for problem in problems:
        _assert_filled(texts.VALUES[problem.code], problem.params)
        assert "{" not in texts.value_problem(problem).replace("{{", "")


def _assert_filled(words: str, params: Mapping[str, object]) -> None:
    assert placeholders(words) <= set(params)


# How the words are written


@pytest.mark.parametrize(("table", "code", "words"), ALL, ids=lambda value: str(value)[:40])
def test_words_are_plain_and_well_formed(table, code, words):
    assert words == words.strip()
    assert "  " not in words
    assert not re.search(r"\b(null|UUID|API|SID|JSON|HTTP|timeout|token|exception|63\d{3}|2\d{4})\b", words)
    assert re.match(r"[A-Z{“(1]|waapp", words), "sentences start with a capital"
    assert "'" not in words or re.search(r"\w'(s|t|re|ll)\b|s' ", words)
    for _, name, spec, conversion in string.Formatter().parse(words):
        assert name is None or name.isidentifier()
        assert conversion is None
        assert not spec or "|" in spec or spec == "d"


def test_a_code_stands_for_one_thing_only():
    names = [code for table in ("FIELDS", "FINDINGS", "VALUES", "ROWS") for code in TABLES[table]]
    assert len(names) == len(set(names))


# Filling in


def test_errors_are_told_with_what_to_do():
    error = UserError("event_unknown", name="Gala")
    assert texts.one_line(error) == "There is no event “Gala”. Check the name; the list of events shows them."
    assert texts.message(error).what == "There is no event “Gala”."
    assert texts.say("event_unknown", name="Gala") == texts.one_line(error)


def test_an_error_in_several_lines_is_told_in_one():
    error = DatabaseError("database_refused", database="x", detail="one\ntwo")
    assert "\n" not in texts.one_line(error)


def test_an_error_may_name_another_trouble():
    blocked = texts.say("send_blocked", blocker="nobody_left")
    assert texts.BLOCKERS[BlockerCode.NOBODY_LEFT] in blocked
    whole = Blocker(BlockerCode.EVENT_INCOMPLETE, {"names": ("rsvp_link",)})
    assert "{{rsvp_link}}" in texts.say("send_blocked", blocker=whole)


def test_what_the_event_lacks_is_named_with_what_to_do():
    assert texts.blocker(Blocker(BlockerCode.EVENT_INCOMPLETE, {"names": ("event_date", "rsvp_link")})) == (
        "The event has no “Date”, “Answer link”. "
        "Add it under Events → Edit, or take {{event_date}}, {{rsvp_link}} out of the text."
    )


def test_codes_at_an_invitation_have_words():
    table = load_table((data_dir("resources") / "twilio_errors.toml").read_text(encoding="utf-8"))
    written = "".join(
        (PACKAGE / "db" / name).read_text(encoding="utf-8")
        for name in ("claims.py", "guest_merging.py", "opt_outs.py", "settling.py")
    )
    assert set(re.findall(r"twilio_error_code = (?:CASE WHEN [\w.: >0-9]+ THEN )?'(\w+)'", written)) == set(
        texts.OWN_CODES
    )
    assert texts.cause("opted_out", "x", table) == texts.OWN_CODES["opted_out"]
    assert texts.cause("63024", "x", table) == table.get(63024).meaning


def test_what_kept_twilio_from_answering_has_words():
    transport = (PACKAGE / "whatsapp/transport.py").read_text(encoding="utf-8")
    words = set(
        re.findall(r'"(\w+)"', transport[transport.index("def _why") : transport.index("def _seconds")])
    )
    assert words | {"unreadable"} == set(texts.NO_ANSWERS)
    table = load_table((data_dir("resources") / "twilio_errors.toml").read_text(encoding="utf-8"))
    assert texts.cause(None, "dns", table) == texts.NO_ANSWERS["dns"]
    assert texts.cause(None, "http_503", table) == "Twilio had a fault (503)."
    assert texts.cause(None, "Twilio's own text", table) == "Twilio's own text"
    assert texts.cause(None, None, table) == ""


@pytest.mark.parametrize(("name", "gone"), [("Gala", False), (uuid4(), True), ("", True)])
def test_what_the_program_itself_looked_up_in_vain_is_gone(name, gone):
    assert (texts.say("event_unknown", name=name) == texts.say("event_gone")) is gone


def test_an_error_without_words_is_still_named():
    assert "(odd_code)" in texts.say("odd_code", x=1)


@pytest.mark.parametrize(
    ("text", "params", "filled"),
    [
        ("plain", {}, "plain"),
        ("{n:guest|guests}", {"n": 0}, "0 guests"),
        ("{n:guest|guests}", {"n": 1}, "1 guest"),
        ("{n:guest|guests}", {"n": 1234}, "1,234 guests"),
        ("{n} of {m}", {"n": 1234, "m": "x"}, "1,234 of x"),
        ("{n:d}", {"n": 63016}, "63016"),
        ("{missing} {n}", {"n": 1}, "{missing} 1"),
        ("{missing:guest|guests}", {}, "{missing}"),
        ("{{{{{name}}}}}", {"name": "a"}, "{{a}}"),
        ("{name}", {"name": "{n} {{"}, "{n} {{"),
        ("{", {}, "{"),
        ("{0} {x.y} {}", {"x": 1}, "{0} {x.y} {}"),
        ("{n:guest|guests}", {"n": "many"}, "{n:guest|guests}"),
    ],
)
def test_placeholders_are_filled_and_nothing_raises(text, params, filled):
    assert texts.tr(text, **params) == filled


def test_counting():
    assert texts.count(1, "guest", "guests") == "1 guest"
    assert texts.count(2, "guest", "guests") == "2 guests"


def test_a_translator_replaces_every_text_from_then_on():
    polish = {"{n:guest|guests}": "{n:gość|goście|gości}", "Not invited": "Nie zaproszono"}

    def plural(n: int) -> int:
        return 0 if n == 1 else 1 if n % 10 in {2, 3, 4} and n % 100 not in {12, 13, 14} else 2

    texts.use_translator(lambda text: polish.get(text, text), plural)
    assert texts.state(Shown.NONE) == "Nie zaproszono"
    assert [texts.count(n, "guest", "guests") for n in (1, 2, 5, 22)] == [
        "1 gość",
        "2 goście",
        "5 gości",
        "22 goście",
    ]


@pytest.mark.parametrize(
    ("reason", "detail", "words"),
    [
        (Reason.NO_NUMBER, {}, "No phone number"),
        (Reason.ALREADY_INVITED, {"by": "Maria", "at": "2027"}, "Has got this message already, from Maria"),
        (Reason.SAME_PHONE, {"other": "Ines"}, "Shares a phone with Ines, who gets the message"),
        (
            Reason.MISSING_VALUE,
            {"code": "value_missing", "name": "event_location"},
            "Place is empty for this guest",
        ),
        (
            Reason.MISSING_VALUE,
            {"code": "value_missing", "name": "table_no"},
            "Table no is empty for this guest",
        ),
        (
            Reason.BAD_VALUE,
            {"code": "value_too_long", "name": "guest_name", "length": "1601", "limit": "1600"},
            "Guest's name holds something that WhatsApp refuses: It has 1,601 characters; WhatsApp takes 1,600.",
        ),
        (
            Reason.TOO_LONG,
            {"code": "rendered_too_long", "length": "1025", "limit": "1024", "over": "1"},
            "The message would be too long for this guest: 1,025 of 1,024 characters",
        ),
    ],
)
def test_why_a_guest_is_left_out(reason, detail, words):
    assert texts.exclusion(Exclusion(uuid4(), "Ana", "", reason, detail)) == words


def test_reasons_blockers_and_notices_are_filled():
    assert texts.reason_count(Reason.LANDLINE, 1) == "1 guest has only a landline"
    assert texts.reason_count(Reason.LANDLINE, 9) == "9 guests have only a landline"
    assert texts.blocker(Blocker(BlockerCode.NOBODY_LEFT)) == texts.BLOCKERS[BlockerCode.NOBODY_LEFT]
    notice = Notice(
        NoticeCode.OVER_DAILY_LIMIT, {"limit": 250, "used": 3, "over": 1, "until": date(2027, 5, 4)}
    )
    assert texts.notice(notice).endswith("1 guest will have to wait, the last of them until 2027-05-04.")
    assert texts.row_finding("row_no_phone", {}) == "No phone number."
    assert texts.row_finding("email_wrong", {"text": "x"}) == "This is not an e-mail address."


def test_variables_have_names_for_people():
    assert texts.variable("event_date") == "Date"
    assert texts.variable("table_no") == "Table no"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("PROMOTIONAL", "advertising"),
        ("promotional", "advertising"),
        ("The footer is too long.", "The footer is too long."),
        ("NONE", "does not say why"),
        (None, "does not say why"),
    ],
)
def test_why_whatsapp_rejects_a_text(reason, words):
    assert words in texts.rejection(reason)
