"""The window's composition root: builds everything once, and owns the order in which it ends."""

import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QMetaObject, QSettings, QTranslator
from PySide6.QtWidgets import QApplication

from waapp import config, loop, paths, texts
from waapp.config import Settings
from waapp.core.cadence import REAL
from waapp.core.errors_twilio import load_table
from waapp.core.events import EventSummary
from waapp.core.plan import Options
from waapp.core.rates import load_rates
from waapp.core.waiting import Timing
from waapp.db import events
from waapp.db.feed import Connected, Feed
from waapp.db.queueing import Queued
from waapp.engine import plans
from waapp.engine.account import Account, Line, open_account
from waapp.engine.approvals import Approvals
from waapp.engine.header_pictures import fetch_picture
from waapp.engine.lines import Lines, LinesState
from waapp.engine.plans import Prepared
from waapp.errors import UserError
from waapp.gui import garbage, style
from waapp.gui.aio import Tasks
from waapp.gui.events_page import EventsPage
from waapp.gui.guests_page import GuestsPage
from waapp.gui.messages_page import MessagesPage
from waapp.gui.page_counts import PageCounts
from waapp.gui.send_page import SendPage
from waapp.gui.settings_page import Entered, SettingsPage
from waapp.gui.settings_sections import Verdict
from waapp.gui.template_drafts import KeptDrafts
from waapp.gui.templates_page import TemplatesPage
from waapp.gui.undo_watch import UndoWatch
from waapp.gui.window import Window
from waapp.opening import OpenDatabase, open_database
from waapp.sample import add_sample
from waapp.setup_checks import check_account, check_database, check_sender, list_senders
from waapp.texts import tr

_log = logging.getLogger(__name__)

_GLANCE = 0.2
"""Seconds between two looks at how many messages are still to be finished."""


def run(settings: Settings) -> int:
    """Show the window until it is closed; return the exit code."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("waapp")
    application.setApplicationDisplayName("waapp")
    application.setDesktopFileName("waapp")
    # Closing the last window would end the event loop under the work that is still being finished.
    application.setQuitOnLastWindowClosed(False)
    _translate(application)
    style.apply(application)
    with (
        garbage.collected_by_window(),
        asyncio.Runner(loop_factory=lambda: loop.window_loop(application)) as runner,
    ):
        program = Program(settings)
        # At the end of a session the system asks this way; the handler runs when a timer next runs Python.
        before = signal.signal(signal.SIGTERM, lambda _number, _frame: program.window.close())
        try:
            runner.run(program.run())
        finally:
            signal.signal(signal.SIGTERM, before)
    return 0


class Program:
    """The running window: one session with a database and an account after another, until it is closed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._errors = load_table(paths.resource_text("twilio_errors.toml"))
        self._rates = load_rates(paths.resource_text("rates.toml"))
        self._quitting = False
        self._leave = asyncio.Event()
        self._session: asyncio.Task[None] | None = None
        self._opened: OpenDatabase | None = None
        self._serving = False
        self._memory = QSettings(str(paths.config_dir() / "window.ini"), QSettings.Format.IniFormat)
        self.window = Window(load_events=self._load_events, log_dir=paths.log_dir(), state=self._memory)

    async def run(self) -> None:
        """Open, serve, and open anew when the settings change; return when everything has ended."""
        window = self.window
        window.close_requested.connect(self._quit)
        window.opening.cancelled.connect(self._cancel_opening)
        window.opening.retry_wanted.connect(self._leave.set)
        asyncio.get_running_loop().set_exception_handler(self._loop_failed)
        before, sys.excepthook = sys.excepthook, self._slot_failed
        try:
            with loop.stop_signals(self._quit):
                async with Tasks(window.report) as tasks:
                    self._add_settings_page(tasks)
                    window.show()
                    while not self._quitting:
                        self._leave.clear()
                        self._session = tasks.start(self._serve_or_explain(), "session")
                        if self._session is not None:
                            await asyncio.wait([self._session])
        finally:
            sys.excepthook = before
            window.finish()

    # One session

    async def _serve_or_explain(self) -> None:
        """Serve; when that cannot begin, say why and wait for another try, other settings or the end."""
        try:
            await self._serve()
        except UserError as error:
            self.window.show_opening_failed(error)
        except asyncio.CancelledError:
            if self._quitting or self._leave.is_set():
                raise
            self.window.show_opening_failed(UserError("opening_cancelled"))
        else:
            return
        await self._leave.wait()

    async def _serve(self) -> None:
        """Work with one database and one account until the window closes or the settings change."""
        window, settings = self.window, self._settings
        window.show_opening()
        window.set_practice(settings.practice)
        async with AsyncExitStack() as stack:
            opened = await stack.enter_async_context(open_database(settings, self._show_step))
            account = await self._open_account(stack)
            self._opened = opened
            try:
                await self._work(opened, account)
            finally:
                self._opened = None

    async def _open_account(self, stack: AsyncExitStack) -> Account | None:
        """Open the account; without it the window still shows everything, and only sending is missing."""
        try:
            return await stack.enter_async_context(open_account(self._settings))
        except UserError as error:
            self.window.report(error)
            return None

    async def _work(self, opened: OpenDatabase, account: Account | None) -> None:
        window, settings = self.window, self._settings
        line = account.line if account else None
        feed = Feed(opened.url, planner=settings.planner)
        feed.subscribe(window.changed)
        feed.watch(lambda state: self._show_connection(opened, state))
        approvals = self._approvals(opened, account)
        self._add_pages(opened, line, approvals)
        async with Tasks(window.report) as tasks:
            counts = PageCounts(opened.database, tasks, practice=settings.practice, show=window.set_count)
            feed.subscribe(counts.changed)
            followed = window.event_chosen.connect(counts.follow)
            undone: QMetaObject.Connection | None = None
            lines, working = None, None
            if account is not None:
                lines = self._lines(opened, account)
                feed.subscribe(lines.changed)
                working = tasks.start(lines.run(), "lines")
            else:
                window.status.show_lines(LinesState(), practice=False)
            if line is not None:
                undo = UndoWatch(opened.database, tasks, sender=line.key, show=window.status.undo.show_send)
                feed.subscribe(undo.changed)
                undone = window.status.undo.undo_wanted.connect(undo.undo)
            if approvals is not None:
                feed.subscribe(approvals.changed)
                tasks.start(approvals.run(), "approvals")
            tasks.start(feed.run(), "feed")
            # From here on leaving is in order: a query that is cut off half-way would hold it up.
            self._serving = True
            try:
                await window.start()
                counts.follow(window.event_id)
                await self._leave.wait()
            finally:
                self._serving = False
                window.event_chosen.disconnect(followed)
                window.status.undo.show_send(None)
                if undone is not None:
                    window.status.undo.undo_wanted.disconnect(undone)
                if lines is not None:
                    lines.stop()
                await window.close_pages()
                if lines is not None and working is not None:
                    await self._finish(lines, working)

    async def _finish(self, lines: Lines, working: asyncio.Task[None]) -> None:
        """Wait for the requests that are with Twilio, and say so: what is under way is never cut off.

        It takes at most the HTTP timeout, and the time that the engine grants the database for the outcomes.
        """
        takes_time = False
        while not working.done():
            if lines.in_flight or takes_time:
                self.window.show_finishing(lines.in_flight)
            await asyncio.wait([working], timeout=_GLANCE)
            takes_time = True

    def _lines(self, opened: OpenDatabase, account: Account) -> Lines:
        def show(state: LinesState) -> None:
            self.window.status.show_lines(state, practice=account.practice)

        return Lines(
            opened.database,
            account,
            desk=self._settings.desk,
            table=self._errors,
            request_seconds=self._settings.http_timeout,
            on_state=show,
        )

    # Pages

    def _approvals(self, opened: OpenDatabase, account: Account | None) -> Approvals | None:
        """Return what submits templates and follows them; it needs an account, but no sender."""
        if account is None:
            return None
        settings = self._settings
        return Approvals(
            opened.database,
            account.client,
            account.line.cadence if account.line else REAL,
            account=settings.practice_key if account.practice else "",
            desk=settings.desk,
        )

    def _add_pages(self, opened: OpenDatabase, line: Line | None, approvals: Approvals | None) -> None:
        window, settings, database = self.window, self._settings, opened.database

        async def open_sample() -> UUID:
            return (await add_sample(database, datetime.now(UTC))).event.id

        order = config.language_order()

        async def keep_order(codes: tuple[str, ...]) -> None:
            nonlocal order
            order = codes
            await asyncio.to_thread(config.keep_language_order, codes)

        async def prepare(event_id: UUID, template_id: UUID, options: Options) -> Prepared:
            return await plans.prepare(
                database,
                event_id,
                template_id,
                replace(options, languages=order),
                line=line,
                practice=settings.practice,
                rates=self._rates,
            )

        async def queue(prepared: Prepared, timing: Timing) -> Queued:
            return await plans.queue(database, prepared, planner=settings.planner, timing=timing)

        def show_guests(ids: Sequence[UUID]) -> None:
            guests_page.show_guests(window.event_id, ids)
            window.show_page("guests")

        def edit_event(event_id: UUID) -> None:
            window.show_page("events")
            events_page.edit_event(event_id)

        def page_handles(key: str) -> dict[str, Any]:
            return {
                "database": database,
                "settings": settings,
                "tasks": window.tasks_for(key),
                "navigate": window.show_page,
            }

        events_page = EventsPage(
            **page_handles("events"), choose_event=window.choose_event, open_sample=open_sample
        )
        guests_page = GuestsPage(
            **page_handles("guests"), errors=self._errors, forget_practised=partial(_forget_practised, line)
        )
        window.add_page("events", events_page)
        window.add_page("guests", guests_page)
        window.add_page(
            "templates",
            TemplatesPage(
                **page_handles("templates"),
                approvals=approvals,
                line=line,
                drafts=KeptDrafts(self._drafts_file(opened)),
                memory=self._memory,
                # In practice mode nothing leaves this computer, not even the question for a picture.
                fetch_picture=None if settings.practice else fetch_picture,
                order=order,
                keep_order=keep_order,
            ),
        )
        send_page = SendPage(
            **page_handles("send"),
            prepare=prepare,
            queue=queue,
            errors=self._errors,
            show_guests=show_guests,
            edit_event=edit_event,
        )
        window.add_page("send", send_page)
        messages_page = MessagesPage(**page_handles("messages"), errors=self._errors)
        messages_page.guest_wanted.connect(guests_page.show_guest)
        guests_page.message_wanted.connect(messages_page.show_invitation)
        guests_page.message_wanted.connect(lambda _invitation: window.show_page("messages"))

        def plan_again(template_id: UUID, ids: Sequence[UUID]) -> None:
            if window.event_id is not None:
                window.show_page("send")
                send_page.plan_again(window.event_id, template_id, ids)

        messages_page.retry_wanted.connect(plan_again)
        window.add_page("messages", messages_page)

    def _drafts_file(self, opened: OpenDatabase) -> Path:
        """Return where unsaved templates of this database are kept: another database has others."""
        which = sha256(opened.database.label.encode()).hexdigest()[:12] if opened.shared else "private"
        return paths.user_data_dir() / "unsaved" / f"templates-{which}.json"

    def _add_settings_page(self, tasks: Tasks) -> None:
        async def test_database(entered: Entered) -> Verdict:
            check = await check_database(entered.settings)
            return Verdict(check.level.value, check.text)

        async def test_account(entered: Entered) -> Verdict:
            check = await check_account(_with_secret(entered))
            return Verdict(check.level.value, check.text)

        async def test_sender(entered: Entered) -> Verdict:
            check = await check_sender(_with_secret(entered))
            return Verdict(check.level.value, check.text)

        async def senders(entered: Entered) -> Sequence[tuple[str, str]]:
            return [(one.number, one.status) for one in await list_senders(_with_secret(entered))]

        page = SettingsPage(
            settings=self._settings,
            tasks=tasks,
            test_database=test_database,
            test_account=test_account,
            test_sender=test_sender,
            list_senders=senders,
            save=self._save,
        )
        self.window.add_page("settings", page)

    async def _save(self, entered: Entered) -> None:
        """Store settings and secrets, then begin a new session with them."""
        settings = entered.settings
        if entered.secret and settings.account_sid:
            await config.store_twilio_secret(settings.api_key or settings.account_sid, entered.secret)
        if settings.database_url and not settings.database_from_environment:
            bare = await config.store_database_password(settings.database_url)
            settings = replace(settings, database_url=bare)
        config.save(settings)
        self._settings = settings
        self._leave.set()

    async def _load_events(self) -> Sequence[EventSummary]:
        if self._opened is None:
            return ()
        async with self._opened.database.read() as conn:
            return await events.list_events(conn, self._settings.practice)

    # What the window shows of the work behind it

    def _show_step(self, step: str) -> None:
        words = {
            "start": tr("Starting the database on this computer…"),
            "migrate": tr("Bringing it up to date…"),
            "connect": tr("Connecting to the shared database…"),
        }
        self.window.show_opening(words[step])

    def _show_connection(self, opened: OpenDatabase, state: Connected) -> None:
        label = opened.database.label if opened.shared else tr("Private database")
        self.window.set_database(label, connected=state.connected)
        if state.error is not None:
            self.window.report(state.error)

    # Ending

    def _cancel_opening(self) -> None:
        if not self._serving and self._session is not None:
            self._session.cancel()

    def _quit(self) -> None:
        if self._quitting:
            return  # it is ending already: a second cancellation would cut off what is being finished
        self._quitting = True
        self._leave.set()
        if not self._serving and self._session is not None:
            self._session.cancel()

    def _slot_failed(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        _log.error("a slot failed", exc_info=(kind, error, trace))
        self.window.report(error)

    def _loop_failed(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        _log.error("%s", context.get("message"), exc_info=error)
        if isinstance(error, Exception):
            self.window.report(error)


def _with_secret(entered: Entered) -> Settings:
    return replace(entered.settings, secret=entered.secret or entered.settings.secret)


async def _forget_practised(line: Line | None, sid: str) -> None:
    """Delete a message at the practice Twilio of this computer; a real one is the planner's to delete."""
    if line is not None and line.practice:
        await line.client.delete(sid)


def _translate(application: QApplication) -> None:
    """Speak the system's language as far as there is a translation; the catalogues are built, not kept."""
    locale = QLocale()
    ours, qts = QTranslator(application), QTranslator(application)
    if not ours.load(locale, "waapp", "_", str(paths.data_dir("resources") / "i18n")):
        return
    application.installTranslator(ours)
    if qts.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(qts)
    application.setLayoutDirection(locale.textDirection())
    texts.use_translator(lambda text: QCoreApplication.translate("waapp", text))
