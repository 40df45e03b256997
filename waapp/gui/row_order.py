"""Which rows of a table are shown, and in which order. Free of Qt."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable
from enum import Enum, auto
from itertools import compress
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")


class Taken(Enum):
    """What a row that was taken in means for what is shown."""

    NOTHING = auto()
    VALUES = auto()
    PLACE = auto()


class RowOrder(Generic[Row]):
    """Rows by id, through a filter and in an order of their own.

    `rows` holds all of them in the order of arrival, `shown` the ids of those that pass the filter. Rows that
    were taken in with `PLACE` stay where they are until `move`, `hide` or `rearrange` is called for them.
    """

    def __init__(self) -> None:
        self.rows: dict[Hashable, Row] = {}
        self.shown: list[Hashable] = []
        self._positions: dict[Hashable, int] | None = None
        self._ranked: list[Hashable] | None = None
        self._ranked_rows: list[Row] | None = None
        self._keys_in_place: dict[Hashable, Any] = {}
        self._passes: Callable[[Row], bool] | None = None
        self._key_of: Callable[[Row], Any] | None = None
        self._descending = False

    def set_filter(self, passes: Callable[[Row], bool] | None) -> None:
        """Show only what passes, from the next `rearrange` on."""
        self._passes = passes

    def set_key(self, key_of: Callable[[Row], Any] | None, *, descending: bool) -> None:
        """Order by a key, from the next `rearrange` on; rows whose key is None come last in either direction."""
        self._key_of, self._descending = key_of, descending
        self._ranked = None

    def replace_all(self, rows: dict[Hashable, Row]) -> None:
        """Hold these rows instead of all that were there, from the next `rearrange` on."""
        self.rows = rows
        self._ranked = None

    def position(self, row_id: Hashable) -> int:
        """Return where a row is shown, or -1."""
        if self._positions is None:
            self._positions = {shown_id: place for place, shown_id in enumerate(self.shown)}
        return self._positions.get(row_id, -1)

    def take(self, row_id: Hashable, row: Row) -> Taken:
        """Store a row, new or changed, and tell whether its values or its place must be shown anew."""
        old = self.rows.get(row_id)
        if old == row:
            return Taken.NOTHING
        self.rows[row_id] = row
        stays = old is not None and (self._key_of is None or self._key_of(old) == self._key_of(row))
        if not stays:
            self._ranked = None
        self._ranked_rows = None
        was_shown = self.position(row_id) >= 0
        visible = self._passes is None or self._passes(row)
        if not was_shown:
            return Taken.PLACE if visible else Taken.NOTHING
        if visible and stays and row_id not in self._keys_in_place:
            return Taken.VALUES
        if old is not None and self._key_of is not None:
            # Until it is moved it stands where its earlier key has put it.
            self._keys_in_place.setdefault(row_id, self._key_of(old))
        return Taken.PLACE

    def drop(self, ids: Iterable[Hashable]) -> None:
        """Forget rows; those that are shown must have been hidden, or `rearrange` must follow."""
        for row_id in ids:
            del self.rows[row_id]
            self._ranked = None

    def destination(self, row_id: Hashable) -> int | None:
        """Return where a row belongs among the others, or None when the filter hides it."""
        row = self.rows[row_id]
        if self._passes is not None and not self._passes(row):
            return None
        place = self.position(row_id)
        if place >= 0:
            del self.shown[place]
        target = len(self.shown) if self._key_of is None else self._place(self._key_of(row))
        if place >= 0:
            self.shown.insert(place, row_id)
        return target

    def move(self, row_id: Hashable, target: int) -> None:
        """Show a row at its destination."""
        place = self.position(row_id)
        if place >= 0:
            del self.shown[place]
        self.shown.insert(target, row_id)
        self._keys_in_place.pop(row_id, None)
        last = max(place, target) if place >= 0 else len(self.shown) - 1
        self._renumber(target if place < 0 else min(place, target), last)

    def hide(self, row_id: Hashable) -> None:
        """Show a row no longer."""
        place = self.position(row_id)
        del self.shown[place]
        self._keys_in_place.pop(row_id, None)
        if self._positions is not None:
            del self._positions[row_id]
        self._renumber(place, len(self.shown) - 1)

    def rearrange(self) -> None:
        """Filter and order everything anew."""
        ranked, rows = self._rank()
        self._show(ranked[:] if self._passes is None else list(compress(ranked, map(self._passes, rows))))

    def narrow(self) -> None:
        """Filter what is shown only: the filter lets through nothing that the one before did not."""
        passes, rows = self._passes, self.rows
        if 2 * len(self.shown) > len(rows):
            self.rearrange()  # going through all in order is cheaper than looking most of them up
        elif passes is not None:
            self._show([row_id for row_id in self.shown if passes(rows[row_id])])

    def _show(self, shown: list[Hashable]) -> None:
        self.shown = shown
        self._positions = None
        self._keys_in_place.clear()

    def _rank(self) -> tuple[list[Hashable], list[Row]]:
        """Return all ids and their rows in order, filtered out or not: so filtering need not sort."""
        if self._ranked is None:
            ids, rows = list(self.rows), list(self.rows.values())
            if self._key_of is not None:
                keys = list(map(self._key_of, rows))
                known: list[int] = [place for place, key in enumerate(keys) if key is not None]
                unknown = [place for place, key in enumerate(keys) if key is None]
                known.sort(key=keys.__getitem__, reverse=self._descending)
                ids = [ids[place] for place in (*known, *unknown)]
                rows = [rows[place] for place in (*known, *unknown)]
            self._ranked, self._ranked_rows = ids, rows
        elif self._ranked_rows is None:
            self._ranked_rows = list(map(self.rows.__getitem__, self._ranked))
        assert self._ranked_rows is not None  # noqa: S101 - set just above, in either case
        return self._ranked, self._ranked_rows

    def _key(self, row_id: Hashable) -> Any:  # noqa: ANN401 - whatever the column sorts by
        """Return the key that has put a shown row where it stands."""
        if self._key_of is None or row_id in self._keys_in_place:
            return self._keys_in_place.get(row_id)
        return self._key_of(self.rows[row_id])

    def _renumber(self, first: int, last: int) -> None:
        """Correct the positions of what has made room."""
        if self._positions is not None:
            for place in range(first, last + 1):
                self._positions[self.shown[place]] = place

    def _place(self, key: Any) -> int:  # noqa: ANN401 - whatever the column sorts by
        """Return where a row with this key belongs; equal keys keep the order of arrival."""
        shown, key_at = self.shown, self._key
        known = len(shown)
        if key is None:
            return known
        while known and key_at(shown[known - 1]) is None:
            known -= 1
        if not self._descending:
            return bisect_right(shown, key, hi=known, key=key_at)
        low, high = 0, known
        while low < high:
            middle = (low + high) // 2
            if key_at(shown[middle]) < key:
                high = middle
            else:
                low = middle + 1
        return low
