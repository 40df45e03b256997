"""Work away from the window's loop."""

import asyncio
import gc
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def away(work: Callable[[], Result]) -> Result:
    """Run blocking work in another thread.

    Meanwhile no cyclic garbage is collected: the collector runs in whichever thread allocates, and widgets that
    are garbage must not die in a thread that is not theirs.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        return await asyncio.to_thread(work)
    finally:
        if was_on:
            gc.enable()
