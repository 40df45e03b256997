"""The languages that a template has, as tabs over its text, with how far the approval of each is."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from waapp.core.template_parts import HeaderKind
from waapp.gui import style
from waapp.gui.flow_layout import FlowLayout
from waapp.gui.template_words import header_word
from waapp.gui.widgets import button, label, name
from waapp.texts import tr


@dataclass(frozen=True, slots=True)
class LanguageTab:
    """One language: what it is called, and how far it is, in a word and its token."""

    key: UUID
    code: str
    language: str
    state: str
    token: str


class LanguageTabs(QWidget):
    """A tab for each language and the ways to add one, or a part around the text.

    `chosen` tells which tab a person went to, `part_wanted` which part is to be added.
    """

    chosen = Signal(object)
    language_wanted = Signal()
    order_wanted = Signal()
    part_wanted = Signal(str)

    def __init__(self, object_name: str) -> None:
        super().__init__()
        name(self, object_name, tr("Languages"))
        self._tabs: dict[UUID, QPushButton] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 4)
        column.setSpacing(style.SPACE[0])
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        column.addLayout(row)
        self._fallback = label("", tone="muted", size=12)
        self._fallback.setObjectName(f"{object_name}.fallback")
        self._fallback.hide()
        self._order = button(
            tr("Change the order"),
            f"{object_name}.order",
            kind="link",
            small=True,
            accessible_name=tr("Change the order of the languages"),
        )
        self._order.clicked.connect(self.order_wanted)
        self._order.hide()
        said = QHBoxLayout()
        said.setSpacing(style.SPACE[1])
        said.addWidget(self._fallback, 1)
        said.addWidget(self._order, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(said)
        self._flow = FlowLayout(spacing=6)
        self._add = button(
            tr("Add language"),
            f"{object_name}.add",
            kind="link",
            small=True,
            accessible_name=tr("Add language"),
        )
        self._add.clicked.connect(self.language_wanted)
        self._flow.addWidget(self._add)
        held = QWidget()
        held.setLayout(self._flow)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        held.setSizePolicy(policy)
        row.addWidget(held, 1, Qt.AlignmentFlag.AlignVCenter)
        self._parts = button(
            f"{tr('Add')} ▾",
            f"{object_name}.part",
            small=True,
            accessible_name=tr("Add a header, a footer or a button"),
        )
        self._parts.setToolTip(self._parts.accessibleName())
        self._parts.clicked.connect(self._open_parts)
        row.addWidget(self._parts, 0, Qt.AlignmentFlag.AlignTop)
        self._menu = QMenu(self)
        name(self._menu, f"{object_name}.parts", self._parts.accessibleName())
        self._menu.triggered.connect(lambda action: self.part_wanted.emit(action.data()))
        self._has_header = self._has_footer = False

    def show_tabs(self, tabs: Sequence[LanguageTab], current: UUID, fallback: str) -> None:
        """Show these tabs; `fallback` says who gets which language."""
        for key in self._tabs.keys() - {tab.key for tab in tabs}:
            gone = self._tabs.pop(key)
            self._group.removeButton(gone)
            self._flow.removeWidget(gone)
            gone.deleteLater()
        for tab in tabs:
            chip = self._tabs.get(tab.key) or self._new_tab(tab)
            chip.setText(f"{tab.language} · {tab.state}")
            chip.setAccessibleName(f"{tab.language}, {tab.state}")
            chip.setToolTip(fallback)
            with QSignalBlocker(chip):
                chip.setChecked(tab.key == current)
        # The way to add one stays behind the last.
        self._flow.removeWidget(self._add)
        self._flow.addWidget(self._add)
        self._add.setToolTip(fallback)
        self._fallback.setText(fallback)
        self._fallback.setVisible(len(tabs) > 1)
        self._order.setVisible(len(tabs) > 1)
        self.setAccessibleDescription(fallback)
        self.updateGeometry()

    def set_parts(self, *, has_header: bool, has_footer: bool, locked: bool) -> None:
        """Offer only the parts that are not there yet."""
        self._has_header, self._has_footer = has_header, has_footer
        self._parts.setEnabled(not locked)

    def tabs(self) -> list[str]:
        """Return what the tabs say, in order."""
        items = (self._flow.itemAt(place) for place in range(self._flow.count()))
        widgets = [item.widget() for item in items if item is not None]
        return [
            widget.text() for widget in widgets if isinstance(widget, QPushButton) and widget is not self._add
        ]

    def parts_menu(self) -> QMenu:
        """Return the menu of parts that can be added."""
        self._menu.clear()
        if not self._has_header:
            for kind in HeaderKind:
                word = tr("Header: {what}", what=header_word(kind).lower())
                self._offer(f"header_{kind.value}", word)
        if not self._has_footer:
            self._offer("footer", tr("Footer"))
        if not self._menu.isEmpty():
            self._menu.addSeparator()
        self._offer("quick_reply", tr("Button: reply"))
        self._offer("url", tr("Button: link"))
        self._offer("phone", tr("Button: call"))
        return self._menu

    def _offer(self, key: str, word: str) -> None:
        action = self._menu.addAction(word)
        action.setData(key)
        action.setObjectName(f"{self._menu.objectName()}.{key}")

    def _open_parts(self) -> None:
        self.parts_menu().popup(self._parts.mapToGlobal(QPoint(0, self._parts.height() + 4)))

    def _new_tab(self, tab: LanguageTab) -> QPushButton:
        made = button("", f"{self.objectName()}.{tab.code}", kind="chip")
        made.setCheckable(True)
        self._group.addButton(made)
        made.toggled.connect(lambda on: self.chosen.emit(tab.key) if on else None)
        self._tabs[tab.key] = made
        self._flow.addWidget(made)
        return made
