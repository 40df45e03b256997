"""Pictures of every page, taken from the running program with the sample event: `python -m tests.screenshots FOLDER`.

Light and dark, at one size or another: `--size 1280x800`, `--rtl`, `--only send`.
"""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from waapp import config, loop
from waapp.app import Program
from waapp.gui import style

PAGES = ("events", "guests", "templates", "send", "messages", "settings")


async def take(program: Program, folder: Path, options: argparse.Namespace) -> None:
    """Drive the window through the main job and save a picture of each page in each scheme."""
    window = program.window
    width, height = map(int, options.size.split("x"))
    window.resize(width, height)
    await until(lambda: window.current_page() == "events")
    await picture(window, folder, "welcome", options)
    press(window, "welcome_sample")
    await until(lambda: window.event_id is not None)
    for page in PAGES:
        if page in ("send", "messages") and page not in options.only:
            continue
        window.show_page(page)
        await settle()
        await picture(window, folder, page, options)
    window.show_page("send")
    await settle(1.5)
    await picture(window, folder, "send", options)


async def picture(window: Any, folder: Path, name: str, options: argparse.Namespace) -> None:
    """Save the window as it looks, light and dark."""
    if options.only and name not in options.only:
        return
    for scheme in ("light", "dark"):
        dark = scheme == "dark"
        QGuiApplication.styleHints().setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
        await settle(0.3)
        window.grab().save(str(folder / f"{name}-{scheme}.png"))


def press(window: QWidget, object_name: str) -> None:
    """Press a button by its object name."""
    found = window.findChild(QPushButton, object_name)
    assert found is not None, object_name
    found.click()


async def until(met: Any, seconds: float = 30.0) -> None:
    """Wait until the window shows what is wanted."""
    async with asyncio.timeout(seconds):
        while not met():
            await asyncio.sleep(0.05)


async def settle(seconds: float = 1.0) -> None:
    """Let a page load and paint."""
    await asyncio.sleep(seconds)


async def main(options: argparse.Namespace) -> None:
    """Run the program on a home of its own, take the pictures, close it."""
    program = Program(config.load())
    running = asyncio.ensure_future(program.run())
    try:
        await take(program, options.folder, options)
    finally:
        program.window.close()
        await running


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--rtl", action="store_true")
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="waapp-shots-") as home:
        os.environ["WAAPP_HOME"] = home
        application = QApplication(["waapp"])
        application.setQuitOnLastWindowClosed(False)
        style.apply(application)
        if arguments.rtl:
            application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        with asyncio.Runner(loop_factory=lambda: loop.window_loop(application)) as runner:
            runner.run(main(arguments))
