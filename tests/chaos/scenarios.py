"""All scenarios, in the order of the table."""

from tests.chaos import crowd, faults, outages
from tests.chaos.report import Scenario

SCENARIOS: tuple[Scenario, ...] = (
    *crowd.SCENARIOS,
    *outages.SCENARIOS,
    *faults.SCENARIOS,
)
