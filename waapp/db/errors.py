"""Which of the driver's errors are known trouble, by SQLSTATE where the server gave one."""

import re
from typing import Final

import psycopg
from sqlalchemy import exc

from waapp.errors import DatabaseError

_BY_STATE: Final = {
    "28": "database_auth",
    "3D000": "database_missing",
    "3F000": "database_missing",
    "08": "database_gone",
    "57P01": "database_gone",
    "57P02": "database_gone",
    "57P03": "database_starting",
    "57P05": "database_gone",
    "25P03": "database_gone",
    "57014": "database_busy",
    "55P03": "database_busy",
    "40001": "database_busy",
    "40P01": "database_busy",
    "53300": "database_crowded",
    "53100": "database_disk_full",
    "53200": "database_crowded",
    "58": "database_damaged",
    "XX001": "database_damaged",
    "XX002": "database_damaged",
    "25006": "database_readonly",
    # Prepared statements that came or went behind our back: a pooler gives each transaction another connection.
    "42P05": "database_pooler",
    "26000": "database_pooler",
    "42501": "database_no_right",
    "42P01": "database_not_migrated",
    "42703": "database_not_migrated",
    "42883": "database_not_migrated",
    "WA001": "database_foreign_ids",
}

# A connection that fails brings no SQLSTATE, only text: libpq's, or the server's in the server's language.
_BY_TEXT: Final = (
    (re.compile(r"does not support SSL|SSL SYSCALL|SSL error|certificate", re.IGNORECASE), "database_tls"),
    (re.compile(r"no password supplied|password authentication failed|no pg_hba\.conf entry|pg_hba\.conf rejects|"
                r"(ident|peer|scram|gssapi|ldap|radius|certificate) authentication failed|role \".*\" does not exist|"
                r"is not permitted to log in", re.IGNORECASE), "database_auth"),
    (re.compile(r"database \".*\" does not exist", re.IGNORECASE), "database_missing"),
    (re.compile(r"too many (clients|connections)|remaining connection slots", re.IGNORECASE), "database_crowded"),
    (re.compile(r"starting up|shutting down|in recovery mode|not yet accepting", re.IGNORECASE), "database_starting"),
    (re.compile(r"session is (not )?read-only", re.IGNORECASE), "database_readonly"),
    (re.compile(r"FATAL|SCHWERWIEGEND|FATALE|ВАЖНО|致命", re.IGNORECASE), "database_refused"),
)  # fmt: skip

_CONNECTING: Final = re.compile(r"connection to server|connection failed|failed to resolve", re.IGNORECASE)


def translate(error: BaseException, where: str) -> DatabaseError | None:
    """Return the known trouble that an error of the driver or of the pool is, or None when it is a bug.

    `where` names the database without its password. Broken constraints are nobody's trouble but the caller's:
    they come back as None.
    """
    if isinstance(error, exc.TimeoutError):
        return DatabaseError("database_busy", database=where)
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    if not isinstance(cause, psycopg.Error):
        return None
    code = _code(cause)
    if code is None:
        return None
    return DatabaseError(code, database=where, detail=_first_line(cause))


def _code(cause: psycopg.Error) -> str | None:
    state = cause.sqlstate
    if state is not None:
        return _BY_STATE.get(state) or _BY_STATE.get(state[:2])
    if not isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return None
    text = str(cause)
    for pattern, code in _BY_TEXT:
        if pattern.search(text):
            return code
    if isinstance(cause, psycopg.errors.ConnectionTimeout) or _CONNECTING.search(text):
        return "database_unreachable"
    return "database_gone"


def _first_line(cause: psycopg.Error) -> str:
    """Return the message's first line; values of a row stand in its later ones (DETAIL, CONTEXT)."""
    return (str(cause).splitlines() or [""])[0][:300]
