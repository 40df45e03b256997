"""Pressing keys wherever the keyboard is, and walking by Tab."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

MOST_STOPS = 60
PLAIN = Qt.KeyboardModifier.NoModifier


def holder() -> QWidget:
    """Return what has the keyboard; fail when nothing has, or nothing that a person could see and use."""
    focused = QApplication.focusWidget()
    assert focused is not None, "the keyboard is nowhere"
    assert focused.isVisible(), focused.objectName()
    assert focused.isEnabled(), focused.objectName()
    return focused


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    """Press a key wherever the keyboard is."""
    QTest.keyClick(holder(), key, modifier)


def has(name: str) -> bool:
    """Tell whether a widget has the keyboard."""
    focused = QApplication.focusWidget()
    return focused is not None and focused.objectName() == name


def tab_to(name: str) -> None:
    """Go on by Tab until a widget has the keyboard."""
    passed = []
    for _stop in range(MOST_STOPS):
        if has(name):
            return
        passed.append(holder().objectName())
        press(Qt.Key.Key_Tab)
    raise AssertionError(f"{name} is not among {passed}")


def tab_stops() -> list[str]:
    """Go round by Tab from where the keyboard is, and return where it was."""
    passed: list[str] = []
    for _stop in range(MOST_STOPS):
        name = holder().objectName()
        if passed and name == passed[0]:
            return passed
        passed.append(name)
        press(Qt.Key.Key_Tab)
    raise AssertionError(f"no way round: {passed}")


def in_reading_order(window: QWidget, names: list[str]) -> list[str]:
    """Return the names as the eye finds them: line by line, each from its beginning."""
    mirrored = window.layoutDirection() is Qt.LayoutDirection.RightToLeft

    def place(name: str) -> tuple[int, int]:
        widget = window.findChild(QWidget, name)
        assert widget is not None, name
        at = widget.mapTo(window, widget.rect().center())
        return at.y() // 20, -at.x() if mirrored else at.x()

    return sorted(names, key=place)
