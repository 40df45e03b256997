"""The field a template is written in: marked {{variables}}, underlined findings, completion, WhatsApp's own markup."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QStringListModel, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QShortcut,
    QSyntaxHighlighter,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLayout,
)
from PySide6.QtWidgets import QCompleter, QFrame, QListView, QTextEdit, QWidget

from waapp.core.findings import Finding, Level
from waapp.core.template import parse, utf16_index
from waapp.gui import style
from waapp.gui.template_marking import toggle
from waapp.gui.texts import key_name
from waapp.gui.widgets import name
from waapp.texts import tr

_TEXT_SIZE = 14
_LINE_GAP = 4
_PILL_RADIUS = 4
_REMEMBERED = 100
_UNDERLINES = {Level.ERROR: "failed", Level.WARNING: "unknown"}

_KEYS = {
    "bold": "Ctrl+B",
    "italic": "Ctrl+I",
    "strike": "Ctrl+Shift+X",
    "mono": "Ctrl+Shift+M",
    "numbers": "Ctrl+Shift+7",
    "bullets": "Ctrl+Shift+8",
    "quote": "Ctrl+Shift+9",
}


def marker_key(kind: str) -> str:
    """Return the key that sets a kind of markup, as a person reads it."""
    return key_name(_KEYS[kind])


class _Highlighter(QSyntaxHighlighter):
    """Colours variables; one that nobody knows is red."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.known: frozenset[str] = frozenset()

    def highlightBlock(self, text: str) -> None:
        colours = style.tokens()
        for variable in parse(text).placeholders:
            shape = QTextCharFormat()
            shape.setForeground(colours.accent if variable.name in self.known else colours.failed)
            start = utf16_index(text, variable.start)
            self.setFormat(start, utf16_index(text, variable.end) - start, shape)


class TemplateEditor(QTextEdit):
    """A plain-text field for a template.

    `edited` is emitted with the whole text after every change a person makes or undoes, `entered` when one begins
    to write here. A QTextEdit and not
    the plain one, because only its layout can give the lines the room that the variables' ground needs.
    """

    edited = Signal(str)
    entered = Signal()

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name(self, object_name, tr("Text of the template"))
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        font = style.monospace(_TEXT_SIZE)
        self.setFont(font)
        self.document().setDefaultFont(font)
        self.document().setDocumentMargin(12)
        self._highlighter = _Highlighter(self.document())
        self._loading = False
        self._text = self._told = ""
        self._findings: Sequence[Finding] = ()
        self._matches: Sequence[tuple[int, int]] = ()
        self._places: dict[tuple[str, str, float], list[tuple[QRectF, str]]] = {}
        self._words = QStringListModel(self)
        self._completer = self._make_completer()
        for kind, key in _KEYS.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda kind=kind: self.toggle_markup(kind))
        self.document().contentsChange.connect(self._on_contents_change)
        self.textChanged.connect(self._on_text_changed)
        self._space_lines()

    def _make_completer(self) -> QCompleter:
        completer = QCompleter(self._words, self)
        self._popup = QListView()
        completer.setPopup(self._popup)
        completer.setWidget(self)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        name(self._popup, f"{self.objectName()}.completions", tr("Variables"))
        completer.activated.connect(self._complete)
        return completer

    # What is in it

    def text(self) -> str:
        """Return the text exactly as typed; Qt's own `toPlainText` turns hard blanks into soft ones."""
        return self._text

    def set_text(self, text: str) -> None:
        """Load another text; this cannot be undone and does not emit `edited`."""
        self._loading = True
        try:
            self.setPlainText(text)
            self._space_lines()
            self._text = self._told = self._read()
        finally:
            self._loading = False
        self._highlighter.rehighlight()
        self._findings = self._matches = ()
        self._mark()

    def replace_text(self, text: str) -> None:
        """Change the text in one step that can be undone, touching only what differs."""
        old = self._text
        start = 0
        while start < min(len(old), len(text)) and old[start] == text[start]:
            start += 1
        end = 0
        while end < min(len(old), len(text)) - start and old[-1 - end] == text[-1 - end]:
            end += 1
        cursor = self.textCursor()
        cursor.setPosition(utf16_index(old, start))
        cursor.setPosition(utf16_index(old, len(old) - end), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text[start : len(text) - end])
        self.setTextCursor(cursor)

    def set_known(self, names: Sequence[str]) -> None:
        """Tell which variables exist; they are offered for completion and the others are marked."""
        self._words.setStringList(list(names))
        self._highlighter.known = frozenset(names)
        self._highlighter.rehighlight()

    def set_findings(self, findings: Sequence[Finding]) -> None:
        """Underline the places that findings are about; one about no place, or all of it, is not."""
        self._findings = [
            each
            for each in findings
            if each.level in _UNDERLINES
            and each.start < each.end
            and not (each.start == 0 and each.end >= len(self._text))
        ]
        self._mark()

    def set_matches(self, places: Sequence[tuple[int, int]]) -> None:
        """Give the places that a search has found a ground of their own."""
        self._matches = places
        self._mark()

    def _mark(self) -> None:
        colours, selections = style.tokens(), []
        for start, end in self._matches:
            shape = QTextCharFormat()
            shape.setBackground(colours.unknown_weak)
            selections.append(self._selection_of(start, end, shape))
        for finding in self._findings:
            shape = QTextCharFormat()
            shape.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            shape.setUnderlineColor(getattr(colours, _UNDERLINES[finding.level]))
            selections.append(self._selection_of(finding.start, finding.end, shape))
        self.setExtraSelections(selections)

    def _selection_of(self, start: int, end: int, shape: QTextCharFormat) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(utf16_index(self._text, start))
        cursor.setPosition(utf16_index(self._text, end), QTextCursor.MoveMode.KeepAnchor)
        made.cursor = cursor
        made.format = shape
        return made

    def show_place(self, start: int, end: int) -> None:
        """Select a place and bring it into view."""
        self.select(start, end)
        self.ensureCursorVisible()
        self.setFocus()

    # What a person does to it

    def insert_variable(self, variable: str) -> None:
        """Put a variable where the cursor is, with a blank before it if it would touch another one."""
        cursor = self.textCursor()
        before = self._text_before(cursor)
        cursor.insertText(f"{' ' if before.endswith('}}') else ''}{{{{{variable}}}}}")
        self.setTextCursor(cursor)
        self.setFocus()

    def insert_text(self, text: str) -> None:
        """Put text where the cursor is."""
        self.textCursor().insertText(text)
        self.setFocus()

    def toggle_markup(self, kind: str) -> None:
        """Set or take away markup around the selection or the word that the cursor is in, in one undoable step."""
        edit = toggle(self._text, *self.selection(), kind)
        self.put(edit.start, edit.end, edit.text)
        self.select(edit.select_start, edit.select_end)

    def put(self, start: int, end: int, text: str) -> None:
        """Replace a stretch of the text in one step that can be undone; positions in characters."""
        self.select(start, end)
        self.textCursor().insertText(text)

    def select(self, start: int, end: int) -> None:
        """Select a stretch of the text, positions in characters."""
        cursor = self.textCursor()
        cursor.setPosition(utf16_index(self._text, start))
        cursor.setPosition(utf16_index(self._text, end), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def selection(self) -> tuple[int, int]:
        """Return what is selected, in characters; twice the place of the cursor when nothing is."""
        cursor = self.textCursor()
        ends = cursor.selectionStart(), cursor.selectionEnd()
        return character_index(self._text, ends[0]), character_index(self._text, ends[1])

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that one writes here now."""
        super().focusInEvent(event)
        self.entered.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Offer completions while a variable's name is typed."""
        if self._popup.isVisible() and event.key() in {
            Qt.Key.Key_Enter,
            Qt.Key.Key_Return,
            Qt.Key.Key_Tab,
            Qt.Key.Key_Escape,
        }:
            event.ignore()  # the list of completions takes these
            return
        super().keyPressEvent(event)
        if event.text() or self._popup.isVisible():
            self._offer_completions()

    def _offer_completions(self) -> None:
        typed = self._typed_variable()
        if typed is None:
            self._popup.hide()
            return
        self._completer.setCompletionPrefix(typed)
        only = self._completer.completionCount() == 1 and self._completer.currentCompletion() == typed
        if self._completer.completionCount() == 0 or only:
            self._popup.hide()
            return
        self._popup.setCurrentIndex(self._completer.completionModel().index(0, 0))
        place = QRect(self.cursorRect())
        place.setWidth(self._popup.sizeHintForColumn(0) + 40)
        self._completer.complete(place)

    def _typed_variable(self) -> str | None:
        """Return what stands between the last `{{` on this line and the cursor, if a name may go there."""
        _, opened, typed = self._text_before(self.textCursor()).rpartition("{{")
        return typed.strip() if opened and not set(typed) & set("{}") else None

    def _complete(self, variable: str) -> None:
        cursor = self.textCursor()
        before = self._text_before(cursor)
        typed = before.rpartition("{{")[2]
        cursor.movePosition(
            QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, utf16_index(typed, len(typed))
        )
        line = cursor.block().text()
        closed = line[len(before) :].startswith("}}")
        cursor.insertText(variable if closed else variable + "}}")
        if closed:
            cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.MoveAnchor, 2)
        self.setTextCursor(cursor)

    @staticmethod
    def _text_before(cursor: QTextCursor) -> str:
        """Return what stands on the cursor's line before it (or before its selection)."""
        raw = cursor.block().text().encode("utf-16-le", "surrogatepass")
        column = min(cursor.position(), cursor.anchor()) - cursor.block().position()
        return raw[: 2 * max(0, column)].decode("utf-16-le", "surrogatepass")

    # How it follows and looks

    def _read(self) -> str:
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def _on_contents_change(self, _position: int, _removed: int, _added: int) -> None:
        if not self._loading:
            self._text = self._read()

    def _on_text_changed(self) -> None:
        if not self._loading and self._text != self._told:
            self._told = self._text
            self.edited.emit(self._text)

    def _space_lines(self) -> None:
        """Give the lines the room of the design; not a step that can be undone."""
        room = QTextBlockFormat()
        room.setLineHeight(_LINE_GAP, QTextBlockFormat.LineHeightTypes.LineDistanceHeight.value)
        self.document().setUndoRedoEnabled(False)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(room)
        self.document().setUndoRedoEnabled(True)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the scheme's colours."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_highlighter"):
            self._highlighter.rehighlight()
            self._mark()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the variables' grounds, then the text over them."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.translate(-self.horizontalScrollBar().value(), -self.verticalScrollBar().value())
        colours = style.tokens()
        dirty = QRectF(event.rect()).translated(painter.transform().inverted()[0].map(QPointF()))
        for ground, is_known in self._grounds():
            if ground.intersects(dirty):
                painter.setBrush(colours.accent_weak if is_known else colours.failed_weak)
                painter.drawRoundedRect(ground, _PILL_RADIUS, _PILL_RADIUS)
        painter.end()
        super().paintEvent(event)

    def _grounds(self) -> list[tuple[QRectF, bool]]:
        """Return the rounded ground of every variable, in the document's coordinates."""
        grounds: list[tuple[QRectF, bool]] = []
        known, layout = self._highlighter.known, self.document().documentLayout()
        block = self.document().firstBlock()
        while block.isValid():
            # Asking for the paragraph's place also lays it out, if that has not been done yet.
            origin = layout.blockBoundingRect(block).topLeft()
            if rects := self._rects_of(block):
                grounds += ((rect.translated(origin), variable in known) for rect, variable in rects)
            block = block.next()
        return grounds

    def _rects_of(self, block: QTextBlock) -> list[tuple[QRectF, str]]:
        """Return where a paragraph's variables stand within it; what it depends on is remembered with the answer."""
        text = block.text()
        if "{{" not in text:
            return []
        key = (text, block.layout().preeditAreaText(), self.document().textWidth())
        if key not in self._places:
            if len(self._places) > _REMEMBERED:
                self._places.clear()
            self._places[key] = [
                (rect, variable.name)
                for variable in parse(text).placeholders
                for rect in _rects(
                    block.layout(), utf16_index(text, variable.start), utf16_index(text, variable.end)
                )
            ]
        return self._places[key]


def character_index(text: str, place: int) -> int:
    """Convert a position in UTF-16 units, as Qt's documents count, to one in characters."""
    if text.isascii():
        return place
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * place].decode("utf-16-le", "surrogatepass"))


def _rects(layout: QTextLayout, start: int, end: int) -> list[QRectF]:
    found = []
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        first = max(start, line.textStart())
        last = min(end, line.textStart() + line.textLength())
        if first < last:
            left, right = sorted((_x(line.cursorToX(first)), _x(line.cursorToX(last))))
            found.append(QRectF(left, line.y(), right - left, line.height()).adjusted(-2, -1, 2, 1))
    return found


def _x(value: object) -> float:
    """Return the position of `QTextLine.cursorToX`, which PySide answers as (position, cursor)."""
    return float(value[0]) if isinstance(value, tuple) else float(value)  # type: ignore[arg-type]
