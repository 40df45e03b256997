"""The way to WhatsApp that the settings describe: the real account, or the practice Twilio on this computer."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from waapp import config, paths
from waapp.config import Credentials, Settings
from waapp.core.cadence import PRACTICE, REAL, Cadence
from waapp.core.lines import line_key
from waapp.core.pacing import SANDBOX_SENDER, sender_rate
from waapp.errors import UserError
from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.practice_script import Script

_log = logging.getLogger(__name__)

_LIMIT_LASTS = 600.0
"""Seconds for which an answer about a sender's limit is good."""


class SenderLimit:
    """How many people a number may write to in 24 hours, as Twilio says; asked seldom, because it changes seldom."""

    def __init__(self) -> None:
        self._known: int | None = None
        self._asked_at = -inf

    async def get(self, client: TwilioClient, number: str) -> int | None:
        """Return the limit; None where there is none, or where Twilio does not say."""
        if time.monotonic() - self._asked_at < _LIMIT_LASTS:
            return self._known
        try:
            senders = await client.senders()
        except UserError as error:
            # Not every key may read this, and a plan must not wait for it: WhatsApp itself keeps the limit.
            _log.info("the daily limit is not known: %s", error)
            self._known = None
        else:
            self._known = next((one.daily_limit for one in senders if one.number == number), None)
        self._asked_at = time.monotonic()
        return self._known


@dataclass(frozen=True, slots=True)
class Line:
    """A WhatsApp number that we may send from, with the account that it belongs to.

    `number` is E.164. `key` is the name under which rows are queued and the sender's lock is held (`core.lines`).
    `rate` is in messages per second.
    """

    client: TwilioClient
    number: str
    key: str
    practice: bool
    rate: float
    cadence: Cadence
    limit: SenderLimit = field(default_factory=SenderLimit, compare=False, repr=False)

    @property
    def sandbox(self) -> bool:
        """Whether this is the number that all of Twilio's customers share to try things out."""
        return self.number == SANDBOX_SENDER

    async def daily_limit(self) -> int | None:
        """Return how many people this number may write to in 24 hours; None: no limit, or not known."""
        return None if self.practice else await self.limit.get(self.client, self.number)


@dataclass(frozen=True, slots=True)
class Account:
    """An open account; `line` is None while no sender is chosen. `sid` is Twilio's name of it, empty in practice."""

    client: TwilioClient
    practice: bool
    line: Line | None
    sid: str = ""


@asynccontextmanager
async def open_account(settings: Settings) -> AsyncIterator[Account]:
    """Open the account that the settings name and close it afterwards.

    Raises UserError("secret_missing"). Nothing is asked of Twilio yet.
    """
    if settings.practice:
        # A desk with a real account never needs the practice server, and it takes a while to import.
        from waapp.whatsapp.practice import STORE_NAME

        async with open_practice(settings, paths.user_data_dir() / STORE_NAME) as practice_line:
            yield Account(practice_line.client, practice=True, line=practice_line)
        return
    credentials = await config.credentials(settings)
    client = _client(settings, credentials, settings.base_url)
    sid = credentials.account_sid
    line = None
    if settings.sender is not None:
        rate = sender_rate(settings.sender, settings.rate)
        key = line_key(settings.sender, sid)
        line = Line(client, settings.sender, key, practice=False, rate=rate, cadence=REAL)
    try:
        yield Account(client, practice=False, line=line, sid=sid)
    finally:
        await client.aclose()


@asynccontextmanager
async def open_practice(
    settings: Settings, store: Path | None, script: Script | None = None
) -> AsyncIterator[Line]:
    """Start a practice Twilio on this computer; `store` is the file of its messages, None keeps them in memory."""
    from waapp.whatsapp.practice import PRACTICE_SENDER, PracticeTwilio

    practice = PracticeTwilio(store, script)
    base_url = await practice.start()
    credentials = Credentials(practice.account_sid, practice.account_sid, practice.password)
    client = _client(settings, credentials, base_url)
    cadence = Cadence(PRACTICE.scale / script.speed) if script else PRACTICE
    try:
        yield Line(
            client, PRACTICE_SENDER, settings.practice_key, practice=True, rate=settings.rate, cadence=cadence
        )
    finally:
        await client.aclose()
        await practice.stop()


def _client(settings: Settings, credentials: Credentials, base_url: str | None) -> TwilioClient:
    return TwilioClient(
        account_sid=credentials.account_sid,
        username=credentials.username,
        password=credentials.password,
        base_url=base_url,
        timeout=settings.http_timeout,
    )
