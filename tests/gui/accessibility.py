"""What every window must offer to a screen reader and to a script."""

from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QCalendarWidget,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)
_MADE_OF_PARTS = (
    QComboBox,
    QAbstractSpinBox,
    QCalendarWidget,
    QLineEdit,
    QAbstractItemView,
    QTextEdit,
    QPlainTextEdit,
)
_NO_ROLES = {QAccessible.Role.NoRole, QAccessible.Role.Client}


def interactive_widgets(root: QWidget) -> list[QWidget]:
    """Every widget that a person can act on, without the parts that Qt builds its own widgets from."""
    return [
        widget
        for widget in [root, *root.findChildren(QWidget)]
        if isinstance(widget, INTERACTIVE) and not isinstance(widget, QHeaderView) and not _is_part(widget)
    ]


def act(widget: QWidget, action: str) -> None:
    """Do one of a widget's actions as a screen reader does: by name, without key or pointer."""
    interface = QAccessible.queryAccessibleInterface(widget)
    actions = interface.actionInterface()
    assert action in actions.actionNames(), actions.actionNames()
    actions.doAction(action)


def assert_nothing_cut(dialog: QWidget) -> None:
    """Fail for what lies over the edge of a dialog, or over its neighbour."""
    inside = [
        each
        for each in dialog.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if each.isVisible() and not each.isWindow() and each.width() and each.height()
    ]
    for each in inside:
        assert dialog.rect().contains(each.geometry()), (
            f"{each.objectName()} {each.geometry()} in {dialog.rect()}"
        )
    for place, one in enumerate(inside):
        for other in inside[place + 1 :]:
            assert not one.geometry().intersects(other.geometry()), (
                f"{one.objectName()}, {other.objectName()}"
            )


def assert_accessible(root: QWidget) -> None:
    """Fail with a list of what is missing: object names, accessible names, roles, ways to reach by keyboard."""
    problems: list[str] = []
    widgets = interactive_widgets(root)
    names = Counter(widget.objectName() for widget in widgets)
    for widget in widgets:
        said = f"{type(widget).__name__} {widget.objectName() or '(no name)'} in {_place(widget)}"
        if not widget.objectName():
            problems.append(f"{said}: no objectName")
        elif names[widget.objectName()] > 1:
            problems.append(f"{said}: objectName used {names[widget.objectName()]} times")
        if not widget.accessibleName().strip():
            problems.append(f"{said}: no accessibleName")
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or interface.role() in _NO_ROLES:
            problems.append(f"{said}: no role")
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus and not _reached_by_arrows(widget):
            problems.append(f"{said}: cannot be reached by keyboard")
    assert not problems, "\n".join(problems)


def _reached_by_arrows(widget: QWidget) -> bool:
    """Qt gives Tab to one button of an exclusive group only; the arrow keys go to the others."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    return (
        group is not None
        and group.exclusive()
        and any(button.focusPolicy() & Qt.FocusPolicy.TabFocus for button in group.buttons())
    )


def _is_part(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, _MADE_OF_PARTS):
            return True
        parent = parent.parentWidget()
    return widget.objectName().startswith("qt_")


def _place(widget: QWidget) -> str:
    parts = []
    parent = widget.parentWidget()
    while parent is not None:
        parts.append(parent.objectName() or type(parent).__name__)
        parent = parent.parentWidget()
    return " < ".join(parts)
