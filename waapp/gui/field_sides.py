"""A field of which there are several values, and which of them counts."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from waapp.gui import style
from waapp.gui.paint import isolated
from waapp.gui.widgets import label, name


class FieldSides(QWidget):
    """The choices below the name of the field, each as `(object name, words, whether it counts now, what then)`."""

    def __init__(
        self, title: str, choices: Iterable[tuple[str, str, bool, Callable[[], object]]], *, width: int = 250
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(style.SPACE[0])
        column.addWidget(label(title, tone="muted", size=12))
        group = QButtonGroup(self)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        for object_name, words, counts, choose in choices:
            said = " ".join(words.split())
            cut = self.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, width)
            radio = QRadioButton((isolated(cut) if mirrored else cut).replace("&", "&&"))
            name(radio, object_name, f"{title}: {said}")
            radio.setToolTip(words)
            radio.setChecked(counts)
            radio.toggled.connect(lambda on, choose=choose: choose() if on else None)
            group.addButton(radio)
            column.addWidget(radio)
        chosen = group.checkedButton()
        for each in group.buttons():
            # Qt does so only once one of them has had the keyboard: Tab finds what counts, arrows the others.
            found_by_tab = chosen is None or each is chosen
            each.setFocusPolicy(Qt.FocusPolicy.StrongFocus if found_by_tab else Qt.FocusPolicy.ClickFocus)
