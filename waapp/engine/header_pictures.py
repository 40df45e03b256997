"""Fetches the picture that stands above a message, so that the preview shows it as the phone will."""

import asyncio
import logging
from functools import lru_cache
from ssl import SSLContext
from typing import Final

import aiohttp
from yarl import URL

from waapp.whatsapp.network import Proxies, trusting_context

_log = logging.getLogger(__name__)

PICTURE_LIMIT: Final = 5 * 1024 * 1024
"""The bytes of the largest picture that WhatsApp takes."""
FETCH_SECONDS: Final = 15.0
_MOST_REDIRECTS: Final = 5
_PIECE: Final = 64 * 1024


async def fetch_picture(
    address: str, *, limit: int = PICTURE_LIMIT, seconds: float = FETCH_SECONDS
) -> bytes | None:
    """Return what is at an http or https address, None when it cannot be had or is larger than `limit`.

    Redirects are followed to http and https only. Nothing about the account or the desk is sent along.
    """
    try:
        target = URL(address)
    except ValueError:
        return None
    if target.scheme not in {"http", "https"} or not target.host:
        return None
    # Reading the authorities takes a while, and an address that begins with http may lead to https.
    context = await asyncio.to_thread(_context)
    try:
        async with (
            aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(ssl=context),
                timeout=aiohttp.ClientTimeout(total=seconds),
            ) as session,
            session.get(
                target,
                max_redirects=_MOST_REDIRECTS,
                proxy=Proxies().proxy_for(target),
                headers={"Accept": "image/jpeg, image/png"},
            ) as answer,
        ):
            if not answer.ok:
                return None
            return await _read(answer, limit)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        # Only the kind: the address may hold a guest's own code.
        _log.info("a header's picture was not fetched: %s", type(error).__name__)
        return None


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes | None:
    """Read up to the limit: what a server announces need not be what it sends."""
    if (answer.content_length or 0) > limit:
        return None
    found = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        found += piece
        if len(found) > limit:
            return None
    return bytes(found)


@lru_cache(maxsize=1)
def _context() -> SSLContext:
    return trusting_context()
