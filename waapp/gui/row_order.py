"""Which rows of a table are shown, and in which order. Free of Qt."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping
from enum import Enum, auto
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
        self._keys: dict[Hashable, Any] = {}
        self._passes: Callable[[Row], bool] | None = None
        self._key_of: Callable[[Row], Any] | None = None
        self._descending = False

    def set_filter(self, passes: Callable[[Row], bool] | None) -> None:
        """Show only what passes, from the next `rearrange` on."""
        self._passes = passes

    def set_key(self, key_of: Callable[[Row], Any] | None, *, descending: bool) -> None:
        """Order by a key, from the next `rearrange` on; rows whose key is None come last in either direction."""
        self._key_of, self._descending = key_of, descending

    def position(self, row_id: Hashable) -> int:
        """Return where a row is shown, or -1."""
        if self._positions is None:
            self._positions = {shown_id: place for place, shown_id in enumerate(self.shown)}
        return self._positions.get(row_id, -1)

    def take(self, row_id: Hashable, row: Row) -> Taken:
        """Store a row, new or changed, and tell whether its values or its place must be shown anew."""
        if self.rows.get(row_id) == row:
            return Taken.NOTHING
        self.rows[row_id] = row
        was_shown = self.position(row_id) >= 0
        visible = self._passes is None or self._passes(row)
        if not was_shown:
            return Taken.PLACE if visible else Taken.NOTHING
        if not visible:
            return Taken.PLACE
        stays = self._key_of is None or self._keys.get(row_id) == self._key_of(row)
        return Taken.VALUES if stays else Taken.PLACE

    def drop(self, ids: Iterable[Hashable]) -> None:
        """Forget rows; those that are shown must have been hidden, or `rearrange` must follow."""
        for row_id in ids:
            del self.rows[row_id]

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
        if self._key_of is not None:
            self._keys[row_id] = self._key_of(self.rows[row_id])
        last = max(place, target) if place >= 0 else len(self.shown) - 1
        self._renumber(target if place < 0 else min(place, target), last)

    def hide(self, row_id: Hashable) -> None:
        """Show a row no longer."""
        place = self.position(row_id)
        del self.shown[place]
        self._keys.pop(row_id, None)
        if self._positions is not None:
            del self._positions[row_id]
        self._renumber(place, len(self.shown) - 1)

    def rearrange(self) -> None:
        """Filter and order everything anew."""
        passes, rows = self._passes, self.rows
        shown = list(rows) if passes is None else [row_id for row_id, row in rows.items() if passes(row)]
        key_of = self._key_of
        self._keys = {} if key_of is None else {row_id: key_of(rows[row_id]) for row_id in shown}
        self._arrange(shown)

    def rearrange_only(self, moving: Mapping[Hashable, object]) -> None:
        """Do the same when only these rows can have moved: sorting what is nearly sorted costs little."""
        shown = [row_id for row_id in self.shown if row_id not in moving]
        for row_id in moving:
            row = self.rows[row_id]
            if self._passes is None or self._passes(row):
                shown.append(row_id)
                if self._key_of is not None:
                    self._keys[row_id] = self._key_of(row)
        self._arrange(shown)

    def _arrange(self, shown: list[Hashable]) -> None:
        if self._key_of is not None:
            unknown: list[Hashable] = []
            if None in self._keys.values():
                unknown = [row_id for row_id in shown if self._keys[row_id] is None]
                shown = [row_id for row_id in shown if self._keys[row_id] is not None]
            shown.sort(key=self._keys.__getitem__, reverse=self._descending)
            shown += unknown
        self.shown = shown
        self._positions = None

    def _renumber(self, first: int, last: int) -> None:
        """Correct the positions of what has made room."""
        if self._positions is not None:
            for place in range(first, last + 1):
                self._positions[self.shown[place]] = place

    def _place(self, key: Any) -> int:  # noqa: ANN401 - whatever the column sorts by
        """Return where a row with this key belongs; equal keys keep the order of arrival."""
        shown, keys = self.shown, self._keys
        known = len(shown)
        if key is None:
            return known
        while known and keys[shown[known - 1]] is None:
            known -= 1
        if not self._descending:
            return bisect_right(shown, key, hi=known, key=keys.__getitem__)
        low, high = 0, known
        while low < high:
            middle = (low + high) // 2
            if keys[shown[middle]] < key:
                high = middle
            else:
                low = middle + 1
        return low
