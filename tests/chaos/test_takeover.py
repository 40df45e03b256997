"""Several workers on one database: one sends for a number, and a silent one is displaced before it does harm."""

import signal

import pytest

from tests.chaos.world import judge, number, until, world
from waapp.whatsapp.practice import PRACTICE_SENDER

OTHER_SENDER = "+15005550007"


@pytest.mark.timeout(300)
def test_a_worker_that_falls_asleep_is_displaced_and_posts_nothing_when_it_wakes(database_url: str) -> None:
    with world(database_url, rate=20) as here:
        here.queue(200)
        here.start_worker()
        until(lambda: here.accepted() > 3, "the first messages")
        asleep = until(here.sending, "a worker that sends")
        asleep.send_signal(signal.SIGSTOP)
        heir = here.start_worker()
        until(lambda: here.sending() is heir, "a takeover")
        before = here.accepted()
        until(lambda: here.accepted() > before + 3, "messages from the heir")
        asleep.send_signal(signal.SIGCONT)
        until(lambda: here.states()["queued"] == 0, "the end of the queue")
        assert here.sending() is heir
        assert here.stop(asleep) == 0
        assert here.stop(heir) == 0
        here.settle()
        verdict = judge(here)
        complaints = here.complaints()
    assert verdict.good, verdict
    assert not complaints


@pytest.mark.timeout(300)
def test_of_four_workers_one_sends_and_killing_it_costs_nothing(database_url: str) -> None:
    with world(database_url) as here:
        here.queue(160)
        for _ in range(4):
            here.start_worker()
        for _ in range(3):
            first = until(here.sending, "a worker that sends")
            before = here.accepted()
            until(lambda before=before: here.accepted() > before, "messages")
            here.kill(first)
        until(lambda: here.states()["queued"] == 0, "the end of the queue")
        here.stop(here.workers[0])
        here.settle()
        verdict = judge(here)
        complaints = here.complaints()
    assert verdict.good, verdict
    assert not complaints


@pytest.mark.timeout(300)
def test_two_numbers_send_side_by_side(database_url: str) -> None:
    with (
        world(database_url, rate=10) as here,
        world(database_url, rate=10, sender=OTHER_SENDER, first_number=7000) as other,
    ):
        for each in (here, other):
            each.queue(40)
        workers = [(each, each.start_worker()) for each in (here, other)]
        until(lambda: here.accepted() > 1 and other.accepted() > 1, "messages from both")
        # Both are still at it.
        assert here.states()["queued"] > 0
        assert other.states()["queued"] > 0
        for each, worker in workers:
            until(lambda each=each: each.states()["accepted"] == 40, "all messages")
            assert each.stop(worker) == 0
            assert judge(each).good
            assert not each.complaints()
        assert {message["to"] for message in here.practice.accepted()} == {number(n) for n in range(40)}
    assert here.sender == PRACTICE_SENDER
