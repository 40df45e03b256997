"""The head of the templates' page: what is shown, how far it is, and what can be done with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QMenu, QStyle, QStyleOptionComboBox, QStylePainter

from waapp.gui.template_list import TemplateEntry
from waapp.gui.widgets import PageHeader, button, name
from waapp.texts import tr


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One thing that the menu offers; `begins_group` draws a line before it."""

    key: str
    word: str
    run: Callable[[], None]
    is_offered: bool = True
    begins_group: bool = False


class Choice(QComboBox):
    """A choice whose words end in an ellipsis where there is no room for them."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box, and as much of the choice as fits."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        words = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room.width())
        option.currentText = f"\u2068{words}\u2069"
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()


class TemplateHeader(PageHeader):
    """One primary button at a time: saving while something is unsaved, else submitting."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__(tr("Templates"))
        self.picker = Choice()
        name(self.picker, "templates.picker", tr("Template"))
        self.picker.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.picker.setMinimumContentsLength(10)
        self.picker.activated.connect(lambda place: self.chosen.emit(self.picker.itemData(place)))
        more = tr("More actions")
        self.more = button("", "templates.more", icon="more", kind="icon", accessible_name=more)
        self.more.clicked.connect(self._open_menu)
        self._menu = QMenu(self)
        name(self._menu, "templates.menu", more)
        self._entries: Callable[[], Sequence[MenuEntry]] = tuple
        self.details = button(
            tr("Details"),
            "templates.details",
            key="Ctrl+D",
            accessible_name=tr("Title, language and category"),
        )
        self.details.setCheckable(True)
        self.test = button(tr("Send me a test…"), "templates.test", key="Ctrl+T")
        self.save = button(tr("Save"), "templates.save", primary=True, key="Ctrl+S")
        self.submit = button(tr("Submit for approval…"), "templates.submit", primary=True, key="Ctrl+Return")
        for each in (self.picker, self.more, self.details, self.test, self.save, self.submit):
            self.add(each)

    def offer(self, entries: Callable[[], Sequence[MenuEntry]]) -> None:
        """Tell what the menu offers whenever it is opened."""
        self._entries = entries

    def show_choice(self, entries: Sequence[TemplateEntry], current: object) -> None:
        """Offer the templates where there is no room for their list."""
        with QSignalBlocker(self.picker):
            self.picker.clear()
            for entry in entries:
                self.picker.addItem(entry.title, entry.key)
            self.picker.setCurrentIndex(max(0, self.picker.findData(current)))

    def show_buttons(
        self, *, any_shown: bool, testable: bool, unsaved: bool, submittable: bool, locked: bool
    ) -> None:
        """Offer only what can be done now."""
        self.test.setEnabled(testable)
        for each in (self.more, self.details, self.test):
            each.setVisible(any_shown)
        self.save.setVisible(any_shown and (unsaved or not (submittable or locked)))
        self.submit.setVisible(any_shown and submittable and not unsaved)

    def set_narrow(self, *, narrow: bool) -> None:
        """Keep to what fits: the list of templates becomes a choice, and long words get short."""
        self.picker.setVisible(narrow)
        self.test.setText(tr("Test…") if narrow else tr("Send me a test…"))
        self.submit.setText(tr("Submit…") if narrow else tr("Submit for approval…"))

    def menu(self) -> QMenu:
        """Return the menu of what else can be done with the template that is shown."""
        self._menu.clear()
        for entry in self._entries():
            if entry.begins_group and not self._menu.isEmpty():
                self._menu.addSeparator()
            if entry.is_offered:
                action = self._menu.addAction(entry.word)
                action.setObjectName(f"templates.menu.{entry.key}")
                action.triggered.connect(entry.run)
        return self._menu

    def _open_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(QPoint(0, self.more.height() + 4)))
