"""The message as the guest's phone shows it: a bubble on the chat's ground."""

from datetime import datetime

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from waapp.core import markup
from waapp.gui import style
from waapp.gui.widgets import name
from waapp.texts import tr

_GROUND_RADIUS = 18
_GROUND_PADDING = QSize(14, 18)
_BUBBLE_RADIUS = 10
_BUBBLE_PADDING = QSize(10, 8)
_BUBBLE_WIDTH = 290
_TEXT_SIZE = 14
_LINE_GAP = 3
_MONO_SIZE = 13
_TIME_SIZE = 11
_TICKS_READ = QColor("#53BDEB")
_TICKS_WIDTH = 16.0


class ChatPreview(QAbstractScrollArea):
    """Shows one rendered message; `show_message` is cheap enough to be called for every keystroke.

    The ground follows the window's light or dark scheme unless `set_dark` says otherwise. Each paragraph takes
    its direction from its own text. The text is this widget's accessible description.
    """

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name(self, object_name, tr("Preview of the message"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(240)
        self.viewport().setAutoFillBackground(False)
        self._dark: bool | None = None
        self._text = ""
        self._hint = ""
        self._time = datetime.now().astimezone().strftime("%H:%M")
        self._document = QTextDocument(self)
        self._document.setDocumentMargin(0)
        self._document.setUndoRedoEnabled(False)
        self._document.setDefaultTextOption(_wrapping())
        font = QFont(self.font())
        font.setPixelSize(_TEXT_SIZE)
        self._document.setDefaultFont(font)
        self._bubble = QRectF()
        self._time_at = QPointF()

    @property
    def message(self) -> str:
        """Return the text that is shown, as it would be sent."""
        return self._text

    def show_message(self, text: str) -> None:
        """Show a message; an empty one shows the bare ground."""
        if text == self._text and not self._hint:
            return
        self._text, self._hint = text, ""
        self.setAccessibleDescription(markup.to_plain(text))
        self._fill()

    def show_hint(self, text: str) -> None:
        """Show a sentence on the ground instead of a message."""
        self._text, self._hint = "", text
        self.setAccessibleDescription(text)
        self._fill()

    def set_dark(self, dark: bool | None) -> None:
        """Show the phone's dark or light chat; None follows the window."""
        self._dark = dark
        self._fill()

    @property
    def is_dark(self) -> bool:
        """Tell which chat ground is shown."""
        return style.is_dark() if self._dark is None else self._dark

    def document(self) -> QTextDocument:
        """Return the laid-out text of the bubble."""
        return self._document

    def sizeHint(self) -> QSize:
        """Return the room that shows everything."""
        return QSize(340, 480)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the content to the new room."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the scheme's colours."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.FontChange}:
            self._fill()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chat's ground and the bubble on it."""
        colours = style.DARK if self.is_dark else style.LIGHT
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(self.viewport().rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(style.tokens().accent, 2) if self.hasFocus() else QPen(style.tokens().line, 1))
        painter.setBrush(colours.chat)
        painter.drawRoundedRect(ground, _GROUND_RADIUS, _GROUND_RADIUS)
        # Not the rounded shape: the bubble keeps off the corners, and a clip that is no rectangle costs milliseconds.
        painter.setClipRect(ground.adjusted(1, 1, -1, -1))
        if self._hint:
            painter.setPen(colours.muted)
            painter.drawText(
                ground.adjusted(24, 24, -24, -24),
                int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap),
                self._hint,
            )
        elif self._text:
            painter.translate(0, -self.verticalScrollBar().value())
            self._paint_bubble(painter, colours)
        painter.end()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Scroll by painting anew."""
        self.viewport().update()

    def _fill(self) -> None:
        """Lay the text out anew; the colours of links are part of the laid-out text."""
        if not hasattr(self, "_document"):
            return
        colours = style.DARK if self.is_dark else style.LIGHT
        self._document.clear()
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        for place, block in enumerate(markup.parse(self._text) if self._text else ()):
            shape = _block_format(block)
            if place == 0:
                cursor.setBlockFormat(shape)
            else:
                cursor.insertBlock(shape)
            if sign := _line_start(block):
                plain = QTextCharFormat()
                plain.setForeground(colours.link if block.kind is markup.Kind.QUOTE else colours.text)
                cursor.insertText(sign, plain)
            for span in block.spans:
                cursor.insertText(span.text, _span_format(span, block, colours))
        cursor.endEditBlock()
        self._arrange()

    def _arrange(self) -> None:
        space = self.viewport().width() - 2 * _GROUND_PADDING.width()
        most = min(_BUBBLE_WIDTH, space) - 2 * _BUBBLE_PADDING.width()
        if most <= 0:
            return
        self._document.setTextWidth(most)
        text_width = min(float(most), self._document.idealWidth() + 1)
        time_font = self._time_font()
        time_width = QFontMetricsF(time_font).horizontalAdvance(self._time) + _TICKS_WIDTH + 4
        last_line, from_right = self._last_line_width()
        beside = not from_right and last_line + 12 + time_width <= most
        text_width = max(text_width, time_width, last_line + 12 + time_width if beside else 0.0)
        if text_width < most:
            self._document.setTextWidth(text_width)
        height = self._document.size().height()
        time_height = 0.0 if beside else 16.0
        left = float(_GROUND_PADDING.width())
        self._bubble = QRectF(
            left,
            _GROUND_PADDING.height(),
            text_width + 2 * _BUBBLE_PADDING.width(),
            height + time_height + 2 * _BUBBLE_PADDING.height(),
        )
        self._time_at = QPointF(
            self._bubble.right() - _BUBBLE_PADDING.width() - time_width,
            self._bubble.bottom() - _BUBBLE_PADDING.height() + 1,
        )
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(20)
        bar.setRange(
            0, max(0, round(self._bubble.bottom() + _GROUND_PADDING.height()) - self.viewport().height())
        )
        self.viewport().update()

    def _last_line_width(self) -> tuple[float, bool]:
        """Return how wide the last line is and whether it stands at the right, where the time goes."""
        block = self._document.lastBlock()
        layout = block.layout()
        if layout is None or layout.lineCount() == 0:
            return 0.0, False
        line = layout.lineAt(layout.lineCount() - 1)
        return (
            line.naturalTextWidth() + block.blockFormat().leftMargin(),
            block.textDirection() == Qt.LayoutDirection.RightToLeft,
        )

    def _time_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(_TIME_SIZE)
        return font

    def _paint_bubble(self, painter: QPainter, colours: style.Tokens) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 20))
        shadow = self._bubble.translated(0, 1)
        shadow.setTop(max(shadow.top(), shadow.bottom() - 2 * _BUBBLE_RADIUS))
        painter.drawRoundedRect(shadow, _BUBBLE_RADIUS, _BUBBLE_RADIUS)
        painter.setBrush(QBrush(colours.bubble))
        painter.drawRoundedRect(self._bubble, _BUBBLE_RADIUS, _BUBBLE_RADIUS)
        painter.save()
        painter.translate(
            self._bubble.left() + _BUBBLE_PADDING.width(), self._bubble.top() + _BUBBLE_PADDING.height()
        )
        context = QAbstractTextDocumentLayout.PaintContext()
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Text, colours.text)
        context.palette = palette
        self._document.documentLayout().draw(painter, context)
        painter.restore()
        painter.setFont(self._time_font())
        painter.setPen(colours.muted)
        painter.drawText(self._time_at, self._time)
        width = QFontMetricsF(painter.font()).horizontalAdvance(self._time)
        _paint_ticks(painter, self._time_at + QPointF(width + 4, 0))


def _wrapping() -> QTextOption:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    return option


def _block_format(block: markup.Block) -> QTextBlockFormat:
    shape = QTextBlockFormat()
    shape.setLineHeight(_LINE_GAP, QTextBlockFormat.LineHeightTypes.LineDistanceHeight.value)
    indent = {markup.Kind.BULLET: 14, markup.Kind.NUMBER: 20, markup.Kind.QUOTE: 13}.get(block.kind, 0)
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


def _span_format(span: markup.Span, block: markup.Block, colours: style.Tokens) -> QTextCharFormat:
    shape = QTextCharFormat()
    is_quote = block.kind is markup.Kind.QUOTE
    shape.setForeground(colours.link if span.target else colours.muted if is_quote else colours.text)
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


def _paint_ticks(painter: QPainter, at: QPointF) -> None:
    """Draw the two ticks of a message that was read, standing on the line that starts at a point."""
    painter.setPen(
        QPen(_TICKS_READ, 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for shift, whole in ((0.0, True), (4.5, False)):
        path = QPainterPath()
        if whole:
            path.moveTo(at + QPointF(shift, -4))
            path.lineTo(at + QPointF(shift + 2.8, -1))
        else:
            path.moveTo(at + QPointF(shift + 1.6, -2.2))
            path.lineTo(at + QPointF(shift + 2.8, -1))
        path.lineTo(at + QPointF(shift + 9, -8))
        painter.drawPath(path)
