"""The page for sending: choose a template, review who gets it, confirm, and watch it go."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from waapp.config import Settings
from waapp.core.errors_twilio import Table
from waapp.core.invitations import Send, SendState, SendSummary
from waapp.core.languages import language_name
from waapp.core.plan import Exclusion, Options
from waapp.core.waiting import Timing
from waapp.db import sends, templates
from waapp.db.engine import Connection, Database
from waapp.db.feed import Change, Kind
from waapp.db.invitations import prior_invitations
from waapp.db.queueing import Queued
from waapp.engine.plans import Prepared
from waapp.errors import UserError
from waapp.gui.aio import Tasks, ask, busy
from waapp.gui.bars import MessageBar
from waapp.gui.refresher import Refresher
from waapp.gui.send_confirm import SendDialog
from waapp.gui.send_progress import SendProgress
from waapp.gui.send_review import SendReview
from waapp.gui.send_rows import Remedy, ReviewRow, review_rows
from waapp.gui.send_state_words import send_facts, state_title
from waapp.gui.send_watch import SendWatch
from waapp.gui.template_guests import GuestStepper
from waapp.gui.template_survey import PreviewGuest, survey
from waapp.gui.template_words import state_word
from waapp.gui.undo_bar import UndoBar
from waapp.gui.widgets import EmptyState, PageHeader, button, name
from waapp.texts import tr

if TYPE_CHECKING:
    from waapp.core.template import Template

Prepare = Callable[[UUID, UUID, Options], Awaitable[Prepared]]
"""Plans a send of a template to an event's guests; writes nothing."""
Queue = Callable[[Prepared, Timing], Awaitable[Queued]]
"""Writes a plan's send and invitations, to leave at such times; the engine carries them on."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_PREVIEW_WIDTH = 320
_NARROW_PREVIEW_WIDTH = 264
_NARROW = 900


class SendPage(QWidget):
    """Plans, confirms and follows sends of one event.

    `show_guests` opens the guests page on these guests, `edit_event` the panel of an event.
    """

    def __init__(
        self,
        *,
        database: Database,
        settings: Settings,
        tasks: Tasks,
        navigate: Callable[[str], None],
        prepare: Prepare,
        queue: Queue,
        show_guests: Callable[[Sequence[UUID]], None],
        edit_event: Callable[[UUID], None],
        errors: Table,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._database = database
        self._practice = settings.practice
        self._undo_seconds = settings.undo_seconds
        self._settings = settings
        self._planner_name = settings.planner
        self._errors = errors
        self._tasks = tasks
        self._navigate = navigate
        self._prepare = prepare
        self._queue = queue
        self._show_guests = show_guests
        self._edit_event = edit_event
        self._event_id: UUID | None = None
        self._templates: list[Template] = []
        self._template_id: UUID | None = None
        self._options = Options()
        self._again: tuple[Exclusion, ...] = ()
        self._prepared: Prepared | None = None
        self._is_asking = False
        self._planning = asyncio.Lock()
        self._planner = Refresher(tasks, self._plan)
        self._build()

    # How it is built

    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.messages = MessageBar("send_message")
        self.undo_bar = UndoBar("send.undo_bar")
        whole.addWidget(self.messages)
        whole.addWidget(self.undo_bar)
        column = QVBoxLayout()
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        whole.addLayout(column, 1)
        self._header = PageHeader(tr("Send invitations"))
        self._picker = QComboBox()
        name(self._picker, "send.template", tr("Template to send"))
        self._picker.setMinimumWidth(200)
        self._picker.activated.connect(self._choose)
        self._header.add(self._picker)
        column.addWidget(self._header)
        self._stack = QStackedWidget()
        column.addWidget(self._stack, 1)
        self._next_page = "events"
        self._next = button(tr("Open events"), "send.next", primary=True)
        self._next.clicked.connect(lambda: self._navigate(self._next_page))
        self._empty = EmptyState("send", tr("Nothing to send yet"), "", self._next)
        self._stack.addWidget(self._empty)
        self._working = QWidget()
        row = QHBoxLayout(self._working)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        self._cards = QStackedWidget()
        self._review = SendReview()
        self._review.send_wanted.connect(self._start_sending)
        self._review.remedy_wanted.connect(self._remedy)
        self._progress = SendProgress(self._errors, self._settings)
        self._progress.messages_wanted.connect(lambda: self._navigate("messages"))
        self._progress.another_wanted.connect(self._plan_another)
        self._progress.settings_wanted.connect(lambda: self._navigate("settings"))
        self._watch = SendWatch(self._database, self._tasks, self._progress, self.undo_bar, self)
        self._watch.shown.connect(self._show_sent)
        self._watch.undone.connect(self._show_undone)
        self._cards.addWidget(self._review)
        self._cards.addWidget(self._progress)
        row.addWidget(self._cards, 1)
        self._stepper = GuestStepper("send.guests")
        self._stepper.setFixedWidth(_PREVIEW_WIDTH)
        row.addWidget(self._stepper)
        self._stack.addWidget(self._working)

    # What the window asks of a page

    async def open(self, event_id: UUID | None) -> None:
        """Show an event's running send, or else the plan of a new one."""
        if event_id != self._event_id:
            self._options, self._prepared = Options(), None
            self._watch.forget()
        self._event_id = event_id
        if event_id is None:
            self._show_empty(
                tr("No event chosen"),
                tr("Choose the event whose guests you want to invite."),
                tr("Open events"),
                "events",
            )
            return
        async with self._database.read() as conn:
            self._templates = await templates.list_templates(conn, active_only=True)
            running = await self._running(conn, event_id)
        self._fill_picker()
        if running and self._watch.send_id is None:
            self._watch.begin(running[0].send.id)
        if self._watch.send_id is not None:
            await self._watch.look()
        else:
            await self._plan()

    def changed(self, change: Change) -> None:
        """Follow what this desk or another one has changed."""
        if self._event_id is None or self._is_asking:
            return
        if self._watch.send_id is not None:
            if change.concerns(self._event_id, Kind.SENDS, Kind.INVITATIONS):
                self._watch.ask()
        elif change.concerns(self._event_id):
            self._planner.ask()

    async def _running(self, conn: Connection, event_id: UUID) -> list[SendSummary]:
        found = await sends.list_sends(conn, event_id, self._practice)
        return [each for each in found if each.send.state in {SendState.ACTIVE, SendState.PAUSED}]

    # Planning

    async def _plan(self) -> None:
        """Look at every guest anew and show what a send would do; one look at a time, so that the last one stands."""
        async with self._planning:
            await self._look_at_guests()

    async def _look_at_guests(self) -> None:
        event_id = self._event_id
        if event_id is None or self._watch.send_id is not None:
            return
        async with self._database.read() as conn:
            self._templates = await templates.list_templates(conn, active_only=True)
            running = await self._running(conn, event_id)
        self._show_running(running)
        self._fill_picker()
        if self._template_id is None:
            self._show_empty(
                tr("No template yet"),
                tr("Write the text of your invitation first; then come back and send it."),
                tr("Open templates"),
                "templates",
            )
            return
        self._review.show_planning()
        asked = event_id, self._template_id, self._options
        prepared = await self._prepare(*asked)
        if asked != (self._event_id, self._template_id, self._options):
            return  # the planner wants something else by now, and will be shown that
        if self._is_asking or self._watch.send_id is not None:
            return
        self._prepared = prepared
        plan = prepared.plan
        if not plan.recipients and not plan.excluded:
            self._show_empty(
                tr("No guests yet"),
                tr("Add the guests of this event, or import their list."),
                tr("Open guests"),
                "guests",
            )
            return
        self._show(self._review)
        self._header.set_title(tr("Send invitations"))
        self._header.set_facts(_facts(prepared))
        self._review.show_plan(
            prepared, review_rows(prepared, self._sent_again(prepared)), self._undo_seconds
        )
        await self._show_messages(prepared)

    def _show_running(self, running: Sequence[SendSummary]) -> None:
        """Say what is under way for this event while the next send is planned, and let it be undone here too."""
        undoable = (each for each in running if each.undo_seconds > 0)
        self.undo_bar.show_send(min(undoable, key=lambda each: each.undo_seconds, default=None))
        if not running:
            self.messages.withdraw("running")
            return
        if self.messages.key in {"undone", "left_out"}:
            return  # the planner is still reading what has just happened
        first = running[0]
        mine = first.send.planned_by == self._planner_name
        who = tr("You are") if mine else tr("{who} is", who=first.send.planned_by)
        self.messages.show_message(
            tr(
                "{who} sending {template} to {n:guest|guests}.",
                who=who,
                template=f"“{self._title_of(first.send)}”",
                n=first.total,
            ),
            action=(tr("Watch"), lambda: self._follow(first.send.id)),
            key="running",
        )

    def _follow(self, send_id: UUID) -> None:
        self._watch.begin(send_id)
        self._watch.ask()

    def _sent_again(self, prepared: Prepared) -> tuple[Exclusion, ...]:
        """Return the guests of the plan who have the message and whom the planner has included all the same."""
        recipients = {each.guest_id for each in prepared.plan.recipients}
        return tuple(each for each in self._again if each.guest_id in recipients)

    async def _show_messages(self, prepared: Prepared) -> None:
        people = [PreviewGuest(each.guest_id, each.name, each.values) for each in prepared.plan.recipients]
        self._stepper.set_guests(people, None)
        self._stepper.show_wording(prepared.template)
        if not people:
            self._stepper.preview.show_hint(tr("As things are, nobody gets a message."))
        self._stepper.set_survey(await survey(prepared.template, people))

    def _choose(self, place: int) -> None:
        chosen = self._picker.itemData(place)
        if chosen != self._template_id or self._watch.send_id is not None:
            self._template_id = chosen
            self._plan_another()

    def plan_again(self, event_id: UUID, template_id: UUID, guests: Sequence[UUID]) -> None:
        """Plan a send of a template to these guests of an event only, as another page asks."""
        self._event_id, self._template_id = event_id, template_id
        self._plan_another()
        self._options = Options(only_guest_ids=frozenset(guests))

    def _plan_another(self) -> None:
        self._watch.forget()
        self._review.when.begin()
        self._again = ()
        self._plan_with(Options())

    def _remedy(self, row: ReviewRow) -> None:  # noqa: C901 - one arm per remedy
        """Do what the button of a row offers."""
        match row.remedy:
            case Remedy.GUESTS:
                self._show_guests([each.guest_id for each in row.left_out])
            case Remedy.TEMPLATE:
                self._navigate("templates")
            case Remedy.MESSAGES:
                self._navigate("messages")
            case Remedy.SETTINGS:
                self._navigate("settings")
            case Remedy.EVENT:
                if self._event_id is not None:
                    self._edit_event(self._event_id)
            case Remedy.INCLUDE_INVITED | Remedy.LEAVE_INVITED:
                include = row.remedy is Remedy.INCLUDE_INVITED
                self._again = row.left_out if include else ()
                self._plan_with(replace(self._options, include_already_invited=include))
            case Remedy.ONE_EACH | Remedy.ONE_PER_PHONE:
                self._plan_with(replace(self._options, one_per_phone=row.remedy is Remedy.ONE_PER_PHONE))
            case Remedy.ONE_EACH_AT_HOME | Remedy.ONE_PER_HOUSEHOLD:
                one = row.remedy is Remedy.ONE_PER_HOUSEHOLD
                self._plan_with(replace(self._options, one_per_household=one))
            case Remedy.INCLUDE_US | Remedy.LEAVE_US:
                self._plan_with(replace(self._options, allow_us_marketing=row.remedy is Remedy.INCLUDE_US))
            case Remedy.EVERYBODY:
                self._plan_with(replace(self._options, only_guest_ids=None))
            case None:
                pass

    def _plan_with(self, options: Options) -> None:
        """Plan anew; what was planned before can be sent no more."""
        self._options, self._prepared = options, None
        self._review.show_planning()
        self._planner.ask()

    # Sending

    def _start_sending(self) -> None:
        prepared = self._prepared
        if prepared is None or self._is_asking or not prepared.plan.may_start:
            return
        self._is_asking = True
        if self._tasks.start(self._send(prepared)) is None:
            self._is_asking = False

    async def _send(self, prepared: Prepared) -> None:
        """Ask once, queue once, and go on to watching."""
        try:
            with busy(self._review.send_button, self._picker):
                if not await ask(SendDialog(prepared, self._sent_again(prepared), self)):
                    return
                queued = await self._queue(prepared, self._review.when.timing)
        except UserError as error:
            if error.code != "nobody_left":
                raise
            await self._say_left_out(prepared, [each.guest_id for each in prepared.plan.recipients])
            return
        finally:
            self._is_asking = False
            self._planner.ask()
        self._watch.begin(queued.send.id)
        self.messages.dismiss()
        await self._watch.look()
        if queued.skipped:
            await self._say_left_out(prepared, queued.skipped)

    async def _say_left_out(self, prepared: Prepared, skipped: Sequence[UUID]) -> None:
        """Say who was faster: the guests who were left out at the last moment are never invited twice."""
        async with self._database.read() as conn:
            prior = await prior_invitations(conn, prepared.event.id, prepared.template.id, self._practice)
        by = Counter(prior[each].by for each in skipped if each in prior)
        parts = [
            tr(
                "{n:of these was|of these were} just queued by {who}; left out.",
                n=n,
                who=who or tr("somebody"),
            )
            for who, n in by.items()
        ]
        gone = len(skipped) - by.total()
        if gone:
            parts.append(
                tr("{n:guest was|guests were} left out at the last moment: opted out, or deleted.", n=gone)
            )
        self.messages.show_message(" ".join(parts), key="left_out")

    def _show_sent(self, summary: SendSummary) -> None:
        """Show the send that is followed in place of the plan."""
        self.messages.withdraw("running")
        self._show(self._progress)
        self._header.set_title(state_title(summary))
        self._header.set_facts(send_facts(summary, self._title_of(summary.send)))
        if self._stepper.guest is None:
            self._stepper.preview.show_hint(tr("What guests get is under Messages."))

    def _show_undone(self) -> None:
        """Return to the plan as it was before Send: what the planner had decided is still decided."""
        self.messages.show_message(
            tr("Undone. Nothing has left, and everything is as it was before."), key="undone"
        )
        self._planner.ask()

    # What it shows

    def _show(self, card: QWidget) -> None:
        self._stack.setCurrentWidget(self._working)
        self._cards.setCurrentWidget(card)
        self._picker.setVisible(card is self._review)

    def _show_empty(self, title: str, text: str, next_step: str, page: str) -> None:
        self._empty.set_words(title, text)
        self._next.setText(next_step)
        self._next.setAccessibleName(next_step)
        self._next_page = page
        self._header.set_facts("")
        self._picker.hide()
        self._stack.setCurrentWidget(self._empty)

    def _fill_picker(self) -> None:
        ids = [each.id for each in self._templates]
        if self._template_id not in ids:
            # What the planner has worked on last is what she is most likely to send.
            offered = [each for each in self._templates if each.is_approved] or self._templates
            newest = max(offered, key=lambda each: each.updated_at or _LONG_AGO, default=None)
            self._template_id = newest.id if newest is not None else None
        entries = [(each.display_name, each.id) for each in self._templates]
        shown = [
            (self._picker.itemText(place), self._picker.itemData(place))
            for place in range(self._picker.count())
        ]
        if shown != entries:
            self._picker.clear()
            for title, key in entries:
                self._picker.addItem(title, key)
        self._picker.setCurrentIndex(ids.index(self._template_id) if self._template_id is not None else -1)

    def _title_of(self, send: Send) -> str:
        titles = {each.id: each.display_name for each in self._templates}
        return titles.get(send.template_id, send.template_name) if send.template_id else send.template_name

    def minimumSizeHint(self) -> QSize:
        """Return the least room that is still usable."""
        return QSize(640, 400)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the review more of a narrow window."""
        super().resizeEvent(event)
        self._stepper.setFixedWidth(_NARROW_PREVIEW_WIDTH if self.width() < _NARROW else _PREVIEW_WIDTH)


def _facts(prepared: Prepared) -> str:
    template = prepared.template
    word, _ = state_word(template)
    return " · ".join(
        [f"{template.display_name} v{template.version}", language_name(template.language), word]
    )
