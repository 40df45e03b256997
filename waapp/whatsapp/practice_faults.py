"""How the practice Twilio breaks connections and answers too little."""

import socket
import struct
import sys
from typing import Final

from aiohttp import web

HTML: Final = "<html><head><title>Sorry</title></head><body><h1>Something went wrong</h1></body></html>"
"""What gateways answer in place of Twilio."""


def reset(request: web.BaseRequest) -> None:
    """Reset the connection of a request."""
    transport = request.transport
    if transport is None:
        return
    # With a linger time of zero the system sends a reset and throws away what waits to be written.
    linger = struct.pack("HH" if sys.platform == "win32" else "ii", 1, 0)
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()


async def send_half(request: web.BaseRequest, proper: web.Response | None) -> None:
    """Announce a whole answer, send half of it and end the connection."""
    text = (proper.text if proper is not None else None) or '{"sid": null}'
    data = text.encode()
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    answer.content_length = len(data)
    answer.set_status(proper.status if proper is not None else 200)
    await answer.prepare(request)
    await answer.write(data[: len(data) // 2])
    if request.transport is not None:
        request.transport.close()
