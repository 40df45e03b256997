"""The page for sending: choose a template, review who gets it, confirm, and watch it go."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from waapp.config import Settings
from waapp.core.invitations import SendState, SendSummary
from waapp.core.languages import language_name
from waapp.core.plan import Exclusion, Options
from waapp.core.waiting import Timing
from waapp.db import sends, templates
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.db.sends import Queued
from waapp.engine.plans import Prepared
from waapp.gui.aio import Tasks, ask, busy
from waapp.gui.refresher import Refresher
from waapp.gui.send_confirm import SendDialog
from waapp.gui.send_progress import SendProgress
from waapp.gui.send_review import SendReview
from waapp.gui.send_rows import Remedy, ReviewRow, review_rows
from waapp.gui.template_guests import GuestStepper
from waapp.gui.template_survey import PreviewGuest, survey
from waapp.gui.template_words import state_word
from waapp.gui.texts import when
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
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._database = database
        self._practice = settings.practice
        self._undo_seconds = settings.undo_seconds
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
        self._send_id: UUID | None = None
        self._is_asking = False
        self._planner = Refresher(tasks, self._plan)
        self._follower = Refresher(tasks, self._follow)
        self._build()

    # How it is built

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
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
        self._desk = QWidget()
        row = QHBoxLayout(self._desk)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        self._cards = QStackedWidget()
        self._review = SendReview()
        self._review.send_wanted.connect(self._start_sending)
        self._review.remedy_wanted.connect(self._remedy)
        self._progress = SendProgress()
        self._progress.pause_wanted.connect(lambda: self._change(self._pause()))
        self._progress.resume_wanted.connect(lambda: self._change(self._resume()))
        self._progress.stop_wanted.connect(lambda: self._change(self._stop()))
        self._progress.messages_wanted.connect(lambda: self._navigate("messages"))
        self._progress.another_wanted.connect(self._plan_another)
        self._cards.addWidget(self._review)
        self._cards.addWidget(self._progress)
        row.addWidget(self._cards, 1)
        self._stepper = GuestStepper("send.guests")
        self._stepper.setFixedWidth(_PREVIEW_WIDTH)
        row.addWidget(self._stepper)
        self._stack.addWidget(self._desk)

    # What the window asks of a page

    async def open(self, event_id: UUID | None) -> None:
        """Show an event's running send, or else the plan of a new one."""
        if event_id != self._event_id:
            self._options, self._prepared, self._send_id = Options(), None, None
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
            running = [
                each
                for each in await sends.list_sends(conn, event_id, self._practice)
                if each.send.state in {SendState.ACTIVE, SendState.PAUSED}
            ]
        self._fill_picker()
        if running and self._send_id is None:
            self._send_id = running[0].send.id
            self._progress.begin()
        if self._send_id is not None:
            await self._follow()
        else:
            await self._plan()

    def changed(self, change: Change) -> None:
        """Follow what this desk or another one has changed."""
        if self._event_id is None or self._is_asking:
            return
        if self._send_id is not None:
            if change.concerns(self._event_id, Kind.SENDS, Kind.INVITATIONS):
                self._follower.ask()
        elif change.concerns(self._event_id):
            self._planner.ask()

    # Planning

    async def _plan(self) -> None:
        """Look at every guest anew and show what a send would do."""
        event_id = self._event_id
        if event_id is None or self._send_id is not None:
            return
        async with self._database.read() as conn:
            self._templates = await templates.list_templates(conn, active_only=True)
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
        prepared = await self._prepare(event_id, self._template_id, self._options)
        if event_id != self._event_id or self._is_asking:
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
        if chosen != self._template_id or self._send_id is not None:
            self._template_id = chosen
            self._plan_another()

    def _plan_another(self) -> None:
        self._send_id = None
        self._options, self._again = Options(), ()
        self._planner.ask()

    def _remedy(self, row: ReviewRow) -> None:
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
            case Remedy.INCLUDE_US | Remedy.LEAVE_US:
                self._plan_with(replace(self._options, allow_us_marketing=row.remedy is Remedy.INCLUDE_US))
            case None:
                pass

    def _plan_with(self, options: Options) -> None:
        self._options = options
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
        finally:
            self._is_asking = False
            self._planner.ask()
        self._send_id = queued.send.id
        self._options, self._again = Options(), ()
        self._review.when.begin()
        self._progress.begin()
        if queued.skipped:
            self._progress.say(
                tr(
                    "{n:guest was|guests were} left out at the last moment: invited meanwhile, or opted out.",
                    n=len(queued.skipped),
                )
            )
        await self._follow()

    async def _follow(self) -> None:
        """Show how far the send is."""
        send_id = self._send_id
        if send_id is None:
            return
        async with self._database.read() as conn:
            summary = await sends.summary(conn, send_id)
        if send_id != self._send_id:
            return
        self._show(self._progress)
        self._header.set_title(_title(summary))
        self._header.set_facts(self._sent_facts(summary))
        self._progress.show_summary(summary)
        if self._stepper.guest is None:
            self._stepper.preview.show_hint(tr("What guests get is under Messages."))

    def _change(self, work: Awaitable[None]) -> None:
        self._tasks.start(self._changing(work))

    async def _changing(self, work: Awaitable[None]) -> None:
        with busy(*self._progress.controls):
            await work
        await self._follow()

    async def _pause(self) -> None:
        if self._send_id is not None:
            async with self._database.begin() as conn:
                stopped = await sends.pause(conn, self._send_id, "planner")
            self._progress.show_stopped(stopped, for_good=False)

    async def _resume(self) -> None:
        if self._send_id is not None:
            async with self._database.begin() as conn:
                await sends.resume(conn, self._send_id)
            self._progress.begin()

    async def _stop(self) -> None:
        if self._send_id is not None:
            async with self._database.begin() as conn:
                stopped = await sends.stop(conn, self._send_id)
            self._progress.show_stopped(stopped, for_good=True)

    # What it shows

    def _show(self, card: QWidget) -> None:
        self._stack.setCurrentWidget(self._desk)
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

    def _sent_facts(self, summary: SendSummary) -> str:
        send = summary.send
        titles = {each.id: each.display_name for each in self._templates}
        title = titles.get(send.template_id, send.template_name) if send.template_id else send.template_name
        return " · ".join(
            [
                f"{title} v{send.template_version}",
                tr("sent by {who}", who=send.planned_by),
                when(send.created_at),
                tr("{n:guest|guests}", n=summary.total),
            ]
        )

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


def _title(summary: SendSummary) -> str:
    match summary.send.state:
        case SendState.ACTIVE:
            return tr("Sending")
        case SendState.PAUSED:
            return tr("Paused")
        case SendState.STOPPED:
            return tr("Stopped")
        case SendState.FINISHED:
            return tr("Sent")
