import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp import paths
from waapp.core.errors_twilio import ErrorClass, Retries, load_table

TEXT = (paths.data_dir("resources") / "twilio_errors.toml").read_text(encoding="utf-8")
TABLE = load_table(TEXT)

T, W, G, C, A, U, INFO = (
    ErrorClass.TRANSIENT,
    ErrorClass.WAIT,
    ErrorClass.GUEST,
    ErrorClass.CONTENT,
    ErrorClass.ACCOUNT,
    ErrorClass.UNKNOWN,
    ErrorClass.INFO,
)


# Section 3 of the reference, row by row. Where it names two classes the cautious one is expected.
def numbers(text):
    return map(int, text.split())


REFERENCE = {
    # 3.1 throttle, platform
    **dict.fromkeys(numbers("20429 12400 30500 63010 63009 63012 63011 30036 30008 30017 30020 30021"), T),
    **dict.fromkeys(numbers("20500 20503 20504 30410"), U),
    **dict.fromkeys(numbers("63017 63018 63038 63119 14107 30001 21611"), W),
    # 3.2 this recipient
    **dict.fromkeys(
        numbers(
            "63003 63024 63005 63014 63033 63032 63015 63031 21211 21401 21604 21610 21612 21614 "
            "30003 30004 30005 30006 "
        ),
        G,
    ),
    **dict.fromkeys(numbers("63049"), W),
    **dict.fromkeys(numbers("63016"), C),
    **dict.fromkeys(numbers("21608 21408"), A),
    # 3.3 content, template, variables, media
    **dict.fromkeys(
        numbers(
            "63013 63021 63027 63028 63030 63040 63042 63043 63044 63045 63047 63034 21602 21617 "
            "21619 21620 21623 21624 90007 21654 21655 21656 21658 35127 92001 92002 92003 92004 "
            "92008 92005 92006 92007 35111 35114 35115 35117 35118 35119 35125 35126 "
        ),
        C,
    ),
    **dict.fromkeys(numbers("63029 63019 63037"), T),
    **dict.fromkeys(numbers("63041 63054"), W),
    **dict.fromkeys(numbers("63046 30409"), INFO),
    **dict.fromkeys(numbers("63062"), A),
    # 3.4 account, sender
    **dict.fromkeys(
        numbers(
            "20003 20005 10001 90010 30002 20006 20403 20010 20008 20404 21603 21606 21607 21212 "
            "21609 21701 21703 21704 21705 21910 63001 63002 63008 63007 63020 63022 63023 63026 "
            "63051 63112 30450 30454 "
        ),
        A,
    ),
}

ONCE = {12400, 30500, 63010, 63011, 30008, 63029, 63019, 63037}

JARGON = re.compile(
    r"\b(api|sid|http\w*|json|url|endpoint|webhook|mps|post|parameter|payload|twiml|waba|vname|token|callback|"
    r"request id|server|client|variable|credential|quota|rate limit|throttl\w*|retry|retries|timeout|null|"
    r"string|"
    r"e\.164|sms|media|content|error)\b",
    re.IGNORECASE,
)


def everything():
    yield from (TABLE.get(code) for code in TABLE.codes)
    yield TABLE.get(63049, "US")
    yield from (TABLE.get(code) for code in (63999, 21999, 20999))


@pytest.mark.parametrize(("code", "cls"), REFERENCE.items())
def test_every_code_of_the_reference_has_its_class(code, cls):
    error = TABLE.get(code)
    assert error.known
    assert error.cls is cls
    expected = {T: Retries.ONCE if code in ONCE else Retries.UNTIL_MAX, W: Retries.UNTIL_MAX}
    assert error.retries is expected.get(cls, Retries.NONE)


def test_words_are_for_planners():
    for error in everything():
        for words in (error.meaning, error.advice):
            assert words.endswith((".", "!"))
            assert 10 < len(words) <= 130, words
            assert not re.search(r"\d{3,}|%|\{", words), words
            assert not JARGON.search(words), (JARGON.search(words), words)
            assert words == words.strip()


def test_only_classes_that_may_be_repeated_have_a_wait():
    for error in everything():
        repeatable = error.cls in {T, W}
        assert (error.wait_before(1) is not None) is repeatable, error
        if error.cls is W:
            assert error.waits, error


@pytest.mark.parametrize(
    ("code", "waits"),
    [(63018, (60, 3600, 86400)), (63041, (10800, 21600)), (63049, (86400, 172800))],
)
def test_waits_that_the_reference_names(code, waits):
    error = TABLE.get(code)
    assert [error.wait_before(attempt) for attempt in (1, 2, 3, 9)] == [
        waits[0],
        waits[1],
        waits[-1],
        waits[-1],
    ]


def test_once_is_once():
    assert TABLE.get(63010).wait_before(1) == 180
    assert TABLE.get(63010).wait_before(2) is None


@pytest.mark.parametrize(("region", "cls"), [("US", G), ("CA", W), ("PT", W), (None, W)])
def test_marketing_block_is_final_for_americans(region, cls):
    assert TABLE.get(63049, region).cls is cls
    assert TABLE.get("63049", region).cls is cls


@given(st.one_of(st.integers(-1, 99_999), st.text(max_size=6)), st.none() | st.sampled_from(["US", "PT"]))
def test_anything_has_an_answer_and_the_unknown_is_never_repeated(code, region):
    error = TABLE.get(code, region)
    assert error.meaning
    assert error.advice
    if not error.known:
        assert error.wait_before(1) is None
        assert error.cls in {G, C, A}


@given(st.integers(63_000, 63_999).filter(lambda code: code not in TABLE.codes))
def test_unknown_channel_code_concerns_the_guest(code):
    error = TABLE.get(code)
    assert (error.cls, error.known, error.code) == (G, False, code)
    assert error.link.endswith(f"/{code}")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("codes = [63003]", "codes = [63003, 63024]"), "twice"),
        (
            lambda text: re.sub(
                r'"guest"(\nmeaning = "WhatsApp does not know)', r'"guest"\nretries = "once"\1', text
            ),
            "retries",
        ),
        (lambda text: text.replace('class = "info"', 'class = "nonsense"'), "nonsense"),
    ],
    ids=["twice", "retried guest", "class"],
)
def test_a_wrong_table_is_refused(change, words):
    changed = change(TEXT)
    assert changed != TEXT
    with pytest.raises(ValueError, match=words):
        load_table(changed)
