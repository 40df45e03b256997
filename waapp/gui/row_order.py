"""Which rows of a table are shown, and in which order. Free of Qt."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import compress
from typing import Any, Final, Generic, TypeVar, cast

Row = TypeVar("Row")
Result = TypeVar("Result")

_SLICE: Final = 2_000
_PARTS: Final = 128
PLACED_AT_ONCE: Final = 2_000
"""Up to this many rows are brought to their places in one go; for more, all are ordered anew."""


class Taken(Enum):
    """What a row that was taken in means for what is shown."""

    NOTHING = auto()
    VALUES = auto()
    PLACE = auto()


class Rows(Generic[Row]):
    """Rows by id. Each has a slot, a number that goes up in the order of arrival and never changes.

    Slots are what orders are made of: an id like a UUID costs a call into Python wherever it is hashed or compared.
    """

    def __init__(self, identify: Callable[[Row], Hashable], rows: Iterable[Row] = ()) -> None:
        self.identify: Final = identify
        self._rows: list[Row | None] = []
        self._slots: dict[Hashable, int] = {}
        self.put_all(rows)

    def __len__(self) -> int:
        return len(self._slots)

    def __iter__(self) -> Iterator[Row]:
        """Iterate over the rows in the order of arrival."""
        return (row for row in self._rows if row is not None)

    def slot(self, row_id: Hashable) -> int | None:
        """Return the slot of a row, or None when it is not there."""
        return self._slots.get(row_id)

    def slots(self) -> list[int]:
        """Return the slots of all rows, in the order of arrival."""
        if len(self._slots) == len(self._rows):
            return list(range(len(self._rows)))
        return [slot for slot, row in enumerate(self._rows) if row is not None]

    def all(self) -> list[Row | None]:
        """Return what is in every slot, None where the row was dropped."""
        return self._rows[:]

    def has(self, slot: int) -> bool:
        """Tell whether the row of a slot was not dropped."""
        return self._rows[slot] is not None

    def at(self, slot: int) -> Row:
        """Return the row of a slot that was not dropped."""
        return cast("list[Row]", self._rows)[slot]

    def many(self, slots: Iterable[int]) -> Iterator[Row]:
        """Return the rows of slots that were not dropped."""
        return map(cast("list[Row]", self._rows).__getitem__, slots)

    def put(self, row: Row) -> int:
        """Store a row, new or in place of the one with its id; return its slot."""
        row_id = self.identify(row)
        slot = self._slots.get(row_id)
        if slot is None:
            slot = self._slots[row_id] = len(self._rows)
            self._rows.append(row)
        else:
            self._rows[slot] = row
        return slot

    def put_all(self, rows: Iterable[Row]) -> None:
        """Store many rows, each new or in place of the one with its id, and look up every id once only."""
        identify, stored, slot_of = self.identify, self._rows, self._slots.setdefault
        for row in rows:
            free = len(stored)
            slot = slot_of(identify(row), free)
            if slot == free:
                stored.append(row)
            else:
                stored[slot] = row

    def drop(self, row_id: Hashable) -> None:
        """Forget a row."""
        self._rows[self._slots.pop(row_id)] = None


@dataclass(frozen=True, slots=True)
class Rule(Generic[Row]):
    """What puts rows where they stand: a filter (None: all pass), and a key (None: the order of arrival)."""

    passes: Callable[[Row], bool] | None = None
    key_of: Callable[[Row], Any] | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Arrangement(Generic[Row]):
    """What `RowOrder.arranging` has found, for `RowOrder.show`: slots in their order, and the key of every slot."""

    rule: Rule[Row]
    shown: list[int]
    keys: list[Any]


class RowOrder(Generic[Row]):
    """Rows through a filter and in an order of their own: `shown` holds the slots of those that are shown.

    Rows that were taken in with `PLACE` stay where they are until `move`, `place` or `rearrange` is called for them.
    Rows with equal keys stand in the order of their arrival.

    `set_filter` and `set_key` say what is wanted. What is shown follows the earlier rule until `rearrange`, or
    until `arranging` has gone through to its end and `show` was called.
    """

    def __init__(self, rows: Rows[Row]) -> None:
        self.rows = rows
        self.shown: list[int] = []
        # By slot, as far as the rule has a key; a slot that waits for `place` has the key that put it where it is.
        self._keys: list[Any] = []
        self._positions: dict[int, int] | None = None
        # All slots in the wanted order, and their keys.
        self._ranked: tuple[list[int], list[Any]] | None = None
        self._rule: Rule[Row] = Rule()
        self._wanted: Rule[Row] = self._rule
        self._waiting: set[int] = set()
        self._touched: dict[int, None] = {}

    def set_filter(self, passes: Callable[[Row], bool] | None) -> None:
        """Show only what passes, from the next arrangement on."""
        self._want(Rule(passes, self._wanted.key_of, self._wanted.descending))

    def set_key(self, key_of: Callable[[Row], Any] | None, *, descending: bool) -> None:
        """Order by a key, from the next arrangement on; rows whose key is None come last in either direction."""
        self._want(Rule(self._wanted.passes, key_of, descending))
        self._ranked = None

    def replace_all(self, rows: Rows[Row]) -> None:
        """Hold these rows instead of all that were there; those that were shown and remain stay shown."""
        identify = self.rows.identify
        remain = [rows.slot(identify(row)) for row in self.rows.many(self.shown)]
        self.rows = rows
        self._ranked = None
        self._touched.clear()
        self._waiting.clear()
        self._keys = []
        self._show([slot for slot in remain if slot is not None])
        for slot in self.shown:
            self._learn_key(slot)

    def add(self, rows: Iterable[Row]) -> None:
        """Store rows that the next arrangement is to show."""
        self.rows.put_all(rows)
        self._ranked = None

    def position(self, slot: int) -> int:
        """Return where a slot is shown, or -1."""
        if self._positions is not None:
            return self._positions.get(slot, -1)
        try:
            return self.shown.index(slot)
        except ValueError:
            return -1

    def positions(self, slots: Sequence[int]) -> list[int]:
        """Return where these slots are shown, or -1 each."""
        self._number_for(len(slots))
        return list(map(self.position, slots))

    def take(self, rows: Sequence[Row]) -> list[tuple[int, Taken]]:
        """Store rows, new or changed; return their slots, and whether values or place must be shown anew."""
        self._number_for(len(rows))
        return [self._take(row) for row in rows]

    def _take(self, row: Row) -> tuple[int, Taken]:
        rows, rule, keys = self.rows, self._rule, self._keys
        slot = rows.slot(rows.identify(row))
        is_new = slot is None
        if slot is not None and rows.at(slot) == row:
            return slot, Taken.NOTHING
        slot = rows.put(row)
        self._touched[slot] = None
        key = None if rule.key_of is None else rule.key_of(row)
        same_key = not is_new and (rule.key_of is None or (slot < len(keys) and keys[slot] == key))
        if not same_key or self._wanted.key_of is not rule.key_of:
            self._ranked = None
        waits = slot in self._waiting
        stands = not waits and not is_new and self.position(slot) >= 0
        visible = rule.passes is None or rule.passes(row)
        if stands and visible and same_key:
            return slot, Taken.VALUES
        if not stands and not waits and not visible:
            return slot, Taken.NOTHING
        self._waiting.add(slot)
        return slot, Taken.PLACE

    def drop(self, ids: Iterable[Hashable]) -> None:
        """Forget rows, shown or not."""
        slots = [slot for slot in map(self.rows.slot, dict.fromkeys(ids)) if slot is not None]
        self._leave(slots)
        identify = self.rows.identify
        for slot in slots:
            self.rows.drop(identify(self.rows.at(slot)))
            self._waiting.discard(slot)
            self._touched[slot] = None
        self._ranked = None

    def destination(self, slot: int) -> int | None:
        """Return where a slot belongs among the others, or None when the filter hides it."""
        row, rule = self.rows.at(slot), self._rule
        if rule.passes is not None and not rule.passes(row):
            return None
        key = None if rule.key_of is None else rule.key_of(row)
        place = self.position(slot)
        others = self.shown if place < 0 else [*self.shown[:place], *self.shown[place + 1 :]]
        return self._place(others, self._known(others), slot, key)

    def move(self, slot: int, target: int | None) -> None:
        """Show a slot at its destination, or no longer."""
        place = self.position(slot)
        self._positions = None
        if place >= 0:
            del self.shown[place]
        if target is not None:
            self.shown.insert(target, slot)
            self._learn_key(slot)
        self._waiting.discard(slot)

    def place(self, slots: Iterable[int]) -> None:
        """Bring slots to where they belong, in or out: many in one go, all others stay as they are."""
        moving = list(dict.fromkeys(slots))
        self._leave(moving)
        passes, others = self._rule.passes, self.shown
        known = self._known(others)
        targets: list[tuple[int, int]] = []
        for slot in moving:
            self._waiting.discard(slot)
            if self.rows.has(slot) and (passes is None or passes(self.rows.at(slot))):
                key = self._learn_key(slot)
                targets.append((self._place(others, known, slot, key), slot))
        if targets:
            self._show(_merged(others, self._in_order(targets)))

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
                order, keys = [slot for slot in self.shown if self.rows.has(slot)], self._keys
            else:
                order, keys = yield from self._ranking(rule)
            shown = order[:]
            if rule.passes is not None:
                shown = []
                for start in range(0, len(order), _SLICE):
                    # What was dropped since is not there any more to be looked at.
                    part = [slot for slot in order[start : start + _SLICE] if self.rows.has(slot)]
                    shown += compress(part, map(rule.passes, self.rows.many(part)))
                    yield
            if len(self._touched) <= PLACED_AT_ONCE:
                return Arrangement(rule, shown, keys)

    def show(self, found: Arrangement[Row]) -> None:
        """Show what `arranging` has found, and what has changed since it looked."""
        self._rule = found.rule
        self._keys = found.keys
        self._waiting.clear()
        self._show(found.shown)
        if self._touched:
            self.place(self._touched)
            self._touched.clear()

    def _want(self, rule: Rule[Row]) -> None:
        self._wanted = rule
        if not self.rows:
            self._rule = rule

    def _ranking(self, rule: Rule[Row]) -> Generator[None, None, tuple[list[int], list[Any]]]:
        """Find all slots in order, filtered out or not, and their keys: so filtering need not sort."""
        if self._ranked is not None:
            return self._ranked
        slots = self.rows.slots()
        keys: list[Any] = []
        order = slots
        if rule.key_of is not None:
            rows = self.rows.all()
            for start in range(0, len(rows), _SLICE):
                keys += [None if row is None else rule.key_of(row) for row in rows[start : start + _SLICE]]
                yield
            known: list[int] = []
            unknown: list[int] = []
            for start in range(0, len(slots), _SLICE):
                for slot in slots[start : start + _SLICE]:
                    (unknown if keys[slot] is None else known).append(slot)
                yield
            order = yield from _sorting(known, keys, descending=rule.descending)
            order += unknown
        if not self._touched:
            self._ranked = order, keys
        return order, keys

    def _number_for(self, lookups: int) -> None:
        """Give what is shown its numbers, if they are to be looked up more than a few times."""
        if lookups > _FEW and self._positions is None:
            self._positions = dict(zip(self.shown, range(len(self.shown)), strict=True))

    def _show(self, slots: list[int]) -> None:
        self.shown = slots
        self._positions = None

    def _leave(self, slots: Sequence[int]) -> None:
        """Show these slots no longer."""
        places = sorted(place for place in self.positions(slots) if place >= 0)
        if places:
            self._show(_without(self.shown, places))

    def _learn_key(self, slot: int) -> Any:  # noqa: ANN401 - whatever the column sorts by
        """Return the key of a slot as it is now, and remember that it is what puts it where it stands."""
        if self._rule.key_of is None:
            return None
        key = self._rule.key_of(self.rows.at(slot))
        if slot >= len(self._keys):
            self._keys += [None] * (slot + 1 - len(self._keys))
        self._keys[slot] = key
        return key

    def _known(self, slots: Sequence[int]) -> int:
        """Return how many come before those without a key."""
        if self._rule.key_of is None:
            return len(slots)
        keys = self._keys
        return bisect_left(slots, True, key=lambda slot: keys[slot] is None)

    def _place(self, slots: Sequence[int], known: int, slot: int, key: Any) -> int:  # noqa: ANN401 - see `_learn_key`
        """Return where a slot with this key belongs among others of which the first `known` have a key."""
        if self._rule.key_of is None:
            return bisect_left(slots, slot)
        if key is None:
            return bisect_left(slots, slot, known)
        key_at = self._keys.__getitem__
        if not self._rule.descending:
            first = bisect_left(slots, key, 0, known, key=key_at)
            last = bisect_right(slots, key, first, known, key=key_at)
        else:
            # Whether a key is not above (or is below) this one goes from no to yes along the slots.
            first = bisect_left(slots, True, 0, known, key=lambda one: not key < key_at(one))
            last = bisect_left(slots, True, first, known, key=lambda one: key_at(one) < key)
        return bisect_left(slots, slot, first, last)

    def _in_order(self, targets: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Order what goes to the same place, as `_merged` wants it."""
        targets.sort(key=lambda one: one[1])
        if self._rule.key_of is not None:
            keys = self._keys
            with_key = [one for one in targets if keys[one[1]] is not None]
            with_key.sort(key=lambda one: keys[one[1]], reverse=self._rule.descending)
            targets = with_key + [one for one in targets if keys[one[1]] is None]
        return targets


_FEW: Final = 8
"""For more than so many it is cheaper to number all rows than to look for each."""


def run_through(steps: Generator[None, None, Result]) -> Result:
    """Take all steps at once and return what they lead to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


def _without(slots: list[int], places: Sequence[int]) -> list[int]:
    """Return a list without what is at some places, given in their order."""
    kept: list[int] = []
    start = 0
    for place in places:
        kept += slots[start:place]
        start = place + 1
    return kept + slots[start:]


def _merged(slots: list[int], targets: Sequence[tuple[int, int]]) -> list[int]:
    """Return a list with others put in, each given with its target and in their order."""
    merged: list[int] = []
    start = 0
    for target, slot in targets:
        merged += slots[start:target]
        merged.append(slot)
        start = target
    return merged + slots[start:]


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
