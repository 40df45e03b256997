"""A combo box whose choice ends in an ellipsis where there is not enough room for it."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

from waapp.gui.paint import isolated

_ASIDE: Final = 2
"""What the style sheet leaves free at the sides of the words."""


class ChoiceBox(QComboBox):
    """Never cuts a letter in two, as Qt's own does; the whole choice is read over the pointer."""

    def words(self) -> str:
        """Return what is said of the choice, or what is asked for while nothing is chosen."""
        return self.currentText() or self.placeholderText()

    def shown_words(self) -> str:
        """Return as much of it as there is room for."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        icon = 0 if option.currentIcon.isNull() else option.iconSize.width() + 4
        return self.fontMetrics().elidedText(
            self.words(), Qt.TextElideMode.ElideRight, room.width() - icon - _ASIDE
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box with what fits into it."""
        del event
        shown = self.shown_words()
        self.setToolTip(self.words() if shown != self.words() else "")
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        right_to_left = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        option.currentText = isolated(shown) if right_to_left and shown else shown
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
