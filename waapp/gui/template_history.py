"""Every version that a template had in one language: who wrote it, how many guests got it, what it changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from waapp.core.template import Template
from waapp.core.template_versions import TemplateVersion, differences
from waapp.gui import style
from waapp.gui.template_dialog import TemplateDialog
from waapp.gui.template_difference import DifferenceView
from waapp.gui.template_words import state_word
from waapp.gui.texts import when
from waapp.gui.widgets import button, label, name
from waapp.texts import tr

_LIST_WIDTH = 250
_ROW_HEIGHT = 72


@dataclass(frozen=True, slots=True)
class _Basis:
    """What a version is compared with: the one before it, or the newest."""

    key: str
    word: str


class HistoryDialog(TemplateDialog):
    """Lists the versions, newest first; `chosen` is the one to go on with once it is accepted."""

    def __init__(
        self, title: str, versions: Sequence[TemplateVersion], *, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            "templates.history",
            title,
            tr(
                "Nothing that was sent is ever lost: each guest's message keeps the version it was written with."
            ),
            width=820,
            parent=parent,
        )
        self._versions = versions
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[3])
        self.list = QListWidget()
        name(self.list, "templates.history.versions", tr("Versions"))
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.setProperty("bordered", "true")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for each in versions:
            item = QListWidgetItem(_lines(each))
            item.setToolTip(_lines(each))
            item.setSizeHint(QSize(_LIST_WIDTH - 14, _ROW_HEIGHT))
            self.list.addItem(item)
        row.addWidget(self.list)
        side = QVBoxLayout()
        side.setSpacing(style.SPACE[1])
        head = QHBoxLayout()
        self._said = label("", tone="muted", size=12)
        self._basis = QComboBox()
        name(self._basis, "templates.history.basis", tr("Compare with"))
        for basis in (
            _Basis("before", tr("Changes to the version before")),
            _Basis("newest", tr("Changes up to the newest")),
            _Basis("whole", tr("The whole text")),
        ):
            self._basis.addItem(basis.word, basis.key)
        self._basis.activated.connect(self._show)
        head.addWidget(self._said, 1)
        head.addWidget(self._basis)
        side.addLayout(head)
        self.view = DifferenceView("templates.history.difference")
        self.view.setProperty("card", "true")
        self.view.setMinimumHeight(260)
        side.addWidget(self.view, 1)
        row.addLayout(side, 1)
        self.column.addLayout(row, 1)
        self._use = button(tr("Edit this text as the next version"), "templates.history.use")
        self._use.clicked.connect(self.accept)
        self.finish(tr("Close"), None, self._use)
        self.list.currentRowChanged.connect(lambda _row: self._show())
        self.list.setCurrentRow(0)

    @property
    def chosen(self) -> Template:
        """Return the version that is selected."""
        return self._versions[max(0, self.list.currentRow())].template

    def _show(self) -> None:
        place = max(0, self.list.currentRow())
        if place >= len(self._versions):
            return
        shown = self._versions[place]
        same_language = [each for each in self._versions if each.template.language == shown.template.language]
        at = same_language.index(shown)
        match self._basis.currentData():
            case "newest":
                found = differences(shown.template, same_language[0].template)
                nothing = tr("This is what the newest version says.")
            case "before" if at + 1 < len(same_language):
                found = differences(same_language[at + 1].template, shown.template)
                nothing = tr("It says the same as the version before.")
            case _:
                found = differences(_bare(shown.template), shown.template)
                nothing = ""
        self.view.show_differences(found, nothing)
        self._said.setText(_sent(shown))
        self._use.setEnabled(place > 0)


def _bare(template: Template) -> Template:
    """Return a version that says nothing, so that all of another shows as new."""
    return Template(template.id, template.name, template.display_name, "")


def _lines(version: TemplateVersion) -> str:
    template = version.template
    state, _token = state_word(template)
    first = tr("Version {number} · {state}", number=template.version, state=state)
    who = version.created_by or tr("Somebody else")
    return f"{first}\n{when(version.created_at)} · {who}\n{_sent(version)}"


def _sent(version: TemplateVersion) -> str:
    if not version.sent:
        return tr("not sent to anybody")
    return tr("sent to {n:guest|guests}", n=version.sent)
