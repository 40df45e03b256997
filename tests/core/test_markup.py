"""WhatsApp's markup as the guest's phone shows it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.links import find_links
from waapp.core.markup import PLAIN, Kind, Style, parse, to_plain

LETTERS = {"b": Style.BOLD, "i": Style.ITALIC, "s": Style.STRIKE, "c": Style.CODE, "m": Style.MONO}
KINDS = {Kind.LINE: "", Kind.BULLET: "• ", Kind.QUOTE: "▎ "}


def show(text):
    """Write a message as `[b:bold]`, `[bi:both]`, one string for each line."""
    lines = []
    for block in parse(text):
        lead = f"{block.number}) " if block.kind is Kind.NUMBER else KINDS[block.kind]
        lines.append(lead + "".join(show_span(span) for span in block.spans))
    return lines


def show_span(span):
    letters = "".join(letter for letter, style in LETTERS.items() if style in span.style)
    text = f"<{span.text}>" if span.target else span.text
    return f"[{letters}:{text}]" if letters else text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # The three markers
        ("*bold*", "[b:bold]"),
        ("_italic_", "[i:italic]"),
        ("~struck~", "[s:struck]"),
        ("a *b c* d", "a [b:b c] d"),
        ("*a* *b*", "[b:a] [b:b]"),
        ("*a* and _b_ and ~c~", "[b:a] and [i:b] and [s:c]"),
        # They touch the text on the inside
        ("* a*", "• a*"),
        ("x * a*", "x * a*"),
        ("*a *", "*a *"),
        ("*a *b*", "[b:a *b]"),
        ("_ a _", "_ a _"),
        ("~ a~", "~ a~"),
        # … and no letter or digit on the outside
        ("a*b*c", "a*b*c"),
        ("a*b*", "a*b*"),
        ("*b*c", "*b*c"),
        ("*b*c*", "[b:b*c]"),
        ("snake_case_name", "snake_case_name"),
        ("Ana_Maria_", "Ana_Maria_"),
        ("_Ana_Maria_", "[i:Ana_Maria]"),
        ("2*3*4", "2*3*4"),
        ("क्या*b*", "क्या*b*"),
        ("(*a*)", "([b:a])"),
        ("*a*!", "[b:a]!"),
        ("“*a*”", "“[b:a]”"),
        ("🎉*a*🎉", "🎉[b:a]🎉"),
        ("*مرحبا*", "[b:مرحبا]"),
        # Alone, empty or doubled they are ordinary signs
        ("*", "*"),
        ("**", "**"),
        ("***", "***"),
        ("*a", "*a"),
        ("a*", "a*"),
        ("**a**", "*[b:a]*"),
        ("__a__", "_[i:a]_"),
        ("5 * 3 * 2", "5 * 3 * 2"),
        ("*_*", "[b:_]"),
        # Nesting
        ("*_a_*", "[bi:a]"),
        ("_*~a~*_", "[bis:a]"),
        ("*a _b_ c*", "[b:a ][bi:b][b: c]"),
        ("*a _b* c_", "[b:a _b] c_"),
        ("_a *b_ c*", "[i:a *b] c*"),
        ("*a *b* c*", "[b:a *b] c*"),
        # Code: nothing inside counts
        ("`code`", "[c:code]"),
        ("`*a*`", "[c:*a*]"),
        ("`a` and `b`", "[c:a] and [c:b]"),
        ("*`a`*", "[bc:a]"),
        ("*a `b*` c*", "[b:a ][bc:b*][b: c]"),
        ("`` ` ``", "`` ` ``"),
        ("` `", "` `"),
        ("`a", "`a"),
        # Monospace
        ("```a b```", "[m:a b]"),
        ("x```a```y", "x[m:a]y"),
        ("```*a*```", "[m:*a*]"),
        ("*```a```*", "[bm:a]"),
        ("``` ```", "``` ```"),
        ("```a", "```a"),
        ("```a``` ```b```", "[m:a] [m:b]"),
        ("`a ```b``` c`", "`a [m:b] c`"),
        # Lists and quotes
        ("- item", "• item"),
        ("* item", "• item"),
        ("• item", "• item"),
        ("1. first", "1) first"),
        ("12. *twelfth*", "12) [b:twelfth]"),
        ("> quoted _text_", "▎ quoted [i:text]"),
        ("* *item*", "• [b:item]"),
        ("-item", "-item"),
        ("1.item", "1.item"),
        ("1234. item", "1234. item"),
        (" - item", " - item"),
        ("a - item", "a - item"),
        ("- ", "- "),
        (">quoted", ">quoted"),
        ("> - both", "▎ - both"),
        # Links
        ("see https://x.example/a_b_c.", "see <https://x.example/a_b_c>."),
        ("*https://x.example*", "[b:<https://x.example>]"),
        ("_see https://x.example/_", "[i:see ][i:<https://x.example/>]"),
        ("https://x.example/*a*b", "<https://x.example/*a*b>"),
        ("https://x.example/_a_/~b~", "<https://x.example/_a_/~b>~"),
        ("`https://x.example`", "[c:https://x.example]"),
        ("- www.example.com", "• <www.example.com>"),
        ("", ""),
        ("  ", "  "),
        ("<b>&amp;", "<b>&amp;"),
    ],
)
def test_one_line(text, shown):
    assert show(text) == [shown]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("*a\nb*", ["*a", "b*"]),
        ("a\n\nb", ["a", "", "b"]),
        ("- a\n- b\n1. c", ["• a", "• b", "1) c"]),
        ("```a\n*b*```", ["[m:a]", "[m:*b*]"]),
        ("x ```a\nb``` *y*", ["x [m:a]", "[m:b] [b:y]"]),
        ("```\na\n```", ["[m:a]"]),
        ("```a\n- b\n> c```", ["[m:a]", "[m:- b]", "[m:> c]"]),
        ("```a\n\nb```", ["[m:a]", "", "[m:b]"]),
        ("`a\nb`", ["`a", "b`"]),
    ],
)
def test_several_lines(text, lines):
    assert show(text) == lines


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("https://x.example/a?b=c#d", ["https://x.example/a?b=c#d"]),
        ("(https://x.example/a)", ["https://x.example/a"]),
        ("https://en.example/A_(b)", ["https://en.example/A_(b)"]),
        ("Go to https://x.example, now!", ["https://x.example"]),
        ("“https://x.example”…", ["https://x.example"]),
        ("HTTPS://X.EXAMPLE", ["HTTPS://X.EXAMPLE"]),
        ("www.example.com/a", ["http://www.example.com/a"]),
        ("example.com and a.example.pt/x.", ["http://example.com", "http://a.example.pt/x"]),
        ("casa.it/menu", ["http://casa.it/menu"]),
        ("Stop.it is.it now.So", []),
        ("e.g. i.e. 3.5 v1.2.3 file.pdf", []),
        ("https:// www. http://.", []),
        ("ana@mail.example.pt", ["mailto:ana@mail.example.pt"]),
        ("ana.sousa+x@example.com.", ["mailto:ana.sousa+x@example.com"]),
        ("@ana a@ a@b", []),
        ("+351 912 345 678", ["tel:+351912345678"]),
        ("call (11) 98765-4321 now", ["tel:11987654321"]),
        ("+1 (415) 555-2671.", ["tel:+14155552671"]),
        ("912 345 678", ["tel:912345678"]),
        ("2027-06-05, 05.06.2027, 5/6/2027", []),
        ("17:30 – 18:00, 12 345, 1234567", []),
        ("IBAN 1234 5678 9012 3456 7890", []),
        ("a https://x.example b +351 912 345 678", ["https://x.example", "tel:+351912345678"]),
    ],
)
def test_links_are_found(text, targets):
    links = find_links(text)
    assert [link.target for link in links] == targets
    assert all(0 <= link.start < link.end <= len(text) for link in links)


pieces = st.sampled_from(
    [
        "*",
        "_",
        "~",
        "`",
        "```",
        "*a*",
        "_b c_",
        "~d~",
        "- ",
        "> ",
        "1. ",
        "\n",
        " ",
        "https://x.example/",
        "é",
        "🎉",
    ]
)
messages = st.lists(pieces | st.text(max_size=4), max_size=20).map("".join)


@given(messages)
def test_only_markers_are_ever_lost(text):
    shown = "".join(block.text for block in parse(text))
    signs = "*_~`->•.0123456789 \n\t"
    assert _without(shown, signs) == _without(text, signs)


@given(messages)
def test_spans_are_merged_and_never_empty(text):
    for block in parse(text):
        assert all(span.text for span in block.spans)
        looks = [(span.style, span.target) for span in block.spans]
        assert all(one != other for one, other in pairwise(looks) if one[1] is None)


@given(st.text(alphabet=st.characters(exclude_characters="*_~`->•.0123456789@:"), max_size=30))
def test_text_without_markers_stays_as_it_is(text):
    assert [block.text for block in parse(text)] == text.split("\n")
    assert all(span.style == PLAIN for block in parse(text) for span in block.spans)


def test_lines_run_in_the_direction_of_their_first_letter():
    assert [block.is_right_to_left for block in parse("123 مرحبا Ana\nשלום\nAna مرحبا\n123\n")] == [
        True, True, False, False, False,
    ]  # fmt: skip


def test_plain_text_is_what_a_screen_reader_says():
    assert to_plain("*Dear* Ana\n\n- `one`\n2. two") == "Dear Ana\n\none\n2. two"


def _without(text, signs):
    return "".join(character for character in text if character not in signs)
