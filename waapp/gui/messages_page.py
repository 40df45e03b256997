"""What became of every message of a send: the funnel, the trouble, and the decisions only a person can make."""

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from waapp.config import Settings
from waapp.core.errors_twilio import Table
from waapp.core.invitations import Invitation, Send, SendState, SendSummary
from waapp.core.summary import funnel
from waapp.db import events as event_rows
from waapp.db import invitations as invitation_rows
from waapp.db import sends as send_rows
from waapp.db import templates as template_rows
from waapp.db.clock import Horizon, look
from waapp.db.engine import Connection, Database
from waapp.db.feed import Change, Kind
from waapp.db.settling import Decision, settle_by_person
from waapp.gui import style
from waapp.gui.aio import Tasks, busy
from waapp.gui.bars import MessageBar
from waapp.gui.filter_bar import Chips, ChipStrip
from waapp.gui.garbage import setting_aside
from waapp.gui.kpi_tiles import KpiTiles
from waapp.gui.message_columns import STATE_COLUMN, message_columns
from waapp.gui.message_controls import MessageControls
from waapp.gui.message_counts import MessageCounts
from waapp.gui.message_facts import (
    MessageFilter,
    chips_of,
    count_filters,
    filters_of,
)
from waapp.gui.message_panel import MessagePanel
from waapp.gui.moments import stamp
from waapp.gui.panel_area import PanelArea
from waapp.gui.refresher import FOLLOWING, Refresher
from waapp.gui.send_acts import is_account_trouble, is_undone
from waapp.gui.send_state_words import send_facts, state_line, why_paused
from waapp.gui.table import TableModel
from waapp.gui.table_view import table_view
from waapp.gui.widgets import Card, EmptyState, PageHeader, button, rule
from waapp.texts import tr

_AT_ONCE = 150
"""Changed rows that are taken in at once: a few milliseconds."""
_WORDS_AGE_MS = 30_000
"""How old the words with a time in them ("at 10:40", "tomorrow") may get."""


class MessagesPage(QWidget):
    """Follows one send of the event, the newest unless the planner picks another.

    `guest_wanted` asks the window to show a guest on the guests' page, `retry_wanted` to plan a send of a template to
    some guests again.
    """

    guest_wanted = Signal(object)
    retry_wanted = Signal(object, object)

    def __init__(
        self,
        *,
        database: Database,
        settings: Settings,
        tasks: Tasks,
        navigate: Callable[[str], None],
        errors: Table,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._database = database
        self._practice = settings.practice
        self._settings = settings
        self._tasks = tasks
        self._navigate = navigate
        self._errors = errors
        self._event_id: UUID | None = None
        self._sends: dict[UUID, SendSummary] = {}
        self._titles: dict[UUID, str] = {}
        self._send_id: UUID | None = None
        self._wanted: Invitation | None = None
        self._horizon: Horizon | None = None
        self._counts = MessageCounts(errors)
        self._coming = 0
        self._showing: asyncio.Task[None] | None = None
        self._reading = asyncio.Lock()
        self._refresher = Refresher(tasks, self._catch_up, pause=FOLLOWING)
        self._build()
        self._connect()

    # What the window asks

    async def open(self, event_id: UUID | None) -> None:
        """Show the newest send of an event; the same event again only catches up."""
        if event_id is not None and event_id == self._event_id and self._horizon is not None:
            self._refresher.ask()
            return
        self._event_id, self._send_id, self._horizon = event_id, None, None
        self._sends = {}
        self.panel.close_panel()
        self.messages.dismiss()
        self._show_rows(())
        try:
            if event_id is not None:
                await self._load(None)
        finally:
            self._show()

    def changed(self, change: Change) -> None:
        """Take in what somebody has changed, if it concerns this event."""
        if self._event_id is not None and change.concerns(
            self._event_id, Kind.INVITATIONS, Kind.SENDS, Kind.GUESTS
        ):
            self._refresher.ask()

    def show_send(self, send_id: UUID) -> None:
        """Go to a send of the event."""
        self._tasks.start(self._load(send_id))

    def show_invitation(self, invitation: Invitation) -> None:
        """Go to a message of the event, as soon as it is there."""
        self._wanted = invitation
        if self._event_id == invitation.event_id and self._horizon is not None:
            self._tasks.start(self._load(None))

    # How it is built

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.messages = MessageBar("messages_message")
        whole.addWidget(self.messages)
        column = QVBoxLayout()
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(style.SPACE[3])
        whole.addLayout(column, 1)
        self.header = PageHeader(tr("Messages"))
        self.controls = MessageControls(self._database, self._tasks, self.header, self.messages, self)
        column.addWidget(self.header)
        self.panel = MessagePanel(self._errors)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._build_send())
        self._stack.addWidget(self._build_empty())
        column.addWidget(self._stack, 1)

    def _build_send(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(style.SPACE[3])
        self.tiles = KpiTiles()
        column.addWidget(self.tiles)
        self.chips = Chips("messages_filter", tr("Show messages"))
        self.model = TableModel(message_columns(self._errors), parent=self)
        self.model.sort(STATE_COLUMN, Qt.SortOrder.AscendingOrder)
        self.view = table_view(self.model, "messages_table", tr("Messages"), style.TWO_LINE_ROW_HEIGHT)
        nothing = EmptyState("done", tr("Nothing here"), tr("No message of this send is in this state."))
        self._inner = QStackedWidget()
        self._inner.addWidget(self.view)
        self._inner.addWidget(nothing)
        card = Card()
        strip = ChipStrip(self.chips)
        strip.setContentsMargins(0, 0, 0, 0)
        strip.setViewportMargins(12, 10, 12, 10)
        strip.setFixedHeight(style.CONTROL_HEIGHT + 20)
        card.body.addWidget(strip)
        card.body.addWidget(rule())
        card.hold_table(self._inner)
        # The head is in the middle of the card here: no round corners.
        self.view.horizontalHeader().setStyleSheet("QHeaderView { border-radius: 0; }")
        column.addWidget(PanelArea(card, self.panel), 1)
        self._clockwork = QTimer(self, interval=_WORDS_AGE_MS)
        return body

    def _build_empty(self) -> EmptyState:
        go = button(tr("Send invitations"), "messages_go_to_send", primary=True)
        go.clicked.connect(lambda: self._navigate("send"))
        return EmptyState(
            "messages",
            tr("Nothing was sent yet"),
            tr("Here you will see what became of every invitation, and what to do about those that failed."),
            go,
        )

    def _connect(self) -> None:
        self.chips.chosen.connect(lambda _key: self._filter())
        self.controls.send_chosen.connect(self.show_send)
        self.controls.retry_wanted.connect(self._retry)
        self.controls.acted.connect(self._refresher.ask)
        self.view.picked.connect(self._picked)
        self.view.opened.connect(lambda _id: self.panel.setFocus())
        self.panel.closed.connect(self._panel_closed)
        self.panel.send_again_wanted.connect(lambda: self._decide(Decision.SEND_AGAIN))
        self.panel.treat_as_sent_wanted.connect(lambda: self._decide(Decision.TREAT_AS_SENT))
        self.panel.guest_wanted.connect(self._go_to_guest)
        self._clockwork.timeout.connect(self.model.refresh_texts)
        self._clockwork.start()

    # Loading and following changes

    async def _load(self, send_id: UUID | None) -> None:
        # One reading at a time: an older one must not come after a newer one.
        async with self._reading:
            await self._read_send(send_id)

    async def _read_send(self, send_id: UUID | None) -> None:
        event_id = self._event_id
        if event_id is None:
            return
        # Thousands of rows that stay: garbage is not looked for among them.
        with setting_aside():
            async with self._database.read() as conn:
                horizon = Horizon.first(await look(conn))
                await self._read_sends(conn, event_id)
                if send_id is None and self._wanted is not None:
                    send_id = self._wanted.send_id
                wanted = send_id if send_id in self._sends else next(iter(self._sends), None)
                rows = await invitation_rows.list_of_send(conn, wanted) if wanted is not None else []
        if event_id != self._event_id:
            return
        another = wanted != self._send_id
        self._send_id, self._horizon = wanted, horizon
        if another:
            self.panel.close_panel()
            self._choose_chip(rows)
        self._show_rows(rows)
        self._show()
        self._go_to_wanted()

    def _go_to_wanted(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None and self.model.row(wanted.id) is not None:
            self.chips.choose(MessageFilter.ALL)
            self._filter()
            self.view.go_to(wanted.id)

    async def _catch_up(self) -> None:
        async with self._reading:
            await self._take_changes()

    async def _take_changes(self) -> None:
        event_id, send_id, horizon = self._event_id, self._send_id, self._horizon
        if event_id is None or horizon is None:
            return
        if send_id is None:
            await self._read_send(None)
            return
        async with self._database.read() as conn:
            await self._read_sends(conn, event_id)
            changes = await invitation_rows.invitations_changed_since(conn, event_id, self._practice, horizon)
        if (event_id, send_id) != (self._event_id, self._send_id):
            return
        changed: set[UUID] = set()
        for start in range(0, len(changes.rows), _AT_ONCE):
            # News of a thousand messages may come at once; between two pieces the window has its turn.
            changed |= self._take_in(changes.rows[start : start + _AT_ONCE], send_id)
            await asyncio.sleep(0)
            if send_id != self._send_id or horizon is not self._horizon:
                return  # everything was read anew meanwhile
        self._horizon = changes.horizon
        summary = self._sends.get(send_id)
        if summary is None or summary.total != self.model.total:
            await self._read_send(send_id)
            return
        self._show()
        if self.panel.invitation_id in changed:
            self._showing = self._tasks.restart(
                self._showing, self._show_invitation(self.panel.invitation_id)
            )

    def _take_in(self, rows: Sequence[Invitation], send_id: UUID) -> set[UUID]:
        """Show rows as they are now; return the ids of those of the send that are new or different."""
        changed = [row for row in rows if row.send_id == send_id and self.model.row(row.id) != row]
        self._counts.take_away(before for row in changed if (before := self.model.row(row.id)) is not None)
        self._counts.add(changed)
        self.model.apply(changed)
        return {row.id for row in changed}

    def _show_rows(self, rows: Sequence[Invitation]) -> None:
        self._counts.clear()
        self._counts.add(rows)
        self.model.replace_all(rows)

    async def _read_sends(self, conn: Connection, event_id: UUID) -> None:
        summaries = await send_rows.list_sends(conn, event_id, self._practice)
        event = await event_rows.get_summary(conn, event_id, self._practice)
        titles = {each.id: each.display_name for each in await template_rows.list_templates(conn)}
        if event_id == self._event_id:
            self._sends = {summary.send.id: summary for summary in summaries if not is_undone(summary)}
            self._titles = titles
            self._coming = event.coming

    # Showing

    def _show(self) -> None:
        summary = self._shown_send()
        self._stack.setCurrentIndex(0 if summary is not None else 1)
        self.controls.show_send(summary, len(self._counts.worth_retrying))
        self.controls.show_sends(self._sends.values(), self._words_of, self._send_id)
        if summary is None:
            self.header.set_facts("")
            return
        send = summary.send
        facts = [
            send_facts(summary, self._title_of(send)),
            self._counts.costs,
            state_line(summary, None, self._settings, self._errors) if send.state is SendState.ACTIVE else "",
        ]
        self.header.set_facts(" · ".join(fact for fact in facts if fact))
        self.tiles.show_funnel(funnel(self._counts.states, self._coming))
        self._show_chips()
        self._show_pause(summary)

    def _title_of(self, send: Send) -> str:
        """Return what people call the template; one that was deleted since has only its name left."""
        title = self._titles.get(send.template_id) if send.template_id is not None else None
        return title or send.template_name

    def _words_of(self, summary: SendSummary) -> str:
        send = summary.send
        return f"{self._title_of(send)} v{send.template_version} · {stamp(send.created_at)} · {summary.total}"

    def _show_chips(self) -> None:
        totals = count_filters(self._counts.states, self._counts.doubled)
        self.chips.set_chips(chips_of(totals, self.chips.current()))
        self._inner.setCurrentIndex(0 if len(self.model) else 1)

    def _show_pause(self, summary: SendSummary) -> None:
        if summary.send.state is SendState.PAUSED:
            mend = (tr("Open settings"), lambda: self._navigate("settings"))
            self.messages.show_message(
                why_paused(summary, self._errors),
                "warning",
                action=mend if is_account_trouble(summary) else None,
                key="paused",
            )
        else:
            self.messages.withdraw("paused")

    def _shown_send(self) -> SendSummary | None:
        return self._sends.get(self._send_id) if self._send_id is not None else None

    def _choose_chip(self, rows: Sequence[Invitation]) -> None:
        """Begin with what needs a person, or with everything when nothing does."""
        troubled = any(MessageFilter.NEED_YOU in filters_of(row) for row in rows)
        self._show_chips()
        self.chips.choose(MessageFilter.NEED_YOU if troubled else MessageFilter.ALL)
        self._filter()

    def _filter(self) -> None:
        chip = MessageFilter(self.chips.current() or MessageFilter.ALL)
        self.model.set_filter(None if chip is MessageFilter.ALL else lambda row: chip in filters_of(row))
        self._inner.setCurrentIndex(0 if len(self.model) else 1)

    # The panel

    def _picked(self, ids: Sequence[UUID]) -> None:
        if len(ids) == 1:
            if ids[0] != self.panel.invitation_id or self.panel.isHidden():
                self._showing = self._tasks.restart(self._showing, self._show_invitation(ids[0]))
        elif not ids and not self.panel.isHidden() and self.model.row_for_id(self.panel.invitation_id) < 0:
            # It has left this chip by itself; it stays in view until the planner looks at another one.
            return

    async def _show_invitation(self, invitation_id: UUID | None) -> None:
        if invitation_id is None:
            return
        while True:
            listed = self.model.row(invitation_id)
            async with self._database.read() as conn:
                invitation = await invitation_rows.get_invitation(conn, invitation_id)
                log = await invitation_rows.get_log(conn, invitation_id)
            if self.model.row(invitation_id) is listed:
                break  # else it has changed meanwhile, and this may be how it was before
        summary = self._sends.get(invitation.send_id) if invitation.send_id is not None else None
        self.panel.show_invitation(invitation, log, summary.send.planned_by if summary is not None else "")

    def _panel_closed(self) -> None:
        if self._showing is not None:
            self._showing.cancel()  # what is read late must not open the panel again
        self.view.clearSelection()
        self.view.setFocus()

    def _go_to_guest(self) -> None:
        row = self.model.row(self.panel.invitation_id)
        if row is not None:
            self._navigate("guests")
            self.guest_wanted.emit(row.guest_id)

    # What a person decides

    def _decide(self, decision: Decision) -> None:
        if self.panel.invitation_id is not None:
            self._tasks.start(self._settle(self.panel.invitation_id, decision))

    async def _settle(self, invitation_id: UUID, decision: Decision) -> None:
        with busy(*self.panel.decisions):
            async with self._database.begin() as conn:
                settled = await settle_by_person(conn, invitation_id, decision, self._settings.desk)
        row = self.model.row(invitation_id)
        guest = row.guest_name if row is not None else ""
        if not settled:
            text = tr("It was settled meanwhile; what you see is the result.")
        elif decision is Decision.SEND_AGAIN:
            text = tr("{guest}: the message is sent again.", guest=guest)
        else:
            text = tr("{guest}: treated as sent.", guest=guest)
        self.messages.show_message(text, key="settled")
        self._refresher.ask()

    def _retry(self) -> None:
        """Plan a send of the same template to those for whom another attempt can help."""
        summary = self._shown_send()
        worth = self._counts.worth_retrying
        if summary is not None and summary.send.template_id is not None and worth:
            self.retry_wanted.emit(summary.send.template_id, worth)
