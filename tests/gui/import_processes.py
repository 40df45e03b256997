"""The processes that work on guest lists."""

from contextlib import suppress

import psutil


def workers():
    """Return the processes that work on lists.

    Until it runs a program of its own, a new process counts all that this one holds.
    """
    found = []
    for child in psutil.Process().children(recursive=True):
        # One that has ended has no words left.
        with suppress(psutil.Error):
            found += [child] if "spawn_main" in " ".join(child.cmdline()) else []
    return found
