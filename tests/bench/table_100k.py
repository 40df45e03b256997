"""How long the table's model needs for 100,000 rows, against the least that Python could need for the same.

Run as `python -m tests.bench.table_100k`. The floor of sorting is `sorted()` of the same keys, of filtering a
list comprehension with the same predicate, of changing rows the dictionary writes alone; of painting one
screen there is none.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from waapp.core.status import Shown
from waapp.gui import style
from waapp.gui.delegates import PillDelegate
from waapp.gui.table import Column, TableModel
from waapp.gui.table_view import table_view
from waapp.gui.texts import collate, shown_word

ROWS = 100_000
CHANGED = 5_000
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Row:
    """As many values as a guest's row shows."""

    id: int
    name: str
    folded: str
    phone: str
    group: str
    state: Shown
    changed: float


def rows() -> list[Row]:
    """Return the same guests every time."""
    chance = random.Random(7)
    first = (
        "Aurélie",
        "Bartolomeu",
        "Chiara",
        "Dörte",
        "Ewa",
        "Fernando",
        "Grace",
        "Henrique",
        "Inês",
        "João",
    )
    states = list(Shown)
    made = []
    for number in range(ROWS):
        name = f"{chance.choice(first)} {chance.randrange(10**6):06}"
        phone = f"+351 9{chance.randrange(10**8):08}"
        group = f"Group {number % 9}"
        made.append(Row(number, name, collate(name), phone, group, chance.choice(states), chance.random()))
    return made


def timed(work: Callable[[], object]) -> float:
    """Return the median time of some rounds, in milliseconds."""
    times = []
    for _round in range(ROUNDS):
        started = perf_counter()
        work()
        times.append((perf_counter() - started) * 1000)
    return median(times)


def main() -> None:
    """Print the table of times and ratios."""
    app = QApplication([])
    style.apply(app)
    everyone = rows()
    model = TableModel([
        Column("name", "Name", lambda row: row.name, lambda row: row.folded, stretch=True),
        Column("phone", "WhatsApp", lambda row: row.phone, width=160),
        Column("group", "Group", lambda row: row.group),
        Column("state", "State", lambda row: shown_word(row.state), value=lambda row: row.state, delegate=PillDelegate),
        Column("changed", "Changed", lambda row: f"{row.changed:.3f}", lambda row: row.changed),
    ])  # fmt: skip
    view = table_view(model, "guests", "Guests")
    view.resize(1000, 800)
    view.show()
    app.processEvents()

    def is_failed(row: Row) -> bool:
        return row.state is Shown.FAILED

    def sort_both_ways() -> None:
        model.sort(0, Qt.SortOrder.DescendingOrder)
        model.sort(0, Qt.SortOrder.AscendingOrder)

    def sorted_both_ways() -> None:
        sorted(everyone, key=lambda row: row.folded, reverse=True)
        sorted(everyone, key=lambda row: row.folded)

    chance = random.Random(11)
    some = [everyone[place] for place in chance.sample(range(ROWS), CHANGED)]
    turns = [
        [replace(row, state=Shown.READ) for row in some],
        [replace(row, state=Shown.SENT) for row in some],
    ]
    moves = [[replace(row, changed=turn + row.id / ROWS) for row in some] for turn in (1, 2)]
    plain = {row.id: row for row in everyone}
    turn = iter(range(10**6))

    def show_screen() -> None:
        model.refresh_texts()
        view.viewport().repaint()

    results = [
        (
            "open",
            timed(lambda: model.replace_all(everyone)),
            timed(lambda: {row.id: row for row in everyone}),
        ),
        ("sort by name, both ways", timed(sort_both_ways), timed(sorted_both_ways)),
    ]
    model.sort(-1)
    found = timed(lambda: model.set_filter(is_failed))
    model.set_filter(None)
    results.append(("filter by state", found, timed(lambda: [row.id for row in everyone if is_failed(row)])))
    model.sort(0)
    results.append((
        f"change {CHANGED:,} rows in place",
        timed(lambda: model.apply(turns[next(turn) % 2])),
        timed(lambda: plain.update((row.id, row) for row in turns[0])),
    ))  # fmt: skip
    model.sort(4)
    floor = timed(lambda: sorted(everyone, key=lambda row: row.changed))
    results.append(
        (f"change {CHANGED:,} rows that move", timed(lambda: model.apply(moves[next(turn) % 2])), floor)
    )
    results.append(("change 1 row that moves", timed(lambda: model.apply([moves[next(turn) % 2][0]])), floor))
    results.append(("paint one screen anew", timed(show_screen), 0.0))
    print(f"{ROWS:,} rows, median of {ROUNDS}")
    for what, took, least in results:
        ratio = f"{took / least:6.1f} x floor of {least:7.2f} ms" if least else ""
        print(f"{what:<32} {took:8.2f} ms  {ratio}")


if __name__ == "__main__":
    main()
