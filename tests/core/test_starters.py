"""The texts to begin with: complete, and each as WhatsApp's rules want it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from waapp.core.events import Event
from waapp.core.findings import Level
from waapp.core.guests import Guest
from waapp.core.languages import LANGUAGES, is_right_to_left
from waapp.core.markup import parse as parse_markup
from waapp.core.starters import OCCASIONS, STARTER_LANGUAGES, Starter, read_starters
from waapp.core.template_content import (
    compile_content,
    read_types,
    render_message,
    same_wording,
    variables_of,
)
from waapp.core.template_rules import check_draft, check_message
from waapp.core.template_values import BUILT_IN, check_message_values, guest_values, sample_values
from waapp.paths import data_dir, resource_text
from waapp.texts import STARTERS

ALL = [
    starter
    for language in STARTER_LANGUAGES
    for starter in read_starters(language, resource_text(f"templates/{language}.toml"))
]


def named(starter: Starter) -> str:
    return f"{starter.language}-{starter.occasion}"


def test_every_occasion_has_a_text_in_every_language() -> None:
    assert [(one.language, one.occasion) for one in ALL] == [
        (language, occasion) for language in STARTER_LANGUAGES for occasion in OCCASIONS
    ]
    assert set(STARTERS) == set(OCCASIONS)
    assert set(STARTER_LANGUAGES) <= set(LANGUAGES)
    files = {path.stem for path in (data_dir("resources") / "templates").glob("*.toml")}
    assert files == set(STARTER_LANGUAGES)


@pytest.mark.parametrize("starter", ALL, ids=named)
def test_a_starter_keeps_all_rules(starter: Starter) -> None:
    draft = starter.draft("party", "Party")
    samples = sample_values(starter.language)
    findings = check_message(
        draft, BUILT_IN, language=starter.language, category=starter.category, samples=samples
    )
    assert [finding.code for finding in findings if finding.level is not Level.HINT] == []
    assert check_draft(draft) == {}
    wording = read_types(compile_content(draft).types)
    assert wording is not None
    assert same_wording(wording, draft)


@pytest.mark.parametrize("starter", ALL, ids=named)
def test_a_starter_needs_nothing_that_an_ordinary_guest_lacks(starter: Starter) -> None:
    event = Event(uuid4(), "Clara & Davi", datetime(2027, 6, 5, tzinfo=UTC) + timedelta(hours=14), "Porto")
    guest = Guest(uuid4(), event.id, "Ana")
    values = guest_values(guest, event, starter.language)
    assert check_message_values(starter, values) == ()
    message = render_message(starter, values)
    assert "{" not in message.text
    assert "guest_first_name" in variables_of(starter)


@pytest.mark.parametrize("starter", ALL, ids=named)
def test_a_starter_reads_in_the_direction_of_its_language(starter: Starter) -> None:
    message = render_message(starter, sample_values(starter.language) | {"guest_first_name": "Ana"})
    assert parse_markup(message.body)[0].is_right_to_left is is_right_to_left(starter.language)


@pytest.mark.parametrize("language", STARTER_LANGUAGES)
def test_what_can_be_tapped_tells_answers_apart(language: str) -> None:
    titles = [button.title.casefold() for one in ALL if one.language == language for button in one.buttons]
    assert len(titles) == len(set(titles)), "an answer names the question, too"
