"""Which rows of a table are shown, and in which order. Free of Qt."""

from bisect import bisect_right
from collections.abc import Callable, Generator, Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import compress
from typing import Any, Final, Generic, TypeVar

Row = TypeVar("Row")
Result = TypeVar("Result")

_SLICE: Final = 2_000
_PARTS: Final = 128
PLACED_AT_ONCE: Final = 1_000
"""Up to this many rows are brought to their places one after the other; for more, all are ordered anew."""


class Taken(Enum):
    """What a row that was taken in means for what is shown."""

    NOTHING = auto()
    VALUES = auto()
    PLACE = auto()


@dataclass(frozen=True, slots=True)
class Rule(Generic[Row]):
    """What puts rows where they stand: a filter (None: all pass), and a key (None: the order of arrival)."""

    passes: Callable[[Row], bool] | None = None
    key_of: Callable[[Row], Any] | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Arrangement(Generic[Row]):
    """What `RowOrder.arranging` has found, for `RowOrder.show`."""

    rule: Rule[Row]
    shown: list[Hashable]
    positions: dict[Hashable, int]


class RowOrder(Generic[Row]):
    """Rows by id, through a filter and in an order of their own.

    `rows` holds all of them in the order of arrival, `shown` the ids of those that pass the filter. Rows that
    were taken in with `PLACE` stay where they are until `move`, `hide`, `place` or `rearrange` is called for them.

    `set_filter` and `set_key` say what is wanted. What is shown follows the earlier rule until `rearrange`, or
    until `arranging` has gone through to its end and `show` was called.
    """

    def __init__(self) -> None:
        self.rows: dict[Hashable, Row] = {}
        self.shown: list[Hashable] = []
        self._positions: dict[Hashable, int] | None = None
        self._ranked: list[Hashable] | None = None
        self._ranked_rows: list[Row] | None = None
        self._keys_in_place: dict[Hashable, Any] = {}
        self._rule: Rule[Row] = Rule()
        self._wanted: Rule[Row] = self._rule
        self._touched: dict[Hashable, None] = {}

    def set_filter(self, passes: Callable[[Row], bool] | None) -> None:
        """Show only what passes, from the next arrangement on."""
        self._want(Rule(passes, self._wanted.key_of, self._wanted.descending))

    def set_key(self, key_of: Callable[[Row], Any] | None, *, descending: bool) -> None:
        """Order by a key, from the next arrangement on; rows whose key is None come last in either direction."""
        self._want(Rule(self._wanted.passes, key_of, descending))
        self._ranked = None

    def replace_all(self, rows: dict[Hashable, Row]) -> None:
        """Hold these rows instead of all that were there; those that were shown and remain stay shown."""
        self.rows = rows
        self._ranked = None
        self._touched.clear()
        self.keep_shown([row_id for row_id in self.shown if row_id in rows])

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
        self._touched[row_id] = None
        passes, key_of = self._rule.passes, self._rule.key_of
        stays = old is not None and (key_of is None or key_of(old) == key_of(row))
        if not stays:
            self._ranked = None
        self._ranked_rows = None
        was_shown = self.position(row_id) >= 0
        visible = passes is None or passes(row)
        if not was_shown:
            return Taken.PLACE if visible else Taken.NOTHING
        if visible and stays and row_id not in self._keys_in_place:
            return Taken.VALUES
        if old is not None and key_of is not None:
            # Until it is moved it stands where its earlier key has put it.
            self._keys_in_place.setdefault(row_id, key_of(old))
        return Taken.PLACE

    def drop(self, ids: Iterable[Hashable]) -> None:
        """Forget rows; those that are shown must have been hidden, or `keep_shown` must follow."""
        for row_id in ids:
            del self.rows[row_id]
            self._touched[row_id] = None
            self._ranked = None

    def destination(self, row_id: Hashable) -> int | None:
        """Return where a row belongs among the others, or None when the filter hides it."""
        row = self.rows[row_id]
        if self._rule.passes is not None and not self._rule.passes(row):
            return None
        place = self.position(row_id)
        if place >= 0:
            del self.shown[place]
        target = self._target(row)
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

    def place(self, ids: Iterable[Hashable]) -> None:
        """Bring rows to where they belong, in or out: many in one go, all others stay as they are."""
        moving = dict.fromkeys(ids)
        self.keep_shown([row_id for row_id in self.shown if row_id not in moving])
        passes = self._rule.passes
        for row_id in moving:
            row = self.rows.get(row_id)
            if row is not None and (passes is None or passes(row)):
                self.shown.insert(self._target(row), row_id)

    def keep_shown(self, ids: list[Hashable]) -> None:
        """Show only these of the rows that are shown, given in their order."""
        kept = set(ids) if self._keys_in_place else ()
        self.shown = ids
        self._positions = None
        self._keys_in_place = {row_id: key for row_id, key in self._keys_in_place.items() if row_id in kept}

    def rearrange(self, *, narrower: bool = False) -> None:
        """Filter and order everything anew at once."""
        self.show(run_through(self.arranging(narrower=narrower)))

    def arranging(self, *, narrower: bool = False) -> Generator[None, None, Arrangement[Row]]:
        """Filter and order as wanted, in slices of a few milliseconds; `show` then shows what was found.

        Rows may be taken in and dropped between two slices. `narrower` promises that the wanted filter lets
        through nothing that the one before did not, and that the order is the same: then only what is shown
        is looked at.
        """
        while True:
            self._touched.clear()
            rule = self._wanted
            # Going through all in order is cheaper than looking most of them up.
            if narrower and 2 * len(self.shown) <= len(self.rows):
                ids = [row_id for row_id in self.shown if row_id in self.rows]
                rows = list(map(self.rows.__getitem__, ids))
            else:
                ids, rows = yield from self._ranking(rule)
            shown = ids[:]
            if rule.passes is not None:
                shown = []
                for start in range(0, len(ids), _SLICE):
                    part = slice(start, start + _SLICE)
                    shown += compress(ids[part], map(rule.passes, rows[part]))
                    yield
            positions: dict[Hashable, int] = {}
            for start in range(0, len(shown), _SLICE):
                positions.update(zip(shown[start : start + _SLICE], range(start, len(shown)), strict=False))
                yield
            if len(self._touched) <= PLACED_AT_ONCE:
                return Arrangement(rule, shown, positions)

    def show(self, found: Arrangement[Row]) -> None:
        """Show what `arranging` has found, and what has changed since it looked."""
        self._rule = found.rule
        self.shown = found.shown
        self._positions = found.positions
        self._keys_in_place.clear()
        if self._touched:
            self.place(self._touched)
            self._touched.clear()

    def _want(self, rule: Rule[Row]) -> None:
        self._wanted = rule
        if not self.rows:
            self._rule = rule

    def _ranking(self, rule: Rule[Row]) -> Generator[None, None, tuple[list[Hashable], list[Row]]]:
        """Find all ids and their rows in order, filtered out or not: so filtering need not sort."""
        if self._ranked is not None:
            if self._ranked_rows is None:
                self._ranked_rows = list(map(self.rows.__getitem__, self._ranked))
            return self._ranked, self._ranked_rows
        ids, rows = list(self.rows), list(self.rows.values())
        if rule.key_of is not None:
            keys: list[Any] = []
            for start in range(0, len(rows), _SLICE):
                keys += map(rule.key_of, rows[start : start + _SLICE])
                yield
            known: list[int] = []
            unknown: list[int] = []
            for start in range(0, len(keys), _SLICE):
                for place, key in enumerate(keys[start : start + _SLICE], start):
                    (unknown if key is None else known).append(place)
                yield
            order = yield from _sorting(known, keys, descending=rule.descending)
            order += unknown
            arrived, ids, rows = (ids, rows), [], []
            for start in range(0, len(order), _SLICE):
                ids += map(arrived[0].__getitem__, order[start : start + _SLICE])
                rows += map(arrived[1].__getitem__, order[start : start + _SLICE])
                yield
        if not self._touched:
            self._ranked, self._ranked_rows = ids, rows
        return ids, rows

    def _target(self, row: Row) -> int:
        return len(self.shown) if self._rule.key_of is None else self._place(self._rule.key_of(row))

    def _key(self, row_id: Hashable) -> Any:  # noqa: ANN401 - whatever the column sorts by
        """Return the key that has put a shown row where it stands."""
        key_of = self._rule.key_of
        if key_of is None or row_id in self._keys_in_place:
            return self._keys_in_place.get(row_id)
        return key_of(self.rows[row_id])

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
        if not self._rule.descending:
            return bisect_right(shown, key, hi=known, key=key_at)
        low, high = 0, known
        while low < high:
            middle = (low + high) // 2
            if key_at(shown[middle]) < key:
                high = middle
            else:
                low = middle + 1
        return low


def run_through(steps: Generator[None, None, Result]) -> Result:
    """Take all steps at once and return what they lead to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


def _sorting(places: list[int], keys: Sequence[Any], *, descending: bool) -> Generator[None, None, list[int]]:
    """Sort places by their keys, equal ones as they were: shared out by a sample of the keys, then part by part.

    So no step is long: merging sorted runs would end in one that goes through all of them.
    """
    if len(places) <= _SLICE:
        return sorted(places, key=keys.__getitem__, reverse=descending)
    bounds = sorted({keys[place] for place in places[:: len(places) // _PARTS]})
    parts: list[list[int]] = [[] for _ in range(len(bounds) + 1)]
    for start in range(0, len(places), _SLICE):
        for place in places[start : start + _SLICE]:
            parts[bisect_right(bounds, keys[place])].append(place)
        yield
    ordered: list[int] = []
    for part in reversed(parts) if descending else parts:
        part.sort(key=keys.__getitem__, reverse=descending)
        ordered += part
        yield
    return ordered
