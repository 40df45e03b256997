"""Settings: a small file, the environment above it, and secrets in the keyring of the operating system.

The environment wins over the file, so that a server or a script needs no file. Secrets are never written to
the file, and never appear in the representation of an object.
"""

import asyncio
import contextlib
import getpass
import os
import socket
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_hex
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import keyring
import tomli_w
from keyring.errors import KeyringError

from waapp import paths
from waapp.core import phone
from waapp.core.lines import Post, line_key
from waapp.core.waiting import LONGEST_UNDO
from waapp.errors import UserError

_KEYRING_SERVICE = "waapp"
_FILE_NAME = "settings.toml"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What Twilio's HTTP Basic authentication needs; `username` is the account SID or an API key's SID."""

    account_sid: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file and the environment say together.

    `rate` is in messages per second, `http_timeout` in seconds. For `undo_seconds` after Send (0 to 60) nothing
    leaves, so that the send can be taken back. `practice_wanted` keeps practice mode on
    although an account is configured. `secret` is the account's, when the environment or a person typing it gave
    it; otherwise it is in the keyring.
    """

    planner: str
    installation: str
    host: str
    database_url: str | None = field(default=None, repr=False)
    account_sid: str | None = None
    api_key: str | None = None
    sender: str | None = None
    base_url: str | None = None
    rate: float = 80.0
    http_timeout: float = 30.0
    practice_wanted: bool = False
    undo_seconds: float = 10.0
    secret: str | None = field(default=None, repr=False)
    database_from_environment: bool = False

    @property
    def practice(self) -> bool:
        """Whether nothing may leave this computer: wanted so, or no account is configured."""
        return self.practice_wanted or self.account_sid is None

    @property
    def desk(self) -> str:
        """How this desk is called on the others' screens."""
        return f"{self.planner} on {self.host}"

    @property
    def post(self) -> Post:
        """Which lines this desk can send for."""
        if self.practice or self.account_sid is None:
            return Post("", self.practice_key, self.rate)
        own = line_key(self.sender, self.account_sid) if self.sender else None
        return Post(self.account_sid, own, self.rate)

    def for_real(self) -> "Settings":
        """Return the same with practice mode off, to ask the account about itself."""
        return replace(self, practice_wanted=False)

    @property
    def practice_key(self) -> str:
        """The name under which this installation queues practice rows: nobody else may claim them."""
        return f"practice-{self.installation}"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the file and the environment.

    Raises UserError("settings_unreadable"), UserError("setting_invalid").
    """
    environ = os.environ if environ is None else environ
    stored = _read_file()
    host = socket.gethostname()
    settings = Settings(
        planner=_text(stored, "planner") or _login_name(),
        installation=_text(stored, "installation") or "",
        host=host.split(".")[0],
        database_url=environ.get("WAAPP_DATABASE_URL") or _text(stored, "database_url"),
        database_from_environment=bool(environ.get("WAAPP_DATABASE_URL")),
        account_sid=environ.get("TWILIO_ACCOUNT_SID") or _text(stored, "account_sid"),
        api_key=environ.get("TWILIO_API_KEY") or _text(stored, "api_key"),
        sender=_sender(environ.get("WAAPP_SENDER") or _text(stored, "sender")),
        base_url=environ.get("WAAPP_TWILIO_BASE_URL") or _text(stored, "base_url"),
        rate=_positive("WAAPP_RATE", environ.get("WAAPP_RATE") or stored.get("rate", 80)),
        http_timeout=_positive(
            "WAAPP_HTTP_TIMEOUT", environ.get("WAAPP_HTTP_TIMEOUT") or stored.get("http_timeout", 30)
        ),
        practice_wanted=bool(stored.get("practice", False)),
        undo_seconds=_undo_seconds(environ.get("WAAPP_UNDO") or stored.get("undo_seconds", 10)),
        secret=environ.get("TWILIO_API_SECRET") or environ.get("TWILIO_AUTH_TOKEN"),
    )
    if environ.get("TWILIO_AUTH_TOKEN") and not environ.get("TWILIO_API_SECRET"):
        settings = replace(settings, api_key=None)
    if settings.installation:
        return settings
    named = replace(settings, installation=token_hex(4))
    with contextlib.suppress(UserError):  # a read-only folder: the name then lives as long as the process
        _write_file({**stored, "installation": named.installation})
    return named


def save(settings: Settings) -> None:
    """Write what belongs in the file; the password of the database URL must have been taken out before.

    Raises UserError("settings_unwritable").
    """
    values: dict[str, object] = {
        "planner": settings.planner,
        "installation": settings.installation,
        "account_sid": settings.account_sid,
        "api_key": settings.api_key,
        "sender": settings.sender,
        "base_url": settings.base_url,
        "rate": settings.rate,
        "http_timeout": settings.http_timeout,
        "practice": settings.practice_wanted,
        "undo_seconds": settings.undo_seconds,
    }
    if not settings.database_from_environment:
        values["database_url"] = without_password(settings.database_url) if settings.database_url else None
    else:
        values["database_url"] = _text(_read_file(), "database_url")
    values["languages"] = list(language_order()) or None
    _write_file({name: value for name, value in values.items() if value is not None})


def language_order() -> tuple[str, ...]:
    """Return the languages that the planner prefers for guests whose own a template does not have.

    Raises UserError("settings_unreadable").
    """
    stored = _read_file().get("languages")
    return tuple(map(str, stored)) if isinstance(stored, list) else ()


def keep_language_order(codes: Sequence[str]) -> None:
    """Write the languages that the planner prefers; everything else in the file stays.

    Raises UserError("settings_unwritable").
    """
    _write_file({**_read_file(), "languages": list(codes)})


async def credentials(settings: Settings) -> Credentials:
    """Return the account's credentials from the environment or the keyring.

    Raises UserError("account_missing"), UserError("secret_missing").
    """
    if settings.account_sid is None:
        raise UserError("account_missing")
    username = settings.api_key or settings.account_sid
    secret = settings.secret or await _keyring_get(f"twilio:{username}")
    if not secret:
        raise UserError("secret_missing", account=settings.account_sid)
    return Credentials(settings.account_sid, username, secret)


async def store_twilio_secret(username: str, secret: str) -> None:
    """Put an API key's secret or an auth token into the keyring.

    Raises UserError("keyring_unusable").
    """
    await _keyring_set(f"twilio:{username}", secret)


async def store_database_password(url: str) -> str:
    """Move the password of a database URL into the keyring and return the URL without it."""
    password = urlsplit(url).password
    bare = without_password(url)
    if password:
        await _keyring_set(f"database:{bare}", unquote(password))
    return bare


async def full_database_url(settings: Settings) -> str | None:
    """Return the database URL with its password from the keyring; None means the embedded database."""
    url = settings.database_url
    if url is None or settings.database_from_environment or urlsplit(url).password:
        return url
    password = await _keyring_get(f"database:{url}")
    if not password:
        return url
    parts = urlsplit(url)
    user, _, hosts = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{hosts}"))


def without_password(url: str) -> str:
    """Return a database URL that can be shown and stored."""
    parts = urlsplit(url)
    user, at, hosts = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.split(':')[0]}{at}{hosts}"))


async def _keyring_get(name: str) -> str | None:
    try:
        secret: str | None = await asyncio.to_thread(keyring.get_password, _KEYRING_SERVICE, name)
    except KeyringError:
        return None  # a desk without a keyring: the caller says what is missing
    return secret


async def _keyring_set(name: str, secret: str) -> None:
    try:
        await asyncio.to_thread(keyring.set_password, _KEYRING_SERVICE, name, secret)
    except KeyringError as error:
        raise UserError("keyring_unusable") from error


def settings_file() -> Path:
    """Return the path of the settings file."""
    return paths.config_dir() / _FILE_NAME


def _read_file() -> dict[str, object]:
    path = settings_file()
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise UserError("settings_unreadable", path=str(path)) from error


def _write_file(values: Mapping[str, object]) -> None:
    path = settings_file()
    fresh = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(tomli_w.dumps(dict(values)), encoding="utf-8")
        fresh.chmod(0o600)
        fresh.replace(path)
    except OSError as error:
        raise UserError("settings_unwritable", path=str(path), why=error.strerror or "") from error


def _text(stored: Mapping[str, object], name: str) -> str | None:
    value = stored.get(name)
    return value if isinstance(value, str) and value else None


def _positive(name: str, value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = 0.0
    if not 0 < number <= 10_000:
        raise UserError("setting_invalid", name=name, value=str(value))
    return number


def _undo_seconds(value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 <= number <= LONGEST_UNDO:
        raise UserError("setting_invalid", name="WAAPP_UNDO", value=str(value))
    return number


def _sender(text: str | None) -> str | None:
    if text is None:
        return None
    number = phone.read(text.removeprefix("whatsapp:"), None)
    if number.e164 is None:
        raise UserError("setting_invalid", name="WAAPP_SENDER", value=text)
    return number.e164


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "planner"
