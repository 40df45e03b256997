"""Where the parts of a template scroll together: the text is as high as it needs, so that nothing scrolls inside it."""

from math import ceil
from typing import Final

from PySide6.QtCore import QSize, QSizeF, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from waapp.gui.template_editor import TemplateEditor

_LEAST: Final = 120
_AROUND_CURSOR: Final = 28


def scrolling(inside: QWidget) -> QScrollArea:
    """Return an area that gives its content all its room, and scrolls where that is too little."""
    made = QScrollArea()
    _prepare(made)
    made.setWidget(inside)
    return made


class TextArea(QScrollArea):
    """Holds the editor between the other parts, and keeps the line that is written in view."""

    def __init__(self, editor: TemplateEditor, above: QWidget, *below: QWidget) -> None:
        super().__init__()
        _prepare(self)
        self._editor = editor
        self.setMinimumHeight(_LEAST)
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(above)
        column.addWidget(editor, 1)
        for each in below:
            column.addWidget(each)
        self.setWidget(self._inside)
        editor.setMinimumHeight(_LEAST)
        editor.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        editor.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        editor.document().documentLayout().documentSizeChanged.connect(self._grow)
        editor.cursorPositionChanged.connect(self._follow)
        # A line that was just begun has its room only after the layout.
        self.verticalScrollBar().rangeChanged.connect(self._follow_typing)

    def sizeHint(self) -> QSize:
        """Return the least room: what is over is given by stretch."""
        return QSize(300, _LEAST)

    def _grow(self, size: QSizeF) -> None:
        frame = self._editor.height() - self._editor.viewport().height()
        wanted = max(_LEAST, ceil(size.height()) + frame)
        if wanted != self._editor.minimumHeight():
            self._editor.setMinimumHeight(wanted)

    def _follow_typing(self) -> None:
        if self._editor.hasFocus():
            self._follow()

    def _follow(self) -> None:
        place = self._editor.viewport().mapTo(self._inside, self._editor.cursorRect().center())
        self.ensureVisible(place.x(), place.y(), 0, _AROUND_CURSOR)


def _prepare(area: QScrollArea) -> None:
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
