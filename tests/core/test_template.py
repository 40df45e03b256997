"""Parsing, rendering and compiling of templates."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from waapp.core.template import (
    Malformation,
    Text,
    Variable,
    compile_template,
    is_variable_name,
    normalise_name,
    parse,
    render,
    utf16_index,
    variable_name,
)

# Braces, markup and odd letters far more often than chance would have them.
pieces = st.sampled_from(
    [
        "{",
        "}",
        "{{",
        "}}",
        "{{guest_name}}",
        "{{ Guest_Name }}",
        "{{1}}",
        "{{#a}}",
        "{{}}",
        "｛",
        "｝",
        "\n",
        " ",
        "İ",
    ]
)
contents = st.lists(pieces | st.text(max_size=4), max_size=12).map("".join)
names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)


@given(contents)
@example("{{a}}")
def test_segments_cover_the_text_in_order(content):
    position = 0
    for segment in parse(content).segments:
        assert segment.start == position
        source = segment.text if isinstance(segment, Text) else segment.source
        assert content[segment.start : segment.end] == source
        assert segment.end > segment.start
        position = segment.end
    assert position == len(content)


@given(contents)
def test_malformed_stretches_lie_in_the_text_apart_from_each_other_and_from_variables(content):
    parsed = parse(content)
    taken = [(item.start, item.end) for item in (*parsed.malformed, *parsed.placeholders)]
    taken.sort()
    assert all(0 <= start < end <= len(content) for start, end in taken)
    assert all(end <= start for (_, end), (start, _) in pairwise(taken))


@given(contents)
def test_no_brace_is_overlooked(content):
    parsed = parse(content)
    covered = {
        index for item in (*parsed.malformed, *parsed.placeholders) for index in range(item.start, item.end)
    }
    assert all(index in covered for index, character in enumerate(content) if character in "{}")


def normalise(content: str) -> str:
    """Return a template with every placeholder in its one spelling."""
    return render(content, {})


@given(contents)
def test_normalising_twice_changes_nothing_more(content):
    once = normalise(content)
    assert normalise(once) == once
    assert parse(once).variables == parse(content).variables


@given(contents)
def test_rendering_with_the_placeholders_themselves_gives_the_text_back(content):
    values = {name: f"{{{{{name}}}}}" for name in parse(content).variables}
    assert render(content, values) == normalise(content)


@given(contents)
def test_names_in_place_of_the_numbers_give_the_text_back(content):
    compiled = compile_template(content)
    names = {number: f"{{{{{name}}}}}" for name, number in compiled.numbers.items()}
    assert render(compiled.body, names) == normalise(content)


@given(contents)
def test_compiled_numbers_run_from_one_by_first_appearance(content):
    compiled = compile_template(content)
    assert parse(compiled.body).variables == tuple(str(n) for n in range(1, len(compiled.numbers) + 1))
    assert tuple(compiled.numbers) == parse(content).variables


@given(contents, st.dictionaries(names, st.text(max_size=6), max_size=4))
def test_rendered_text_does_not_depend_on_compiling(content, values):
    compiled = compile_template(content)
    given_values = {name: values.get(name, "x") for name in compiled.numbers}
    assert render(content, given_values) == render(compiled.body, compiled.content_variables(given_values))


def test_repeated_names_share_a_number():
    compiled = compile_template("{{b}} {{a}} {{ B }}")
    assert compiled.body == "{{1}} {{2}} {{1}}"
    assert compiled.content_variables({"a": "A", "b": "B"}) == {"1": "B", "2": "A"}


def test_a_missing_value_stays_visible_and_compiles_to_nothing():
    assert render("Dear {{ Guest_Name }}", {}) == "Dear {{guest_name}}"
    assert compile_template("{{a}}").content_variables({}) == {"1": ""}


@given(st.text(max_size=12))
@example("İ")
@example("ΑΣ")
@example("ﬃ")
def test_names_are_normalised_once_and_for_all(text):
    assert normalise_name(normalise_name(text)) == normalise_name(text)
    name = variable_name(text)
    assert variable_name(name) == name
    assert name == "" or parse(f"{{{{{name}}}}}").variables == (name,)


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Table no.", "table_no"),
        ("  Mesa ", "mesa"),
        ("Plus-one / Begleitung", "plus_one_begleitung"),
        ("テーブル", "テーブル"),
        ("नाम", "नाम"),
        ("عدد الضيوف", "عدد_الضيوف"),
        ("100 %", "100"),
        ("…", ""),
        ("__x__", "x"),
    ],
)
def test_headings_become_names(heading, name):
    assert variable_name(heading) == name
    assert name == "" or is_variable_name(name)


@pytest.mark.parametrize(
    ("content", "kind", "source", "inner"),
    [
        ("a {guest_name} b", Malformation.BROKEN_BRACES, "{guest_name}", "guest_name"),
        ("a {{guest_name} b", Malformation.BROKEN_BRACES, "{{guest_name}", "guest_name"),
        ("a {guest_name}} b", Malformation.BROKEN_BRACES, "{guest_name}}", "guest_name"),
        ("a {{guest-name}} b", Malformation.BAD_NAME, "{{guest-name}}", "guest-name"),
        ("a {{#1}} b", Malformation.BAD_NAME, "{{#1}}", "#1"),
        ("a {{$x}} b", Malformation.BAD_NAME, "{{$x}}", "$x"),
        ("a {{100%}} b", Malformation.BAD_NAME, "{{100%}}", "100%"),
        ("a {{guest name}} b", Malformation.BAD_NAME, "{{guest name}}", "guest name"),
        ("a {{}} b", Malformation.BAD_NAME, "{{}}", ""),
        ("a {{ }} b", Malformation.BAD_NAME, "{{ }}", ""),
        ("a { b", Malformation.BROKEN_BRACES, "{", ""),
        ("a }} b", Malformation.BROKEN_BRACES, "}}", ""),
        ("a ｛｛guest_name｝｝ b", Malformation.UNICODE_BRACES, "｛｛guest_name｝｝", "guest_name"),
        ("a {{guest_name｝｝ b", Malformation.UNICODE_BRACES, "{{guest_name｝｝", "guest_name"),
        ("a ❴❴x❵❵ b", Malformation.UNICODE_BRACES, "❴❴x❵❵", "x"),
    ],
)
def test_what_only_looks_like_a_variable_is_listed(content, kind, source, inner):
    parsed = parse(content)
    assert parsed.variables == ()
    (item,) = parsed.malformed
    assert (item.kind, content[item.start : item.end], item.inner) == (kind, source, inner)


@pytest.mark.parametrize("content", ["｛これは、注です｝", "（a） [b] <c>", "100 % $ #", "{{guest_name}}"])
def test_ordinary_text_is_not_malformed(content):
    assert parse(content).malformed == ()


def test_surplus_braces_do_not_hide_the_variable_inside():
    parsed = parse("{{{a}}}")
    assert parsed.variables == ("a",)
    assert [(item.start, item.end) for item in parsed.malformed] == [(0, 1), (6, 7)]
    assert parse("{ see {{a}} }").variables == ("a",)


def test_a_placeholder_does_not_span_lines():
    assert parse("{{a\n}}").variables == ()


@given(st.text(max_size=20), st.integers(0, 20))
def test_positions_convert_to_utf16_units(text, index):
    assert utf16_index(text, index) == sum(1 + (ord(character) > 0xFFFF) for character in text[:index])


def test_variables_are_found_with_their_places():
    (text, variable) = parse("Hi {{ Guest_Name }}").segments
    assert text == Text("Hi ", 0)
    assert variable == Variable("guest_name", "{{ Guest_Name }}", 3)
