"""The short form of `python -m tests.chaos.kill`: every step once."""

import pytest

from tests.chaos.kill import run
from tests.chaos.world import world


@pytest.mark.timeout(300)
def test_killed_workers_double_nothing_and_lose_nothing(database_url: str) -> None:
    with world(database_url) as here:
        outcome = run(here, kills=10, seed=1)
        complaints = here.complaints()
    assert outcome.verdict.good, outcome.verdict
    assert outcome.kills.total() == 10
    assert not complaints
