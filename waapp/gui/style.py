"""One palette, one spacing scale, one set of fonts and icons for every window, in light and in dark."""

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Final

from PySide6.QtCore import QByteArray, QMargins, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QStyleFactory

from waapp.core.status import Shown
from waapp.paths import data_dir

SPACE: Final = (4, 8, 12, 16, 24)
"""The only distances between things, in device-independent pixels."""

RADIUS: Final = 6
CARD_RADIUS: Final = 10
CONTROL_HEIGHT: Final = 32
SMALL_HEIGHT: Final = 26
ROW_HEIGHT: Final = 36
TWO_LINE_ROW_HEIGHT: Final = 52
NAVIGATION_WIDTH: Final = 212
PANEL_WIDTH: Final = 320

_ICON_PROPERTY: Final = "waapp_icon"
_SCHEME_PROPERTY: Final = "waapp_scheme"
_TONE_PROPERTY: Final = "waapp_icon_tone"
_FALLBACK_FAMILIES: Final = (
    "Noto Sans",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans CJK JP",
    "Noto Color Emoji",
)
_GENERIC_FAMILIES: Final = frozenset({"", "sans", "sans serif", "sans-serif"})


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one scheme; a name ending in `_weak` is the ground for the tone of that name."""

    bg: QColor
    surface: QColor
    sunken: QColor
    line: QColor
    strong_line: QColor
    hover: QColor
    text: QColor
    muted: QColor
    faint: QColor
    accent: QColor
    accent_weak: QColor
    on_accent: QColor
    queued: QColor
    queued_weak: QColor
    sent: QColor
    sent_weak: QColor
    delivered: QColor
    delivered_weak: QColor
    read: QColor
    read_weak: QColor
    failed: QColor
    failed_weak: QColor
    unknown: QColor
    unknown_weak: QColor
    chat: QColor
    bubble: QColor
    link: QColor
    practice: QColor
    practice_text: QColor


def _tokens(**colors: str) -> Tokens:
    return Tokens(**{name: QColor(value) for name, value in colors.items()})


LIGHT: Final = _tokens(
    bg="#F6F7F9", surface="#FFFFFF", sunken="#EEF1F4", line="#E1E5EA", strong_line="#C9D0D8", hover="#F1F4F6",
    text="#1B2430", muted="#5B6775", faint="#8A95A3", accent="#0D7A64", accent_weak="#E2F3EF", on_accent="#FFFFFF",
    queued="#5B6A80", queued_weak="#EEF1F5", sent="#2059D8", sent_weak="#E6EEFD", delivered="#0C725E",
    delivered_weak="#E0F2ED", read="#6D28D9", read_weak="#EFE8FC", failed="#C02929", failed_weak="#FCE9E9",
    unknown="#A34A07", unknown_weak="#FDF1DF", chat="#EFE7DD", bubble="#FFFFFF", link="#0277AB",
    practice="#FFF4D6", practice_text="#7A4B00",
)  # fmt: skip
DARK: Final = _tokens(
    bg="#11151A", surface="#191F26", sunken="#141A20", line="#2A323C", strong_line="#3D4855", hover="#202830",
    text="#E7ECF2", muted="#9AA6B4", faint="#6F7B89", accent="#35B598", accent_weak="#16332D", on_accent="#06231D",
    queued="#A3AFBE", queued_weak="#262E38", sent="#7FB0FF", sent_weak="#1B2C4A", delivered="#4FCBAE",
    delivered_weak="#15352E", read="#BFA2FF", read_weak="#2E2450", failed="#FF8A8A", failed_weak="#431F22",
    unknown="#F5B65B", unknown_weak="#40300F", chat="#0C1318", bubble="#1F2C34", link="#53BDEB",
    practice="#3A2E0D", practice_text="#F5D58A",
)  # fmt: skip


def is_dark() -> bool:
    """Tell whether windows are dark now: as `switch` says, else as the system asks."""
    app = QApplication.instance()
    chosen = app.property(_SCHEME_PROPERTY) if app is not None else None
    system = QGuiApplication.styleHints().colorScheme()
    return (
        chosen if chosen in {Qt.ColorScheme.Light, Qt.ColorScheme.Dark} else system
    ) is Qt.ColorScheme.Dark


def margins(leading: int, top: int, trailing: int, bottom: int) -> QMargins:
    """Return the edges of a layout whose sides differ: Qt mirrors what is in it, but not these."""
    if QGuiApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft:
        return QMargins(trailing, top, leading, bottom)
    return QMargins(leading, top, trailing, bottom)


@lru_cache(maxsize=1)
def tokens() -> Tokens:
    """Return the colours of the current scheme; look them up when painting, never store them."""
    return DARK if is_dark() else LIGHT


@dataclass(frozen=True, slots=True)
class PillColors:
    """How a state is painted; `outlined` pills have a border in place of a ground."""

    ink: QColor
    ground: QColor
    outlined: bool = False


def pill_colors(state: Shown) -> PillColors:
    """Return the colours of a state's pill."""
    now = tokens()
    match state:
        case Shown.NONE | Shown.CANCELLED:
            return PillColors(now.muted, now.surface, outlined=True)
        case Shown.QUEUED:
            return PillColors(now.queued, now.queued_weak)
        case Shown.SENDING | Shown.SENT:
            return PillColors(now.sent, now.sent_weak)
        case Shown.DELIVERED:
            return PillColors(now.delivered, now.delivered_weak)
        case Shown.READ:
            return PillColors(now.read, now.read_weak)
        case Shown.FAILED:
            return PillColors(now.failed, now.failed_weak)
        case Shown.UNKNOWN | Shown.WAITING:
            return PillColors(now.unknown, now.unknown_weak)


def segment_color(state: Shown) -> QColor:
    """Return the colour of a state's part in a progress bar."""
    return tokens().strong_line if state in {Shown.NONE, Shown.CANCELLED} else pill_colors(state).ink


@lru_cache(maxsize=64)
def font(size: int = 14, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the interface font in a size of the scale (22 page title, 16 panel title, 14 body, 12 labels).

    It is everybody's: copy it before changing anything about it.
    """
    made = QFont(QApplication.font())
    made.setPixelSize(size)
    made.setWeight(weight)
    return made


def monospace(size: int = 14) -> QFont:
    """Return the platform's fixed-width font."""
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    if "Noto Sans Mono" in QFontDatabase.families() and made.family().casefold() in {"", "monospace", "mono"}:
        made.setFamily("Noto Sans Mono")
    made.setPixelSize(size)
    return made


def icon(name: str, tone: str = "muted") -> QIcon:
    """Return a drawing of `resources/icons` in a tone of the current scheme; accent when checked, faint when off."""
    now = tokens()
    made = QIcon()
    for ratio in (1.0, 2.0, 3.0):
        made.addPixmap(_drawn(name, getattr(now, tone), ratio))
        made.addPixmap(_drawn(name, now.accent, ratio), QIcon.Mode.Normal, QIcon.State.On)
        made.addPixmap(_drawn(name, now.faint, ratio), QIcon.Mode.Disabled)
    return made


def set_icon(button: QAbstractButton, name: str, tone: str = "muted") -> None:
    """Give a button a drawing that is redrawn when the scheme changes."""
    button.setProperty(_ICON_PROPERTY, name)
    button.setProperty(_TONE_PROPERTY, tone)
    button.setIconSize(QSize(20, 20))
    button.setIcon(icon(name, tone))


def pixmap(name: str, tone: str = "muted", size: int = 20, ratio: float = 2.0) -> QPixmap:
    """Return a drawing as a picture, for painting or for a label."""
    return drawing(name, getattr(tokens(), tone), size, ratio)


def drawing(name: str, color: QColor, size: int = 20, ratio: float = 2.0) -> QPixmap:
    """Return a drawing in a colour of its own, for what is painted in another scheme than the window's."""
    return _drawn(name, color, ratio, size)


def apply(app: QApplication) -> None:
    """Dress the application, and again whenever the system changes between light and dark."""
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setFont(_interface_font())
    font.cache_clear()
    _dress(app)
    app.styleHints().colorSchemeChanged.connect(lambda _scheme: _dress(app))


def switch(app: QApplication, scheme: Qt.ColorScheme) -> None:
    """Go dark or light whatever the system asks; `Unknown` follows the system again."""
    app.setProperty(_SCHEME_PROPERTY, scheme)
    _dress(app)


def _dress(app: QApplication) -> None:
    tokens.cache_clear()
    app.setPalette(_palette(tokens()))
    app.setStyleSheet(style_sheet(tokens(), dark=is_dark()))
    for widget in app.allWidgets():
        drawing = widget.property(_ICON_PROPERTY)
        if drawing and isinstance(widget, QAbstractButton):
            widget.setIcon(icon(drawing, widget.property(_TONE_PROPERTY)))


def style_sheet(colors: Tokens, *, dark: bool) -> str:
    """Fill a scheme's colours into `resources/style.qss`."""
    values = {field.name: getattr(colors, field.name).name() for field in fields(colors)}
    values["icons"] = _icon_dir().as_posix()
    values["scheme"] = "dark" if dark else "light"
    return Template(data_dir("resources").joinpath("style.qss").read_text(encoding="utf-8")).substitute(
        values
    )


def _palette(colors: Tokens) -> QPalette:
    made = QPalette()
    role = QPalette.ColorRole
    for target, color in (
        (role.Window, colors.bg), (role.WindowText, colors.text), (role.Base, colors.surface),
        (role.AlternateBase, colors.sunken), (role.Text, colors.text), (role.Button, colors.surface),
        (role.ButtonText, colors.text), (role.BrightText, colors.failed), (role.Highlight, colors.accent),
        (role.HighlightedText, colors.on_accent), (role.Accent, colors.accent), (role.Link, colors.link),
        (role.LinkVisited, colors.link), (role.PlaceholderText, colors.faint), (role.ToolTipBase, colors.text),
        (role.ToolTipText, colors.surface), (role.Light, colors.surface), (role.Midlight, colors.line),
        (role.Mid, colors.strong_line), (role.Dark, colors.faint), (role.Shadow, colors.line),
    ):  # fmt: skip
        made.setColor(target, color)
    for target in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, target, colors.faint)
    return made


def _interface_font() -> QFont:
    made = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    chosen = made.family()
    if chosen.casefold() in _GENERIC_FAMILIES:
        # No desktop tells us its font: these two read better than what the generic name happens to stand for.
        installed = set(QFontDatabase.families())
        chosen = next((family for family in ("Inter", "Noto Sans") if family in installed), chosen)
    made.setFamilies([chosen, *_FALLBACK_FAMILIES])
    made.setPixelSize(14)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def _icon_dir() -> Path:
    return data_dir("resources") / "icons"


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return (_icon_dir() / f"{name}.svg").read_text(encoding="utf-8")


def _drawn(name: str, color: QColor, ratio: float, size: int = 20) -> QPixmap:
    picture = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    picture.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", color.name()).encode()))
    painter = QPainter(picture)
    renderer.render(painter, QRectF(picture.rect()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture
