"""Two texts under one name: what one says differently from the other, and which of them is to stay."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from waapp.core.template_versions import PartDifference
from waapp.gui.template_dialog import TemplateDialog
from waapp.gui.template_difference import DifferenceView
from waapp.gui.widgets import button
from waapp.texts import tr


class DifferenceDialog(TemplateDialog):
    """Shows a difference with a button for each way on; `chosen` is its key once the dialog is accepted."""

    def __init__(
        self,
        title: str,
        text: str,
        differences: Sequence[PartDifference],
        ways: Sequence[tuple[str, str, str]] = (),
        *,
        stay: str = "",
        nothing: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("templates.difference", title, text, width=720, parent=parent)
        self.chosen = ""
        self.view = DifferenceView("templates.difference.view")
        self.view.setProperty("card", "true")
        self.view.setMinimumHeight(260)
        self.view.show_differences(differences, nothing)
        self.column.addWidget(self.view, 1)
        made = []
        for key, word, hint in ways:
            way = button(word, f"templates.difference.{key}", accessible_name=f"{word}. {hint}")
            way.setToolTip(hint)
            way.clicked.connect(lambda _=False, key=key: self._choose(key))
            made.append(way)
        self.finish(stay or tr("Close"), None, *made)

    def _choose(self, key: str) -> None:
        self.chosen = key
        self.accept()
