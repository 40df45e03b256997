"""Pictures of every page, taken from the running program with the sample event.

    python -m tests.screenshots FOLDER [--size 960x640 1280x800 1920x1080] [--rtl] [--only send messages]
    python -m tests.screenshots FOLDER --pages guests|imports|templates [--size 1024x700 1440x900] [--rtl]
    python -m tests.screenshots resources/screenshots --readme

Every page in light and dark; with several sizes the size is part of a file's name. `--pages guests` takes what the
guests' and events' pages can show beyond the main job, `--pages imports` lists being brought in, `--pages templates`
the templates' page with all that opens over it, `--readme` the few that the README shows.
"""

import argparse
import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QWidget

from tests.screenshots_guests import Stage, take_events, take_guests
from tests.screenshots_imports import take_imports
from tests.screenshots_templates import look_at_templates
from waapp import config, loop
from waapp.app import Program
from waapp.core.events import EventDraft
from waapp.core.guests import GuestDraft
from waapp.db import events
from waapp.db import guests as guest_rows
from waapp.gui import garbage, style
from waapp.gui.events_page import EventsPage
from waapp.gui.guests_page import GuestsPage
from waapp.gui.import_dialog import ImportDialog
from waapp.gui.message_facts import MessageFilter
from waapp.gui.messages_page import MessagesPage
from waapp.gui.send_confirm import SendDialog
from waapp.gui.template_list import TemplateList
from waapp.sample import workbook

README = ("guests-light", "guests-dark", "templates-light", "send-light", "messages-light", "messages-dark")
SCHEMES = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
RATE = "12"
"""Messages per second: slow enough that there is a send to be seen."""
ENOUGH_READ = 40


class Camera:
    """Saves the window as it looks, in every scheme and size that is wanted."""

    def __init__(self, app: QApplication, window: QWidget, options: argparse.Namespace) -> None:
        self.app = app
        self.window = window
        self.options = options
        self.sizes = [tuple(map(int, size.split("x"))) for size in options.size]

    def wants(self, name: str) -> bool:
        """Tell whether any picture of this page is wanted."""
        only = self.options.only
        return any(self._wants(f"{name}-{scheme}") for scheme in SCHEMES) and (not only or name in only)

    async def take(
        self, name: str, widget: QWidget | None = None, draw: Callable[[], QImage] | None = None
    ) -> None:
        """Take the pictures of a page, of a dialog over it, or of what `draw` puts together."""
        if not self.wants(name):
            return
        for width, height in self.sizes:
            self.window.resize(width, height)
            for scheme, colors in SCHEMES.items():
                if not self._wants(f"{name}-{scheme}"):
                    continue
                style.switch(self.app, colors)
                await asyncio.sleep(0.3)
                size = f"-{width}x{height}" if len(self.sizes) > 1 else ""
                picture = draw() if draw is not None else (widget or self.window).grab().toImage()
                if self.options.readme:
                    picture = reduced(picture)
                picture.save(str(self.options.folder / f"{name}-{scheme}{size}.png"), "PNG", 0)

    def _wants(self, picture: str) -> bool:
        return not self.options.readme or picture in README


def reduced(picture: QImage) -> QImage:
    """Return a picture with its 256 commonest colours: a third of the bytes, and no difference to the eye."""
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    pixels = memoryview(plain.constBits()).cast("B").cast("I")
    commonest = [color for color, _count in Counter(pixels).most_common(256)]
    return plain.convertToFormat(QImage.Format.Format_Indexed8, commonest)


async def take(app: QApplication, program: Program, options: argparse.Namespace) -> None:
    """Drive the window through the main job."""
    window = program.window
    camera = Camera(app, window, options)
    window.resize(*camera.sizes[0])
    await until(lambda: window.current_page() == "events")
    await camera.take("welcome")
    press(window, "welcome_sample")
    await until(lambda: window.event_id is not None)
    if options.pages == "guests":
        stage = Stage(program, camera)
        await take_guests(stage)
        await take_events(stage)
        return
    if options.pages == "imports":
        await take_imports(Stage(program, camera))
        return
    if options.pages == "templates":
        await show(program, "templates")
        await look_at_templates(program, camera)
        return
    sample, other = window.event_id, await more_events(program)
    await show(program, "guests")
    guests = window.findChild(GuestsPage)
    assert guests is not None
    await until(lambda: guests.guests.model.total > 100)
    if camera.wants("import"):
        window.choose_event(other)
        await until(lambda: window.event_id == other)
        await asyncio.sleep(0.5)
        await camera.take("no-guests")
        guests.import_file(workbook())
        await until(lambda: visible(window, ImportDialog))
        dialog = visible(window, ImportDialog)
        await until(lambda: dialog.desk.now is not None)
        await asyncio.sleep(0.5)
        dialog.view.go_to(next(row.number for row in dialog.model.all_rows() if row.match is not None))
        await camera.take("import", dialog)
        dialog._views.choose("columns")
        await camera.take("import-columns", dialog)
        dialog.reject()
        window.choose_event(sample)
        await until(lambda: window.event_id == sample)
    await show(program, "templates")
    written = window.findChild(TemplateList)
    written.setCurrentItem(written.findItems("Sample invitation", Qt.MatchFlag.MatchStartsWith)[0])
    await asyncio.sleep(0.5)
    await camera.take("templates")
    await show(program, "settings")
    await camera.take("settings")
    await send(program, camera)
    await show(program, "events")
    await camera.take("events")
    await look_at_events(program, camera)
    await after_the_send(program, camera, guests)


async def more_events(program: Program) -> UUID:
    """Store two more events, as a planner has; return the one without guests."""
    opened = program._opened
    assert opened is not None
    year = datetime.now(UTC).year + 1
    async with opened.database.begin() as conn:
        dinner = await events.create_event(
            conn,
            EventDraft(
                "Helix launch dinner",
                datetime(year, 3, 18, 19, 30, tzinfo=UTC),
                "Lisbon",
                "Europe/Lisbon",
                "PT",
            ),
        )
        await guest_rows.add_guests(conn, dinner.id, [GuestDraft(f"Guest {number}") for number in range(64)])
        party = await events.create_event(
            conn,
            EventDraft(
                "Vovó Lurdes, 90", datetime(year, 5, 2, 12, tzinfo=UTC), "Braga", "Europe/Lisbon", "PT"
            ),
        )
    return party.id


async def look_at_events(program: Program, camera: Camera) -> None:
    """Open the panel of an event, and the archive."""
    window = program.window
    page = window.findChild(EventsPage)
    assert page is not None
    if camera.wants("event-edit"):
        press(window, "events_edit")
        await asyncio.sleep(0.5)
        await camera.take("event-edit")
        page.panel.close_panel()
    if camera.wants("events-archive"):
        last = list(page.model.shown_rows())[-1].event.id
        page.table.go_to(last)
        press(window, "events_archive")
        await until(lambda: page.chips.isVisible())
        page.chips.choose("archived")
        await until(lambda: any(row.event.id == last for row in page.model.shown_rows()))
        page.table.go_to(last)
        await camera.take("events-archive")
        press(window, "events_restore")
        await until(lambda: not page.chips.isVisible())
        page.table.go_to(last)


async def send(program: Program, camera: Camera) -> None:
    """Plan, confirm and watch a send."""
    window = program.window
    await show(program, "send")
    await until(lambda: window.findChild(QPushButton, "send.send").isEnabled())
    picker = window.findChild(QComboBox, "send.template")
    picker.setCurrentText("Sample invitation")
    picker.activated.emit(picker.currentIndex())
    await asyncio.sleep(1.5)
    await camera.take("send")
    press(window, "send.when.open")
    await asyncio.sleep(0.3)
    await camera.take("send-when")
    press(window, "send.when.open")
    press(window, "send.send")
    await until(lambda: visible(window, SendDialog))
    await camera.take("confirm", visible(window, SendDialog))
    press(window, "send.confirm.yes")
    await asyncio.sleep(4)
    await camera.take("progress")


async def after_the_send(program: Program, camera: Camera, guests: GuestsPage) -> None:
    """Look at what became of the messages, and at a guest whom none reached."""
    window = program.window
    await show(program, "messages")
    messages = window.findChild(MessagesPage)
    assert messages is not None
    await until(lambda: sum(row.read_at is not None for row in messages.model.all_rows()) > ENOUGH_READ, 120)
    messages.chips.choose(MessageFilter.ALL)
    await asyncio.sleep(0.5)
    messages.view.selectRow(0)
    await asyncio.sleep(1)
    await camera.take("messages")
    failed = next(row for row in messages.model.all_rows() if row.failed_at is not None)
    await show(program, "guests")
    await camera.take("guests-all")
    guests.show_guest(failed.guest_id)
    await asyncio.sleep(1.5)
    await camera.take("guests")


async def show(program: Program, page: str) -> None:
    """Go to a page and let it load and paint."""
    program.window.show_page(page)
    await asyncio.sleep(1)


def visible(window: QWidget, kind: type[QWidget]) -> QWidget | None:
    """Return the dialog of this kind that is open."""
    return next((each for each in window.findChildren(kind) if each.isVisible()), None)


def press(window: QWidget, object_name: str) -> None:
    """Press a button by its object name."""
    found = window.findChild(QPushButton, object_name)
    assert found is not None, object_name
    found.click()


async def until(met: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until the window shows what is wanted."""
    async with asyncio.timeout(seconds):
        while not met():
            await asyncio.sleep(0.05)


async def main(app: QApplication, options: argparse.Namespace) -> None:
    """Run the program on a home of its own, take the pictures, close it."""
    program = Program(replace(config.load(), planner="Maria", host="MARIA-PC"))
    running = asyncio.ensure_future(program.run())
    try:
        await take(app, program, options)
    finally:
        program.window.close()
        await running


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", nargs="+", default=["1280x800"])
    parser.add_argument("--rtl", action="store_true")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--pages", choices=["all", "guests", "imports", "templates"], default="all")
    parser.add_argument("--readme", action="store_true")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="waapp-shots-") as home:
        os.environ["WAAPP_HOME"] = home
        os.environ["WAAPP_RATE"] = RATE
        application = QApplication(["waapp"])
        application.setQuitOnLastWindowClosed(False)
        style.apply(application)
        if arguments.rtl:
            application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        with (
            garbage.collected_by_window(),
            asyncio.Runner(loop_factory=lambda: loop.window_loop(application)) as runner,
        ):
            runner.run(main(application, arguments))
