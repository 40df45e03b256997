"""The shown guests to a file; what is kept about one guest to a file, and forgotten for good."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QWidget

from waapp.core.errors_twilio import Table
from waapp.core.events import Event
from waapp.db import personal_data
from waapp.db.engine import Database
from waapp.exporting import export_guests, export_personal_data
from waapp.gui.aio import ask
from waapp.gui.bars import MessageBar
from waapp.gui.confirm import ConfirmDialog
from waapp.gui.save_file import ask_for_file, show_folder
from waapp.texts import tr
from waapp.texts.deletions import what_stays


class GuestExport:
    """Asks, writes or forgets, and says what was done.

    `forget_practised` deletes a message of which the practice Twilio on this computer keeps number and text.
    """

    def __init__(
        self,
        *,
        database: Database,
        practice: bool,
        errors: Table,
        messages: MessageBar,
        parent: QWidget,
        catch_up: Callable[[], Awaitable[None]],
        forget_practised: Callable[[str], Awaitable[object]],
    ) -> None:
        self._database: Final = database
        self._practice: Final = practice
        self._errors: Final = errors
        self._messages: Final = messages
        self._parent: Final = parent
        self._catch_up: Final = catch_up
        self._forget_practised: Final = forget_practised

    async def export(self, event: Event, ids: Sequence[UUID]) -> None:
        """Write these guests, in this order, where the planner wants them."""
        formats = {".xlsx": tr("Excel workbook"), ".csv": tr("CSV"), ".vcf": tr("Contacts (vCard)")}
        title = tr("Export {n:guest|guests}", n=len(ids))
        name = f"{event.name} {datetime.now().astimezone():%Y-%m-%d}"
        path = await ask_for_file(self._parent, "export_file", title, name, formats)
        if path is None:
            return
        self._messages.show_message(tr("Saving {file}…", file=path.name), key="exported")
        try:
            written = await export_guests(
                self._database,
                event,
                path,
                practice=self._practice,
                errors=self._errors,
                ids=ids,
                # A spreadsheet whose language writes 1,5 splits columns at semicolons.
                delimiter=";" if QLocale().decimalPoint() == "," else ",",
                right_to_left=self._parent.layoutDirection() is Qt.LayoutDirection.RightToLeft,
            )
        except BaseException:
            self._messages.withdraw("exported")
            raise
        text = tr("{n:guest|guests} saved to {file}.", n=written, file=path.name)
        self._messages.show_message(
            text, "info", (tr("Show folder"), lambda: show_folder(path)), key="exported"
        )

    async def save_personal_data(self, guest_id: UUID, name: str) -> None:
        """Write all that is kept about a guest, as the guest may ask for."""
        formats = {".xlsx": tr("Excel workbook"), ".json": tr("JSON, for programs")}
        title = tr("Personal data of {name}", name=name)
        path = await ask_for_file(self._parent, "personal_file", title, title, formats)
        if path is None:
            return
        await export_personal_data(self._database, guest_id, path)
        text = tr("The personal data of {name} was saved to {file}.", name=name, file=path.name)
        self._messages.show_message(
            text, "info", (tr("Show folder"), lambda: show_folder(path)), key="exported"
        )

    async def erase(self, guest_id: UUID, name: str, forget: Callable[[UUID], object]) -> bool:
        """Forget a guest for good, after saying what stays and why; tell whether it was done.

        `forget` empties the window's own memory of the guest: also where the list cannot be read afterwards.
        """
        async with self._database.read() as conn:
            kept = await personal_data.what_erasing_keeps(conn, guest_id)
        title = tr("Erase {name} for good?", name=name)
        if not await ask(
            ConfirmDialog(title, what_stays(kept), tr("Erase for good"), tr("Keep"), self._parent)
        ):
            return False
        async with self._database.begin() as conn:
            practised = await personal_data.erase(conn, guest_id)
        forget(guest_id)
        try:
            await self._catch_up()
        finally:
            for sid in practised:
                await self._forget_practised(sid)
        self._messages.show_message(tr("The guest was erased."), key="erased")
        return True
