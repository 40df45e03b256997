"""The short form of `python -m tests.chaos`."""

import pytest

from tests.chaos.report import Scenario
from tests.chaos.scenarios import SCENARIOS


@pytest.mark.timeout(300)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_nothing_is_doubled_and_nothing_is_lost(scenario: Scenario) -> None:
    result = scenario.run(scenario.short)
    assert not result.troubles, "\n".join(result.troubles)
    assert result.times == scenario.short
