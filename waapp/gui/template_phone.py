"""What stands around a message's text on the phone, and how it is painted: header, buttons, time and ticks."""

from typing import Final
from urllib.parse import unquote

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
)

from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind
from waapp.gui import style
from waapp.texts import tr

BUBBLE_RADIUS: Final = 10
BUTTON_HEIGHT: Final = 36
BUTTON_GAP: Final = 8
MEDIA_HEIGHT: Final = 116
DOCUMENT_HEIGHT: Final = 52
SHOWN_BUTTONS: Final = 3
"""More buttons than this fold: the phone shows the first two, and the way to the rest."""
_TICKS_READ: Final = QColor("#53BDEB")
_TIME_SIZE: Final = 11
_TICKS_WIDTH: Final = 16.0
_SIGNS: Final = {
    ButtonKind.QUICK_REPLY: "reply",
    ButtonKind.URL: "link",
    ButtonKind.PHONE: "call",
    ButtonKind.COPY_CODE: "copy",
}


def header_height(header: Header | None) -> int:
    """Return the room of a header that is a file; words take as much as they need."""
    match header.kind if header is not None else HeaderKind.TEXT:
        case HeaderKind.TEXT:
            return 0
        case HeaderKind.DOCUMENT:
            return DOCUMENT_HEIGHT
        case HeaderKind.IMAGE | HeaderKind.VIDEO:
            return MEDIA_HEIGHT


def file_name(address: str) -> str:
    """Return what a file is called by the end of its address, else the address."""
    path = address.partition("?")[0].partition("#")[0].rstrip("/")
    return unquote(path.rpartition("/")[2]) or address


def folded(buttons: tuple[Button, ...], *, unfold: bool) -> tuple[Button | None, ...]:
    """Return the buttons that the phone shows before somebody asks for all; None is the one that asks."""
    return buttons if unfold or len(buttons) <= SHOWN_BUTTONS else (*buttons[:2], None)


def time_width(font: QFont, time: str) -> float:
    """Return the room that the time and the ticks take."""
    return QFontMetricsF(_sized(font, _TIME_SIZE)).horizontalAdvance(time) + _TICKS_WIDTH + 4


def paint_shadowed(painter: QPainter, rect: QRectF, ground: QColor) -> None:
    """Paint a rounded surface with its soft lower edge."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 20))
    shadow = rect.translated(0, 1)
    shadow.setTop(max(shadow.top(), shadow.bottom() - 2 * BUBBLE_RADIUS))
    painter.drawRoundedRect(shadow, BUBBLE_RADIUS, BUBBLE_RADIUS)
    painter.setBrush(ground)
    painter.drawRoundedRect(rect, BUBBLE_RADIUS, BUBBLE_RADIUS)


def paint_time(painter: QPainter, at: QPointF, time: str, font: QFont, colours: style.Tokens) -> None:
    """Paint when the message came, and that it was read, on the line that starts at a point."""
    painter.setFont(_sized(font, _TIME_SIZE))
    painter.setPen(colours.muted)
    painter.drawText(at, time)
    _paint_ticks(painter, at + QPointF(QFontMetricsF(painter.font()).horizontalAdvance(time) + 4, 0))


def paint_header(
    painter: QPainter,
    rect: QRectF,
    header: Header,
    picture: QPixmap | None,
    font: QFont,
    colours: style.Tokens,
    note: str = "",
) -> None:
    """Paint a header's file: the picture itself where it is at hand, else a sign, its name and a note."""
    shape = QPainterPath()
    shape.addRoundedRect(rect, style.RADIUS, style.RADIUS)
    if picture is not None and header.kind is HeaderKind.IMAGE:
        painter.save()
        painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
        painter.drawPixmap(rect, picture, _covering(picture, rect))
        painter.restore()
        return
    if header.kind is HeaderKind.DOCUMENT:
        painter.fillPath(shape, QColor(128, 128, 128, 32))
        sign = QRectF(rect.left() + 12, rect.center().y() - 12, 24, 24)
        painter.drawPixmap(sign.toRect(), style.drawing("templates", colours.muted, 24))
        words = rect.adjusted(46, 0, -12, 0)
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        named = file_name(header.value) or tr("Document")
        _paint_elided(painter, words, named, _sized(font, 13), colours.text, side)
        return
    ground = QLinearGradient(rect.topLeft(), rect.bottomRight())
    ground.setColorAt(0, QColor("#C9A98B"))
    ground.setColorAt(1, QColor("#5D4A48"))
    painter.fillPath(shape, ground)
    sign = QRectF(rect.center().x() - 14, rect.center().y() - 26, 28, 28)
    icon, empty = ("play", tr("Video")) if header.kind is HeaderKind.VIDEO else ("picture", tr("Picture"))
    white = QColor("#FFFFFF")
    painter.drawPixmap(sign.toRect(), style.drawing(icon, white, 28))
    words = QRectF(rect.left() + 12, sign.bottom() + 6, rect.width() - 24, 18)
    named = file_name(header.value) or empty
    _paint_elided(painter, words, named, _sized(font, 12), white, Qt.AlignmentFlag.AlignCenter)
    if note:
        below = words.translated(0, words.height())
        _paint_elided(painter, below, note, _sized(font, 11), white, Qt.AlignmentFlag.AlignCenter)


def paint_button(
    painter: QPainter, rect: QRectF, button: Button | None, font: QFont, colours: style.Tokens
) -> None:
    """Paint a button under the bubble, its sign before its words; None is the way to all of them."""
    paint_shadowed(painter, rect, colours.bubble)
    face = _sized(font, 14, QFont.Weight.Medium)
    words = button.title if button is not None else tr("See all options")
    title = QFontMetricsF(face).elidedText(words, Qt.TextElideMode.ElideRight, rect.width() - 64)
    wide = QFontMetricsF(face).horizontalAdvance(title)
    left = rect.center().x() - (wide + 22) / 2
    sign = QRectF(left, rect.center().y() - 8, 16, 16)
    drawn = _SIGNS[button.kind] if button is not None else "list"
    painter.drawPixmap(sign.toRect(), style.drawing(drawn, colours.link, 16))
    painter.setFont(face)
    painter.setPen(colours.link)
    room = QRectF(sign.right() + 6, rect.top(), wide + 2, rect.height())
    painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), title)


def _covering(picture: QPixmap, rect: QRectF) -> QRectF:
    """Return the middle of a picture that has the shape of a rectangle."""
    wide, high = float(picture.width()), float(picture.height())
    if wide * rect.height() > high * rect.width():
        shown = high * rect.width() / rect.height()
        return QRectF((wide - shown) / 2, 0, shown, high)
    shown = wide * rect.height() / rect.width()
    return QRectF(0, (high - shown) / 2, wide, shown)


def _paint_elided(
    painter: QPainter, rect: QRectF, text: str, font: QFont, colour: QColor, side: Qt.AlignmentFlag
) -> None:
    painter.setFont(font)
    painter.setPen(colour)
    shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideMiddle, rect.width())
    painter.drawText(rect, int(side), shown)


def _sized(font: QFont, size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    made = QFont(font)
    made.setPixelSize(size)
    made.setWeight(weight)
    return made


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
