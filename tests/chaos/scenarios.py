"""All scenarios, in the order of the table."""

from tests.chaos import crowd, cuts, failover, faults, outages
from tests.chaos.report import Scenario

SCENARIOS: tuple[Scenario, ...] = (
    *crowd.SCENARIOS,
    *outages.SCENARIOS,
    *cuts.SCENARIOS,
    *failover.SCENARIOS,
    *faults.SCENARIOS,
)
