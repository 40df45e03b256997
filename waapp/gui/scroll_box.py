"""What scrolls in a dialog: its edges stand where its neighbours' do, and keep off the bar while there is one."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from waapp.gui import style


class ScrollBox(QScrollArea):
    """Scrolls up and down only; what has the keyboard is in it, not the box."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().rangeChanged.connect(lambda _least, _most: self._keep_off_bar())

    def show_inside(self, inside: QWidget) -> None:
        """Show this, in place of what was there."""
        self.setWidget(inside)
        self._keep_off_bar()

    def _keep_off_bar(self) -> None:
        inside: QWidget | None = self.widget()
        layout = None if inside is None else inside.layout()
        if layout is None:
            return
        gap = style.SPACE[1] if self.verticalScrollBar().maximum() > 0 else 0
        layout.setContentsMargins(style.margins(0, 0, gap, 0))
