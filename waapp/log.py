"""Log files: rotated, without full phone numbers and without secrets."""

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

# Also grouped, as people read it.
_PHONE = re.compile(r"(\+|%2B)(\d(?:[ ().\u00a0\u2011-]{0,2}\d){7,14})(?!\d)", re.IGNORECASE)
_SECRET = re.compile(r"\b(?:SK|AC)[0-9a-f]{32}\b")
_PASSWORD = re.compile(r"(://[^:/@\s]+:)[^@\s]+@")
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class RedactingFormatter(logging.Formatter):
    """Shortens phone numbers and account names and takes passwords out, in tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line as it may be written."""
        return redact(super().format(record))


def redact(text: str) -> str:
    """Return a text in which no person can be called and no account be used."""
    text = _PASSWORD.sub(r"\1•••@", text)
    text = _PHONE.sub(_shortened, text)
    return _SECRET.sub(lambda match: f"{match[0][:4]}•••", text)


def _shortened(number: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", number[2])
    return f"{number[1]}{digits[:3]}•••{digits[-2:]}"


def start(folder: Path, *, to_terminal: bool = False) -> None:
    """Write the log to a file of at most 2 MB, with three old ones kept; warnings to the terminal if wanted.

    A folder that cannot be written is no reason not to start: the log then goes to the terminal.
    """
    # A disk that is full takes no lines; a traceback on the terminal for each of them would help nobody.
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / "waapp.log", maxBytes=2_000_000, backupCount=3, encoding="utf-8"
        )
    except OSError:
        handler = logging.StreamHandler()
        handler.setLevel(logging.WARNING)
    handler.setFormatter(RedactingFormatter(_FORMAT))
    root.addHandler(handler)
    if to_terminal:
        terminal = logging.StreamHandler()
        terminal.setLevel(logging.WARNING)
        terminal.setFormatter(RedactingFormatter("%(levelname)s: %(message)s"))
        root.addHandler(terminal)
    for noisy in ("alembic", "aiohttp.access", "twilio", "qasync", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It warns of every query that was cut off, as when a page is left: db/driver.py closes those connections itself.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
