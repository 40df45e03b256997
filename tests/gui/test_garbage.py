"""Garbage of the window's process dies in the window's thread, and not while somebody types."""

import asyncio
import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
from PySide6.QtCore import QObject
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from tests.gui.pages import until
from waapp.gui.garbage import GarbageCollector, collected_by_window, setting_aside

# What Qt's offscreen platform says of every window.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Widget(QObject):
    """Garbage only for a collector: it holds itself."""

    def __init__(self, died_in):
        super().__init__()
        self.itself = self
        weakref.finalize(self, lambda: died_in.append(threading.current_thread()))


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def collector(qapp, clock):
    made = GarbageCollector(clock)
    made.start()
    yield made
    made.stop()
    made.deleteLater()


def full_collections():
    return gc.get_stats()[2]["collections"]


def make_a_full_collection_due():
    for _ in range(gc.get_threshold()[2] + 1):
        gc.collect(1)


def allocate_much():
    return [[index] for index in range(10 * gc.get_threshold()[0])]


def test_a_worker_that_allocates_does_not_collect_widgets(window_run):
    died_in = []

    async def scenario():
        Widget(died_in)
        with ThreadPoolExecutor(1) as worker:
            loop = asyncio.get_running_loop()
            for _ in range(20):
                await loop.run_in_executor(worker, allocate_much)
        gc.collect()
        await until(lambda: died_in)

    window_run(scenario())
    assert died_in == [threading.main_thread()]


def test_young_garbage_goes_while_somebody_works(window_run):
    died_in = []

    async def scenario():
        Widget(died_in)
        kept = allocate_much()
        await until(lambda: died_in)
        assert kept

    window_run(scenario())
    assert died_in == [threading.main_thread()]


def test_a_full_collection_waits_until_nobody_has_touched_anything_for_a_while(collector, clock):
    make_a_full_collection_due()
    before = full_collections()
    collector.collect()
    assert full_collections() == before
    clock.now = 5.0
    collector.collect()
    assert full_collections() == before + 1


def test_typing_puts_a_full_collection_off_but_not_for_ever(qtbot, collector, clock):
    field = QLineEdit()
    qtbot.addWidget(field)
    with qtbot.waitExposed(field):
        field.show()
    qtbot.waitUntil(lambda: field.window().windowHandle().isActive() or not field.activateWindow())
    make_a_full_collection_due()
    before = full_collections()
    for second in range(0, 300, 4):
        clock.now = float(second)
        QTest.keyClick(field.windowHandle(), "a")
        collector.collect()
    assert field.text()
    assert full_collections() == before
    clock.now = 300.0
    collector.collect()
    assert full_collections() == before + 1


def test_what_was_set_aside_is_looked_at_again_only_when_nothing_has_gone_on_for_long(collector, clock):
    died_in = []
    Widget(died_in)
    with setting_aside():
        pass
    make_a_full_collection_due()
    clock.now = 300.0
    collector.collect()
    kept = []
    for clock.now in (658.0, 659.0):
        kept += allocate_much()
        collector.collect()  # a send that runs makes objects, though nobody touches anything
    clock.now = 700.0
    collector.collect()
    assert kept
    assert not died_in
    clock.now = 719.0
    collector.collect()
    assert died_in == [threading.main_thread()]


def test_python_collects_by_itself_again_afterwards(qapp):
    assert gc.isenabled()
    with collected_by_window():
        assert not gc.isenabled()
        assert gc.get_freeze_count()
    assert gc.isenabled()
    assert not gc.get_freeze_count()
