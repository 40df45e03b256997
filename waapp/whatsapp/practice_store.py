"""The messages of the practice Twilio, in SQLite: in memory for tests, in a file that windows of one user share."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from waapp.errors import UserError
from waapp.whatsapp.practice_script import Steps, status_at

_LAYOUT: Final = 1
_CREATE: Final = """
CREATE TABLE message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, to_ TEXT NOT NULL, from_ TEXT,
    body TEXT NOT NULL, direction TEXT NOT NULL, accepted_at REAL NOT NULL, date_sent REAL,
    visible_at REAL NOT NULL, steps TEXT NOT NULL, error_code INTEGER, service_sid TEXT, canceled_at REAL
);
CREATE INDEX message_to ON message (to_, seq);
CREATE INDEX message_from ON message (from_, seq);
CREATE TABLE content (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, document TEXT NOT NULL,
    created_at REAL NOT NULL, submitted_at REAL, approval TEXT
);
"""
_COLUMNS: Final = """
    seq, sid, to_, from_, body, direction, accepted_at, date_sent, steps, error_code, service_sid, canceled_at
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as kept; times are seconds since 1970, addresses with "whatsapp:"."""

    seq: int
    sid: str
    to: str
    from_: str | None
    body: str
    direction: str
    accepted_at: float
    date_sent: float | None
    steps: Steps
    error_code: int | None
    service_sid: str | None
    canceled_at: float | None

    def status(self, now: float) -> tuple[str, float]:
        """Return the status at a time, and when the message took it."""
        if self.canceled_at is not None:
            return "canceled", self.canceled_at
        word, since = status_at(self.steps, now - self.accepted_at)
        return word, self.accepted_at + since


@dataclass(frozen=True, slots=True)
class StoredContent:
    """A template as kept; `approval` is what was submitted."""

    sid: str
    document: dict[str, Any]
    created_at: float
    submitted_at: float | None
    approval: dict[str, Any] | None


class PracticeStore:
    """Messages and templates. Several processes may have one file open at the same time.

    Raises UserError("practice_unusable") for a file that can be neither read nor replaced.
    """

    def __init__(self, path: Path | None = None) -> None:
        try:
            self._db = _open(path)
        except (OSError, sqlite3.Error) as error:
            raise UserError("practice_unusable", path=str(path), why=str(error)) from error
        self._lay_out()

    def _lay_out(self) -> None:
        with closing(self._db.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            (layout,) = cursor.execute("PRAGMA user_version").fetchone()
            if layout != _LAYOUT:
                for table in ("message", "content"):
                    cursor.execute(f"DROP TABLE IF EXISTS {table}")
                for statement in filter(str.strip, _CREATE.split(";")):
                    cursor.execute(statement)
                cursor.execute(f"PRAGMA user_version = {_LAYOUT}")
            cursor.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def add(
        self,
        *,
        to: str,
        from_: str | None,
        body: str,
        now: float,
        steps: Steps,
        error_code: int | None = None,
        direction: str = "outbound-api",
        visible_at: float = 0.0,
        date_sent: float | None = None,
        service_sid: str | None = None,
    ) -> Stored:
        """Take a message over and name it."""
        sid = "SM" + token_hex(16)
        seq = self._db.execute(
            "INSERT INTO message (sid, to_, from_, body, direction, accepted_at, date_sent, visible_at, steps,"
            " error_code, service_sid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                sid, to, from_, body, direction, now, date_sent, visible_at, json.dumps(steps), error_code,
                service_sid,
            ),
        ).lastrowid  # fmt: skip
        return Stored(
            seq or 0, sid, to, from_, body, direction, now, date_sent, steps, error_code, service_sid, None
        )

    def get(self, sid: str) -> Stored | None:
        """Return one message."""
        rows = self._messages("WHERE sid = ?", [sid])
        return rows[0] if rows else None

    def accepted(self, after: int = 0) -> list[Stored]:
        """Return the messages that were taken over from us, oldest first, beginning after a `seq`."""
        return self._messages("WHERE direction = 'outbound-api' AND seq > ? ORDER BY seq", [after])

    def count(self) -> int:
        """Return how many messages were taken over from us, without those deleted since."""
        (count,) = self._db.execute(
            "SELECT count(*) FROM message WHERE direction = 'outbound-api'"
        ).fetchone()
        return int(count)

    def page(
        self,
        *,
        now: float,
        limit: int,
        before: int | None = None,
        offset: int = 0,
        to: str | None = None,
        from_: str | None = None,
        sent_from: float | None = None,
        sent_until: float | None = None,
    ) -> list[Stored]:
        """Return messages that a list shows, newest first; `before` is the `seq` that the last page ended with."""
        where, values = ["visible_at <= ?"], [now]
        filters: tuple[tuple[str, Any], ...] = (
            ("to_ = ?", to),
            ("from_ = ?", from_),
            ("seq < ?", before),
            ("date_sent >= ?", sent_from),
            ("date_sent < ?", sent_until),
        )
        for condition, value in filters:
            if value is not None:
                where.append(condition)
                values.append(value)
        return self._messages(
            f"WHERE {' AND '.join(where)} ORDER BY seq DESC LIMIT ? OFFSET ?", [*values, limit, offset]
        )

    def last_inbound(self, guest: str, sender: str | None) -> float | None:
        """Return when a guest last wrote to a sender, or to any."""
        (at,) = self._db.execute(
            "SELECT max(accepted_at) FROM message WHERE direction = 'inbound' AND from_ = ?"
            " AND (? IS NULL OR to_ = ?)",
            (guest, sender, sender),
        ).fetchone()
        return None if at is None else float(at)

    def redact(self, sid: str) -> None:
        """Take the text out of a message."""
        self._db.execute("UPDATE message SET body = '' WHERE sid = ?", (sid,))

    def cancel(self, sid: str, now: float) -> None:
        """Cancel a scheduled message."""
        self._db.execute("UPDATE message SET canceled_at = ? WHERE sid = ?", (now, sid))

    def set_course(self, sid: str, steps: Steps, error_code: int | None) -> None:
        """Replace what becomes of a message."""
        self._db.execute(
            "UPDATE message SET steps = ?, error_code = ? WHERE sid = ?", (json.dumps(steps), error_code, sid)
        )

    def delete(self, sid: str) -> None:
        """Forget a message."""
        self._db.execute("DELETE FROM message WHERE sid = ?", (sid,))

    def clear(self) -> None:
        """Forget everything."""
        self._db.executescript("DELETE FROM message; DELETE FROM content;")

    def add_content(self, document: dict[str, Any], now: float) -> StoredContent:
        """Keep a template and name it."""
        sid = "HX" + token_hex(16)
        self._db.execute(
            "INSERT INTO content (sid, document, created_at) VALUES (?, ?, ?)",
            (sid, json.dumps(document), now),
        )
        return StoredContent(sid, document, now, None, None)

    def get_content(self, sid: str) -> StoredContent | None:
        """Return one template."""
        contents = self._contents("WHERE sid = ?", [sid])
        return contents[0] if contents else None

    def contents(self, limit: int, offset: int) -> list[StoredContent]:
        """Return templates, newest first."""
        return self._contents("ORDER BY seq DESC LIMIT ? OFFSET ?", [limit, offset])

    def submit_content(self, sid: str, approval: dict[str, Any], now: float) -> None:
        """Note that a template was submitted for approval."""
        self._db.execute(
            "UPDATE content SET approval = ?, submitted_at = ? WHERE sid = ?",
            (json.dumps(approval), now, sid),
        )

    def change_content(self, sid: str, document: dict[str, Any]) -> None:
        """Replace what a template says."""
        self._db.execute("UPDATE content SET document = ? WHERE sid = ?", (json.dumps(document), sid))

    def delete_content(self, sid: str) -> None:
        """Forget a template."""
        self._db.execute("DELETE FROM content WHERE sid = ?", (sid,))

    def _messages(self, rest: str, values: Iterable[Any]) -> list[Stored]:
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM message {rest}", list(values))  # noqa: S608 - our own text
        return [_stored(*row) for row in rows]

    def _contents(self, rest: str, values: Iterable[Any]) -> list[StoredContent]:
        rows = self._db.execute(
            f"SELECT sid, document, created_at, submitted_at, approval FROM content {rest}",  # noqa: S608
            list(values),
        )
        return [
            StoredContent(
                sid, json.loads(document), created, submitted, json.loads(approval) if approval else None
            )
            for sid, document, created, submitted, approval in rows
        ]


def _stored(
    seq: int,
    sid: str,
    to: str,
    from_: str | None,
    body: str,
    direction: str,
    accepted_at: float,
    date_sent: float | None,
    steps: str,
    *rest: Any,  # noqa: ANN401 - columns that are passed on as they are
) -> Stored:
    course = tuple((at, word) for at, word in json.loads(steps))
    return Stored(seq, sid, to, from_, body, direction, accepted_at, date_sent, course, *rest)


def _open(path: Path | None) -> sqlite3.Connection:
    if path is None:
        return _connect(":memory:")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        db = _connect(path)
    except sqlite3.OperationalError:
        raise  # no right to write, or no room: replacing the file would not help
    except sqlite3.DatabaseError:
        # What is there is no practice file, or a broken one. Nothing of worth is lost with practice messages.
        path.replace(path.with_suffix(".broken"))
        db = _connect(path)
    path.chmod(0o600)
    return db


def _connect(path: Path | str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        # Practice messages need to outlive the process, not a power cut.
        db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;")
    except sqlite3.Error:
        db.close()
        raise
    return db
