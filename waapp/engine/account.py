"""The way to WhatsApp that the settings describe: the real account, or the practice Twilio on this computer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from waapp import config, paths
from waapp.config import Credentials, Settings
from waapp.core.cadence import PRACTICE, REAL, Cadence
from waapp.core.pacing import SANDBOX_SENDER, sender_rate
from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.practice_script import Script


@dataclass(frozen=True, slots=True)
class Line:
    """A WhatsApp number that we may send from, with the account that it belongs to.

    `number` is E.164. `key` is the name under which rows are queued and the sender's lock is held. `rate` is in
    messages per second.
    """

    client: TwilioClient
    number: str
    key: str
    practice: bool
    rate: float
    cadence: Cadence

    @property
    def sandbox(self) -> bool:
        """Whether this is the number that all of Twilio's customers share to try things out."""
        return self.number == SANDBOX_SENDER


@dataclass(frozen=True, slots=True)
class Account:
    """An open account; `line` is None while no sender is chosen."""

    client: TwilioClient
    practice: bool
    line: Line | None


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
    client = _client(settings, await config.credentials(settings), settings.base_url)
    line = None
    if settings.sender is not None:
        rate = sender_rate(settings.sender, settings.rate)
        line = Line(client, settings.sender, settings.sender, practice=False, rate=rate, cadence=REAL)
    try:
        yield Account(client, practice=False, line=line)
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
