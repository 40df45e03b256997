"""Break everything that can break around a send, and print what became of the messages as a table in Markdown.

    python -m tests.chaos [--only NAME] [--kills 200] [--short]

Exit code 1 when a message was doubled or lost, or anything else was not as it should be.
"""

import argparse
import sys
import time
import traceback

from tests.chaos import report
from tests.chaos.scenarios import SCENARIOS


def main() -> int:
    """Run the scenarios one after the other."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--only", choices=[one.name for one in SCENARIOS], action="append")
    parser.add_argument("--kills", type=int, help="how often a worker is killed")
    parser.add_argument("--short", action="store_true", help="as often as in every test run")
    options = parser.parse_args()
    print(report.HEAD, flush=True)
    troubles: list[str] = []
    for scenario in SCENARIOS:
        if options.only and scenario.name not in options.only:
            continue
        times = scenario.short if options.short else scenario.times
        command = f"python -m tests.chaos --only {scenario.name}"
        if scenario.name == "kills" and options.kills:
            times, command = options.kills, f"{command} --kills {options.kills}"
        started = time.monotonic()
        try:
            result = scenario.run(times)
        except Exception:
            # One scenario that cannot be played says nothing about the others.
            troubles.append(f"{scenario.name}: {traceback.format_exc()}")
            print(f"| {scenario.name}: **could not be played** | | | | | | | `{command}` |", flush=True)
            continue
        print(report.row(result, command), flush=True)
        print(f"{scenario.name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
        troubles += [f"{scenario.name}: {one}" for one in (*result.troubles, *result.slow)]
    for trouble in troubles:
        print(f"\n{trouble}", file=sys.stderr)
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
