"""Twilio's messages of one account, asked for without the package's own resource.

A send posts thousands of them and reads them all again for their statuses. The package's way takes twice the
processor's time for a post, and twenty times for a page, every date of which it reads anew.
"""

from collections.abc import Mapping
from typing import Any, Final

from yarl import URL

from waapp.whatsapp.transport import TwilioTransport


class Messages:
    """The address of an account's messages; `headers` and `auth` go with every request.

    Answers are the status and what the JSON says (None: it is none). Raises what the transport raises.
    """

    def __init__(
        self, transport: TwilioTransport, url: str, headers: Mapping[str, str], auth: tuple[str, str]
    ) -> None:
        self._transport: Final = transport
        self._url: Final = URL(url, encoded=True)
        self._headers: Final = headers
        self._auth: Final = auth
        form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        self._form: Final = transport.form(url, form, auth)

    async def post(self, fields: Mapping[str, str]) -> tuple[int, Any]:
        """Post one message, once."""
        return await self._transport.post(self._form, fields)

    async def fetch(self, sid: str) -> tuple[int, Any]:
        """Ask for one message."""
        return await self._get(str(self._url).removesuffix(".json") + f"/{sid}.json")

    async def first_page(self, filters: Mapping[str, str]) -> tuple[int, Any]:
        """Ask for the newest messages."""
        return await self._get(str(self._url), filters)

    async def page(self, address: str) -> tuple[int, Any]:
        """Ask for a further page; a page names the next one by an address on the same host."""
        return await self._get(str(self._url.join(URL(address, encoded=True))))

    async def _get(self, url: str, params: Mapping[str, str] | None = None) -> tuple[int, Any]:
        return await self._transport.get(url, params, self._headers, self._auth)
