"""The words of a message as the phone lays them out: a text document that is changed only where the message is."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QPainter,
    QPalette,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
)

from waapp.core import markup
from waapp.gui import style

_LINE_GAP: Final = 3
_MONO_SIZE: Final = 13
_INDENTS: Final = {markup.Kind.BULLET: 14, markup.Kind.NUMBER: 20, markup.Kind.QUOTE: 13}


class MessageText:
    """Lays out one message. Each paragraph takes its direction from its own text."""

    def __init__(self, parent: QObject, size: int, tone: str = "text") -> None:
        self.document = QTextDocument(parent)
        self.document.setDocumentMargin(0)
        self.document.setUndoRedoEnabled(False)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self.document.setDefaultTextOption(option)
        self._size = size
        self._tone = tone
        self._blocks: Sequence[markup.Block] = ()
        self._colours: style.Tokens | None = None
        self._width = -1.0
        self._changed = QRectF()
        self.document.documentLayout().update.connect(self._note_changed)

    def set_font(self, font: QFont) -> None:
        """Write in another font from the next message on."""
        sized = QFont(font)
        sized.setPixelSize(self._size)
        if sized != self.document.defaultFont():
            self.document.setDefaultFont(sized)
            self._colours = None

    def show(self, blocks: Sequence[markup.Block], colours: style.Tokens) -> None:
        """Take another message; only the paragraphs that differ are written anew."""
        old = self._blocks
        if not old or not blocks or colours is not self._colours:
            self._rewrite(blocks, colours)
        elif blocks != old:
            start, end = _shared(old, blocks)
            self._replace(start, len(old) - end, blocks[start : len(blocks) - end], colours)
        self._blocks, self._colours = blocks, colours

    def fit(self, most: float) -> float:
        """Break the lines at a width; return how wide the widest of them is."""
        self._set_width(most)
        wide = min(most, self.document.idealWidth() + 1)
        if wide < most and any(block.is_right_to_left for block in self._blocks):
            # These stand at the right of whatever width there is; what runs from the left need not be broken again.
            self._set_width(wide)
        return wide

    def narrow(self, width: float) -> None:
        """Give right-to-left lines the width that the bubble came to."""
        if any(block.is_right_to_left for block in self._blocks):
            self._set_width(width)

    @property
    def height(self) -> float:
        """Return how high the lines are together."""
        return self.document.size().height()

    def last_line(self) -> tuple[float, bool]:
        """Return how wide the last line is, and whether it stands at the right."""
        block = self.document.lastBlock()
        layout = block.layout()
        if layout is None or layout.lineCount() == 0:
            return 0.0, False
        line = layout.lineAt(layout.lineCount() - 1)
        return (
            line.naturalTextWidth() + block.blockFormat().leftMargin(),
            block.textDirection() == Qt.LayoutDirection.RightToLeft,
        )

    def bottom_of_line(self, number: int) -> float | None:
        """Return where a line ends, counted from 1 as they are broken; None when there is none after it."""
        seen = 0
        block = self.document.firstBlock()
        while block.isValid():
            lines = block.layout().lineCount()
            if seen + lines >= number:
                line = block.layout().lineAt(number - seen - 1)
                is_last = seen + lines == number and not block.next().isValid()
                top = self.document.documentLayout().blockBoundingRect(block).top()
                return None if is_last else top + line.y() + line.height()
            seen += lines
            block = block.next()
        return None

    def take_changed(self) -> QRectF:
        """Return what has to be painted anew since this was last asked."""
        changed, self._changed = self._changed, QRectF()
        return changed

    def paint(
        self, painter: QPainter, at: QPointF, palette: QPalette, colours: style.Tokens, dirty: QRectF
    ) -> None:
        """Paint the words with their upper left corner at a point, as far as a rectangle shows them."""
        painter.save()
        painter.translate(at)
        context = QAbstractTextDocumentLayout.PaintContext()
        inked = QPalette(palette)
        inked.setColor(QPalette.ColorRole.Text, colours.text)
        context.palette = inked
        context.clip = dirty.translated(-at)
        self.document.documentLayout().draw(painter, context)
        painter.restore()

    def _note_changed(self, rect: QRectF) -> None:
        self._changed = self._changed.united(rect)

    def _set_width(self, width: float) -> None:
        if width != self._width:
            # Even the same width would break all lines anew.
            self._width = width
            self.document.setTextWidth(width)

    def _rewrite(self, blocks: Sequence[markup.Block], colours: style.Tokens) -> None:
        self.document.clear()
        cursor = QTextCursor(self.document)
        cursor.beginEditBlock()
        self._write(cursor, blocks, colours)
        cursor.endEditBlock()

    def _replace(self, start: int, end: int, blocks: Sequence[markup.Block], colours: style.Tokens) -> None:
        first = self.document.findBlockByNumber(start)
        last = self.document.findBlockByNumber(end - 1)
        cursor = QTextCursor(self.document)
        cursor.beginEditBlock()
        cursor.setPosition(first.position())
        cursor.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        self._write(cursor, blocks, colours)
        cursor.endEditBlock()

    def _write(self, cursor: QTextCursor, blocks: Sequence[markup.Block], colours: style.Tokens) -> None:
        """Write paragraphs in place of the empty one that the cursor is in."""
        for place, block in enumerate(blocks):
            shape = _block_format(block)
            if place == 0:
                cursor.setBlockFormat(shape)
            else:
                cursor.insertBlock(shape)
            if sign := _line_start(block):
                plain = QTextCharFormat()
                plain.setForeground(colours.link if block.kind is markup.Kind.QUOTE else colours.text)
                cursor.insertText(sign, plain)
            ink = colours.muted if block.kind is markup.Kind.QUOTE else getattr(colours, self._tone)
            for span in block.spans:
                cursor.insertText(
                    span.text, _span_format(span, colours.link if span.target else ink, colours)
                )


def _shared(old: Sequence[markup.Block], new: Sequence[markup.Block]) -> tuple[int, int]:
    """Return how many blocks are the same at the start and at the end, leaving at least one to write on each side."""
    most = min(len(old), len(new)) - 1
    start = 0
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def _block_format(block: markup.Block) -> QTextBlockFormat:
    shape = QTextBlockFormat()
    shape.setLineHeight(_LINE_GAP, QTextBlockFormat.LineHeightTypes.LineDistanceHeight.value)
    indent = _INDENTS.get(block.kind, 0)
    if block.is_right_to_left:
        shape.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        shape.setRightMargin(indent)
    else:
        shape.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        shape.setLeftMargin(indent)
    shape.setTextIndent(-indent)
    return shape


def _line_start(block: markup.Block) -> str:
    match block.kind:
        case markup.Kind.LINE:
            return ""
        case markup.Kind.BULLET:
            return "•\u00a0\u00a0"
        case markup.Kind.NUMBER:
            return f"{block.number}.\u00a0"
        case markup.Kind.QUOTE:
            return "▎"


def _span_format(span: markup.Span, ink: QColor, colours: style.Tokens) -> QTextCharFormat:
    shape = QTextCharFormat()
    shape.setForeground(ink)
    if not span.style:
        return shape
    if markup.Style.BOLD in span.style:
        shape.setFontWeight(QFont.Weight.DemiBold)
    if markup.Style.ITALIC in span.style:
        shape.setFontItalic(True)
    if markup.Style.STRIKE in span.style:
        shape.setFontStrikeOut(True)
    if span.style & (markup.Style.CODE | markup.Style.MONO):
        face = style.monospace(_MONO_SIZE)
        shape.setFontFamilies(face.families())
        shape.setProperty(QTextFormat.Property.FontPixelSize, _MONO_SIZE)
        if markup.Style.CODE in span.style:
            shape.setBackground(colours.queued_weak)
    return shape
