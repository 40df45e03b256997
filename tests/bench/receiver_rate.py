"""The rate held against a receiver that takes 80 messages a second: how near to it, and whether ever above it.

    python -m tests.bench.receiver_rate [--rate 80] [--seconds 30] [--rounds 3]

Targets: within 2 %, never more than the rate in any one second, wherever that second begins. Counted is when the
practice Twilio, a process of its own, has taken a message over.
"""

import argparse

from tests.chaos.pace import pace_of, received
from tests.chaos.servers import server
from tests.chaos.world import migrated, world


def main() -> None:
    """Print a line for each round."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rate", type=float, default=80.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with server() as pg:
        migrated(pg.url)
        for _ in range(options.rounds):
            with world(pg.url, rate=options.rate, request_seconds=10) as here:
                seen = pace_of(received(here, int(options.rate * options.seconds)))
                pg.execute("TRUNCATE guests CASCADE")
            print(
                f"{seen.average:.2f}/s over {seen.seconds:.1f} s ({seen.average / options.rate:.1%} of the rate), "
                f"{seen.busiest} in the busiest second",
                flush=True,
            )


if __name__ == "__main__":
    main()
