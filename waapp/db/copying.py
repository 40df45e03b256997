"""Rows on their way into a table by COPY: written as text, in blocks, which costs a fraction of row by row."""

import json
import re
from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from json.encoder import encode_basestring
from typing import Final

import psycopg
from sqlalchemy import exc

from waapp.db.engine import Connection

NULL: Final = "\\N"

_ESCAPED: Final = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_TO_ESCAPE: Final = re.compile(r"[\\\t\n\r]")
_IN_QUOTES: Final = re.compile(r'(["\\])')
_encode: Final = json.JSONEncoder(ensure_ascii=False).encode


def line(values: Iterable[str]) -> str:
    """Return a row as COPY reads it; `NULL` stands for none."""
    joined = "\t".join(values)
    return f"{joined}\n"


def as_text(value: str) -> str:
    """Return a text as a row holds it."""
    if _TO_ESCAPE.search(value) is None:
        return value
    return _TO_ESCAPE.sub(lambda found: _ESCAPED[found[0]], value)


def as_texts(values: Sequence[str]) -> Sequence[str]:
    """Return texts as a row holds each; one look tells that there is nothing to escape in any of them."""
    if _TO_ESCAPE.search("".join(values)) is None:
        return values
    return [as_text(value) for value in values]


def as_json(value: object) -> str:
    """Return a value as a row holds it in a column of JSON."""
    return from_json(_encode(value))


def from_json(text: str) -> str:
    """Return what is JSON already as a row holds it."""
    return text.replace("\\", "\\\\") if "\\" in text else text


def json_of_texts(texts: Mapping[str, str]) -> str:
    """Return an object of texts as JSON, at a third of what an encoder of anything takes."""
    members = [f"{encode_basestring(name)}: {encode_basestring(text)}" for name, text in texts.items()]
    return f"{{{', '.join(members)}}}"


def as_array(values: Iterable[str]) -> str:
    """Return texts as a row holds them in a column of arrays."""
    quoted = ",".join('"' + _IN_QUOTES.sub(r"\\\1", value) + '"' for value in values)
    return as_text(f"{{{quoted}}}")


async def copy_lines(conn: Connection, statement: str, blocks: AsyncIterable[str]) -> None:
    """Run `COPY … FROM STDIN` with blocks of lines."""
    driver = (await conn.get_raw_connection()).driver_connection
    if not isinstance(driver, psycopg.AsyncConnection):
        raise TypeError(driver)
    try:
        async with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            async for block in blocks:
                await copy.write(block)
    except psycopg.Error as error:
        raise exc.DBAPIError(None, None, error) from error
