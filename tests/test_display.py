"""Where no window can be shown, one line says so; Qt would end the process."""

import re
from pathlib import Path

import pytest

from waapp import display, texts
from waapp.errors import UserError

README = Path(__file__).parents[1] / "README.md"


@pytest.mark.parametrize(
    ("environ", "platform"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux"),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux"),
        ({}, "win32"),
        ({}, "darwin"),
    ],
)
def test_where_qt_finds_a_screen(environ: dict[str, str], platform: str) -> None:
    display.check(environ, platform)


@pytest.mark.parametrize("platform", ["linux", "freebsd14"])
def test_no_screen(platform: str) -> None:
    with pytest.raises(UserError) as caught:
        display.check({"DISPLAY": "", "LANG": "C"}, platform)
    assert caught.value.code == "no_display"


def test_a_library_that_is_missing_is_named_with_the_line_that_installs_it() -> None:
    known = display.libraries_missing(
        ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
    )
    assert known is not None
    assert "libEGL.so.1" in texts.one_line(known)
    assert f"apt-get install -y --no-install-recommends {display.PACKAGES}" in texts.one_line(known)
    assert display.libraries_missing(ImportError("No module named 'PySide6'")) is None


def test_the_packages_are_those_of_the_front_page() -> None:
    line = re.search(
        r"^sudo apt-get install -y --no-install-recommends (.+)$", README.read_text(), re.MULTILINE
    )
    assert line is not None
    assert set(line[1].split()) - {"fonts-noto-core"} == set(display.PACKAGES.split())


def test_the_x11_plugin_is_where_it_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    def load(name: str) -> None:
        loaded.append(name)
        raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(display.ctypes, "CDLL", load)
    with pytest.raises(UserError) as caught:
        display.check({"DISPLAY": ":0"}, "linux")
    assert caught.value.params["library"] == "libxcb-cursor.so.0"
    assert Path(loaded[0]).is_file()
