"""Broken copies of the corpus, read until nothing but a result or a known trouble can come of it.

    python -m tests.corpus.fuzz [--seconds 600] [--seed 1]

Every copy is read in this process, which a crash of a reader would end. What raises anything else than a `UserError`,
or takes longer than ten seconds, is written to a file and told; the exit code is 1 then.
"""

import argparse
import io
import os
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.corpus.lists import LISTS
from tests.corpus.troubles import TROUBLES
from waapp.core.import_diff import Decisions, Origin, Outcome, Present, compare
from waapp.core.import_list import Reading, new_list
from waapp.engine.guest_files import read_content
from waapp.errors import UserError
from waapp.texts.imports import remarks

INSIDE = 0.7
"""How often a packed file is broken inside: outside, what unpacks it notices at once."""
LONGEST = 10.0
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LARGEST = 200_000
PIECES = (
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"',
    b"\r",
    b"\n",
    b"\t",
    b";",
    b"=",
    b"<table>",
    b"]]>",
    b"&#0;",
    b"\xf0\x9f",
)


@dataclass(frozen=True)
class Broken:
    """A copy, what it was made from, and what came of it: nothing, or what went wrong."""

    origin: str
    content: bytes
    trouble: str | None


def originals() -> dict[str, bytes]:
    """Return the files of the corpus that are small enough to be read often."""
    found = {one.name: one.content() for one in LISTS}
    large = {"packed_too_well", "1048576_rows", "16384_columns", "one_endless_cell"}
    found |= {name: make() for name, (make, _) in TROUBLES.items() if name not in large}
    return {name: content for name, content in found.items() if 0 < len(content) <= LARGEST}


def copies(seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield broken copies for ever, the same ones for the same seed."""
    chance = random.Random(seed)
    files = originals()
    names = sorted(files)
    while True:
        name = chance.choice(names)
        other = files[chance.choice(names)]
        inside = zipfile.is_zipfile(io.BytesIO(files[name])) and chance.random() < INSIDE
        yield (
            name,
            _broken_inside(files[name], chance, other) if inside else _broken(files[name], chance, other),
        )


def _broken(content: bytes, chance: random.Random, other: bytes) -> bytes:
    found = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 4, 16])):
        _break(found, chance, other)
    return bytes(found)


def _broken_inside(content: bytes, chance: random.Random, other: bytes) -> bytes:
    """Break one of the parts that are packed in a file, and pack them again."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as archive:
        chosen = chance.choice(source.namelist())
        for name in source.namelist():
            part = source.read(name)
            archive.writestr(name, _broken(part, chance, other) if name == chosen else part)
    return target.getvalue()


def _break(content: bytearray, chance: random.Random, other: bytes) -> None:
    place = chance.randrange(len(content) + 1)
    match chance.randrange(7):
        case 0 if content:
            content[place % len(content)] ^= 1 << chance.randrange(8)
        case 1:
            content[place:place] = chance.choice(PIECES)
        case 2:
            del content[place:]
        case 3:
            del content[place : place + chance.randrange(1, 200)]
        case 4:
            content[place:place] = other[: chance.randrange(len(other) + 1)]
        case 5:
            content[place:place] = content[place : place + chance.randrange(1, 400)] * chance.randrange(1, 5)
        case _:
            content[place : place + 4] = chance.randbytes(4)


def unaccounted(rows: Sequence[Sequence[str]], region: str | None = "PT") -> str | None:
    """Return which rows of a list an import loses or counts twice; it goes as far as what would be saved."""
    found = new_list(rows, region)
    reading = Reading(found, Present())
    planned = compare(reading.rows, Present(), reading.duplicates, Decisions(), Origin("list", NOW))
    account = planned.account
    heading = 0 if found.columns.heading_row is None else 1
    told = account.added + account.changed + account.same + account.skipped
    if told != account.read or told + reading.blank + reading.above + heading != len(rows):
        return f"{len(rows)} rows, but {account}, {reading.blank} blank, {reading.above} above the headings"
    mute = [line.number for line in planned.lines if line.outcome is Outcome.SKIP and not remarks(line)]
    if mute:
        return f"nothing is said of the rows {mute}"
    numbers = [line.number for line in planned.lines]
    return None if numbers == sorted(set(numbers)) else f"rows out of order: {numbers}"


def read(origin: str, content: bytes) -> Broken:
    """Read a copy as an import does."""
    started = time.perf_counter()
    try:
        trouble = unaccounted(read_content(content, origin).rows)
    except UserError:
        trouble = None
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        trouble = traceback.format_exc()
    taken = time.perf_counter() - started
    if trouble is None and taken > LONGEST:
        trouble = f"{taken:.0f} seconds"
    return Broken(origin, content, trouble)


def main() -> int:
    """Break files for a while; return how the program is to end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    # A reader's panic writes a page to the error stream each time.
    os.environ["RUST_BACKTRACE"] = "0"
    end = time.monotonic() + options.seconds
    read_, wrong = 0, 0
    for origin, content in copies(options.seed):
        broken = read(origin, content)
        read_ += 1
        if broken.trouble is not None:
            wrong += 1
            kept = Path(tempfile.gettempdir()) / f"waapp-fuzz-{options.seed}-{read_}-{origin}"
            kept.write_bytes(content)
            print(f"{kept}\n{broken.trouble}")
        if time.monotonic() > end:
            break
    print(f"{read_:,} broken files read, {wrong} with trouble")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
