"""Whether a window can be shown at all. Qt does not raise where it cannot: it ends the process."""

import ctypes
import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from waapp.errors import UserError

PACKAGES: Final = (
    "libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libfontconfig1 libdbus-1-3 libglib2.0-0 libxcb-cursor0 "
    "libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-sync1 "
    "libxcb-xfixes0 libxcb-xinerama0 libxcb-xkb1"
)
"""What Debian and Ubuntu call the libraries that Qt needs from the system."""

_X11_PLUGIN: Final = Path("Qt", "plugins", "platforms", "libqxcb.so")


def check(environ: Mapping[str, str], platform: str = sys.platform) -> None:
    """Raise UserError("no_display") or UserError("qt_libraries") where Qt would give up."""
    if platform in {"win32", "darwin"} or environ.get("QT_QPA_PLATFORM"):
        return
    if environ.get("WAYLAND_DISPLAY"):
        return
    if not environ.get("DISPLAY"):
        raise UserError("no_display")
    _check_x11()


def libraries_missing(error: Exception) -> UserError | None:
    """Return the trouble that a failed import of Qt stands for, or None when it is another one."""
    library, found, _ = str(error).partition(": cannot open shared object file")
    return UserError("qt_libraries", library=library, packages=PACKAGES) if found else None


def _check_x11() -> None:
    """Load what Qt will load, to learn which library it lacks."""
    package = importlib.util.find_spec("PySide6")
    for folder in (package and package.submodule_search_locations) or ():
        plugin = Path(folder) / _X11_PLUGIN
        if not plugin.is_file():
            continue  # a Qt of the system: its packages bring what it needs
        try:
            ctypes.CDLL(str(plugin))
        except OSError as error:
            known = libraries_missing(error)
            if known is not None:
                raise known from error
