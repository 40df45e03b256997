"""Markup set and taken away: `|` marks the cursor, `[…]` the selection."""

import pytest

from waapp.gui.template_marking import toggle


def taken_apart(marked):
    if "|" in marked:
        at = marked.index("|")
        return marked.replace("|", ""), at, at
    start = marked.index("[")
    end = marked.index("]") - 1
    return marked.replace("[", "").replace("]", ""), start, end


def put_together(text, edit):
    new = text[: edit.start] + edit.text + text[edit.end :]
    if edit.select_start == edit.select_end:
        return f"{new[: edit.select_start]}|{new[edit.select_start :]}"
    start, end = edit.select_start, edit.select_end
    return f"{new[:start]}[{new[start:end]}]{new[end:]}"


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("bold", "Hi [dear] guest", "Hi *[dear]* guest"),
        ("bold", "Hi *[dear]* guest", "Hi [dear] guest"),
        ("bold", "Hi [*dear*] guest", "Hi [dear] guest"),
        ("bold", "Hi _[dear]_ guest", "Hi _*[dear]*_ guest"),
        ("bold", "Hi *_[dear]_* guest", "Hi _[dear]_ guest"),
        ("bold", "Hi [dear ]guest", "Hi *[dear]* guest"),
        ("bold", "Hi de|ar guest", "Hi *[dear]* guest"),
        ("bold", "Hi *de|ar* guest", "Hi [dear] guest"),
        ("bold", "Hi | guest", "Hi *|* guest"),
        ("bold", "Hi {{guest_|name}}, come", "Hi *[{{guest_name}}]*, come"),
        ("bold", "Hi {{gue[st_name}}, co]me", "Hi *[{{guest_name}}, co]*me"),
        ("bold", "[one\n two\n\nthree]", "[*one*\n *two*\n\n*three*]"),
        ("bold", "[- one\n- two]", "[- *one*\n- *two*]"),
        ("bold", "[- one]", "- *[one]*"),
        ("italic", "[🎉 Ana]!", "_[🎉 Ana]_!"),
        ("strike", "[was]", "~[was]~"),
        ("mono", "a [code] b", "a ```[code]``` b"),
        ("mono", "a ```[code]``` b", "a [code] b"),
        ("code", "a [code] b", "a `[code]` b"),
        ("code", "a ```[code]``` b", "a ````[code]```` b"),
        ("bullets", "one|", "- one|"),
        ("bullets", "- one|", "one|"),
        ("bullets", "a\n[b\n\nc]\nd", "a\n[- b\n\n- c]\nd"),
        ("bullets", "[- a\nb]", "[- a\n- b]"),
        ("numbers", "[a\nb\nc]", "[1. a\n2. b\n3. c]"),
        ("numbers", "[- a\n- b]", "[1. a\n2. b]"),
        ("numbers", "[1. a\n2. b]", "[a\nb]"),
        ("quote", "[a\nb]", "[> a\n> b]"),
        ("quote", "> a|", "a|"),
        ("quote", "|", "> |"),
    ],
)
def test_markup_is_set_where_whatsapp_reads_it(kind, before, after):
    text, start, end = taken_apart(before)
    assert put_together(text, toggle(text, start, end, kind)) == after
