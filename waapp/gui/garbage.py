"""Cyclic garbage of the window's process: collected in the window's thread only, and when nobody notices.

Left to itself, Python collects in whichever thread happens to allocate, and widgets that are garbage must not die in
a thread that is not theirs. A collection looks at everything that lives and was not set aside: with all modules and
100,000 guests that is a fifth of a second in which the window would stand still. So what has outlived a full
collection is set aside, and looked at again only when the program has nothing to do.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication, QWindow

_EVERY_MS: Final = 50
"""What is made in this time is looked at in about a millisecond, also while a send runs."""
_IDLE: Final = 5.0
"""Seconds without a key or the pointer after which a short pause of the window goes unnoticed."""
_PATIENCE: Final = 300.0
"""Seconds after which a full collection that is due does not wait for that any longer."""
_ASLEEP: Final = 60.0
"""Seconds without a key or the pointer, and without work, after which a long pause goes unnoticed."""
_BUSY: Final = 2.0
"""Seconds between two times that young garbage came together, from which on nothing goes on."""
_THOROUGH: Final = 600.0
"""Seconds between two collections that look at what was set aside, too."""

_SWITCHING: Final = 0.002
"""Seconds after which a thread that works gives way to the window."""
_SETTING_ASIDE_MS: Final = 20
"""Between two times at which what was made is set aside: that takes no time itself."""

Result = TypeVar("Result")

_BY_HAND: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchUpdate,
        QEvent.Type.InputMethod,
    }
)


class GarbageCollector(QObject):
    """Collects young garbage as it comes, and all of it once the person at the desk rests.

    The thresholds are Python's own. `clock` gives seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._touched = self._worked = self._young_at = self._thorough = clock()
        self._due_since: float | None = None
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.collect)

    def start(self) -> None:
        """Take over from Python's own collector; what lives now is taken to live for good."""
        gc.collect()
        gc.disable()
        gc.freeze()
        self._timer.start()
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.connect(self._watch)

    def stop(self) -> None:
        """Hand back to Python's own collector."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def collect(self) -> None:
        """Collect what is due and may be collected now."""
        young, middle, old = gc.get_count()
        first, second, third = gc.get_threshold()
        if young > first:
            self._note_work()
        if young <= first and self._is_asleep():
            self._thorough = self._clock()
            # What threads have made since is looked at too, and from then on taken to live.
            gc.unfreeze()
            gc.collect()
            gc.freeze()
        elif old > third and self._may_pause():
            self._due_since = None
            gc.collect()
            gc.freeze()
        elif middle > second:
            gc.collect(1)
        elif young > first:
            gc.collect(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that somebody is at work; hold nothing back."""
        if event.type() in _BY_HAND:
            self._touched = self._clock()
        return False

    def _note_work(self) -> None:
        """Tell work from what a window does that only waits: that makes as many objects, but in a minute."""
        now = self._clock()
        if now - self._young_at < _BUSY:
            self._worked = now
        self._young_at = now

    def _is_asleep(self) -> bool:
        now = self._clock()
        quiet = now - max(self._touched, self._worked)
        return quiet >= _ASLEEP and now - self._thorough >= _THOROUGH

    def _may_pause(self) -> bool:
        now = self._clock()
        if self._due_since is None:
            self._due_since = now
        return now - self._touched >= _IDLE or now - self._due_since >= _PATIENCE

    def _watch(self, window: QWindow | None) -> None:
        # A filter on the application would see, and slow down, every event; what people do comes by their window.
        if window is not None:
            window.installEventFilter(self)


async def in_thread(work: Callable[[], Result]) -> Result:
    """Do something long in a thread that leaves the window its turns, and return what comes of it."""
    switching = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCHING)
    try:
        with setting_aside():
            return await asyncio.to_thread(work)
    finally:
        sys.setswitchinterval(switching)


@contextmanager
def setting_aside() -> Iterator[None]:
    """Keep what is made meanwhile out of the small collections, which would have to look at all of it."""
    timer = QTimer(interval=_SETTING_ASIDE_MS)
    timer.timeout.connect(gc.freeze)
    timer.start()
    try:
        yield
    finally:
        timer.stop()
        gc.freeze()


@contextmanager
def collected_by_window() -> Iterator[None]:
    """Have garbage collected in this thread only, by a timer of its event loop."""
    collector = GarbageCollector()
    collector.start()
    try:
        yield
    finally:
        collector.stop()
        gc.collect()
