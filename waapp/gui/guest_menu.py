"""What can be done with the selected guests, by menu or by key."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu

from waapp.gui.table_view import TableView
from waapp.gui.texts import key_name
from waapp.gui.widgets import name
from waapp.texts import tr

_MENU_KEY: Final = "Shift+F10"


class GuestMenu(QMenu):
    """The context menu of the guest list; its keys work in the list without opening it."""

    edit_wanted = Signal()
    number_wanted = Signal()
    link_wanted = Signal()
    change_wanted = Signal()
    merge_wanted = Signal()
    delete_wanted = Signal()
    personal_data_wanted = Signal()
    erasure_wanted = Signal()

    def __init__(self, view: TableView) -> None:
        super().__init__(view)
        name(self, "guests_menu", tr("Selected guests"))
        self._view = view
        self._edit = self._add("guests_menu_edit", tr("Edit"), "Return", self.edit_wanted)
        self._add("guests_menu_copy", tr("Copy number"), "Ctrl+C", self.number_wanted)
        self._link = self._add("guests_menu_link", tr("Copy answer link"), "Ctrl+L", self.link_wanted)
        self._change = self._add("guests_menu_change", tr("Change…"), "Ctrl+B", self.change_wanted)
        self._merge = self._add("guests_menu_merge", tr("Merge into one…"), "Ctrl+J", self.merge_wanted)
        self._add("guests_menu_delete", tr("Delete"), "Del", self.delete_wanted)
        self.addSeparator()
        self._data = self._add("guests_menu_data", tr("Save personal data…"), "", self.personal_data_wanted)
        self._erase = self._add("guests_menu_erase", tr("Erase for good…"), "", self.erasure_wanted)
        self._hear("Ctrl+C", self.number_wanted.emit)
        self._hear("Ctrl+B", self.change_wanted.emit)
        self._hear("Del", self.delete_wanted.emit)
        # Many keyboards have no menu key, and what is kept about a guest is reached from here only.
        self._hear(_MENU_KEY, self._open_by_key)
        told = tr("{key} opens the menu of the selected guests.", key=key_name(_MENU_KEY))
        view.setAccessibleDescription(f"{view.accessibleDescription()} {told}")
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._open)

    def _hear(self, key: str, act: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(key), self._view)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(act)

    def _add(self, object_name: str, text: str, key: str, wanted: SignalInstance) -> QAction:
        action = QAction(text, self)
        action.setObjectName(object_name)
        # Shown beside the text only: the list itself hears the key.
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: wanted.emit())
        self.addAction(action)
        return action

    def _open_by_key(self) -> None:
        """Open beneath the row that has the keyboard, if it is in sight."""
        row = self._view.visualRect(self._view.currentIndex())
        inside = self._view.viewport().rect()
        self._open(row.bottomLeft() if inside.contains(row.bottomLeft()) else inside.center())

    def _open(self, at: QPoint) -> None:
        selected = self._view.selected_ids()
        if not selected:
            return
        for action in (self._edit, self._link, self._data, self._erase):
            action.setEnabled(len(selected) == 1)
        self._merge.setEnabled(len(selected) > 1)
        self.popup(self._view.viewport().mapToGlobal(at))
