"""The examples that go to WhatsApp with a template, each in a field of its own."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from waapp.core.findings import Level
from waapp.core.template_content import Wording
from waapp.core.template_values import check_message_values
from waapp.gui import style
from waapp.gui.widgets import Field, name
from waapp.texts import tr, value_problem

_MOST_HEIGHT: Final = 150
_LEAST_HEIGHT: Final = 76


class SampleFields(QScrollArea):
    """Lets every example be changed; `changed` tells when, `is_good` whether WhatsApp would take them."""

    changed = Signal()

    def __init__(self, object_name: str, wording: Wording, samples: Mapping[str, str]) -> None:
        super().__init__()
        name(self, object_name, tr("Examples"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._wording = wording
        self._fields: dict[str, Field] = {}
        self._lines: dict[str, QLineEdit] = {}
        held = QWidget()
        column = QVBoxLayout(held)
        column.setContentsMargins(0, 0, style.SPACE[1], 0)
        column.setSpacing(style.SPACE[1])
        for variable, sample in samples.items():
            line = QLineEdit(sample)
            line.setCursorPosition(0)
            name(line, f"{object_name}.{variable}", tr("Example for {name}", name=variable))
            line.textEdited.connect(lambda _text: self._check())
            self._lines[variable] = line
            self._fields[variable] = Field(f"{{{{{variable}}}}}", line)
            column.addWidget(self._fields[variable])
        column.addStretch(1)
        self.setWidget(held)
        most = min(_MOST_HEIGHT, held.sizeHint().height() + 2)
        # On a low screen the list gives way, not the words around it.
        self.setMinimumHeight(min(_LEAST_HEIGHT, most))
        self.setMaximumHeight(most)
        self.is_good = True
        self._check()

    @property
    def values(self) -> dict[str, str]:
        """Return the examples as they are written now."""
        return {variable: line.text().strip() for variable, line in self._lines.items()}

    def _check(self) -> None:
        wrong = [
            problem
            for problem in check_message_values(self._wording, self.values)
            if problem.level is Level.ERROR
        ]
        said = {problem.name: value_problem(problem) for problem in reversed(wrong)}
        for variable, field in self._fields.items():
            field.set_error(said.get(variable))
        self.is_good = not wrong
        self.changed.emit()
