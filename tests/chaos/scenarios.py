"""All scenarios, in the order of the table."""

from tests.chaos import asleep, crowd, cuts, disk, failover, faults, live, outages, pace
from tests.chaos.report import Scenario

SCENARIOS: tuple[Scenario, ...] = (
    *crowd.SCENARIOS,
    *outages.SCENARIOS,
    *cuts.SCENARIOS,
    *failover.SCENARIOS,
    *faults.SCENARIOS,
    *asleep.SCENARIOS,
    *disk.SCENARIOS,
    *pace.SCENARIOS,
    *live.SCENARIOS,
)
