"""How far a send has come, in six numbers with a thin bar each."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from waapp.core.status import Shown
from waapp.core.summary import Funnel
from waapp.gui import style
from waapp.gui.paint import SegmentBar
from waapp.gui.texts import number
from waapp.gui.widgets import Card, label
from waapp.texts import tr

_STEPS: Final = (
    ("planned", Shown.QUEUED),
    ("sent", Shown.SENT),
    ("delivered", Shown.DELIVERED),
    ("read", Shown.READ),
    ("answered", Shown.DELIVERED),
    ("failed", Shown.FAILED),
)


class KpiTile(Card):
    """One number, its word, and which part of the whole it is."""

    def __init__(self, key: str, word: str, state: Shown) -> None:
        super().__init__(padding=style.SPACE[2])
        self.setObjectName(f"messages_{key}")
        self._word = word
        self._state = state
        self._value = QLabel("0")
        self._value.setObjectName(f"messages_{key}_value")
        self._value.setFont(style.font(24, QFont.Weight.DemiBold))
        if self.isRightToLeft():
            # Digits alone would take their own direction, and stand at the wrong side of the tile.
            self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute)
        self._bar = SegmentBar(f"messages_{key}_bar", word)
        self.body.addWidget(self._value)
        words = label(word, tone="muted", size=12)
        words.setWordWrap(False)
        self.body.addWidget(words)
        self.body.addSpacing(10)
        self.body.addWidget(self._bar)

    def show_count(self, count: int, of: int) -> None:
        """Show a number of a whole."""
        self._value.setText(number(count))
        self._bar.set_segments([(self._state, count)], of)
        self.setAccessibleName(f"{number(count)} {self._word}")


class KpiTiles(QWidget):
    """The tiles side by side, from planned to failed."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(style.SPACE[3])
        words = {
            "planned": tr("planned"),
            "sent": tr("handed over"),
            "delivered": tr("delivered"),
            "read": tr("read"),
            "answered": tr("answered yes"),
            "failed": tr("failed"),
        }
        self.tiles = {key: KpiTile(key, words[key], state) for key, state in _STEPS}
        for tile in self.tiles.values():
            row.addWidget(tile, 1)

    def show_funnel(self, funnel: Funnel) -> None:
        """Show how many got how far."""
        for key, tile in self.tiles.items():
            tile.show_count(getattr(funnel, key), funnel.planned)
