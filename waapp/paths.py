"""Where the program's own files and the user's files are."""

import os
import sys
from pathlib import Path

import platformdirs


def data_dir(name: str) -> Path:
    """Return the folder `resources` or `sql` that came with the program.

    A wheel and a frozen program carry it inside the package; an editable install and a checkout have it
    beside the package.
    """
    frozen_root = getattr(sys, "_MEIPASS", None)
    package = Path(frozen_root) / "waapp" if frozen_root else Path(__file__).parent
    for candidate in (package / name, package.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(name)


def resource_text(name: str) -> str:
    """Return what a text file of the folder `resources` holds."""
    return (data_dir("resources") / name).read_text(encoding="utf-8")


def home() -> Path | None:
    """Return the folder that WAAPP_HOME names, or None when the platform's folders serve."""
    value = os.environ.get("WAAPP_HOME")
    return Path(value).expanduser().absolute() if value else None


def config_dir() -> Path:
    """Return the folder of the configuration file; it may not exist yet."""
    return home() or platformdirs.user_config_path("waapp", appauthor=False)


def log_dir() -> Path:
    """Return the folder of the log files; it may not exist yet."""
    root = home()
    return root / "logs" if root else platformdirs.user_log_path("waapp", appauthor=False)


def user_data_dir() -> Path:
    """Return the folder of the embedded database and the practice messages; it may not exist yet."""
    return home() or platformdirs.user_data_path("waapp", appauthor=False)
