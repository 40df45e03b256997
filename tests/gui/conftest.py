"""Windows in tests are dressed like the program's, in the light scheme unless a test switches."""

from collections.abc import Iterator
from functools import partialmethod
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from waapp.gui import style


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pass over what the offscreen platform says of itself whenever a window or a menu is shown."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


@pytest.fixture(scope="session", autouse=True)
def _dressed(qapp: QApplication) -> None:
    style.apply(qapp)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a minute for what pytest-qt would give five seconds, which a busy machine may need."""
    for name in ("waitUntil", "waitSignal", "waitActive", "waitExposed"):
        monkeypatch.setattr(QtBot, name, partialmethod(getattr(QtBot, name), timeout=60_000))


@pytest.fixture
def dark(qapp: QApplication) -> Iterator[None]:
    """Show everything in the dark scheme."""
    style.switch(qapp, Qt.ColorScheme.Dark)
    yield
    style.switch(qapp, Qt.ColorScheme.Unknown)


@pytest.fixture
def right_to_left(qapp: QApplication) -> Iterator[None]:
    """Lay everything out from right to left."""
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
