"""Which language a guest gets: the guest's own where there is one, and always some language that there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.language_choice import Choice, Why, choose_language, stand_ins

LANGUAGES = ("en", "es", "pt_PT")


@pytest.mark.parametrize(
    ("wanted", "available", "main", "order", "language", "why"),
    [
        ("es", LANGUAGES, "en", (), "es", Why.EXACT),
        ("en", LANGUAGES, "en", ("es",), "en", Why.EXACT),
        ("es_MX", LANGUAGES, "en", (), "es", Why.SAME_LANGUAGE),
        ("pt_BR", LANGUAGES, "en", (), "pt_PT", Why.SAME_LANGUAGE),
        ("pt", LANGUAGES, "en", (), "pt_PT", Why.SAME_LANGUAGE),
        ("es", ("es_AR", "es_MX", "en"), "en", (), "es_AR", Why.SAME_LANGUAGE),
        ("es", ("es_AR", "es_MX", "en"), "en", ("es_MX",), "es_MX", Why.SAME_LANGUAGE),
        ("es_CL", ("es_AR", "es", "en"), "en", ("es_AR",), "es", Why.SAME_LANGUAGE),
        ("es_CL", ("es_AR",), "es_ES", (), "es_ES", Why.SAME_LANGUAGE),
        ("fr", LANGUAGES, "en", (), "en", Why.MAIN),
        ("fr", LANGUAGES, "en", ("es",), "es", Why.ORDER),
        ("fr", LANGUAGES, "en", ("de", "pt"), "pt_PT", Why.ORDER),
        ("fr", LANGUAGES, "en", ("de",), "en", Why.MAIN),
        ("", LANGUAGES, "en", (), "en", Why.MAIN),
        ("", LANGUAGES, "en", ("es",), "es", Why.ORDER),
        ("fr", (), "he", (), "he", Why.MAIN),
    ],
)
def test_the_nearest_language_is_taken(
    wanted: str, available: tuple, main: str, order: tuple, language: str, why: Why
) -> None:
    assert choose_language(wanted, available, main, order) == Choice(language, why, wanted)


def test_a_guest_is_understood_in_the_own_language_or_when_none_is_known() -> None:
    assert Choice("es", Why.EXACT, "es").is_understood
    assert Choice("es", Why.SAME_LANGUAGE, "es_MX").is_understood
    assert Choice("en", Why.MAIN).is_understood
    assert not Choice("en", Why.MAIN, "fr").is_understood
    assert not Choice("en", Why.ORDER, "fr").is_understood


CODES = st.sampled_from(["en", "en_GB", "es", "es_MX", "pt_PT", "pt_BR", "pt", "zh_CN", "zh", "he"])


@given(st.just("") | CODES, st.lists(CODES), CODES, st.lists(CODES))
def test_what_is_chosen_is_there_and_the_own_language_wins(
    wanted: str, available: list[str], main: str, order: list[str]
) -> None:
    choice = choose_language(wanted, available, main, order)
    assert choice.language in {*available, main}
    assert (choice.why is Why.EXACT) == (wanted in {*available, main})
    speaks = any(code.partition("_")[0] == wanted.partition("_")[0] for code in {*available, main} if wanted)
    assert (choice.why in {Why.EXACT, Why.SAME_LANGUAGE}) == speaks


@pytest.mark.parametrize(
    ("order", "tried"),
    [
        ((), ("en",)),
        (("pt_PT",), ("pt_PT", "en")),
        (("pt",), ("pt_BR", "pt_PT", "en")),
        (("fr", "es", "en", "pt_PT"), ("es", "en")),
        (("en", "es"), ("en",)),
    ],
)
def test_what_stands_in_is_tried_in_the_planners_order(order, tried):
    there = ["en", "pt_PT", "pt_BR", "es"]
    assert stand_ins(there, "en", order) == tried
    assert choose_language("", there, "en", order).language == tried[0]
