"""Pictures for the preview, fetched from servers that mean well and from others."""

import asyncio

import pytest
from aiohttp import web

from waapp.engine.header_pictures import fetch_picture

PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 300


def fetch(run, path, *, limit=1000, seconds=5.0):
    never = asyncio.Event()

    async def slow(_request):
        await never.wait()

    async def endless(request):
        answer = web.StreamResponse()
        await answer.prepare(request)
        try:
            while True:
                await answer.write(b"x" * 500)
        except ConnectionError:
            return answer

    def to(place):
        async def redirect(_request):
            return web.Response(status=302, headers={"Location": place})

        return redirect

    async def picture(_request):
        return web.Response(body=PICTURE)

    async def scenario():
        app = web.Application()
        app.router.add_get("/picture.png", picture)
        app.router.add_get("/moved", to("/picture.png"))
        app.router.add_get("/file", to("file:///etc/hostname"))
        app.router.add_get("/round", to("/round"))
        app.router.add_get("/endless", endless)
        app.router.add_get("/slow", slow)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        try:
            address = path if ":" in path else f"http://{host}:{port}{path}"
            return await fetch_picture(address, limit=limit, seconds=seconds)
        finally:
            never.set()
            await runner.cleanup()

    return run(scenario())


@pytest.mark.parametrize("path", ["/picture.png", "/moved"])
def test_a_picture_is_fetched_also_where_it_has_moved(run, path):
    assert fetch(run, path) == PICTURE


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/file",
        "/round",
        "/endless",
        "file:///etc/hostname",
        "ftp://127.0.0.1/picture.png",
        "http://",
        "http://[",
        "http://127.0.0.1:1/picture.png",
    ],
)
def test_what_cannot_be_had_is_nothing(run, path):
    assert fetch(run, path) is None


def test_a_server_that_does_not_answer_ends(run):
    assert fetch(run, "/slow", seconds=0.2) is None


@pytest.mark.parametrize(("limit", "there"), [(len(PICTURE), True), (len(PICTURE) - 1, False)])
def test_the_limit_is_met_exactly(run, limit, there):
    assert (fetch(run, "/picture.png", limit=limit) is not None) is there
