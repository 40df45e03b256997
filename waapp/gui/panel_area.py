"""A page's main part with a detail panel at its side, or over it where there is no room for both."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from waapp.gui.widgets import SidePanel

_GAP = 16
_PANEL_WIDTH = 320
_ROOM_FOR_BOTH = 760
"""Narrower than this the table would keep less than three readable columns beside the panel."""


class PanelArea(QWidget):
    """Lays out `main` and `panel`; the panel takes room only while it is visible.

    Follows the layout direction: the panel is at the right, or at the left in a right-to-left window.
    """

    def __init__(self, main: QWidget, panel: SidePanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._main = main
        self._panel = panel
        main.setParent(self)
        panel.setParent(self)
        panel.hide()
        panel.installEventFilter(self)

    @property
    def overlays(self) -> bool:
        """Whether the panel lies over the main part."""
        return self.width() < _ROOM_FOR_BOTH

    def sizeHint(self) -> QSize:
        """Return the room of both."""
        return QSize(_ROOM_FOR_BOTH, 480)

    def minimumSizeHint(self) -> QSize:
        """Return the room of the panel over a strip of the main part."""
        return QSize(_PANEL_WIDTH + 2 * _GAP, 240)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close the panel by Esc from the main part, too, as its cross says."""
        if event.key() == Qt.Key.Key_Escape and not self._panel.isHidden():
            if self._panel.may_close():
                self._panel.close_panel()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Change sides with the direction."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.LayoutDirectionChange:
            self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Lay out anew when the panel comes or goes."""
        if watched is self._panel and event.type() in {QEvent.Type.ShowToParent, QEvent.Type.HideToParent}:
            self._arrange()
        return super().eventFilter(watched, event)

    def _arrange(self) -> None:
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        width, height = self.width(), self.height()
        shown = not self._panel.isHidden()
        taken = _PANEL_WIDTH + _GAP if shown and not self.overlays else 0
        self._main.setGeometry(taken if mirrored else 0, 0, width - taken, height)
        if shown:
            self._panel.setGeometry(0 if mirrored else width - _PANEL_WIDTH, 0, _PANEL_WIDTH, height)
            self._panel.raise_()
