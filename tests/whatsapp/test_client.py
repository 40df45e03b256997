import asyncio
import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from waapp.core.outcome import Accepted, NotSent, Refused, Throttled, Unknown
from waapp.errors import AccountError, UserError
from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.practice import PRACTICE_SENDER, PracticeTwilio
from waapp.whatsapp.practice_script import Call, Fate, Fault, FaultKind, Script

GUEST = "+351912345601"


def script(*faults, **rest):
    return Script(faults=faults, **rest)


def sids(practice):
    return [message.sid for message in practice.accepted()]


def test_a_free_text_is_taken_over(run, practice, twilio):
    outcome = run(twilio.send(GUEST, PRACTICE_SENDER, body="Olá José & família +1 €"))
    assert outcome == Accepted(sids(practice)[0], "queued")
    assert practice.accepted()[0].body == "Olá José & família +1 €"
    assert practice.accepted()[0].to == GUEST


def test_a_template_is_sent_with_its_variables(run, practice, twilio):
    async def scenario():
        sid = await twilio.create_content(
            name="invitation",
            language="en",
            types={"twilio/text": {"body": "Dear {{1}}, come on {{ 2 }} please"}},
            variables={"1": "Ana", "2": "Saturday"},
        )
        return await twilio.send(
            GUEST, PRACTICE_SENDER, content_sid=sid, variables={"1": "Zoë “Z”", "2": "5 June"}
        )

    assert isinstance(run(scenario()), Accepted)
    assert practice.accepted()[0].body == "Dear Zoë “Z”, come on 5 June please"


OUTCOMES = {
    "throttled": (Fault(FaultKind.THROTTLE), Throttled(None), 0),
    "throttled with time": (Fault(FaultKind.THROTTLE, retry_after=7), Throttled(7.0), 0),
    "5xx before": (Fault(FaultKind.ANSWER, status=503), Unknown("http_503"), 0),
    "5xx after": (Fault(FaultKind.ANSWER, status=500, accepted=True), Unknown("http_500"), 1),
    "gateway timeout page": (
        Fault(FaultKind.ANSWER, status=504, html=True, accepted=True),
        Unknown("http_504"),
        1,
    ),
    "web page 200": (Fault(FaultKind.ANSWER, status=200, html=True, accepted=True), Unknown("unreadable"), 1),
    "web page 500": (Fault(FaultKind.ANSWER, status=500, html=True), Unknown("http_500"), 0),
    "redirect": (Fault(FaultKind.ANSWER, status=302, html=True), Unknown("http_302"), 0),
    "web page 403": (Fault(FaultKind.ANSWER, status=403, html=True), Refused(403, ""), 0),
    "web page 408": (Fault(FaultKind.ANSWER, status=408, html=True), Unknown("http_408"), 0),
    "reset before": (Fault(FaultKind.RESET), Unknown("reset"), 0),
    "reset after": (Fault(FaultKind.RESET, accepted=True), Unknown("reset"), 1),
    "cut answer": (Fault(FaultKind.CUT, accepted=True), Unknown("reset"), 1),
    "hang before": (Fault(FaultKind.HANG), Unknown("timeout"), 0),
    "hang after": (Fault(FaultKind.HANG, accepted=True), Unknown("timeout"), 1),
    "credentials": (Fault(FaultKind.REFUSE, status=401, code=20003), Refused(20003, "Refused"), 0),
    "sender": (Fault(FaultKind.REFUSE, code=63007), Refused(63007, "Refused"), 0),
    "throttled as 400": (Fault(FaultKind.REFUSE, code=20429), Throttled(None), 0),
    "latency": (Fault(FaultKind.LATENCY, seconds=0.01), Accepted, 1),
}


@pytest.mark.parametrize(("fault", "expected", "taken"), OUTCOMES.values(), ids=OUTCOMES)
def test_every_fault_has_its_outcome_and_is_asked_once(run, practice, fault, expected, taken):
    practice.script = script(fault)
    client = TwilioClient(
        practice.account_sid,
        practice.account_sid,
        practice.password,
        base_url=practice.base_url,
        timeout=3 if fault.kind is FaultKind.HANG else 60,
    )

    async def scenario():
        async with client:
            return await client.send(GUEST, PRACTICE_SENDER, body="x")

    outcome = run(scenario())
    assert outcome == expected if not isinstance(expected, type) else isinstance(outcome, expected)
    assert practice.requests[Call.SEND] == 1
    assert len(practice.accepted()) == taken


def test_five_hundred_at_once_get_their_own_answers(run, practice, twilio):
    numbers = [f"+35191{index:07}" for index in range(500)]

    async def scenario():
        return await asyncio.gather(
            *(twilio.send(number, PRACTICE_SENDER, body=f"for {number}") for number in numbers)
        )

    outcomes = run(scenario())
    taken = {message.sid: message for message in practice.accepted()}
    assert len(taken) == 500
    for number, outcome in zip(numbers, outcomes, strict=True):
        assert taken[outcome.sid].to == number
        assert taken[outcome.sid].body == f"for {number}"


def test_mixed_faults_never_duplicate_and_never_invent(run, practice, twilio):
    practice.script = script(
        Fault(FaultKind.THROTTLE, probability=0.05),
        Fault(FaultKind.ANSWER, probability=0.05, accepted=True, status=500),
        Fault(FaultKind.ANSWER, probability=0.05, status=503),
        Fault(FaultKind.RESET, probability=0.05, accepted=True),
        Fault(FaultKind.RESET, probability=0.05),
        Fault(FaultKind.ANSWER, probability=0.05, html=True, status=200, accepted=True),
        Fault(FaultKind.CUT, probability=0.05, accepted=True),
        seed=11,
    )
    numbers = [f"+35192{index:07}" for index in range(400)]

    async def scenario():
        limit = asyncio.Semaphore(50)

        async def one(number):
            async with limit:
                return await twilio.send(number, PRACTICE_SENDER, body="x")

        return await asyncio.gather(*map(one, numbers))

    outcomes = dict(zip(numbers, run(scenario()), strict=True))
    assert practice.requests[Call.SEND] == 400
    taken = [message.to for message in practice.accepted()]
    assert len(taken) == len(set(taken))
    for number, outcome in outcomes.items():
        match outcome:
            case Accepted(sid):
                assert sid in sids(practice)
            case Throttled() | Refused() | NotSent():
                assert number not in taken
            case Unknown():
                pass
    kinds = {type(outcome).__name__ for outcome in outcomes.values()}
    assert kinds == {"Accepted", "Throttled", "Unknown"}


def test_nobody_listening_is_not_sent(run, practice, twilio):
    run(practice.stop())
    assert run(twilio.send(GUEST, PRACTICE_SENDER, body="x")) == NotSent("refused")
    with pytest.raises(UserError) as raised:
        run(twilio.account())
    assert (raised.value.code, raised.value.params["written"]) == ("twilio_unreachable", False)


def test_a_name_that_does_not_exist_is_not_sent(run):
    async def scenario():
        async with TwilioClient("AC1", "AC1", "x", base_url="http://nowhere.invalid") as client:
            return await client.send(GUEST, PRACTICE_SENDER, body="x")

    assert run(scenario()) == NotSent("dns")


def test_credentials_go_to_twilio_only(run, practice):
    async def scenario():
        async with TwilioClient("AC1", "AC1", "x") as client:
            rest = await client._open()
            await rest.request_async("GET", "https://twilio.com.evil.example/", auth=("AC1", "x"))

    with pytest.raises(ValueError, match="evil"):
        run(scenario())


def test_pages_are_followed_and_capped(run, practice, twilio):
    async def scenario():
        for index in range(25):
            await twilio.send(f"+35193{index:07}", PRACTICE_SENDER, body=str(index))
        found = await twilio.list_messages(from_=PRACTICE_SENDER, page_size=10)
        capped = await twilio.list_messages(from_=PRACTICE_SENDER, page_size=10, page_cap=2)
        return found, capped, practice.requests[Call.LIST]

    found, capped, requests = run(scenario())
    assert [message.body for message in found] == [str(index) for index in reversed(range(25))]
    assert [message.body for message in capped] == [str(index) for index in reversed(range(5, 25))]
    assert requests == 3 + 2


def test_pages_do_not_shift_while_sending(run, practice, twilio):
    async def scenario():
        for index in range(20):
            await twilio.send(f"+35193{index:07}", PRACTICE_SENDER, body=str(index))
        seen = []
        async for page in twilio.message_pages(from_=PRACTICE_SENDER, page_size=5):
            seen += [message.body for message in page]
            await twilio.send("+351939999999", PRACTICE_SENDER, body="late")
        return seen

    assert run(scenario()) == [str(index) for index in reversed(range(20))]


def test_lists_are_filtered(run, practice, twilio):
    async def scenario():
        await twilio.send("+351930000001", PRACTICE_SENDER, body="one")
        await twilio.send("+351930000002", PRACTICE_SENDER, body="two")
        practice.receive("+351930000001", PRACTICE_SENDER, "Yes!")
        now = datetime.now(UTC)
        return (
            await twilio.list_messages(to="+351930000001"),
            await twilio.list_messages(to=PRACTICE_SENDER),
            await twilio.list_messages(from_=PRACTICE_SENDER, since=now),
            await twilio.list_messages(from_=PRACTICE_SENDER, since=now + timedelta(days=2)),
        )

    one, inbound, today, later = run(scenario())
    assert [message.body for message in one] == ["one"]
    assert [(message.body, message.direction == "inbound", message.from_) for message in inbound] == [
        ("Yes!", True, "+351930000001")
    ]
    assert [message.body for message in today] == ["two", "one"]
    assert later == []


def test_a_message_is_read_whole(run, practice, twilio):
    practice.script = script(fates={GUEST: Fate("undelivered", 63049)}, speed=1e6)

    async def scenario():
        failed = await twilio.send(GUEST, PRACTICE_SENDER, body="x")
        read = await twilio.send("+351912345600", PRACTICE_SENDER, body="y")
        return (
            await twilio.fetch(failed.sid),
            await twilio.fetch(read.sid),
            await twilio.fetch("SM" + "0" * 32),
        )

    failed, read, missing = run(scenario())
    assert (failed.status, failed.error_code) == ("undelivered", "63049")
    assert failed.error_message
    assert (read.status, read.error_code, read.price, read.price_unit) == (
        "read",
        None,
        Decimal("-0.005"),
        "USD",
    )
    assert read.to == "+351912345600"
    assert read.date_created.tzinfo is UTC
    assert read.fact().status == "read"
    assert read.fact().at == read.date_updated
    assert missing is None


def test_a_lagging_list_still_lets_fetch(run, practice, twilio):
    practice.script = script(Fault(FaultKind.LAG, seconds=600))

    async def scenario():
        outcome = await twilio.send(GUEST, PRACTICE_SENDER, body="x")
        return await twilio.list_messages(to=GUEST), await twilio.fetch(outcome.sid)

    listed, fetched = run(scenario())
    assert listed == []
    assert fetched.body == "x"


READS = {
    "credentials": (
        Fault(FaultKind.REFUSE, on=Call.ANY, status=401, code=20003),
        "twilio_credentials",
        AccountError,
    ),
    "web page 401": (
        Fault(FaultKind.ANSWER, on=Call.ANY, status=401, html=True),
        "twilio_credentials",
        AccountError,
    ),
    "forbidden": (
        Fault(FaultKind.REFUSE, on=Call.ANY, status=403, code=20403),
        "twilio_forbidden",
        AccountError,
    ),
    "busy": (Fault(FaultKind.THROTTLE, on=Call.ANY), "twilio_busy", UserError),
    "down": (Fault(FaultKind.ANSWER, on=Call.ANY, status=503), "twilio_unavailable", UserError),
    "refused": (Fault(FaultKind.REFUSE, on=Call.ANY, status=400, code=20001), "twilio_refused", UserError),
    "web page": (Fault(FaultKind.ANSWER, on=Call.ANY, status=200, html=True), "twilio_unreadable", UserError),
    "reset": (Fault(FaultKind.RESET, on=Call.ANY), "twilio_unreachable", UserError),
    "cut": (Fault(FaultKind.CUT, on=Call.ANY), "twilio_unreachable", UserError),
}


@pytest.mark.parametrize("question", ["list_messages", "account", "senders"])
@pytest.mark.parametrize(("fault", "code", "kind"), READS.values(), ids=READS)
def test_a_question_that_fails_says_why(run, practice, twilio, question, fault, code, kind):
    practice.script = script(fault)
    with pytest.raises(kind) as raised:
        run(getattr(twilio, question)())
    assert raised.value.code == code


def test_wrong_password(run, practice):
    async def scenario():
        async with TwilioClient(
            practice.account_sid, practice.account_sid, "wrong", base_url=practice.base_url
        ) as client:
            assert await client.send(GUEST, PRACTICE_SENDER, body="x") == Refused(20003, "Authenticate")
            await client.account()

    with pytest.raises(AccountError) as raised:
        run(scenario())
    assert raised.value.code == "twilio_credentials"


def test_key_of_the_account(run, practice):
    async def scenario():
        async with TwilioClient(
            practice.account_sid, "SK" + "1" * 32, practice.password, base_url=practice.base_url
        ) as client:
            return await client.account(), await client.send(GUEST, PRACTICE_SENDER, body="x")

    account, outcome = run(scenario())
    assert (account.status, account.trial) == ("active", False)
    assert isinstance(outcome, Accepted)


def test_senders_with_their_limits(run, practice, twilio):
    practice.script = script(senders=("+351910000001", "+351910000002"), messaging_limit=None)
    first, second = run(twilio.senders())
    assert (first.number, first.online, first.daily_limit, first.unlimited) == (
        "+351910000001",
        True,
        None,
        False,
    )
    assert second.number == "+351910000002"


def test_skew_is_measured(run, practice, twilio):
    practice.script = script(clock_ahead=3600.0)
    assert twilio.now is None
    run(twilio.send(GUEST, PRACTICE_SENDER, body="x"))
    assert timedelta(minutes=59) < twilio.now - datetime.now(UTC) < timedelta(minutes=61)


def test_neither_secrets_nor_numbers_are_shown_or_logged(run, practice, caplog):
    caplog.set_level(logging.DEBUG)
    secret = practice.password
    client = TwilioClient(
        practice.account_sid, practice.account_sid, secret, base_url=practice.base_url, timeout=3
    )
    practice.script = script(
        Fault(FaultKind.HANG, times=1),
        Fault(FaultKind.REFUSE, code=21211, times=1),
        Fault(FaultKind.RESET, on=Call.LIST, times=1),
        Fault(FaultKind.REFUSE, on=Call.LIST, times=1),
        Fault(FaultKind.HANG, on=Call.LIST),
    )
    shown = [repr(client)]

    async def scenario():
        async with client:
            shown.extend([repr(await client.send(GUEST, PRACTICE_SENDER, body="x")) for _ in range(3)])
            for _ in range(3):
                try:
                    await client.list_messages(to=GUEST)
                except UserError as error:
                    shown.append(repr(error) + str(error))
                    logging.getLogger("test").exception("listing")

    run(scenario())
    assert len(shown) == 7
    text = "\n".join(shown) + caplog.text
    assert "No answer" in text
    for number in (GUEST, PRACTICE_SENDER):
        assert number.lstrip("+") not in text
    assert secret not in text
    assert practice.account_sid not in "\n".join(shown)


def test_start_up_does_not_load_the_package():
    code = "import sys, waapp.whatsapp.client; print({'twilio', 'aiohttp', 'requests'} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "set()\n"


def test_two_processes_share_a_file(run, tmp_path):
    store = tmp_path / "data" / "practice.sqlite3"

    async def scenario():
        first, second = PracticeTwilio(store), PracticeTwilio(store)
        async with TwilioClient(
            first.account_sid, first.account_sid, first.password, base_url=await first.start()
        ) as client:
            sent = await client.send(GUEST, PRACTICE_SENDER, body="x")
        async with TwilioClient(
            second.account_sid, second.account_sid, second.password, base_url=await second.start()
        ) as client:
            found = await client.fetch(sent.sid)
        await first.stop()
        await second.stop()
        return sent, found

    sent, found = run(scenario())
    assert found.sid == sent.sid
    assert oct(store.stat().st_mode)[-3:] == "600"


def test_a_cancelled_send_leaves_no_answer_for_the_next(run, practice, twilio):
    """Its late answer must not be taken for another's: the connection is not used again."""
    practice.script = script(Fault(FaultKind.LATENCY, seconds=0.2, to="+351930000001"))

    async def scenario():
        abandoned = asyncio.ensure_future(twilio.send("+351930000001", PRACTICE_SENDER, body="slow"))
        while practice.requests[Call.SEND] == 0:
            await asyncio.sleep(0.005)
        abandoned.cancel()
        with pytest.raises(asyncio.CancelledError):
            await abandoned
        outcome = await twilio.send("+351930000002", PRACTICE_SENDER, body="quick")
        while len(practice.accepted()) < 2:
            await asyncio.sleep(0.005)
        return outcome

    outcome = run(scenario())
    taken = {message.sid: message.to for message in practice.accepted()}
    assert taken[outcome.sid] == "+351930000002"
    assert practice.requests[Call.SEND] == 2


def test_a_thousand_messages_in_one_page(run, practice, twilio):
    numbers = [f"+35194{index:07}" for index in range(1001)]

    async def scenario():
        await asyncio.gather(*(twilio.send(number, PRACTICE_SENDER, body="x") for number in numbers))
        return await twilio.list_messages(from_=PRACTICE_SENDER)

    found = run(scenario())
    assert sorted(message.to for message in found) == numbers
    assert practice.requests[Call.LIST] == 2
