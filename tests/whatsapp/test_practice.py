"""The practice Twilio answers as the real one does, and its script does what it says."""

import json
from base64 import b64encode
from collections import Counter
from email.utils import parsedate_to_datetime

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waapp.core.status import advance
from waapp.errors import UserError
from waapp.whatsapp.practice import PRACTICE_SENDER, PracticeTwilio
from waapp.whatsapp.practice_script import (
    Call,
    Fate,
    Fault,
    FaultKind,
    FaultPlan,
    Script,
    course,
    practice_fate,
    read_fault,
    read_script,
    status_at,
)
from waapp.whatsapp.practice_store import PracticeStore

SENDER = f"whatsapp:{PRACTICE_SENDER}"
GUEST = "whatsapp:+351912345601"
SERVICE = "MG" + "a" * 32


class Clock:
    def __init__(self):
        self.now = 1_795_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def timed(run, clock):
    """A practice Twilio whose time stands still until the test moves it."""
    twilio = PracticeTwilio(clock=clock, password="practice")
    run(twilio.start())
    yield twilio
    run(twilio.stop())


@pytest.fixture
def ask(run, timed):
    """Make a plain HTTP request and return status and JSON."""

    def make(method, path, form=None, *, document=None, password="practice", account=None):
        account = account or timed.account_sid
        secret = b64encode(f"{account}:{password}".encode()).decode()

        async def request():
            async with (
                aiohttp.ClientSession(headers={"Authorization": f"Basic {secret}"}) as session,
                session.request(method, timed.base_url + path, data=form, json=document) as answer,
            ):
                text = await answer.text()
                return answer.status, json.loads(text) if text else None

        return run(request())

    return make


def messages(timed, rest=".json"):
    return f"/2010-04-01/Accounts/{timed.account_sid}/Messages{rest}"


def form(**changes):
    fields = {"To": GUEST, "From": SENDER, "Body": "Hello", **changes}
    return {name: value for name, value in fields.items() if value is not None}


REFUSALS = {
    "no To": (form(To=None), 21604),
    "no From": (form(From=None), 21603),
    "bad service": (form(From=None, MessagingServiceSid="MG1"), 21705),
    "channels mixed": (form(To="+351912345678"), 21910),
    "not a number": (form(To="whatsapp:+35191"), 21211),
    "words": (form(To="whatsapp:Ana"), 21211),
    "bad From": (form(From="whatsapp:hello"), 21212),
    "to oneself": (form(To=SENDER), 63031),
    "no text": (form(Body=None), 21602),
    "empty text": (form(Body=""), 21602),
    "too long": (form(Body="x" * 1601), 21617),
    "variables without template": (form(Body=None, ContentVariables="{}"), 21654),
    "variables with text": (form(ContentSid="HX" + "0" * 32, ContentVariables="{}"), 35127),
    "unknown template": (form(Body=None, ContentSid="HX" + "0" * 32), 21655),
    "odd template": (form(Body=None, ContentSid="HX1"), 21655),
    "validity": (form(ValidityPeriod="36001"), 21624),
    "validity in words": (form(ValidityPeriod="long"), 21624),
    "callback": (form(StatusCallback="ftp://x"), 21609),
    "scheduled without service": (form(SendAt="2026-12-01T10:00:00Z", ScheduleType="fixed"), 35118),
    "scheduled for when": (form(MessagingServiceSid=SERVICE, ScheduleType="fixed"), 35111),
    "scheduled how": (form(MessagingServiceSid=SERVICE, SendAt="2026-12-01T10:00:00Z"), 35119),
    "scheduled badly": (form(MessagingServiceSid=SERVICE, SendAt="soon", ScheduleType="fixed"), 35114),
    "scheduled too soon": (form(MessagingServiceSid=SERVICE, SendAt="2026-01-01", ScheduleType="fixed"), 35115),
    "scheduled too late": (form(MessagingServiceSid=SERVICE, SendAt="2027-12-01", ScheduleType="fixed"), 35117),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "code"), REFUSALS.values(), ids=REFUSALS)
def test_refuses_what_twilio_refuses(timed, ask, fields, code):
    status, answer = ask("POST", messages(timed), fields)
    assert (status, answer["code"]) == (400, code)
    assert set(answer) == {"code", "message", "more_info", "status"}
    assert timed.count() == 0


@pytest.mark.parametrize("variables", ["nonsense", "[]", '{"1": ""}', '{"1": null}', '{"1": 5}'])
def test_refuses_variables_that_are_no_strings(timed, ask, variables):
    _, content = ask("POST", "/v1/Content", document=TEMPLATE)
    fields = form(Body=None, ContentSid=content["sid"], ContentVariables=variables)
    assert ask("POST", messages(timed), fields)[1]["code"] == 21656


def test_refuses_a_sender_of_another_account(timed, ask):
    timed.script = Script(senders=("+351910000001",))
    assert ask("POST", messages(timed), form())[1]["code"] == 63007
    assert ask("POST", messages(timed), form(From="whatsapp:+351910000001"))[0] == 201


def test_refuses_strangers(timed, ask):
    assert ask("GET", messages(timed), password="guess")[1]["code"] == 20003
    assert ask("GET", messages(timed), account="AC" + "1" * 32)[0] == 401
    assert ask("GET", "/_practice/accepted", password="guess")[0] == 401
    assert ask("GET", f"/2010-04-01/Accounts/AC{'1' * 32}/Messages.json")[1]["code"] == 20404
    assert ask("GET", "/v3/anything")[1]["code"] == 20404


def test_a_message_looks_like_twilios(timed, ask):
    status, message = ask("POST", messages(timed), form())
    assert status == 201
    assert message["sid"][:2] == "SM"
    assert len(message["sid"]) == 34
    assert message["status"] == "queued"
    assert (message["error_code"], message["price"], message["price_unit"]) == (None, None, "USD")
    assert (message["num_segments"], message["num_media"]) == ("1", "0")
    assert message["direction"] == "outbound-api"
    assert message["date_created"].endswith(" +0000")
    assert parsedate_to_datetime(message["date_created"]).timestamp() == timed._clock.now
    assert message["uri"] == messages(timed, f"/{message['sid']}.json")


def test_a_message_makes_its_way(timed, ask, clock):
    _, message = ask("POST", messages(timed), form(To="whatsapp:+351912345600"))
    seen = []
    for _ in range(300):
        _, shown = ask("GET", message["uri"])
        if not seen or seen[-1] != shown["status"]:
            seen.append(shown["status"])
        clock.now += 0.1
    assert seen == ["queued", "sending", "sent", "delivered", "read"]
    assert shown["price"] == "-0.00500"


@pytest.mark.parametrize(
    ("fate", "code"),
    [(Fate("failed", 63003), 63003), (Fate("undelivered", 63049), 63049), (Fate("sent"), None)],
)
def test_fates(timed, ask, clock, fate, code):
    timed.script = Script(fates={GUEST.removeprefix("whatsapp:"): fate})
    _, message = ask("POST", messages(timed), form())
    assert message["error_code"] is None
    clock.now += 3600
    _, shown = ask("GET", message["uri"])
    assert (shown["status"], shown["error_code"]) == (fate.end, code)
    assert (shown["error_message"] is None) is (code is None)


def test_delivered_may_follow_a_failure(timed, ask, clock):
    steps = ((0.0, "queued"), (1.0, "failed"), (5.0, "delivered"))
    timed.script = Script(fates={GUEST.removeprefix("whatsapp:"): Fate(error_code=63024, steps=steps)})
    _, message = ask("POST", messages(timed), form())
    clock.now += 2
    assert ask("GET", message["uri"])[1]["error_code"] == 63024
    clock.now += 4
    _, shown = ask("GET", message["uri"])
    assert (shown["status"], shown["error_code"]) == ("delivered", None)


def test_pages_as_twilio_makes_them(timed, ask, clock):
    for index in range(5):
        ask("POST", messages(timed), form(Body=str(index)))
        clock.now += 1
    _, first = ask("GET", messages(timed, f".json?PageSize=2&From={SENDER.replace('+', '%2B')}"))
    assert [message["body"] for message in first["messages"]] == ["4", "3"]
    assert first["next_page_uri"].startswith(messages(timed, ".json?"))
    assert "PageToken=PASM" in first["next_page_uri"]
    assert first["previous_page_uri"] is None
    ask("POST", messages(timed), form(Body="late"))
    _, second = ask("GET", first["next_page_uri"])
    _, third = ask("GET", second["next_page_uri"])
    assert [message["body"] for message in second["messages"] + third["messages"]] == ["2", "1", "0"]
    assert third["next_page_uri"] is None
    assert second["page"] == 1


@pytest.mark.parametrize(
    ("query", "bodies"),
    [
        ("DateSent%3E=2026-11-18", ["third", "second"]),
        ("DateSent%3C=2026-11-18", ["second", "first"]),
        ("DateSent=2026-11-18", ["second"]),
        ("DateSent%3E=2026-11-18T11:00:00Z&DateSent%3C=2026-11-18T13:00:00Z", ["second"]),
        ("DateSent%3E=2026-11-18T13:00:00Z", ["third"]),
        ("PageSize=1", ["third"]),
    ],
)
def test_filters_by_day_and_by_moment(timed, ask, clock, query, bodies):
    for day, body in enumerate(("first", "second", "third")):
        clock.now = 1_794_916_800.0 + day * 86_400  # noon of 17, 18 and 19 November 2026
        ask("POST", messages(timed), form(Body=body))
    _, found = ask("GET", messages(timed, f".json?{query}"))
    assert [message["body"] for message in found["messages"]] == bodies


@pytest.mark.parametrize("query", ["PageSize=many", "DateSent=yesterday", "PageToken=PASM1"])
def test_parameters_that_make_no_sense(timed, ask, query):
    assert ask("GET", messages(timed, f".json?{query}"))[0] == 400


def test_scheduled_cancelled_redacted_deleted(timed, ask, clock):
    later = form(From=None, MessagingServiceSid=SERVICE, SendAt="2026-11-25T10:00:00Z", ScheduleType="fixed")
    _, first = ask("POST", messages(timed), later)
    assert (first["status"], first["date_sent"], first["from"]) == ("scheduled", None, None)
    _, second = ask("POST", messages(timed), later)
    assert ask("POST", first["uri"], {"Status": "canceled"})[1]["status"] == "canceled"
    clock.now += 40 * 86_400
    assert ask("GET", first["uri"])[1]["status"] == "canceled"
    assert ask("GET", second["uri"])[1]["status"] == "read"
    assert ask("POST", second["uri"], {"Status": "canceled"})[1]["code"] == 30409
    assert ask("POST", second["uri"], {"Body": ""})[1]["body"] == ""
    assert ask("DELETE", second["uri"]) == (204, None)
    assert ask("GET", second["uri"])[1]["code"] == 20404


TEMPLATE = {
    "friendly_name": "invitation",
    "language": "en",
    "variables": {"1": "Ana", "2": "Saturday"},
    "types": {"twilio/quick-reply": {"body": "Dear {{1}}, see you on {{2}} there", "actions": []}},
}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"types": {}}, 92001),
        ({"types": {"fax/page": {}}}, 92008),
        ({"language": ""}, 92003),
        ({"variables": {"1": ""}}, 92007),
        ({"variables": {str(index): "x" for index in range(101)}}, 92002),
    ],
)
def test_templates_that_are_refused(ask, change, code):
    assert ask("POST", "/v1/Content", document={**TEMPLATE, **change})[1]["code"] == code


def test_the_life_of_a_template(timed, ask, clock):
    timed.script = Script(rejected={"bad": "PROMOTIONAL"}, window_open=False)
    sids = {}
    for name in ("good", "bad"):
        status, content = ask("POST", "/v1/Content", document=TEMPLATE)
        assert status == 201
        sids[name] = content["sid"]
        path = f"/v1/Content/{content['sid']}/ApprovalRequests"
        assert ask("GET", path)[1]["whatsapp"] is None
        status, approval = ask("POST", f"{path}/whatsapp", document={"name": name, "category": "MARKETING"})
        assert (status, approval["status"], approval["category"]) == (201, "received", "MARKETING")
    early = form(Body=None, ContentSid=sids["good"], ContentVariables='{"1": "Zoë", "2": "5 June"}')
    _, unapproved = ask("POST", messages(timed), early)
    clock.now += 5
    assert ask("GET", f"/v1/Content/{sids['good']}/ApprovalRequests")[1]["whatsapp"]["status"] == "pending"
    assert ask("GET", unapproved["uri"])[1]["error_code"] == 63016
    clock.now += 20
    _, page = ask("GET", "/v1/ContentAndApprovals?PageSize=1")
    assert page["contents"][0]["approval_requests"]["status"] == "rejected"
    assert page["contents"][0]["approval_requests"]["rejection_reason"] == "PROMOTIONAL"
    _, page = ask("GET", page["meta"]["next_page_url"].removeprefix(timed.base_url))
    assert page["contents"][0]["approval_requests"]["status"] == "approved"
    assert page["meta"]["next_page_url"] is None
    _, approved = ask("POST", messages(timed), early)
    assert approved["body"] == "Dear Zoë, see you on 5 June there"
    _, partly = ask("POST", messages(timed), {**early, "ContentVariables": '{"1": "Zoë"}'})
    assert partly["body"] == "Dear Zoë, see you on Saturday there"
    _, long = ask("POST", messages(timed), {**early, "ContentVariables": json.dumps({"1": "x" * 1000})})
    clock.now += 60
    assert ask("GET", approved["uri"])[1]["status"] == "read"
    assert ask("GET", long["uri"])[1]["error_code"] == 63021
    assert ask("DELETE", f"/v1/Content/{sids['bad']}")[0] == 204
    assert ask("GET", f"/v1/Content/{sids['bad']}")[0] == 404


def test_free_text_needs_an_open_window(timed, ask, clock):
    timed.script = Script(window_open=False)
    _, before = ask("POST", messages(timed), form())
    timed.receive(GUEST.removeprefix("whatsapp:"), PRACTICE_SENDER, "Hello?")
    _, within = ask("POST", messages(timed), form())
    clock.now += 25 * 3600
    _, after = ask("POST", messages(timed), form())
    clock.now += 60
    codes = [ask("GET", message["uri"])[1]["error_code"] for message in (before, within, after)]
    assert codes == [63016, None, 63016]


def test_a_list_lags_for_as_long_as_told(timed, ask, clock):
    timed.script = Script(faults=(Fault(FaultKind.LAG, seconds=60, times=1),))
    ask("POST", messages(timed), form(Body="slow"))
    ask("POST", messages(timed), form(Body="quick"))
    assert [message["body"] for message in ask("GET", messages(timed))[1]["messages"]] == ["quick"]
    clock.now += 61
    assert [message["body"] for message in ask("GET", messages(timed))[1]["messages"]] == ["quick", "slow"]


def test_what_was_taken_over_is_told_to_others(timed, ask):
    _, message = ask("POST", messages(timed), form())
    _, told = ask("GET", "/_practice/accepted?after=0")
    assert told["count"] == 1
    assert told["accepted"] == [
        {
            "seq": 1,
            "sid": message["sid"],
            "to": "+351912345601",
            "body": "Hello",
            "at": timed._clock.now,
            "sender": "+15005550006",
        }
    ]
    assert ask("GET", "/_practice/accepted?after=1")[1]["accepted"] == []
    assert ask("GET", "/_practice/requests")[1]["send"] == 1


def test_a_script_can_be_given_while_it_runs(timed, ask, clock):
    script = {"faults": [{"kind": "refuse", "code": 63007, "times": 1}], "speed": 1000}
    assert ask("PUT", "/_practice/script", document=script)[0] == 200
    assert ask("POST", messages(timed), form())[1]["code"] == 63007
    _, message = ask("POST", messages(timed), form())
    course = {"sid": message["sid"], "steps": [[0, "failed"]], "error_code": 63024}
    assert ask("POST", "/_practice/course", document=course)[0] == 200
    assert ask("GET", message["uri"])[1]["error_code"] == 63024
    inbound = {"from": "+351912345601", "to": PRACTICE_SENDER, "body": "Yes"}
    _, answer = ask("POST", "/_practice/inbound", document=inbound)
    assert ask("GET", messages(timed, f"/{answer['sid']}.json"))[1]["status"] == "received"
    assert ask("PUT", "/_practice/script", document={"sped": 3})[0] == 400
    assert ask("POST", "/_practice/clear")[0] == 200
    assert timed.accepted() == []


def test_a_process_of_its_own(run, start_practice, tmp_path):
    store = tmp_path / "messages.sqlite3"
    from waapp.core.outcome import Accepted, Throttled
    from waapp.whatsapp.client import TwilioClient

    async def send(process):
        async with TwilioClient(
            process.account_sid, process.account_sid, process.password, base_url=process.base_url
        ) as client:
            return await client.send("+351912345601", PRACTICE_SENDER, body="x")

    first = start_practice(store=store, faults=[{"kind": "throttle", "times": 1}])
    assert run(send(first)) == Throttled(None)
    outcome = run(send(first))
    assert isinstance(outcome, Accepted)
    first.process.kill()
    first.process.wait(10)
    second = start_practice(store=store)
    assert [message["sid"] for message in second.accepted()] == [outcome.sid]


def test_a_broken_file_is_put_aside(tmp_path):
    path = tmp_path / "practice.sqlite3"
    path.write_bytes(b"this is no database" * 100)
    store = PracticeStore(path)
    assert store.count() == 0
    store.close()
    assert path.with_suffix(".broken").exists()


def test_a_file_that_cannot_be_made_is_a_known_trouble(tmp_path):
    (tmp_path / "taken").write_text("a file where a folder is wanted")
    with pytest.raises(UserError) as raised:
        PracticeStore(tmp_path / "taken" / "practice.sqlite3")
    assert raised.value.code == "practice_unusable"


# ---------------------------------------------------------------- the rules themselves


def test_the_published_rule():
    ends = Counter((practice_fate(f"+3519123456{ending:02}")) for ending in range(100))
    assert ends == {
        Fate("read"): 70,
        Fate("delivered"): 20,
        Fate("sent"): 4,
        Fate("failed", 63003): 3,
        Fate("undelivered", 63049): 2,
        Fate("undelivered", 63024): 1,
    }
    assert practice_fate("+351 912 345 694") == practice_fate("+351912345694") == Fate("failed", 63003)


NUMBERS = st.integers(10**7, 10**14).map(lambda digits: f"+{digits}")


@given(NUMBERS, st.floats(0.1, 1000))
def test_every_course_moves_forward_to_its_end(number, speed):
    fate = practice_fate(number)
    steps = course(fate, number, speed)
    times = [at for at, _ in steps]
    assert times == sorted(times)
    assert steps[0] == (0.0, "queued")
    assert steps[-1][1] == fate.end
    assert times[-1] * speed <= 25
    word = None
    for at, _ in steps:
        shown, since = status_at(steps, at)
        assert since <= at
        assert advance(word, shown) == shown
        word = shown


FAULTS = st.lists(
    st.builds(
        Fault,
        kind=st.sampled_from(FaultKind),
        on=st.sampled_from(Call),
        probability=st.sampled_from([0.0, 0.3, 1.0]),
        skip=st.integers(0, 3),
        times=st.none() | st.integers(0, 3),
    ),
    max_size=4,
)


@given(FAULTS, st.integers(0, 9), st.lists(st.sampled_from(Call), max_size=30))
def test_faults_strike_as_scripted(faults, seed, calls):
    script = Script(seed=seed, faults=tuple(faults))
    plans = [FaultPlan(script), FaultPlan(script)]
    struck = Counter()
    for call in calls:
        striking, again = (plan.strike(call, "+1") for plan in plans)
        assert striking == again
        assert sum(fault.kind not in {FaultKind.LATENCY, FaultKind.LAG} for fault in striking) <= 1
        struck.update(striking)
        for fault in striking:
            assert fault.on in {call, Call.ANY}
            assert fault.probability > 0
    for fault, count in struck.items():
        limit = sum(
            other.times if other.times is not None else len(calls) for other in faults if other == fault
        )
        assert count <= limit


def test_a_fault_for_one_number_only():
    plan = FaultPlan(Script(faults=(Fault(FaultKind.RESET, to="+1", skip=1, times=1),)))
    assert [bool(plan.strike(Call.SEND, to)) for to in ("+2", "+1", "+2", "+1", "+1")] == [
        False,
        False,
        False,
        True,
        False,
    ]


def test_scripts_are_read_strictly():
    script = read_script(
        {
            "speed": 5,
            "senders": ["+1"],
            "fates": {
                "+351": {"end": "failed", "error_code": 63018},
                "+352": {"steps": [[0, "queued"], [2, "read"]]},
            },
            "faults": [{"kind": "hang", "accepted": True, "to": "+1", "probability": 0.1}],
        }
    )
    assert script.fate("+351") == Fate("failed", 63018)
    assert script.fate("+352").steps == ((0.0, "queued"), (2.0, "read"))
    assert script.faults == (Fault(FaultKind.HANG, to="+1", accepted=True, probability=0.1),)
    for wrong in ({"kind": "explode"}, {"kind": "reset", "when": "now"}, {"kind": "reset", "on": "x"}):
        with pytest.raises(ValueError):
            read_fault(wrong)
