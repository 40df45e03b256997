"""The order in which Tab goes through a window whose parts are made and made again while it is open."""

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QWidget


def follow(*parts: QWidget) -> None:
    """Let Tab visit these widgets, and what is inside each, one after the other.

    Qt puts what is made later behind everything else in its window.
    """
    for one, following in pairwise(stop for part in parts for stop in _stops(part)):
        QWidget.setTabOrder(one, following)


def _stops(part: QWidget) -> Iterator[QWidget]:
    inside = [] if isinstance(part, QAbstractItemView) else part.findChildren(QWidget)
    for widget in (part, *inside):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.window() is part.window():
            yield widget
