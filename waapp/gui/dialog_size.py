"""How large a dialog may be over the window that it belongs to."""

from PySide6.QtWidgets import QWidget

from waapp.gui import style


def within(parent: QWidget | None, width: int, height: int) -> tuple[int, int]:
    """Return the size of a dialog that leaves an edge of the window behind it in sight."""
    if parent is None:
        return width, height
    edge = 2 * style.SPACE[4]
    return min(width, parent.window().width() - edge), min(height, parent.window().height() - edge)
