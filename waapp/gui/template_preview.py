"""The message as the guest's phone shows it: a bubble with all its parts on the chat's ground."""

from datetime import datetime
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QTextDocument,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from waapp.core import markup
from waapp.core.template_parts import Button, HeaderKind, Message
from waapp.gui import style
from waapp.gui import template_phone as phone
from waapp.gui.template_message_text import MessageText
from waapp.gui.widgets import name
from waapp.texts import tr

_GROUND_RADIUS: Final = 18
_GROUND_PADDING: Final = QSize(14, 18)
_BUBBLE_PADDING: Final = QSize(10, 8)
_BUBBLE_WIDTH: Final = 290
_PART_GAP: Final = 8
_FOOTER_GAP: Final = 6
_TEXT_SIZE: Final = 14
_HEADER_SIZE: Final = 15
_FOOTER_SIZE: Final = 12
_TIME_HEIGHT: Final = 16.0
_FOLD_GAP: Final = 18.0
_NOTHING: Final = Message("")


class ChatPreview(QAbstractScrollArea):
    """Shows one rendered message; `show_message` is cheap enough to be called for every keystroke.

    The ground follows the window's light or dark scheme unless `set_dark` says otherwise. What is said is this
    widget's accessible description. `fold_toggled` follows the phone's "Read more", by a click or by Enter,
    `header_shown` tells of another header than before, None for no header.
    """

    fold_toggled = Signal(bool)
    header_shown = Signal(object)

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name(self, object_name, tr("Preview of the message"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(240)
        self.viewport().setAutoFillBackground(False)
        self._dark: bool | None = None
        self._shown = _NOTHING
        self._hint = ""
        self._picture: QPixmap | None = None
        self._picture_note = ""
        self._fold_lines: int | None = None
        self._folded = self._all_buttons = False
        self._time = datetime.now().astimezone().strftime("%H:%M")
        self._header = MessageText(self, _HEADER_SIZE)
        self._body = MessageText(self, _TEXT_SIZE)
        self._footer = MessageText(self, _FOOTER_SIZE, "muted")
        self._bubble = QRectF()
        self._time_at = QPointF()
        self._body_at = QPointF()
        self._fold_at: float | None = None
        self._more = QRectF()
        self._painted: tuple[object, ...] = ()
        self._buttons: list[tuple[QRectF, Button | None]] = []

    @property
    def message(self) -> str:
        """Return the text that is shown, as it would be sent."""
        return self._shown.body

    @property
    def shown(self) -> Message:
        """Return the whole message that is shown."""
        return self._shown

    def show_message(self, message: Message | str) -> None:
        """Show a message; an empty one shows the bare ground."""
        if isinstance(message, str):
            message = Message(message)
        if message == self._shown and not self._hint:
            return
        before = self._shown.header
        self._shown, self._hint = message, ""
        self.setAccessibleDescription(_spoken(message, self._picture_note))
        self._fill()
        if message.header != before:
            self.header_shown.emit(message.header)

    def show_hint(self, text: str) -> None:
        """Show a sentence on the ground instead of a message."""
        self._shown, self._hint = _NOTHING, text
        self.setAccessibleDescription(text)
        self._fill()

    def set_picture(self, picture: QPixmap | None, note: str = "") -> None:
        """Show a header's picture itself; None for its name in place of it, with a note why."""
        self._picture, self._picture_note = picture, note
        if self._shown != _NOTHING:
            self.setAccessibleDescription(_spoken(self._shown, note))
        self.viewport().update()

    @property
    def picture(self) -> QPixmap | None:
        """Return the picture that is shown as the header, None while there is only its name."""
        return self._picture

    @property
    def picture_note(self) -> str:
        """Return what is said under the name of a picture that is not shown."""
        return self._picture_note

    def set_fold(self, lines: int | None) -> None:
        """Tell after how many lines the phone shows "Read more"; None for a message that it shows whole."""
        if lines != self._fold_lines:
            self._fold_lines = lines
            self._arrange()

    def set_folded(self, *, folded: bool) -> None:
        """Show only what the phone shows before somebody taps "Read more", or all with the place marked."""
        if folded != self._folded:
            self._folded = folded
            self._arrange()
            self.fold_toggled.emit(folded)

    @property
    def is_folded(self) -> bool:
        """Tell whether a part of the text is hidden now."""
        return self._folded and self._fold_at is not None

    @property
    def folds(self) -> bool:
        """Tell whether the phone would hide a part of the text."""
        return self._fold_at is not None

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
        return self._body.document

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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fold and unfold by Enter or the space bar."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self._tap()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the press, so that the release comes here too."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do what a tap on the phone does: "Read more", and "See all options"."""
        at = event.position() + QPointF(0, self.verticalScrollBar().value())
        if self._more.contains(at) or any(
            rect.contains(at) and button is None for rect, button in self._buttons
        ):
            self._tap(at)

    def _tap(self, at: QPointF | None = None) -> None:
        if self._fold_at is not None and (at is None or self._more.contains(at)):
            self.set_folded(folded=not self._folded)
        else:
            self._all_buttons = not self._all_buttons
            self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the chat's ground and the message on it."""
        colours = self._colours()
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
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
        elif self._shown != _NOTHING:
            painter.translate(0, -self.verticalScrollBar().value())
            dirty = QRectF(event.rect()).translated(0, self.verticalScrollBar().value())
            self._paint_message(painter, colours, dirty)
        painter.end()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Scroll by painting anew."""
        self.viewport().update()

    def _colours(self) -> style.Tokens:
        return style.DARK if self.is_dark else style.LIGHT

    def _fill(self) -> None:
        """Write the texts; the colours of links are part of the laid-out text."""
        if not hasattr(self, "_buttons"):
            return
        colours, shown = self._colours(), self._shown
        head = shown.header.value if shown.header and not shown.header.is_media else ""
        for part, blocks in (
            (self._header, _plain(head, markup.Style.BOLD)),
            (self._body, markup.parse(shown.body) if shown.body else ()),
            (self._footer, _plain(shown.footer)),
        ):
            part.set_font(self.font())
            part.show(blocks, colours)
        self._arrange()

    def _arrange(self) -> None:
        """Find the place of every part from the top down."""
        most = float(min(_BUBBLE_WIDTH, self.viewport().width() - 2 * _GROUND_PADDING.width()))
        most -= 2 * _BUBBLE_PADDING.width()
        if most <= 0:
            return
        shown = self._shown
        wide = self._body.fit(most)
        parts = [
            part for part, text in ((self._header, self._has_head()), (self._footer, shown.footer)) if text
        ]
        wide = max([wide, *(part.fit(most) for part in parts)])
        if shown.buttons or phone.header_height(shown.header):
            wide = most
        time = phone.time_width(self.font(), self._time)
        last, from_right = (self._footer if shown.footer else self._body).last_line()
        self._fold_at = self._body.bottom_of_line(self._fold_lines) if self._fold_lines else None
        beside = not from_right and last + 12 + time <= most and not self.is_folded
        wide = max(wide, time, last + 12 + time if beside else 0.0)
        for part in (self._body, *parts):
            part.narrow(wide)
        left, top = float(_GROUND_PADDING.width()), float(_GROUND_PADDING.height())
        self._body_at = QPointF(left + _BUBBLE_PADDING.width(), top + _BUBBLE_PADDING.height())
        if shown.header is not None:
            over = float(phone.header_height(shown.header)) or (
                self._header.height if self._has_head() else 0.0
            )
            self._body_at += QPointF(0, over + _PART_GAP if over else 0)
        bottom = self._body_at.y() + self._body_height()
        self._place_fold(wide)
        bottom += self._more.height() if self.is_folded else 0.0
        if shown.footer:
            bottom += _FOOTER_GAP + self._footer.height
        bottom += (0.0 if beside else _TIME_HEIGHT) + _BUBBLE_PADDING.height()
        self._bubble = QRectF(left, top, wide + 2 * _BUBBLE_PADDING.width(), bottom - top)
        self._time_at = QPointF(
            self._bubble.right() - _BUBBLE_PADDING.width() - time,
            self._bubble.bottom() - _BUBBLE_PADDING.height() + 1,
        )
        self._place_buttons()
        self._set_scroll()
        self._update_changed()

    def _update_changed(self) -> None:
        """Ask to be painted: only where words have changed, if everything else is where it was."""
        changed = self._body.take_changed()
        places = (self._bubble, self._body_at, self._more, self._folded, self._buttons, self._shown.header)
        rest = (self._shown.footer, self._hint, self.is_dark)
        if (places, rest) != self._painted or not changed.isValid():
            self._painted = (places, rest)
            self.viewport().update()
            return
        if self._fold_at is not None and not self._folded:
            changed.setBottom(changed.bottom() + _FOLD_GAP)
        shift = self._body_at - QPointF(0, self.verticalScrollBar().value())
        self.viewport().update(changed.translated(shift).toAlignedRect().adjusted(-2, -2, 2, 2))

    def _has_head(self) -> bool:
        header = self._shown.header
        return header is not None and header.kind is HeaderKind.TEXT and bool(header.value)

    def _body_height(self) -> float:
        if self._fold_at is not None and self._folded:
            return self._fold_at
        gap = _FOLD_GAP if self._fold_at is not None else 0.0
        return self._body.height + gap if self._shown.body else 0.0

    def _place_fold(self, wide: float) -> None:
        """Find where "Read more" stands: under the last line that shows, or beside the line that folds away."""
        if self._fold_at is None:
            self._more = QRectF()
        elif self._folded:
            self._more = QRectF(self._body_at.x(), self._body_at.y() + self._fold_at, wide, 20)
        else:
            self._more = QRectF(self._body_at.x(), self._body_at.y() + self._fold_at, wide, _FOLD_GAP)

    def _place_buttons(self) -> None:
        self._buttons = []
        top = self._bubble.bottom()
        for each in phone.folded(self._shown.buttons, unfold=self._all_buttons):
            top += phone.BUTTON_GAP
            rect = QRectF(self._bubble.left(), top, self._bubble.width(), phone.BUTTON_HEIGHT)
            self._buttons.append((rect, each))
            top = rect.bottom()

    def _set_scroll(self) -> None:
        bottom = self._buttons[-1][0].bottom() if self._buttons else self._bubble.bottom()
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(20)
        bar.setRange(0, max(0, round(bottom + _GROUND_PADDING.height()) - self.viewport().height()))

    def _paint_message(self, painter: QPainter, colours: style.Tokens, dirty: QRectF) -> None:
        shown, inside = self._shown, self._bubble.adjusted(10, 8, -10, -8)
        phone.paint_shadowed(painter, self._bubble, colours.bubble)
        if shown.header is not None and shown.header.is_media:
            rect = QRectF(inside.left(), inside.top(), inside.width(), phone.header_height(shown.header))
            picture, note = self._picture, self._picture_note
            phone.paint_header(painter, rect, shown.header, picture, self.font(), colours, note)
        elif self._has_head():
            self._header.paint(painter, inside.topLeft(), self.palette(), colours, dirty)
        if shown.body:
            self._paint_body(painter, colours, dirty)
        self._paint_fold(painter, colours)
        if shown.footer:
            at = QPointF(inside.left(), self._body_at.y() + self._body_height() + _FOOTER_GAP)
            if self.is_folded:
                at += QPointF(0, self._more.height())
            self._footer.paint(painter, at, self.palette(), colours, dirty)
        phone.paint_time(painter, self._time_at, self._time, self.font(), colours)
        for rect, each in self._buttons:
            phone.paint_button(painter, rect, each, self.font(), colours)

    def _paint_body(self, painter: QPainter, colours: style.Tokens, dirty: QRectF) -> None:
        """Paint the text, in two pieces where the phone folds it: what shows at once, and the rest."""
        cut = self._fold_at
        if cut is None:
            self._body.paint(painter, self._body_at, self.palette(), colours, dirty)
            return
        whole = QRectF(self._body_at, QSizeF(self._bubble.width(), self._body.height))
        pieces = [(whole.adjusted(-4, -4, 0, cut - whole.height()), 0.0)]
        if not self._folded:
            pieces.append((whole.adjusted(-4, cut + _FOLD_GAP, 0, _FOLD_GAP + 4), _FOLD_GAP))
        for piece, shift in pieces:
            painter.save()
            painter.setClipRect(piece, Qt.ClipOperation.IntersectClip)
            at = self._body_at + QPointF(0, shift)
            self._body.paint(painter, at, self.palette(), colours, dirty.intersected(piece))
            painter.restore()

    def _paint_fold(self, painter: QPainter, colours: style.Tokens) -> None:
        if self._fold_at is None:
            return
        font = style.font(_TEXT_SIZE if self._folded else 11)
        painter.setFont(font)
        words = tr("Read more")
        if self._folded:
            painter.setPen(colours.link)
            painter.drawText(
                self._more, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words
            )
            return
        # Where the phone would cut the text: a quiet line that says so, and under it the rest, to be read all the same.
        wide = QFontMetricsF(font).horizontalAdvance(words) + 16
        middle = self._more.center()
        painter.setPen(QPen(colours.strong_line, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(self._more.left(), middle.y()), QPointF(middle.x() - wide / 2, middle.y()))
        painter.drawLine(QPointF(middle.x() + wide / 2, middle.y()), QPointF(self._more.right(), middle.y()))
        painter.setPen(colours.muted)
        painter.drawText(self._more, int(Qt.AlignmentFlag.AlignCenter), words)


def _plain(text: str, look: markup.Style = markup.PLAIN) -> tuple[markup.Block, ...]:
    """Return a text whose signs stand for themselves, as in a header or a footer."""
    return (markup.Block(markup.Kind.LINE, (markup.Span(text, look),)),) if text else ()


def _spoken(message: Message, note: str) -> str:
    """Return a message as a screen reader should say it."""
    head = message.header.value if message.header and not message.header.is_media else note
    parts = [head, markup.to_plain(message.body), message.footer, *(each.title for each in message.buttons)]
    return "\n".join(part for part in parts if part)
