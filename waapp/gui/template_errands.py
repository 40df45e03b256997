"""The longer errands of the templates' page, each from its question to its end: saving, submitting, taking in."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget

from waapp.config import Settings
from waapp.core.guests import Guest
from waapp.core.invitations import Invitation
from waapp.core.languages import language_name, read_language
from waapp.core.starters import STARTER_LANGUAGES
from waapp.core.template import Template, TemplateDraft
from waapp.core.template_samples import approval_samples
from waapp.core.template_versions import differences
from waapp.db import invitations as invitation_rows
from waapp.db import template_versions as variant_rows
from waapp.db import templates as template_rows
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.engine.trials import queue_trial
from waapp.errors import UserError
from waapp.gui.aio import Tasks, ask
from waapp.gui.template_conflict import DifferenceDialog
from waapp.gui.template_gallery import GalleryDialog, occasion_of, starter_for, starters
from waapp.gui.template_history import HistoryDialog
from waapp.gui.template_import import ImportTemplateDialog
from waapp.gui.template_language_dialog import LanguageDialog
from waapp.gui.template_order import OrderDialog
from waapp.gui.template_picture import FetchPicture, HeaderPicture
from waapp.gui.template_sheets import Sheet
from waapp.gui.template_submit import Submission, SubmitDialog
from waapp.gui.template_survey import PreviewGuest
from waapp.gui.template_trial import TrialDialog
from waapp.texts import field_problem, tr

if TYPE_CHECKING:
    from waapp.engine.account import Line
    from waapp.engine.approvals import Approvals


_OWN_NUMBER: Final = "own_number"


class Errands:
    """Asks what must be asked, does it, and tells the outcome; what is shown meanwhile is the page's business."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        tasks: Tasks,
        approvals: "Approvals | None",
        account: str,
        parent: QWidget,
        *,
        line: "Line | None" = None,
        memory: QSettings | None = None,
        fetch: FetchPicture | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._tasks = tasks
        self._fetch = fetch
        self._approvals = approvals
        self._account = account
        self._parent = parent
        self._line = line
        self._memory = memory
        self._test: TrialDialog | None = None

    @property
    def can_submit(self) -> bool:
        """Tell whether there is a Twilio, real or for practice, to submit to."""
        return self._approvals is not None

    async def save(self, sheet: Sheet) -> Template | dict[str, str]:
        """Store a sheet and return what is stored; else what is wrong by field, nothing when somebody was quicker."""
        stored, desk = sheet.stored, self._settings.desk
        try:
            async with self._database.begin() as conn:
                if sheet.family is not None:
                    return await variant_rows.save_variant(
                        conn,
                        sheet.family,
                        sheet.draft,
                        stored.version if stored else None,
                        desk=desk,
                        account=self._account,
                    )
                return await template_rows.save_template(
                    conn,
                    stored.id if stored else None,
                    sheet.draft,
                    stored.draft if stored else None,
                    desk=desk,
                    account=self._account,
                )
        except UserError as error:
            if error.code == "template_name_taken":
                return {"name": field_problem("template_name_taken")}
            if error.code in {"template_changed", "template_language_taken"}:
                return {}
            raise

    async def remove_language(self, template: Template) -> None:
        """Take a language away from a template; its versions stay."""
        async with self._database.begin() as conn:
            await variant_rows.remove_variant(conn, template.id, template.language, template.version)

    # Beginning something

    async def choose_starter(
        self, guests: Sequence[Guest], samples: Callable[[str], Mapping[str, str]]
    ) -> TemplateDraft | None:
        """Return the draft that a new template begins with, None when nobody wants one after all."""
        languages = _languages_of(guests)
        there = [code for code, _count in languages.most_common() if starters(code)]
        dialog = GalleryDialog(there[0] if there else "en", samples, parent=self._parent)
        with HeaderPicture(dialog.preview, self._tasks, self._fetch):
            return dialog.draft if await ask(dialog) else None

    async def choose_language(
        self, draft: TemplateDraft, there: Collection[str], guests: Sequence[Guest]
    ) -> TemplateDraft | None:
        """Return the draft that a further language begins with, None when it is given up."""
        occasion = occasion_of(draft)
        ready = {code for code in STARTER_LANGUAGES if starter_for(occasion, code)}
        dialog = LanguageDialog(there, _languages_of(guests), ready, parent=self._parent)
        if not await ask(dialog):
            return None
        starter = starter_for(occasion, dialog.code)
        if dialog.beginning == "starter" and starter is not None:
            text = starter.draft(draft.name, draft.display_name)
            return replace(text, category=draft.category, is_active=draft.is_active)
        if dialog.beginning == "empty":
            return replace(draft, language=dialog.code, content="", header=None, footer="", buttons=())
        return replace(draft, language=dialog.code)

    async def choose_order(self, codes: Sequence[str]) -> tuple[str, ...] | None:
        """Return languages in the order that the planner wants, None when it stays as it is."""
        dialog = OrderDialog(codes, parent=self._parent)
        return dialog.codes if await ask(dialog) else None

    # On one's own phone

    @property
    def can_test(self) -> bool:
        """Tell whether there is a number to send a test from."""
        return self._line is not None

    def changed(self, change: Change) -> None:
        """Let a test that is being watched follow what becomes of it."""
        if self._test is not None and change.kind in {Kind.INVITATIONS, Kind.SENDS, Kind.ALL}:
            self._test.refresh()

    async def send_test(self, template: Template, guest: PreviewGuest) -> None:
        """Send a template to the planner's own phone as a guest would get it, and show what becomes of it."""
        line = self._line
        if line is None:
            return

        async def send(number: str) -> Callable[[], Awaitable[Sequence[Invitation]]]:
            queued = await queue_trial(
                self._database, line, template, guest.id, number, planner=self._settings.planner
            )
            if self._memory is not None:
                self._memory.setValue(_OWN_NUMBER, number)
            return lambda: self._rows_of(queued.send.id)

        self._test = TrialDialog(
            template.display_name,
            guest.name or tr("this guest"),
            str(self._memory.value(_OWN_NUMBER, "")) if self._memory is not None else "",
            send,
            self._tasks,
            practice=self._settings.practice,
            approved=template.is_approved,
            parent=self._parent,
        )
        try:
            await ask(self._test)
        finally:
            self._test = None

    async def _rows_of(self, send_id: UUID) -> Sequence[Invitation]:
        async with self._database.read() as conn:
            return await invitation_rows.list_of_send(conn, send_id)

    # Approval

    async def ask_to_submit(self, template: Template, samples: Mapping[str, str]) -> Submission | None:
        """Return how to submit a template, with these examples to begin with; None when it is not to be."""
        dialog = SubmitDialog(
            template,
            approval_samples(template, samples),
            practice=self._settings.practice,
            parent=self._parent,
        )
        return dialog.submission if await ask(dialog) else None

    async def submit(self, template: Template, samples: Mapping[str, str]) -> None:
        """Create a template at Twilio and ask for its approval."""
        if self._approvals is not None:
            await self._approvals.submit(template, samples)

    async def compare(self, template: Template) -> None:
        """Show what Twilio has in place of a template, if it is not the same; change nothing by itself."""
        if self._approvals is None:
            return
        conflict = await self._approvals.find_conflict(template)
        title = tr("“{title}” here and at Twilio", title=template.display_name)
        if conflict is None:
            text = tr("Both say the same.")
            await ask(DifferenceDialog(title, text, (), nothing=text, parent=self._parent))
            return
        wording = conflict.wording
        if wording is None:
            text = tr("At Twilio it is a kind of message that cannot be shown here.")
            await ask(DifferenceDialog(title, text, (), nothing=text, parent=self._parent))
            return
        theirs = replace(
            template,
            content=wording.content,
            header=wording.header,
            footer=wording.footer,
            buttons=wording.buttons,
        )
        text = tr(
            "Somebody has changed it at Twilio. Marked is what Twilio has and this does not. Guests get what Twilio "
            "has; the text here stays until you change it."
        )
        await ask(DifferenceDialog(title, text, differences(template, theirs), parent=self._parent))

    async def take_in(self, known: Sequence[str], templates: Sequence[Template]) -> Template | None:
        """Let the planner choose a template of the account and name its variables; return what is stored then."""
        if self._approvals is None:
            return None
        found = await self._approvals.list_at_twilio()
        dialog = ImportTemplateDialog(found, known, templates, parent=self._parent)
        with HeaderPicture(dialog.preview, self._tasks, self._fetch):
            accepted = await ask(dialog)
        if not accepted or dialog.chosen is None:
            return None
        return await self._approvals.take_in(dialog.chosen, dialog.draft(), into=dialog.into)

    # Versions

    async def show_history(self, template: Template) -> Template | None:
        """Show the versions that a template had; return the one whose text is to be edited, if any."""
        async with self._database.read() as conn:
            versions = await variant_rows.list_versions(
                conn, template.id, language=template.language, account=self._account
            )
        title = tr(
            "Versions of “{title}” in {language}",
            title=template.display_name,
            language=language_name(template.language),
        )
        dialog = HistoryDialog(title, versions, parent=self._parent)
        return dialog.chosen if await ask(dialog) else None

    async def ask_about_conflict(self, mine: TemplateDraft, theirs: Template) -> str:
        """Show what is typed here against what somebody else has saved; return mine, theirs, copy or nothing."""
        ours = replace(
            theirs, content=mine.content, header=mine.header, footer=mine.footer, buttons=mine.buttons
        )
        who = theirs.updated_by or tr("Somebody else")
        dialog = DifferenceDialog(
            tr("Two texts of “{title}”", title=theirs.display_name),
            tr("Green is only in yours, red only in what {who} has saved.", who=who),
            differences(theirs, ours),
            (
                ("theirs", tr("Take theirs"), tr("Yours can be brought back by Ctrl+Z")),
                ("mine", tr("Mine as the next version"), tr("Theirs stays among the versions")),
                ("copy", tr("Mine as a template of its own"), tr("Both go on side by side")),
            ),
            stay=tr("Decide later"),
            nothing=tr("The texts are the same; names, category or state differ."),
            parent=self._parent,
        )
        return dialog.chosen if await ask(dialog) else ""


def _languages_of(guests: Sequence[Guest]) -> Counter[str]:
    codes = (read_language(guest.language) for guest in guests if guest.language)
    return Counter(code for code in codes if code)
