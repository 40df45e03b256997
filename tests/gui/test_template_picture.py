"""The header's picture in the preview, from a server on this computer."""

import asyncio

import pytest
from aiohttp import web
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from tests.gui.pages import Reports, garbage_stays_here, until
from waapp.core.template_parts import Header, HeaderKind, Message
from waapp.engine.header_pictures import fetch_picture
from waapp.gui.aio import Tasks
from waapp.gui.template_picture import HeaderPicture, read_picture
from waapp.gui.template_preview import ChatPreview


def encoded(kind="PNG", width=60, height=30):
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#00aa00"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, kind)
    return bytes(buffer.data().data())


@pytest.fixture(autouse=True)
def _garbage():
    with garbage_stays_here():
        yield


@pytest.fixture
def shown(qtbot, window_run):
    """Run a story with a preview, a server's address, and what was asked of the server."""

    def run(story, fetch=fetch_picture):
        async def whole():
            asked = []

            async def answer(request):
                asked.append(request.path)
                if request.path.endswith(".png"):
                    return web.Response(body=encoded())
                return web.Response(text="no picture")

            app = web.Application()
            app.router.add_get("/{name}", answer)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            reports = Reports()
            tasks = Tasks(reports)
            preview = ChatPreview("preview")
            qtbot.addWidget(preview)
            preview.resize(340, 400)
            preview.show()
            HeaderPicture(preview, tasks, fetch)

            def show(path):
                address = f"http://{host}:{port}/{path}"
                preview.show_message(Message("Hello", Header(HeaderKind.IMAGE, address)))

            try:
                await story(preview, show, asked)
            finally:
                await tasks.close()
                await runner.cleanup()
            reports.check()

        window_run(whole())

    return run


def test_the_picture_shows_after_typing_has_paused_and_is_kept(shown):
    async def story(preview, show, asked):
        for path in ("r.png", "ri.png", "rin.png", "ring.png"):
            show(path)
        assert preview.picture is None
        await until(lambda: preview.picture is not None)
        assert asked == ["/ring.png"]
        colour = preview.grab().toImage().pixelColor(170, 60)
        assert colour.green() > 150
        assert colour.red() < 30
        preview.show_message(Message("Hello"))
        assert preview.picture is None
        show("ring.png")
        assert preview.picture is not None
        assert asked == ["/ring.png"]

    shown(story)


def test_what_is_no_picture_is_said_quietly(shown):
    async def story(preview, show, asked):
        show("words.txt")
        await until(lambda: preview.picture_note)
        assert preview.picture_note == "The picture could not be fetched"
        assert preview.picture_note in preview.accessibleDescription()
        show("ring.png")
        assert not preview.picture_note
        await until(lambda: preview.picture is not None)

    shown(story)


def test_practice_mode_asks_nobody(shown):
    async def story(preview, show, asked):
        show("ring.png")
        assert "Practice mode" in preview.picture_note
        assert not asked

    shown(story, fetch=None)


def test_what_is_fetched_for_a_preview_that_closes_is_dropped(qtbot, window_run):
    async def story():
        asked, answer = [], asyncio.get_running_loop().create_future()

        async def fetch(address):
            asked.append(address)
            return await answer

        reports = Reports()
        tasks = Tasks(reports)
        preview = ChatPreview("preview")
        header = Header(HeaderKind.IMAGE, "https://x.example/ring.png")
        preview.show_message(Message("Hello", header))
        with HeaderPicture(preview, tasks, fetch):
            await until(lambda: asked)
        preview.deleteLater()
        await until(lambda: not tasks._running)
        assert answer.cancelled()
        await tasks.close()
        reports.check()

    window_run(story())


def test_only_what_whatsapp_takes_is_read():
    assert read_picture(encoded("PNG")).width() == 60
    assert read_picture(encoded("JPG")).width() == 60
    assert read_picture(encoded("BMP")) is None
    assert read_picture(encoded()[:40]) is None
    assert read_picture(encoded(width=3000, height=10)).width() == 800


def test_a_picture_that_asks_for_too_much_memory_is_not_read():
    head = bytearray(encoded())
    head[16:24] = (100_000).to_bytes(4) * 2  # width and height in a PNG's head
    assert read_picture(bytes(head)) is None
