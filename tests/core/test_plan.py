"""Every guest is either invited or left out with a reason, and what speaks against a send is said."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.events import Event
from waapp.core.guests import Consent
from waapp.core.language_choice import choose_language
from waapp.core.pacing import SANDBOX_SENDER
from waapp.core.phone import read
from waapp.core.plan import (
    BlockerCode,
    Exclusion,
    Notice,
    NoticeCode,
    Options,
    Plan,
    PlannedGuest,
    PriorInvitation,
    Reason,
    Recipient,
    Situation,
    Variant,
    assess,
    build,
    finish,
)
from waapp.core.rates import RateTable
from waapp.core.status import EngineState
from waapp.core.template import Template
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind, Message
from waapp.core.template_rules import Finding, Level

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
CONTENT = "Hi {{guest_name}}! Join us at {{event_name}} soon."
TEMPLATE = Template(UUID(int=1), "invitation", "Invitation", CONTENT)
APPROVED = replace(TEMPLATE, content_sid="HX1", is_approved=True, approval_status="approved")
EVENT = Event(UUID(int=2), "Gala", NOW + timedelta(days=30), "Porto")
PRACTICE = Situation(TEMPLATE, EVENT, NOW)
REAL = Situation(APPROVED, EVENT, NOW, practice=False, sender="+351912000000")
SANDBOX = replace(REAL, template=TEMPLATE, sender=SANDBOX_SENDER)
RATES = RateTable(
    date(2026, 1, 1),
    "USD",
    "test",
    Decimal("0.005"),
    {"PT": {"marketing": Decimal("0.05")}, "other": {"marketing": Decimal("0.10")}},
)


def guest(
    number: int = 1,
    phone: str = "+351 912 345 678",
    *,
    name: str = "Ana",
    values: Mapping[str, str] | None = None,
    invited: PriorInvitation | None = None,
    opted_out: bool = False,
) -> PlannedGuest:
    filled = {"guest_name": name, "event_name": "Gala", "unused": ""} if values is None else values
    return PlannedGuest(UUID(int=number), name, phone, read(phone, "PT"), filled, invited, opted_out)


def prior(state: EngineState, word: str | None = None) -> PriorInvitation:
    return PriorInvitation(state, word, NOW - timedelta(days=1), "Maria on MARIA-PC")


def codes(plan: Plan) -> tuple[set[BlockerCode], set[NoticeCode]]:
    return {blocker.code for blocker in plan.blockers}, {notice.code for notice in plan.warnings}


def excluded(plan: Plan) -> list[tuple[int, Reason]]:
    return [(exclusion.guest_id.int, exclusion.reason) for exclusion in plan.excluded]


def test_a_recipient_has_exactly_what_will_be_sent() -> None:
    assert assess(guest(name="Ana 🎉"), PRACTICE) == Recipient(
        UUID(int=1),
        "Ana 🎉",
        "+351 912 345 678",
        "+351912345678",
        "PT",
        {"guest_name": "Ana 🎉", "event_name": "Gala"},
        "Hi Ana 🎉! Join us at Gala soon.",
        {"1": "Ana 🎉", "2": "Gala"},
        message=Message("Hi Ana 🎉! Join us at Gala soon."),
        template=TEMPLATE,
    )


PORTUGUESE = replace(
    TEMPLATE, language="pt_PT", content="Olá {{guest_name}}! Vem à {{event_name}} connosco.", version=3
)


def speaks(number: int, language: str, situation: Situation) -> PlannedGuest:
    choice = choose_language(language, situation.languages, "en", situation.options.languages)
    return replace(guest(number, f"+351 912 345 6{number:02}"), choice=choice)


def test_each_guest_gets_the_own_language_and_who_does_not_is_told() -> None:
    situation = replace(PRACTICE, variants=(Variant(PORTUGUESE),))
    wanted = ["pt_BR", "en", "", "fr", "fr", "de"]
    plan = build([speaks(n, code, situation) for n, code in enumerate(wanted, start=1)], situation)
    languages = [one.template and (one.template.language, one.template.version) for one in plan.recipients]
    assert languages == [("pt_PT", 3), *[("en", 1)] * 5]
    assert plan.recipients[0].body == "Olá Ana! Vem à Gala connosco."
    missing = [one.params for one in plan.warnings if one.code is NoticeCode.LANGUAGE_MISSING]
    assert missing == [
        {"language": "German", "code": "de", "shown": "English", "guests": 1},
        {"language": "French", "code": "fr", "shown": "English", "guests": 2},
    ]


def test_a_preferred_language_stands_in_before_the_main_one() -> None:
    options = Options(languages=("pt_PT",))
    situation = replace(PRACTICE, variants=(Variant(PORTUGUESE),), options=options)
    plan = build([speaks(1, "fr", situation), speaks(2, "", situation)], situation)
    assert [one.template and one.template.language for one in plan.recipients] == ["pt_PT", "pt_PT"]


def test_a_language_that_is_not_approved_is_not_sent_in_earnest() -> None:
    approved = replace(TEMPLATE, is_approved=True, content_sid="HX1")
    waiting = Variant(replace(PORTUGUESE, approval_status="pending"))
    real = replace(PRACTICE, template=approved, practice=False, sender="+351910000000", variants=(waiting,))
    assert real.languages == ("en",)
    plan = build([speaks(1, "pt_PT", real)], real)
    assert [one.template and one.template.language for one in plan.recipients] == ["en"]
    assert NoticeCode.LANGUAGE_NOT_APPROVED in codes(plan)[1]
    ready = replace(real, variants=(Variant(replace(PORTUGUESE, is_approved=True, content_sid="HX2")),))
    assert ready.languages == ("en", "pt_PT")
    assert NoticeCode.LANGUAGE_NOT_APPROVED not in codes(build([speaks(1, "pt_PT", ready)], ready))[1]


def test_a_language_whose_text_would_show_braces_is_not_sent() -> None:
    broken = Variant(PORTUGUESE, (Finding("unknown_variable", Level.ERROR, 0, 1),))
    situation = replace(PRACTICE, variants=(broken,))
    assert situation.languages == ("en",)
    assert NoticeCode.LANGUAGE_ERRORS in codes(build([speaks(1, "pt", situation)], situation))[1]


def test_the_category_that_whatsapp_decided_on_counts() -> None:
    moved = replace(TEMPLATE, category="UTILITY", decided_category="MARKETING")
    american = guest(phone="+1 202 555 0123")
    assert isinstance(assess(american, replace(PRACTICE, template=moved)), Exclusion)
    lowered = replace(TEMPLATE, decided_category="UTILITY")
    assert isinstance(assess(american, replace(PRACTICE, template=lowered)), Recipient)


def test_all_parts_are_filled_and_numbered() -> None:
    template = replace(
        TEMPLATE,
        header=Header(HeaderKind.TEXT, "{{event_name}}"),
        buttons=(Button(ButtonKind.URL, "Answer", "https://x.example/{{rsvp_token}}"),),
    )
    values = {"guest_name": "Ana", "event_name": "Gala", "rsvp_token": "k7"}
    found = assess(guest(values=values), replace(PRACTICE, template=template))
    assert isinstance(found, Recipient)
    assert found.content_variables == {"1": "Gala", "2": "Ana", "3": "k7"}
    assert found.body == "*Gala*\n\nHi Ana! Join us at Gala soon.\n\n▸ Answer: https://x.example/k7"
    assert found.message.buttons[0].value == "https://x.example/k7"
    lacking = assess(guest(values=values | {"rsvp_token": ""}), replace(PRACTICE, template=template))
    assert isinstance(lacking, Exclusion)
    assert (lacking.reason, lacking.detail["name"]) == (Reason.MISSING_VALUE, "rsvp_token")


@pytest.mark.parametrize(
    ("left_out", "reason", "detail"),
    [
        (guest(phone=""), Reason.NO_NUMBER, {"phone": ""}),
        (guest(phone="ask her mother"), Reason.NOT_A_NUMBER, {"phone": "ask her mother"}),
        (guest(phone="12345"), Reason.IMPOSSIBLE, {"phone": "12345"}),
        (guest(phone="222 045 678"), Reason.LANDLINE, {"phone": "+351 22 204 5678"}),
        (guest(phone="760 123 456"), Reason.PREMIUM, {"phone": "+351 760 123 456"}),
        (guest(phone="3.51912E+11"), Reason.ROUNDED, {"phone": "3.51912E+11"}),
        (guest(opted_out=True), Reason.OPTED_OUT, {}),
        (guest(phone="+1 202 555 0123"), Reason.US_MARKETING, {"phone": "+1 202-555-0123"}),
        (
            guest(values={"guest_name": " ", "event_name": "Gala"}),
            Reason.MISSING_VALUE,
            {"code": "value_missing", "name": "guest_name"},
        ),
        (
            guest(values={"guest_name": "A\nB", "event_name": "Gala"}),
            Reason.BAD_VALUE,
            {"code": "value_line_break", "name": "guest_name"},
        ),
        (
            guest(values={"guest_name": "Ana", "event_name": "G" * 1000}),
            Reason.TOO_LONG,
            {"code": "rendered_too_long", "length": "1025", "limit": "1024", "over": "1"},
        ),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)
@pytest.mark.parametrize("situation", [PRACTICE, REAL], ids=["practice", "real"])
def test_reasons(
    left_out: PlannedGuest,
    reason: Reason,
    detail: dict[str, str],
    situation: Situation,
) -> None:
    what = assess(left_out, situation)
    assert isinstance(what, Exclusion)
    assert (what.reason, what.detail) == (reason, detail)


@pytest.mark.parametrize(
    ("content", "event", "names"),
    [
        ("Hi {{guest_name}}: {{rsvp_link}} please", EVENT, ("rsvp_link",)),
        ("{{event_date}} {{event_time}} {{event_name}} {{event_location}}!", replace(EVENT, date=None), None),
        (
            "Hi: {{event_location}} {{rsvp_link}}.",
            replace(EVENT, location=" "),
            ("event_location", "rsvp_link"),
        ),
    ],
)
def test_what_the_event_lacks_is_said_once(content: str, event: Event, names: tuple[str, ...] | None) -> None:
    names = names or ("event_date", "event_time")
    situation = Situation(replace(TEMPLATE, content=content), event, NOW)
    values = {"guest_name": "Ana", "event_name": "Gala", "event_location": event.location.strip()}
    plan = build([guest(1, values=values), guest(2, "", values=values)], situation)
    assert [(one.code, one.params["names"]) for one in plan.blockers] == [
        (BlockerCode.EVENT_INCOMPLETE, names)
    ]
    assert excluded(plan) == [(1, Reason.EVENT_INCOMPLETE), (2, Reason.NO_NUMBER)]


def test_a_guest_without_a_token_is_not_the_events_fault() -> None:
    event = replace(EVENT, rsvp_link="https://x.example/{rsvp_token}")
    situation = Situation(replace(TEMPLATE, content="Hi {{rsvp_link}}!"), event, NOW)
    plan = build(
        [guest(values={"rsvp_link": ""}), guest(2, "+351 913 333 333", values={"rsvp_link": "l"})], situation
    )
    assert excluded(plan) == [(1, Reason.MISSING_VALUE)]
    assert plan.may_start


def test_a_number_without_country_needs_the_events_region() -> None:
    lost = replace(guest(phone="912345678"), number=read("912345678", None))
    what = assess(lost, PRACTICE)
    assert isinstance(what, Exclusion)
    assert what.reason is Reason.NEEDS_REGION


def test_warnings_about_a_value_do_not_exclude() -> None:
    assert isinstance(
        assess(guest(values={"guest_name": "*Ana*", "event_name": "Gala"}), PRACTICE), Recipient
    )


@pytest.mark.parametrize(
    ("state", "word", "reason", "when_included"),
    [
        (EngineState.QUEUED, None, Reason.IN_PROGRESS, Reason.IN_PROGRESS),
        (EngineState.SENDING, None, Reason.IN_PROGRESS, Reason.IN_PROGRESS),
        (EngineState.UNKNOWN, None, Reason.NOT_KNOWN_YET, Reason.NOT_KNOWN_YET),
        (EngineState.ACCEPTED, None, Reason.ALREADY_INVITED, None),
        (EngineState.ACCEPTED, "queued", Reason.ALREADY_INVITED, None),
        (EngineState.ACCEPTED, "read", Reason.ALREADY_INVITED, None),
        (EngineState.ACCEPTED, "undelivered", None, None),
        (EngineState.ACCEPTED, "failed", None, None),
        (EngineState.FAILED, None, None, None),
        (EngineState.CANCELLED, None, None, None),
    ],
)
def test_earlier_messages(
    state: EngineState,
    word: str | None,
    reason: Reason | None,
    when_included: Reason | None,
) -> None:
    again = replace(PRACTICE, options=Options(include_already_invited=True))
    for situation, expected in ((PRACTICE, reason), (again, when_included)):
        what = assess(guest(invited=prior(state, word)), situation)
        if expected is None:
            assert isinstance(what, Recipient)
        else:
            assert isinstance(what, Exclusion)
            assert what.reason is expected
            assert what.detail == {"by": "Maria on MARIA-PC", "at": "2026-11-21T10:30:00+00:00"}


def test_us_numbers_are_reached_when_the_rule_does_not_apply() -> None:
    american = guest(phone="+1 202 555 0123")
    canadian = guest(phone="+1 604 555 0123")
    assert isinstance(assess(canadian, REAL), Recipient)
    assert isinstance(assess(american, SANDBOX), Recipient)
    assert isinstance(
        assess(american, replace(REAL, template=replace(APPROVED, category="UTILITY"))), Recipient
    )
    allowed = replace(REAL, options=Options(allow_us_marketing=True))
    assert isinstance(assess(american, allowed), Recipient)


def test_a_household_gets_one_message() -> None:
    family = [guest(1, name="Ana"), guest(2, name="Rui"), guest(3, "+351 913 333 333", name="Eva")]
    plan = build(family, PRACTICE)
    assert [one.name for one in plan.recipients] == ["Ana", "Eva"]
    assert [(one.name, one.reason, one.detail) for one in plan.excluded] == [
        ("Rui", Reason.SAME_PHONE, {"other": "Ana"})
    ]


@pytest.mark.parametrize("state", [EngineState.ACCEPTED, EngineState.QUEUED, EngineState.UNKNOWN])
def test_a_household_that_has_a_message_gets_no_second(state: EngineState) -> None:
    family = [guest(1, name="Ana"), guest(2, name="Rui", invited=prior(state))]
    plan = build(family, PRACTICE)
    assert plan.recipients == ()
    assert plan.excluded[0].detail == {"other": "Rui"}


def test_the_first_of_those_who_have_a_message_is_named() -> None:
    has_one = prior(EngineState.ACCEPTED)
    family = [
        guest(1, name="Ana"),
        guest(2, name="Rui", invited=has_one),
        guest(3, name="Eva", invited=has_one),
    ]
    assert build(family, PRACTICE).excluded[0].detail == {"other": "Rui"}


def test_the_rest_of_a_household_steps_in_for_who_cannot_be_invited() -> None:
    nameless = guest(1, name="Ana", values={"guest_name": "", "event_name": "Gala"})
    plan = build([nameless, guest(2, name="Rui")], PRACTICE)
    assert [one.name for one in plan.recipients] == ["Rui"]


def test_every_member_of_a_household_when_asked_for() -> None:
    situation = replace(PRACTICE, options=Options(one_per_phone=False))
    plan = build([guest(1), guest(2), guest(3)], situation)
    assert len(plan.recipients) == 3
    assert plan.seconds == 12
    assert (NoticeCode.SHARED_PHONES, {"messages": 2}) in [(n.code, n.params) for n in plan.warnings]


def test_only_the_chosen_guests_are_part_of_the_plan() -> None:
    situation = replace(PRACTICE, options=Options(only_guest_ids=frozenset({UUID(int=2), UUID(int=3)})))
    plan = build([guest(1), guest(2), guest(3, phone="")], situation)
    assert [one.guest_id.int for one in plan.recipients] == [2]
    assert excluded(plan) == [(3, Reason.NO_NUMBER)]


def test_a_message_of_somebody_who_is_not_chosen_counts_for_the_phone() -> None:
    situation = replace(PRACTICE, options=Options(only_guest_ids=frozenset({UUID(int=2)})))
    plan = build([guest(1, name="Ana", invited=prior(EngineState.ACCEPTED)), guest(2, name="Rui")], situation)
    assert [(one.name, one.reason, one.detail) for one in plan.excluded] == [
        ("Rui", Reason.SAME_PHONE, {"other": "Ana"})
    ]
    # Who is not chosen and has no message takes nobody's place.
    plan = build([guest(1, name="Ana"), guest(2, name="Rui")], situation)
    assert [one.name for one in plan.recipients] == ["Rui"]


def test_nothing_speaks_against_a_sound_send() -> None:
    plan = build([guest()], REAL)
    assert codes(plan) == (set(), set())
    assert plan.may_start
    assert plan.content_sid == "HX1"


def test_practice_says_so_and_posts_the_text() -> None:
    plan = build([guest()], PRACTICE)
    assert codes(plan) == (set(), {NoticeCode.PRACTICE, NoticeCode.BODY_IS_SENT})
    assert plan.content_sid is None
    approved = build([guest()], replace(PRACTICE, template=APPROVED))
    assert codes(approved) == (set(), {NoticeCode.PRACTICE})
    assert approved.content_sid is None


def test_sandbox_is_slow_and_posts_the_text() -> None:
    plan = build([guest(1), guest(2, "+351 913 333 333")], SANDBOX)
    notices = {NoticeCode.SANDBOX_JOIN, NoticeCode.SANDBOX_PACE, NoticeCode.BODY_IS_SENT}
    assert codes(plan) == (set(), notices)
    assert plan.content_sid is None
    assert plan.seconds == pytest.approx(6)


@pytest.mark.parametrize(
    ("situation", "blocker"),
    [
        (replace(REAL, sender=None), BlockerCode.NO_SENDER),
        (replace(REAL, account_trouble="20003"), BlockerCode.ACCOUNT_PAUSED),
        (replace(REAL, event=replace(EVENT, sample=True)), BlockerCode.SAMPLE_EVENT_REAL),
        (replace(REAL, template=TEMPLATE), BlockerCode.TEMPLATE_NOT_APPROVED),
        (replace(REAL, template=replace(APPROVED, content_sid=None)), BlockerCode.TEMPLATE_NOT_APPROVED),
        (replace(REAL, template=replace(APPROVED, is_active=False)), BlockerCode.TEMPLATE_INACTIVE),
        (replace(PRACTICE, template=replace(TEMPLATE, is_active=False)), BlockerCode.TEMPLATE_INACTIVE),
    ],
)
def test_blockers(situation: Situation, blocker: BlockerCode) -> None:
    plan = build([guest()], situation)
    assert blocker in codes(plan)[0]
    assert not plan.may_start


@pytest.mark.parametrize(
    "situation",
    [
        replace(PRACTICE, account_trouble="20003"),
        replace(PRACTICE, event=replace(EVENT, sample=True)),
        replace(PRACTICE, template=replace(TEMPLATE, content_sid="HX1")),
    ],
)
def test_what_stops_a_real_send_does_not_stop_practice(situation: Situation) -> None:
    assert build([guest()], situation).may_start


def test_nobody_left() -> None:
    plan = build([guest(phone="")], REAL)
    assert [(blocker.code, blocker.params) for blocker in plan.blockers] == [
        (BlockerCode.NOBODY_LEFT, {"excluded": 1})
    ]
    assert plan.seconds == 0


@pytest.mark.parametrize("code", ["broken_braces", "bad_variable_name", "unicode_braces", "unknown_variable"])
@pytest.mark.parametrize("situation", [PRACTICE, SANDBOX, REAL])
def test_braces_that_guests_would_see_always_block(code: str, situation: Situation) -> None:
    finding = Finding(code, Level.ERROR, 0, 1)
    plan = build([guest()], replace(situation, findings=(finding, finding)))
    assert [blocker.params["findings"] for blocker in plan.blockers] == [(code,)]


def test_rules_of_approval_warn_until_whatsapp_has_decided() -> None:
    findings = (Finding("variable_at_end", Level.ERROR, 0, 1), Finding("many_emoji", Level.WARNING, 0, 1))
    practice = build([guest()], replace(PRACTICE, findings=findings))
    assert practice.may_start
    rules = [notice.params for notice in practice.warnings if notice.code is NoticeCode.TEMPLATE_RULES]
    assert rules == [{"findings": ("variable_at_end",)}]
    assert codes(build([guest()], replace(REAL, findings=findings))) == (set(), set())


@pytest.mark.parametrize(
    ("when", "past"),
    [
        (None, False),
        (NOW + timedelta(minutes=1), False),
        (NOW - timedelta(minutes=1), True),
        # Midnight in the event's zone means the whole day.
        (datetime(2026, 11, 21, 15, tzinfo=UTC), False),
        (datetime(2026, 11, 20, 15, tzinfo=UTC), True),
    ],
)
def test_past_events_are_pointed_out(when: datetime | None, past: bool) -> None:
    event = replace(EVENT, date=when, time_zone="Asia/Tokyo")
    plan = build([guest()], replace(REAL, event=event, now=datetime(2026, 11, 22, 10, 30, tzinfo=UTC)))
    assert (NoticeCode.EVENT_PAST in codes(plan)[1]) == past


@pytest.mark.parametrize(
    ("limit", "used", "over"), [(None, 999, None), (3, 1, None), (2, 1, 1), (250, 249, 1), (250, 400, 2)]
)
def test_daily_limit(limit: int | None, used: int, over: int | None) -> None:
    two = [guest(1), guest(2, "+351 913 333 333")]
    plan = build(two, replace(REAL, daily_limit=limit, daily_used=used))
    tomorrow = (NOW + timedelta(days=1, minutes=5)).date()
    expected = [] if over is None else [{"limit": limit, "used": used, "over": over, "until": tomorrow}]
    assert [n.params for n in plan.warnings if n.code is NoticeCode.OVER_DAILY_LIMIT] == expected


def test_cost_by_country() -> None:
    guests = [guest(1), guest(2, "+351 913 333 333"), guest(3, "+34 612 345 678"), guest(4, "")]
    plan = build(guests, replace(REAL, rates=RATES))
    assert plan.estimated_cost == Decimal("0.215")
    assert (plan.currency, plan.rates_as_of) == ("USD", date(2026, 1, 1))
    unknown = build(guests, REAL)
    assert (unknown.estimated_cost, unknown.currency, unknown.rates_as_of) == (None, "", None)


def test_time_at_the_senders_pace() -> None:
    guests = [guest(n, f"+3519123456{n:02}") for n in range(40)]
    assert build(guests, replace(REAL, rate=10)).seconds == 4


PHONES = [
    "",
    "?",
    "+351912345678",
    "912 345 678",
    "+351913333333",
    "222045678",
    "+12025550123",
    "+34612345678",
]
priors = st.one_of(
    st.none(),
    st.builds(
        prior, st.sampled_from(EngineState), st.sampled_from([None, "queued", "sent", "failed", "read"])
    ),
)
guest_lists = st.lists(
    st.builds(
        guest,
        phone=st.sampled_from(PHONES),
        name=st.sampled_from(["Ana", "", "a\tb", "N" * 1100, "Zoë"]),
        invited=priors,
        opted_out=st.booleans(),
    ),
    max_size=30,
).map(lambda guests: [replace(one, guest_id=UUID(int=n)) for n, one in enumerate(guests)])
situations = st.builds(
    replace,
    st.sampled_from([PRACTICE, REAL, SANDBOX]),
    options=st.builds(
        Options,
        include_already_invited=st.booleans(),
        one_per_phone=st.booleans(),
        allow_us_marketing=st.booleans(),
    ),
)


@given(guest_lists, situations)
def test_everybody_is_invited_or_left_out_and_nobody_both(
    guests: list[PlannedGuest],
    situation: Situation,
) -> None:
    plan = build(guests, situation)
    invited = [one.guest_id for one in plan.recipients]
    left_out = [one.guest_id for one in plan.excluded]
    assert sorted(invited + left_out) == [one.guest_id for one in guests]
    # Both keep the order of the guest list.
    assert invited == sorted(invited)
    assert left_out == sorted(left_out)
    by_id = {one.guest_id: one for one in guests}
    for recipient in plan.recipients:
        source = by_id[recipient.guest_id]
        assert not source.opted_out
        assert source.invited is None or source.invited.engine_state not in {
            EngineState.QUEUED,
            EngineState.SENDING,
            EngineState.UNKNOWN,
        }
        assert "{{" not in recipient.body
        assert len(recipient.body) <= 1024
    if situation.options.one_per_phone:
        addresses = [recipient.address for recipient in plan.recipients]
        assert len(addresses) == len(set(addresses))
    assert plan.may_start == bool(plan.recipients)


@given(guest_lists, situations, st.integers(1, 7))
def test_chunks_make_the_same_plan(guests: list[PlannedGuest], situation: Situation, size: int) -> None:
    assessments = []
    for start in range(0, len(guests), size):
        assessments += [assess(one, situation) for one in guests[start : start + size]]
    assert finish(assessments, situation) == build(guests, situation)


def at_home(number: int, household: str, **more: object) -> PlannedGuest:
    phone = str(more.pop("phone", f"+351 91234567{number}"))
    return replace(guest(number, phone, name=f"Guest {number}"), household=household, **more)


@pytest.mark.parametrize(
    ("guests", "recipients"),
    [
        ([at_home(1, "sousa"), at_home(2, "sousa"), at_home(3, "lima"), at_home(4, "")], [1, 3, 4]),
        # Who cannot be reached gives way to the next.
        ([at_home(1, "sousa", phone="x"), at_home(2, "sousa")], [2]),
        # Somebody there has it already.
        ([at_home(1, "sousa"), at_home(2, "sousa", invited=prior(EngineState.ACCEPTED, "read"))], []),
        ([at_home(1, ""), at_home(2, "")], [1, 2]),
    ],
)
def test_a_household_gets_one_message_when_the_planner_wants_it(
    guests: list[PlannedGuest], recipients: list[int]
) -> None:
    made = build(guests, replace(PRACTICE, options=Options(one_per_household=True)))
    assert [one.guest_id.int for one in made.recipients] == recipients
    assert len(made.recipients) + len(made.excluded) == len(guests)
    each = build(guests, PRACTICE)
    assert Reason.HOUSEHOLD not in {one.reason for one in each.excluded}


def test_several_messages_to_one_household_are_said() -> None:
    made = build([at_home(1, "sousa"), at_home(2, "sousa"), at_home(3, "sousa")], PRACTICE)
    assert Notice(NoticeCode.SHARED_HOUSEHOLDS, {"messages": 2}) in made.warnings


def test_who_has_refused_is_left_out_and_who_was_not_asked_is_said() -> None:
    guests = [
        replace(guest(1), consent=Consent.YES),
        replace(guest(2, "+351 912 345 679"), consent=Consent.NO),
        guest(3, "+351 912 345 670"),
    ]
    made = build(guests, PRACTICE)
    assert [one.guest_id.int for one in made.recipients] == [1, 3]
    assert [one.reason for one in made.excluded] == [Reason.CONSENT_REFUSED]
    assert Notice(NoticeCode.CONSENT_UNKNOWN, {"guests": 1}) in made.warnings
    # Where nobody was ever asked, nothing is said.
    assert NoticeCode.CONSENT_UNKNOWN not in {one.code for one in build(guests[2:], PRACTICE).warnings}
