"""Compound files, the form of old workbooks: streams in chains of sectors, like files on a small disk."""

import struct
from collections.abc import Iterator, Sequence
from typing import Final

_SHIFT_AT: Final = 30
_DIRECTORY_AT: Final = 48
_SMALL_AT: Final = 56
_SMALL_TABLE_AT: Final = 60
_TABLES_AT: Final = 68
_TABLE_AT: Final = 76
_IN_HEADER: Final = 109
_LAST_SECTOR: Final = 0xFFFFFFFA
"""Numbers from here on end a chain or mark what is no part of one."""
_ENTRY: Final = 128
_ROOT: Final = 5
_STREAM: Final = 2
_SMALL_SECTOR: Final = 64
_SHIFTS: Final = frozenset({9, 12})


def read_stream(content: bytes, names: Sequence[str]) -> bytes:
    """Return the first stream of one of these names; raises ValueError or struct.error where there is none."""
    file = _CompoundFile(content)
    streams = {name.lower(): (start, size) for name, start, size in file.streams()}
    for name in names:
        if name.lower() in streams:
            return file.read(*streams[name.lower()])
    raise ValueError(names)


class _CompoundFile:
    """Every chain is followed at most once through all sectors, so that no file can keep it busy or fill the memory."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        (shift,) = struct.unpack_from("<H", content, _SHIFT_AT)
        if shift not in _SHIFTS:
            raise ValueError(shift)
        self._sector: Final = 1 << shift
        self._most: Final = len(content) // self._sector + 1
        (self._directory,) = struct.unpack_from("<L", content, _DIRECTORY_AT)
        (self._small_below,) = struct.unpack_from("<L", content, _SMALL_AT)
        (self._small_table,) = struct.unpack_from("<L", content, _SMALL_TABLE_AT)
        self._next: Final = b"".join(map(self._at, self._tables()))
        self._small = (0, 0)

    def streams(self) -> Iterator[tuple[str, int, int]]:
        """Yield the streams: name, first sector, size."""
        entries = self._whole(self._directory)
        for place in range(0, len(entries) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", entries, place + 64)
            start, size = struct.unpack_from("<LL", entries, place + 116)
            if kind == _ROOT:
                self._small = (start, size)
            elif kind == _STREAM and 2 <= length <= 64:
                name = entries[place : place + length - 2].decode("utf-16-le", "replace")
                yield name, start, size

    def read(self, start: int, size: int) -> bytes:
        """Return what a stream holds."""
        if size >= self._small_below:
            return self._whole(start)[:size]
        pieces = self._whole(self._small[0])
        following = self._whole(self._small_table)
        found: list[bytes] = []
        while start < _LAST_SECTOR and len(found) * _SMALL_SECTOR < size:
            found.append(pieces[start * _SMALL_SECTOR : (start + 1) * _SMALL_SECTOR])
            (start,) = struct.unpack_from("<L", following, 4 * start)
        return b"".join(found)[:size]

    def _at(self, sector: int) -> bytes:
        # The header takes as much room as a sector.
        return self._content[(sector + 1) * self._sector : (sector + 2) * self._sector]

    def _whole(self, start: int) -> bytes:
        return b"".join(map(self._at, self._chain(start)))

    def _chain(self, sector: int) -> Iterator[int]:
        for _ in range(self._most):
            if sector >= _LAST_SECTOR:
                return
            yield sector
            (sector,) = struct.unpack_from("<L", self._next, 4 * sector)
        raise ValueError(sector)

    def _tables(self) -> Iterator[int]:
        """Yield the sectors that say which sector follows which."""
        (more,) = struct.unpack_from("<L", self._content, _TABLES_AT)
        first = struct.unpack_from(f"<{_IN_HEADER}L", self._content, _TABLE_AT)
        yield from (sector for sector in first if sector < _LAST_SECTOR)
        held = self._sector // 4
        for _ in range(self._most):
            if more >= _LAST_SECTOR:
                return
            *listed, more = struct.unpack_from(f"<{held}L", self._at(more))
            yield from (sector for sector in listed if sector < _LAST_SECTOR)
        raise ValueError(more)
