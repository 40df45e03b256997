"""Several workers on one database: one sends for a number, and a silent one is displaced before it does harm."""

import signal

import pytest

from tests.chaos.world import judge, until, world


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
