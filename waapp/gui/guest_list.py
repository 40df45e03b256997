"""The guest list itself: search, chips with live counts, and the table."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from waapp.core.guest_query import GuestQuery
from waapp.core.guest_search import GuestFilter, fold_cached, matcher, narrows, passes, search_text
from waapp.core.guests import GuestRow
from waapp.db.labels import Colors, LabelKind
from waapp.gui import style
from waapp.gui.filter_bar import Chips, FilterBar, SearchField
from waapp.gui.guest_columns import guest_columns
from waapp.gui.guest_facts import GuestCounts
from waapp.gui.guest_filter_row import GuestFilterRow
from waapp.gui.labels_dialog import LabelUse
from waapp.gui.panel_area import PanelArea
from waapp.gui.table import ARRANGED_AT_ONCE, TableModel
from waapp.gui.table_view import table_view
from waapp.gui.widgets import Card, EmptyState, SidePanel, button, name
from waapp.texts import tr

_WORTH_A_BAR_MS = 250
_GROWTH = 8
_COUNTED = 1.5
_AT_ONCE = 500
_READ_AT_ONCE = 250


class GuestList(QWidget):
    """Shows guests; knows nothing of where they come from.

    Rows arrive in chunks between `begin` and `finish`, later changes through `apply` and `remove`, which keep
    selection and scroll. `picked` gives the ids of the selected guests when they change, `opened` one guest that
    the planner wants to edit. `removals` counts how often guests were taken out.
    """

    picked = Signal(object)
    opened = Signal(object)
    counted = Signal()

    def __init__(self, panel: SidePanel, empty: EmptyState, when: Callable[[datetime], str]) -> None:
        super().__init__()
        self.counts = GuestCounts()
        self.removals = 0
        # Those whose numbers are not counted yet, by chunks as they came, and which row objects they are: a hundred
        # thousand UUIDs take several times as long to put in a set.
        self._uncounted: deque[Sequence[GuestRow]] = deque()
        self._uncounted_rows: set[int] = set()
        self._searched: dict[Hashable, str] = {}
        self._is_loading = False
        self._shown_at = 0
        self._query = ""
        self._kept_chip: str | None = None
        self._chosen: frozenset[UUID] = frozenset()
        self._counted_at = 0
        self._going: UUID | None = None
        self.search = SearchField(tr("Search name, phone, tag"), "guests_search")
        self.chips = Chips("guests_filter", tr("Show"))
        self._colors: Colors = {}
        self.model = TableModel(guest_columns(when, self.color_of), parent=self)
        self.model.sort(0, Qt.SortOrder.AscendingOrder)
        self.view = table_view(self.model, "guests_table", tr("Guests"))
        self.filters = GuestFilterRow()
        self._build(panel, empty)
        self.filters.asked.connect(lambda _query: self._filter())
        self.filters.recalled.connect(self._recall)
        self.search.searched.connect(self._search)
        self.chips.chosen.connect(lambda _key: self._filter())
        self.view.picked.connect(self.picked)
        self.view.opened.connect(self.opened)
        self.model.counted.connect(self._show_whether_any)
        self.model.arranged.connect(self._go_on)
        self._show_counts()

    # What the page asks

    @property
    def is_loading(self) -> bool:
        """Whether rows are still arriving."""
        return self._is_loading

    @property
    def has_read_numbers(self) -> bool:
        """Whether the counts know what every number is worth."""
        return not self._uncounted_rows

    @property
    def selected(self) -> list[UUID]:
        """The ids of the selected guests, from top to bottom."""
        return cast("list[UUID]", self.view.selected_ids())

    def ids(self) -> set[UUID]:
        """Return the ids of all guests, shown or filtered out."""
        return {row.id for row in self.model.all_rows()}

    def known(self) -> dict[str, set[str]]:
        """Return the groups, tags and households that guests have."""
        groups: set[str] = set()
        tags: set[str] = set()
        households: set[str] = set()
        for row in self.model.all_rows():
            groups.add(row.group)
            tags.update(row.tags)
            households.add(row.household)
        return {"groups": groups - {""}, "tags": tags, "households": households - {""}}

    def color_of(self, kind: LabelKind, label: str) -> str:
        """Return the colour of a group or tag, empty for the neutral one."""
        return self._colors.get((kind, label), "")

    def set_colors(self, colors: Colors) -> None:
        """Paint groups and tags in these colours."""
        if colors != self._colors:
            self._colors = colors
            self.model.refresh_texts()

    def label_uses(self) -> list[LabelUse]:
        """Return the groups and tags that guests have, each kind in alphabetical order."""
        found: Counter[tuple[LabelKind, str]] = Counter()
        for row in self.model.all_rows():
            if row.group:
                found["group", row.group] += 1
            found.update(("tag", tag) for tag in row.tags)
        ordered = sorted(found.items(), key=lambda one: (one[0][0], one[0][1].casefold()))
        return [
            LabelUse(kind, label, self.color_of(kind, label), guests) for (kind, label), guests in ordered
        ]

    def offer_filters(self) -> None:
        """Offer in the filters what guests have now, while they are open."""
        if self._more.isChecked():
            languages = {row.language for row in self.model.all_rows()}
            self.filters.set_known(**self.known(), languages=languages - {""})

    def go_to(self, guest_id: UUID) -> None:
        """Select a guest and scroll there, out of any filter that hides it; when the list is in order at last."""
        self._going = None
        if self.view.go_to(guest_id) or self.model.row(guest_id) is None:
            return
        self._going = guest_id
        if self.model.is_arranged:
            self.show_all()

    def choose(self, ids: Iterable[UUID]) -> None:
        """Show only these guests and say so beside the chips; without any, all again."""
        chosen = frozenset(ids)
        if chosen == self._chosen:
            return
        self._chosen = chosen
        if chosen:
            self.search.clear()
            self.chips.choose(GuestFilter.ALL)
        self._filter()

    def show_all(self) -> None:
        """Take back every filter."""
        self._chosen = frozenset()
        self.search.clear()
        self.chips.choose(GuestFilter.ALL)
        self.filters.ask(GuestQuery())

    # What the page tells

    def add_state(self, state: EmptyState) -> Card:
        """Take in words that can stand in place of the list; give what is returned to `show_instead`."""
        return self._instead_of(state)

    def show_instead(self, state: Card) -> None:
        """Show words in place of the list, until rows arrive again."""
        self._late.stop()
        self._is_loading = False
        self._bar.hide()
        self._stack.setCurrentWidget(state)

    def begin(self) -> None:
        """Forget all rows; others will arrive."""
        self._is_loading = True
        self._shown_at = self._counted_at = 0
        self._searched = {}
        self.counts.clear()
        self._uncounted.clear()
        self._uncounted_rows.clear()
        self.model.replace_all(())
        self._late.start()
        self._stack.setCurrentWidget(self._card)
        self._show_counts()

    def arrive(self, rows: Sequence[GuestRow]) -> None:
        """Take in a chunk. The first ones are shown soon, the rest when all are there: each time sorts all of them."""
        if not self._is_loading:
            return
        self.model.add(rows)
        self.counts.count_states(rows)
        if self.model.total <= ARRANGED_AT_ONCE:
            self.counts.count_numbers(rows)
        else:
            self._uncounted.append(rows)
            self._uncounted_rows.update(map(id, rows))
        for row in rows:
            # Sorting all at the end finds these ready.
            fold_cached(row.name)
        arrived = self.model.total
        if arrived >= _GROWTH * self._shown_at and arrived <= ARRANGED_AT_ONCE:
            self._shown_at = arrived
            self.model.show_added()
        if arrived >= _COUNTED * self._counted_at:
            self._counted_at = arrived
            self._show_counts()

    def finish(self) -> None:
        """Show all that has arrived."""
        if self._is_loading and self._shown_at != self.model.total:
            self.model.show_added()
        self._is_loading = False
        self._late.stop()
        self._progress.hide()
        self._show_counts()

    async def prepare(self) -> None:
        """Do what can wait until the rows are shown, in slices that the window does not feel.

        That is counting by their numbers, and making what searches look at: the first letter finds it ready.
        """
        searched = self._searched
        while self._uncounted:
            chunk = self._uncounted.popleft()
            for start in range(0, len(chunk), _READ_AT_ONCE):
                rows = [
                    row for row in chunk[start : start + _READ_AT_ONCE] if id(row) in self._uncounted_rows
                ]
                self._uncounted_rows.difference_update(map(id, rows))
                self.counts.count_numbers(rows)
                await asyncio.sleep(0)
                if self._searched is not searched:
                    return
        self._show_counts()
        for number, row_id in enumerate([row.id for row in self.model.all_rows()]):
            row = self.model.row(row_id)
            if row is not None and row_id not in searched:
                searched[row_id] = search_text(row)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
                if self._searched is not searched:
                    return

    def apply(self, rows: Sequence[GuestRow]) -> set[UUID]:
        """Add rows, or replace those with the same ids; return the ids of those that are new or different."""
        changed = [row for row in rows if self.model.row(row.id) != row]
        if not changed:
            return set()
        self._count_no_longer([old for row in changed if (old := self.model.row(row.id)) is not None])
        self.counts.count(changed)
        for row in changed:
            self._searched.pop(row.id, None)
        self.model.apply(changed)
        self._show_counts()
        self.offer_filters()
        return {row.id for row in changed}

    def remove(self, ids: Iterable[UUID]) -> None:
        """Take guests out."""
        leaving = [row for row_id in ids if (row := self.model.row(row_id)) is not None]
        if not leaving:
            return
        self.removals += 1
        self._count_no_longer(leaving)
        self.model.remove([row.id for row in leaving])
        self._show_counts()

    # Inside

    def _count_no_longer(self, rows: Sequence[GuestRow]) -> None:
        self.counts.count_states(rows, -1)
        self.counts.count_numbers([row for row in rows if id(row) not in self._uncounted_rows], -1)
        self._uncounted_rows.difference_update(map(id, rows))

    def _build(self, panel: SidePanel, empty: EmptyState) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(style.SPACE[3])
        self._chosen_chip = button(
            "", "guests_chosen", kind="chip", icon="close", accessible_name=tr("Show all guests again")
        )
        self._chosen_chip.setProperty("chosen", "true")
        self._chosen_chip.clicked.connect(lambda: self.choose(()))
        self._more = button(
            tr("Filters"), "guests_filters_show", kind="chip", accessible_name=tr("Show the filters")
        )
        self._more.setCheckable(True)
        self._more.toggled.connect(self._show_filters)
        extra = QWidget()
        beside = QHBoxLayout(extra)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(style.SPACE[1])
        beside.addWidget(self._more)
        beside.addWidget(self._chosen_chip)
        self._chosen_chip.hide()
        self._bar = FilterBar(self.search, self.chips, extra)
        extra.show()
        self.filters.hide()
        self._card = Card()
        self._progress = name(QProgressBar(), "guests_loading", tr("Guests are being loaded"))
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.hide()
        self._late = QTimer(self, singleShot=True, interval=_WORTH_A_BAR_MS)
        self._late.timeout.connect(self._progress.show)
        self._none = EmptyState(
            "search", tr("No guest fits"), tr("Change the search, or show all guests."), self._all_button()
        )
        self._inner = QStackedWidget()
        self._inner.addWidget(self.view)
        self._inner.addWidget(self._none)
        self._card.body.addWidget(self._progress)
        self._card.hold_table(self._inner)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._card)
        self._empty = self._instead_of(empty)
        column.addWidget(self._bar)
        column.addWidget(self.filters)
        column.addWidget(PanelArea(self._stack, panel), 1)

    def _instead_of(self, state: EmptyState) -> Card:
        card = Card()
        card.body.addWidget(state)
        self._stack.addWidget(card)
        return card

    def _all_button(self) -> QPushButton:
        made = button(tr("Show all guests"), "guests_show_all")
        made.clicked.connect(self.show_all)
        return made

    def _show_filters(self, shown: bool) -> None:
        self.filters.setVisible(shown)
        self.offer_filters()
        if not shown and not self.filters.query().is_empty:
            self.filters.ask(GuestQuery())  # what cannot be seen must not hide guests

    def _recall(self, query: GuestQuery) -> None:
        """Search and choose as it was when a filter was kept."""
        self._chosen = frozenset()
        self._kept_chip = query.state
        self._show_counts()
        self.search.setText(query.text)
        self.chips.choose(query.state or GuestFilter.ALL)

    def _search(self, query: str) -> None:
        if query != self._query:
            earlier, self._query = self._query, query
            self._filter(narrower=narrows(query, earlier))

    def _filter(self, *, narrower: bool = False) -> None:
        chip = GuestFilter(self.chips.current() or GuestFilter.ALL)
        self.filters.set_around(self._query.strip(), None if chip is GuestFilter.ALL else chip.value)
        matches = matcher(self._query)
        self._chosen_chip.setVisible(bool(self._chosen))
        self._chosen_chip.setText(tr("Chosen {number}", number=len(self._chosen)))
        self._chosen_chip.setAccessibleName(
            tr("{n:chosen guest|chosen guests}; show all guests again", n=len(self._chosen))
        )
        self.model.set_filter(self._predicate(chip, matches), narrower=narrower)
        self._show_counts()

    def _predicate(
        self, chip: GuestFilter, matches: Callable[[str], bool] | None
    ) -> Callable[[GuestRow], bool] | None:
        def text_of(row: GuestRow) -> str:
            text = self._searched.get(row.id)
            if text is None:
                text = self._searched[row.id] = search_text(row)
            return text

        tests: list[Callable[[GuestRow], bool]] = []
        if self._chosen:
            chosen = self._chosen
            tests.append(lambda row: row.id in chosen)
        if chip is not GuestFilter.ALL:
            tests.append(passes(chip))
        if (asked := self.filters.query().matcher()) is not None:
            tests.append(asked)
        if matches is not None:
            tests.append(lambda row: matches(text_of(row)))
        if len(tests) <= 1:
            return tests[0] if tests else None
        return lambda row: all(test(row) for test in tests)

    def _show_counts(self) -> None:
        totals = self.counts.by_filter
        chosen = self.chips.current()
        words = {
            GuestFilter.ALL: tr("All"),
            GuestFilter.NOT_INVITED: tr("Not invited"),
            GuestFilter.ON_THE_WAY: tr("On the way"),
            GuestFilter.DELIVERED: tr("Delivered"),
            GuestFilter.READ: tr("Read"),
            GuestFilter.FAILED: tr("Failed"),
            GuestFilter.LOOK: tr("Needs a look"),
        }
        self.chips.set_chips(
            (key, word, totals[key])
            for key, word in words.items()
            if totals[key] or key in {GuestFilter.ALL, chosen, self._kept_chip}
        )
        nobody = not totals[GuestFilter.ALL] and not self.is_loading
        self._bar.setVisible(not nobody)
        self._stack.setCurrentWidget(self._empty if nobody else self._card)
        self._show_whether_any()
        self.counted.emit()

    def _show_whether_any(self) -> None:
        nobody = not len(self.model) and not self.is_loading and self.model.is_arranged
        self._inner.setCurrentWidget(self._none if nobody else self.view)

    def _go_on(self) -> None:
        if self._going is not None:
            self.go_to(self._going)
