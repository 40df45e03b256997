"""WhatsApp's rules for what stands around a template's text (reference, section 6.3): one function per rule."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from waapp.core.emoji import find_emoji
from waapp.core.findings import Finding, Fix, Level
from waapp.core.template import Parsed, Text, compile_template, parse
from waapp.core.template_content import Wording
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind, Part

HEADER_LIMIT: Final = 60
FOOTER_LIMIT: Final = 60
TITLE_LIMIT: Final = 25
REPLY_TITLE_LIMIT: Final = 20
"""Within a conversation a quick reply may be no longer, and the same content should work there too."""
BUTTON_LIMIT: Final = 10
URL_LIMIT: Final = 2000
CODE_LIMIT: Final = 15
_MOST_OF_KIND: Final = {
    ButtonKind.URL: (2, "too_many_urls"),
    ButtonKind.PHONE: (1, "too_many_phones"),
    ButtonKind.COPY_CODE: (1, "too_many_codes"),
}
_EXTENSIONS: Final = {
    HeaderKind.IMAGE: ("jpg", "jpeg", "png"),
    HeaderKind.VIDEO: ("mp4",),
    HeaderKind.DOCUMENT: ("pdf", "doc", "docx", "pptx", "xlsx"),
}

PART_RULES: Final = (
    "header_missing",
    "header_too_long",
    "header_many_variables",
    "header_emoji",
    "header_markup",
    "header_line_break",
    "media_not_https",
    "media_blank",
    "media_fixed_start",
    "media_extension",
    "media_too_long",
    "footer_too_long",
    "footer_variable",
    "footer_emoji",
    "footer_markup",
    "footer_line_break",
    "too_many_buttons",
    "too_many_urls",
    "too_many_phones",
    "too_many_codes",
    "replies_apart",
    "code_not_alone",
    "title_missing",
    "title_too_long",
    "reply_title_long",
    "title_variable",
    "title_line_break",
    "title_emoji",
    "title_markup",
    "titles_same",
    "url_missing",
    "url_not_https",
    "url_blank",
    "url_whole_link",
    "url_variable_place",
    "url_too_long",
    "phone_wrong",
    "code_missing",
    "code_too_long",
)
"""The codes of the findings about header, footer and buttons."""

_WHOLE_LINK: Final = "rsvp_link"

_LINE_BREAK: Final = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
_MARKUP: Final = re.compile(r"[*`]|(?<!\w)([_~])(?=\S).*?(?<=\S)\1(?!\w)")
_ADDRESS_START: Final = re.compile(r"https://[^/?#{}\s]+(?=[/?#]|$)", re.IGNORECASE)
_PHONE: Final = re.compile(r"\+[1-9]\d{6,14}")
_PHONE_SIGNS: Final = re.compile(r"[\s().\-/\u00a0]+")
_EXTENSION: Final = re.compile(r"\.(\w+)$")


@dataclass(frozen=True, slots=True)
class _Field:
    """One field, and what the codes of findings about it begin with."""

    text: str
    part: Part
    prefix: str
    button: int | None = None

    def finding(
        self,
        code: str,
        start: int,
        end: int,
        level: Level = Level.ERROR,
        fix: Fix | None = None,
        **params: object,
    ) -> Finding:
        return Finding(code, level, start, end, params, fix, self.part, self.button)

    def whole(
        self, code: str, level: Level = Level.ERROR, fix: Fix | None = None, **params: object
    ) -> Finding:
        return self.finding(code, 0, len(self.text), level, fix, **params)


def check_parts(wording: Wording, answer_link: str = "") -> Iterator[Finding]:
    """Return what header, footer and buttons break, whatever their variables are called.

    `answer_link` is the address that fixes put in place of the link to answer (`template_values.answer_address`).
    """
    if wording.header is not None:
        yield from _header(wording.header)
    if wording.footer:
        yield from _footer(wording.footer)
    yield from _set_of_buttons(wording)
    for index, button in enumerate(wording.buttons):
        yield from _title(index, button)
        yield from _value(index, button, answer_link)


def _header(header: Header) -> Iterator[Finding]:
    field = _Field(header.value, Part.HEADER, "header")
    if not header.value.strip():
        yield field.whole("header_missing")
    elif header.is_media:
        yield from _media(field, header.kind)
    else:
        yield from _length(field, HEADER_LIMIT)
        placeholders = parse(header.value).placeholders
        if len(placeholders) > 1:
            second = placeholders[1]
            yield field.finding("header_many_variables", second.start, second.end, name=second.name)
        yield from _plain_line(field)


def _media(field: _Field, kind: HeaderKind) -> Iterator[Finding]:
    address = field.text
    yield from _address(field, "media")
    parsed = parse(address)
    start = _ADDRESS_START.match(address)
    if parsed.placeholders and (start is None or parsed.placeholders[0].start < start.end()):
        first = parsed.placeholders[0]
        yield field.finding("media_fixed_start", first.start, first.end, name=first.name)
    path = re.split(r"[?#]", address, maxsplit=1)[0]
    if path.endswith("}}"):
        return  # the sample shows it
    found = _EXTENSION.search(path)
    wanted = _EXTENSIONS[kind]
    if found is None or found[1].lower() not in wanted:
        yield field.whole("media_extension", Level.WARNING, extensions=", ".join(wanted))


def _footer(footer: str) -> Iterator[Finding]:
    field = _Field(footer, Part.FOOTER, "footer")
    yield from _length(field, FOOTER_LIMIT)
    for variable in parse(footer).placeholders:
        fix = Fix("remove", _without(footer, variable.start, variable.end))
        yield field.finding("footer_variable", variable.start, variable.end, fix=fix, name=variable.name)
    yield from _plain_line(field)


def _title(index: int, button: Button) -> Iterator[Finding]:
    field = _Field(button.title, Part.BUTTON_TITLE, "title", index)
    if not button.title.strip():
        yield field.whole("title_missing")
        return
    length = len(button.title)
    if length > TITLE_LIMIT:
        yield field.finding(
            "title_too_long", TITLE_LIMIT, length, limit=TITLE_LIMIT, over=length - TITLE_LIMIT
        )
    elif button.kind is ButtonKind.QUICK_REPLY and length > REPLY_TITLE_LIMIT:
        yield field.finding(
            "reply_title_long", REPLY_TITLE_LIMIT, length, Level.WARNING, limit=REPLY_TITLE_LIMIT
        )
    for variable in parse(button.title).placeholders:
        fix = Fix("remove", _without(button.title, variable.start, variable.end))
        yield field.finding("title_variable", variable.start, variable.end, fix=fix, name=variable.name)
    yield from _plain_line(field, lenient=True)


def _value(index: int, button: Button, answer_link: str) -> Iterator[Finding]:
    field = _Field(button.value, Part.BUTTON_VALUE, "url", index)
    match button.kind:
        case ButtonKind.QUICK_REPLY:
            return
        case ButtonKind.URL:
            yield from _url(field, answer_link)
        case ButtonKind.PHONE:
            yield from _phone(field)
        case ButtonKind.COPY_CODE:
            if not button.value.strip():
                yield field.whole("code_missing")
            elif len(button.value) > CODE_LIMIT:
                yield field.finding(
                    "code_too_long", CODE_LIMIT, len(button.value), Level.WARNING, limit=CODE_LIMIT
                )


def _url(field: _Field, answer_link: str) -> Iterator[Finding]:
    if not field.text.strip():
        yield field.whole("url_missing")
        return
    placeholders = parse(field.text).placeholders
    whole = next((variable for variable in placeholders if variable.name == _WHOLE_LINK), None)
    if whole is not None:
        # It is an address already: WhatsApp wants to see the part that is the same for everybody.
        fix = Fix("use_answer_link", answer_link) if answer_link else None
        yield field.finding("url_whole_link", whole.start, whole.end, fix=fix)
        return
    yield from _address(field, "url")
    start = _ADDRESS_START.match(field.text)
    for place, variable in enumerate(placeholders):
        # A start that never changes is what WhatsApp approves; the rest is the guest's.
        fixed = start is not None and variable.start >= start.end()
        if place > 0 or variable.end != len(field.text) or not fixed:
            yield field.finding("url_variable_place", variable.start, variable.end, name=variable.name)


def _phone(field: _Field) -> Iterator[Finding]:
    if _PHONE.fullmatch(field.text):
        return
    bare = _PHONE_SIGNS.sub("", field.text)
    bare = f"+{bare[2:]}" if bare.startswith("00") else bare
    fix = Fix("bare_number", bare) if _PHONE.fullmatch(bare) else None
    yield field.whole("phone_wrong", fix=fix)


def _address(field: _Field, prefix: str) -> Iterator[Finding]:
    """Check what every address keeps to: https, no blanks, not too long."""
    text = field.text
    if not text.lower().startswith("https://"):
        bare = re.sub(r"^\s*(?:[a-z]+:/*)?", "", text, flags=re.IGNORECASE)
        fix = Fix("use_https", f"https://{bare}") if bare and not bare.startswith("{") else None
        yield field.finding(f"{prefix}_not_https", 0, len(text), fix=fix)
    words = "".join(s.text if isinstance(s, Text) else "x" * (s.end - s.start) for s in parse(text).segments)
    for blank in re.finditer(r"\s+", words):
        fix = Fix("remove", "".join(text.split()))
        yield field.finding(f"{prefix}_blank", blank.start(), blank.end(), fix=fix)
    length = len(compile_template(text).body)
    if length > URL_LIMIT:
        yield field.finding(f"{prefix}_too_long", URL_LIMIT, len(text), limit=URL_LIMIT)


def _set_of_buttons(wording: Wording) -> Iterator[Finding]:
    buttons = wording.buttons
    field = _Field("", Part.BUTTONS, "buttons")
    if len(buttons) > BUTTON_LIMIT:
        yield field.whole("too_many_buttons", buttons=len(buttons), limit=BUTTON_LIMIT)
    kinds = Counter(button.kind for button in buttons)
    for kind, (limit, code) in _MOST_OF_KIND.items():
        if kinds[kind] > limit:
            yield field.whole(code, buttons=kinds[kind], limit=limit)
    replies = [button.kind is ButtonKind.QUICK_REPLY for button in buttons]
    if sum(one != other for one, other in pairwise(replies)) > 1:
        grouped = tuple(sorted(buttons, key=lambda button: button.kind is not ButtonKind.QUICK_REPLY))
        yield field.whole("replies_apart", fix=Fix("group_replies", "", grouped))
    if kinds[ButtonKind.COPY_CODE] and (
        wording.header is not None or wording.footer or kinds[ButtonKind.QUICK_REPLY]
    ):
        yield field.whole("code_not_alone")
    seen: dict[str, int] = {}
    for index, button in enumerate(buttons):
        title = " ".join(button.title.split()).casefold()
        if title and seen.setdefault(title, index) != index:
            same = _Field(button.title, Part.BUTTON_TITLE, "title", index)
            yield same.whole("titles_same", title=button.title.strip())


def _length(field: _Field, limit: int) -> Iterator[Finding]:
    length = len(compile_template(field.text).body)
    if length > limit:
        over = length - limit
        start = min(limit, len(field.text) - 1)
        yield field.finding(f"{field.prefix}_too_long", start, len(field.text), limit=limit, over=over)


def _plain_line(field: _Field, *, lenient: bool = False) -> Iterator[Finding]:
    """Check that a field is one line of plain words; `lenient` where a source for the rule is missing."""
    level = Level.WARNING if lenient else Level.ERROR
    for match in _LINE_BREAK.finditer(field.text):
        fix = Fix("join_lines", _LINE_BREAK.sub(" ", field.text).strip())
        yield field.finding(f"{field.prefix}_line_break", match.start(), match.end(), fix=fix)
    for start, end in find_emoji(field.text):
        fix = Fix("remove", _without(field.text, start, end))
        yield field.finding(f"{field.prefix}_emoji", start, end, level, fix)
    yield from _outside_variables(field, parse(field.text), level)


def _outside_variables(field: _Field, parsed: Parsed, level: Level) -> Iterator[Finding]:
    # The underscore of a variable's name is no markup.
    words = "".join(s.text if isinstance(s, Text) else "\0" * (s.end - s.start) for s in parsed.segments)
    for match in _MARKUP.finditer(words):
        start, end = match.span()
        plain = field.text[start:end].strip("*_~`")
        fix = Fix("remove", field.text[:start] + plain + field.text[end:])
        yield field.finding(f"{field.prefix}_markup", start, end, level, fix, text=field.text[start:end])


def _without(text: str, start: int, end: int) -> str:
    return " ".join((text[:start] + " " + text[end:]).split())


def about(finding: Finding, part: Part, button: int | None = None) -> Finding:
    """Return the finding of a rule for all texts as one about a part."""
    return replace(finding, part=part, button=button)
