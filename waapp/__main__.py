"""The program's entry: the window, or a command without one."""

import sys

from waapp import cli


def main() -> int:
    """Run what the command line asks for and return the exit code: 0 done, 1 a known error, 2 bad usage."""
    return cli.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
