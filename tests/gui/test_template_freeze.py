"""What the preview shows is what the send freezes: for any text, any guest, and from the page to the database."""

import asyncio
import json
from dataclasses import replace
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gui.pages import SETTINGS, Reports, garbage_stays_here, make_event, until
from waapp.core.cadence import Cadence
from waapp.core.events import Event
from waapp.core.guests import Guest, GuestDraft
from waapp.core.households import members
from waapp.core.plan import Options, Recipient, Situation, Variant, assess
from waapp.core.template import Template, TemplateDraft
from waapp.core.template_content import render_message
from waapp.core.template_parts import (
    Button,
    ButtonKind,
    Header,
    HeaderKind,
    message_json,
    read_message,
)
from waapp.db import invitations, template_versions, templates
from waapp.db.engine import Database
from waapp.engine.account import Line
from waapp.engine.plans import _planned, prepare, queue
from waapp.gui.aio import Tasks
from waapp.gui.template_survey import preview_guests
from waapp.gui.templates_page import TemplatesPage
from waapp.whatsapp.practice import PRACTICE_SENDER

NAMES = st.sampled_from(
    ["guest_name", "guest_first_name", "household_names", "event_name", "event_date", "rsvp_token", "table"]
)
WORDS = st.text(alphabet="ab *_~`>-1.\u200f\u05d0é漢🎉\n{}", max_size=16)
TEXTS = st.lists(st.one_of(WORDS, NAMES.map("{{{{{}}}}}".format)), min_size=1, max_size=6).map("".join)
CONTENTS = st.one_of(TEXTS, TEXTS.map("Dear guest, we tell you:{}and that is all of it.".format))
FOOTERS = st.just("") | TEXTS
HEADERS = st.none() | st.builds(Header, st.sampled_from(HeaderKind), TEXTS)
BUTTONS = st.just(()) | st.lists(
    st.builds(Button, st.sampled_from(ButtonKind), TEXTS, TEXTS), max_size=4
).map(tuple)
VALUES = st.text(alphabet="aZ *_~`'’-.\u00a0\u200b\u05d0\u0627é漢🎉\n\t{}", max_size=20)
EVENT = Event(UUID(int=2), "Clara & Davi", None, "Porto", "Europe/Lisbon", "PT")
GUESTS = st.builds(
    Guest,
    st.uuids(),
    st.just(EVENT.id),
    VALUES,
    st.just("+351912345678"),
    rsvp_token=st.sampled_from(["", "k7Fq2"]),
    household=st.sampled_from(["", "1"]),
    language=st.sampled_from(["", "pt_PT", "en"]),
    extra=st.fixed_dictionaries({"Table": VALUES}),
)


def test_the_message_of_the_preview_is_the_one_that_is_stored() -> None:
    frozen = 0

    @settings(max_examples=150, deadline=None)
    @given(CONTENTS, HEADERS, FOOTERS, BUTTONS, st.lists(GUESTS, min_size=1, max_size=3), VALUES)
    def compare(content, header, footer, buttons, people, place) -> None:
        nonlocal frozen
        event = replace(EVENT, name=place or "x")
        main = Template(
            UUID(int=1),
            "party",
            "Party",
            content,
            header=header,
            footer=footer,
            buttons=buttons,
            main_language="en",
        )
        other = replace(main, language="pt_PT", content=f"Olá {content}")
        situation = Situation(main, event, EVENT.date, variants=(Variant(other),))  # type: ignore[arg-type]
        for template in (main, other):
            shown = {one.id: one for one in asyncio.run(preview_guests(people, event, template.language))}
            for guest in people:
                planned = _planned(guest, situation, situation.languages, {}, (), members(people))
                made = assess(planned, situation)
                if isinstance(made, Recipient) and made.template == template:
                    stored = json.loads(json.dumps(message_json(made.message)))
                    kept = read_message(stored, made.body)
                    assert kept == render_message(template, shown[guest.id].values)
                    assert made.body == kept.text
                    frozen += 1

    compare()
    assert frozen >= 10, "of most texts nothing can be sent, and then there is nothing to compare"


FULL = TemplateDraft(
    "party",
    "Party",
    "Dear {{guest_name}},\n\n> come to *{{event_name}}*, {{household_names}}!\n- table {{table}}",
    header=Header(HeaderKind.TEXT, "For {{guest_first_name}}"),
    footer="Ana & Rui",
    buttons=(
        Button(ButtonKind.QUICK_REPLY, "I will come"),
        Button(ButtonKind.URL, "Answer", "https://rsvp.example/{{rsvp_token}}"),
    ),
)
PEOPLE = [
    GuestDraft("Ana_Maria_ *Sousa*", "+351912345601", extra={"Table": "7"}),
    GuestDraft("  محمد   الحسن ", "+351912345602", extra={"Table": "٨"}),
    GuestDraft("O’Neil & Söhne\u200b 🎉", "+351912345603", household="1", extra={"Table": "a\nb"}),
    GuestDraft("林美玲", "+351912345604", household="1", language="pt_PT", extra={"Table": "`9`"}),
]


def test_what_was_stepped_through_is_what_lies_in_the_database(qtbot, database_url, window_run):
    database = Database(database_url, planner="test")

    async def whole() -> None:
        reports = Reports()
        tasks = Tasks(reports)
        page = TemplatesPage(database=database, settings=SETTINGS, tasks=tasks, navigate=lambda _key: None)
        qtbot.addWidget(page)
        try:
            event_id = await make_event(database, PEOPLE)
            async with database.begin() as conn:
                main = await templates.save_template(conn, None, FULL)
                portuguese = replace(FULL, language="pt_PT", content=FULL.content.replace("Dear", "Olá"))
                other = await template_versions.save_variant(conn, main.id, portuguese, None)
            shown = {}
            await page.open(event_id)
            for template in (main, other):
                page._go_to(page._sheets.key_of(template))
                await until(lambda: page._people_language == page._desk.draft.language)
                for _ in PEOPLE:
                    page._stepper.step(1)
                    shown[template.language, page._stepper.guest.id] = page._stepper.preview.shown
            line = Line(
                None, PRACTICE_SENDER, SETTINGS.practice_key, practice=True, rate=50, cadence=Cadence()
            )
            prepared = await prepare(
                database, event_id, main.id, Options(), line=line, practice=True, rates=None
            )
            await queue(database, prepared, planner="Maria")
            async with database.read() as conn:
                rows = await invitations.list_invitations(conn, event_id, True)
            assert sorted(row.language for row in rows) == ["en", "en", "en", "pt_PT"]
            for row in rows:
                kept = read_message(row.parts, row.body)
                assert kept == shown[row.language, row.guest_id], row.name
        finally:
            await tasks.close()
            await database.dispose()
        reports.check()

    with garbage_stays_here():
        window_run(whole())
