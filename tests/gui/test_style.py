"""One palette that can be read, in both schemes."""

import re
from itertools import product
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from waapp.core.status import Shown
from waapp.gui import style
from waapp.gui.paint import Pill
from waapp.gui.widgets import Drawing, button
from waapp.paths import data_dir

SCHEMES = {"light": style.LIGHT, "dark": style.DARK}
STATES = ("queued", "sent", "delivered", "read", "failed", "unknown")
READ = [
    *[(tone, ground) for tone in ("text", "muted") for ground in ("bg", "surface", "sunken", "accent_weak")],
    *[(state, f"{state}_weak") for state in STATES],
    *[(state, "surface") for state in STATES],
    *[("text", f"{state}_weak") for state in ("unknown", "failed")],
    ("accent", "surface"),
    ("accent", "accent_weak"),
    ("on_accent", "accent"),
    ("practice_text", "practice"),
    ("link", "bubble"),
    ("text", "bubble"),
]


def luminance(color: QColor) -> float:
    parts = [color.redF(), color.greenF(), color.blueF()]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: QColor, other: QColor) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("scheme", "pair"), list(product(SCHEMES, READ)))
def test_every_text_can_be_read_on_its_ground(scheme: str, pair: tuple[str, str]) -> None:
    text, ground = (getattr(SCHEMES[scheme], token) for token in pair)
    assert contrast(text, ground) >= 4.5, (scheme, pair, round(contrast(text, ground), 2))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_style_sheet_has_no_unknown_token_and_names_only_files_that_exist(scheme: str) -> None:
    sheet = style.style_sheet(SCHEMES[scheme], dark=scheme == "dark")
    assert "$" not in sheet
    files = re.findall(r'url\("([^"]+)"\)', sheet)
    assert files
    assert [file for file in files if not Path(file).is_file()] == []


def test_style_sheet_takes_no_side() -> None:
    # left and right would not mirror; paddings are symmetrical or the program paints itself.
    rules = data_dir("resources").joinpath("style.qss").read_text()
    assert re.findall(r"(?:padding|margin|border)-(?:left|right)(?!-radius)", rules) == []


@pytest.mark.parametrize("state", Shown)
def test_every_state_has_a_pill_and_a_bar_colour(qapp: QApplication, state: Shown) -> None:
    colors = style.pill_colors(state)
    assert contrast(colors.ink, style.tokens().surface if colors.outlined else colors.ground) >= 4.5
    assert style.segment_color(state).isValid()


def test_every_icon_is_drawn_in_the_tone_asked_for(qapp: QApplication) -> None:
    drawings = sorted((data_dir("resources") / "icons").glob("*.svg"))
    assert len(drawings) > 30
    for drawing in drawings:
        picture = style.pixmap(drawing.stem, "failed", ratio=3.0).toImage()
        inked = [
            picture.pixelColor(x, y)
            for x, y in product(range(picture.width()), range(picture.height()))
            if picture.pixelColor(x, y).alpha() == 255
        ]
        assert inked, drawing.stem
        if not drawing.stem.endswith(("-light", "-dark")):
            assert {color.name() for color in inked} == {style.LIGHT.failed.name()}, drawing.stem


def test_switching_the_scheme_changes_palette_sheet_icons_and_paintings(qapp: QApplication, qtbot) -> None:
    pressed = button("Export", "export", icon="export")
    drawing = Drawing("events")
    pill = Pill(Shown.READ)
    for widget in (pressed, drawing, pill):
        qtbot.addWidget(widget)
    pill.resize(pill.sizeHint())

    def seen() -> list[object]:
        return [
            qapp.palette().window().color().name(),
            qapp.styleSheet(),
            pressed.icon().pixmap(20, 20).toImage(),
            drawing.pixmap().toImage(),
            pill.grab().toImage(),
        ]

    light = seen()
    style.switch(qapp, Qt.ColorScheme.Dark)
    try:
        assert style.is_dark()
        assert all(before != after for before, after in zip(light, seen(), strict=True))
    finally:
        style.switch(qapp, Qt.ColorScheme.Unknown)
    assert seen() == light


def test_figures_are_tabular_and_names_of_other_scripts_have_a_font(qapp: QApplication) -> None:
    face = style.font(14)
    assert face.pixelSize() == 14
    assert [tag.toString() for tag in face.featureTags()] == [b"tnum"]
    assert any(family.startswith("Noto Sans Arabic") for family in face.families())


def test_keyboard_focus_is_seen_on_every_kind_of_button(qapp: QApplication, qtbot) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    kinds = ("plain", "primary", "link", "danger", "icon", "chip")
    buttons = [button("Go", kind, primary=kind == "primary", kind=kind, icon="plus") for kind in kinds]
    for pressed in buttons:
        column.addWidget(pressed)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    for pressed, other in zip(buttons, buttons[1:] + buttons[:1], strict=True):
        other.setFocus(Qt.FocusReason.TabFocusReason)
        resting = pressed.grab()
        qtbot.keyClick(window, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
        assert pressed.hasFocus()
        focused = pressed.grab()
        assert focused.size() == resting.size(), pressed.objectName()
        assert focused.toImage() != resting.toImage(), pressed.objectName()


def test_edges_are_mirrored(right_to_left) -> None:
    made = style.margins(34, 1, 16, 2)
    assert (made.left(), made.top(), made.right(), made.bottom()) == (16, 1, 34, 2)


def test_edges_are_as_they_are_called_from_left_to_right() -> None:
    made = style.margins(34, 1, 16, 2)
    assert (made.left(), made.top(), made.right(), made.bottom()) == (34, 1, 16, 2)
