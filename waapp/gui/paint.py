"""The pill of a state and the bar of many states, for a table cell and as widgets."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget

from waapp.core.status import Shown
from waapp.gui import style
from waapp.gui.texts import number, shown_word
from waapp.texts import tr

PILL_HEIGHT: Final = 22
_PILL_PADDING: Final = 8
_DOT: Final = 6
_GAP: Final = 6
_LEAST_PART: Final = 2.0
BAR_HEIGHT: Final = 8

Segments = Sequence[tuple[Shown, int]]
"""Counts by state in the order in which they are painted; the rest of the total stays empty."""


def isolated(text: str) -> str:
    """Let a text keep its own direction within a right-to-left line: "+351 912" must not become "912 351+"."""
    return f"\u2068{text}\u2069"


def pill_font() -> QFont:
    """Return the font of a pill's word."""
    return style.font(12, QFont.Weight.DemiBold)


def pill_width(word: str, metrics: QFontMetrics) -> int:
    """Return the room that a pill with this word wants."""
    return _PILL_PADDING * 2 + _DOT + _GAP + metrics.horizontalAdvance(word) + 1


def paint_pill(
    painter: QPainter, room: QRect, state: Shown, word: str, direction: Qt.LayoutDirection
) -> None:
    """Paint a pill at the leading edge of the room, centred vertically; a word that is too long is elided."""
    colors = style.pill_colors(state)
    face = pill_font()
    metrics = QFontMetrics(face)
    width = min(pill_width(word, metrics), room.width())
    logical = QRect(room.x(), room.y() + (room.height() - PILL_HEIGHT) // 2, width, PILL_HEIGHT)
    shape = QRectF(QStyle.visualRect(direction, room, logical))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(style.tokens().line, 1) if colors.outlined else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if colors.outlined else colors.ground)
    outline = shape.adjusted(0.5, 0.5, -0.5, -0.5) if colors.outlined else shape
    painter.drawRoundedRect(outline, PILL_HEIGHT / 2, PILL_HEIGHT / 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colors.ink)
    inside = shape.toRect()
    dot = QRect(logical.x() + _PILL_PADDING, logical.y() + (PILL_HEIGHT - _DOT) // 2, _DOT, _DOT)
    painter.drawEllipse(QRectF(QStyle.visualRect(direction, room, dot)))
    words = QRect(
        logical.x() + _PILL_PADDING + _DOT + _GAP,
        inside.y(),
        width - _PILL_PADDING * 2 - _DOT - _GAP + 1,
        PILL_HEIGHT,
    )
    painter.setFont(face)
    painter.setPen(colors.ink)
    shown = metrics.elidedText(word, Qt.TextElideMode.ElideRight, words.width())
    if direction is Qt.LayoutDirection.RightToLeft:
        shown = isolated(shown)
    alignment = Qt.AlignmentFlag.AlignVCenter | QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft)
    painter.drawText(QStyle.visualRect(direction, room, words), alignment, shown)
    painter.restore()


def paint_segments(
    painter: QPainter, room: QRect, segments: Segments, total: int, direction: Qt.LayoutDirection
) -> None:
    """Paint a bar with a part for each state, starting at the leading edge.

    A state that anybody is in gets at least two pixels: one failure among ten thousand must be seen.
    """
    bar = QRectF(room.x(), room.y() + (room.height() - BAR_HEIGHT) / 2, room.width(), BAR_HEIGHT)
    clip = QPainterPath()
    clip.addRoundedRect(bar, BAR_HEIGHT / 2, BAR_HEIGHT / 2)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(clip, style.tokens().queued_weak)
    painter.setClipPath(clip)
    painter.setPen(Qt.PenStyle.NoPen)
    at = 0.0
    for (state, _count), width in zip(segments, _widths(segments, total, bar.width()), strict=True):
        start = bar.x() + at if direction is not Qt.LayoutDirection.RightToLeft else bar.right() - at - width
        painter.fillRect(QRectF(start, bar.y(), width, bar.height()), style.segment_color(state))
        at += width
    painter.restore()


def _widths(segments: Segments, total: int, room: float) -> list[float]:
    """Share the room out; what the small parts get beyond their share, the largest gives."""
    whole = max(total, sum(count for _state, count in segments), 1)
    widths = [max(room * count / whole, _LEAST_PART) if count > 0 else 0.0 for _state, count in segments]
    excess = sum(widths) - room
    if excess > 0:
        largest = widths.index(max(widths))
        widths[largest] = max(widths[largest] - excess, 0.0)
    return widths


class SegmentBar(QWidget):
    """A bar with a part for each state; its accessible description says the counts."""

    def __init__(self, object_name: str = "progress", accessible_name: str = "") -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setAccessibleName(accessible_name or tr("Progress"))
        self._segments: Segments = ()
        self._total = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_segments(self, segments: Sequence[tuple[Shown, int]], total: int) -> None:
        """Show these counts of a total."""
        self._segments, self._total = tuple(segments), total
        self.setAccessibleDescription(segments_text(segments, total))
        self.update()

    def sizeHint(self) -> QSize:
        """Return the bar's room."""
        return QSize(120, BAR_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bar."""
        paint_segments(QPainter(self), self.rect(), self._segments, self._total, self.layoutDirection())


def segments_text(segments: Segments, total: int) -> str:
    """Say a bar in words: 174 read, 212 delivered, of 486."""
    parts = [f"{number(count)} {shown_word(state).lower()}" for state, count in segments if count]
    return (
        tr("{parts}, of {total}", parts=", ".join(parts), total=total)
        if parts
        else tr("none of {total}", total=total)
    )


class Pill(QLabel):
    """The pill of a state; its text is read as a label's."""

    def __init__(self, state: Shown = Shown.NONE, word: str | None = None) -> None:
        super().__init__()
        self._state = state
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set_state(state, word)

    def set_state(self, state: Shown, word: str | None = None) -> None:
        """Show a state, with another word than its own where the cause says more."""
        self._state = state
        self.setText(word or shown_word(state))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the pill's room."""
        return QSize(pill_width(self.text(), QFontMetrics(pill_font())), PILL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the least room: the dot and a few letters."""
        return QSize(48, PILL_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pill in place of the label."""
        room = QRect(0, 0, self.width(), self.height())
        paint_pill(QPainter(self), room, self._state, self.text(), self.layoutDirection())
