"""The short form of `python -m tests.chaos`: whether messages are doubled or lost, not how long anything takes."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.chaos.report import Result, Scenario
from tests.chaos.scenarios import SCENARIOS

SHORT = [scenario for scenario in SCENARIOS if scenario.short]
AT_ONCE = 4
"""Scenarios are played side by side: most of their time they wait for something to be noticed."""


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Result]]]:
    """Play the scenarios that were chosen, each with servers and workers of its own."""
    chosen = {
        item.callspec.params["scenario"].name
        for item in request.session.items
        if "played" in item.fixturenames
    }
    with ThreadPoolExecutor(AT_ONCE) as players:
        yield {one.name: players.submit(one.run, one.short) for one in SHORT if one.name in chosen}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("scenario", SHORT, ids=lambda one: one.name)
def test_nothing_is_doubled_and_nothing_is_lost(
    scenario: Scenario, played: dict[str, Future[Result]]
) -> None:
    result = played[scenario.name].result()
    assert not result.troubles, "\n".join(result.troubles)
    assert result.times == scenario.short
