"""Pictures of what the guests and events pages can show: the panel in every state, dialogs, long and foreign names."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QPushButton, QWidget
from sqlalchemy import text

from waapp.app import Program
from waapp.core.events import EventDraft
from waapp.core.guests import Consent, GuestDraft
from waapp.core.invitations import NewInvitation
from waapp.db import events, guest_filters, guests, labels, opt_outs, queueing
from waapp.db.engine import Database
from waapp.gui.events_page import EventsPage
from waapp.gui.guest_deletions import DeletedGuests
from waapp.gui.guest_panel import GuestPanel
from waapp.gui.guests_page import GuestsPage
from waapp.gui.many_box import ManyBox

if TYPE_CHECKING:
    from tests.screenshots import Camera

MANY = 5_000
FAILED = "Dörte-Wilhelmina & Jens-Christian von Petersen-Löwenstein"
OPTED_OUT = "Fernando Álvarez de la Vega y Santa Cruz de Tenerife"
UNKNOWN = "Ewa Kowalczyk"
FULL = "محمد عبد الرحمن الحسن"

PEOPLE = (
    GuestDraft("Aurélie Fontaine", "+33612345678", "aurelie@example.org", "Bride", "fr", tags=("VIP",)),
    GuestDraft("Bartolomeu Dias", "+351912345678", "", "Groom", "pt_PT", tags=("VIP", "Vegan", "Front row")),
    GuestDraft(FAILED, "+4915123456789", "doerte@example.org", "Friends of the family", "de", household="Petersen"),
    GuestDraft(UNKNOWN, "+48512345678", "", "Friends of the family", "pl"),
    GuestDraft(
        FULL, "+201012345678", "mohammed@example.org", "Groom", "ar", "يأتي بالقطار، نباتي",
        {"table": "12", "menu": "نباتي"},
        ("Vegan", "أصدقاء"), "عائلة الحسن", 2, "Africa/Cairo", Consent.YES, "Form on the web site",
        datetime(2026, 5, 3, tzinfo=UTC),
    ),
    GuestDraft("נועה לוי", "+972502345678", "", "Groom", "he"),
    GuestDraft(OPTED_OUT, "+34612345678", "", "Work", "es"),
    GuestDraft("林美玲", "+886912345678", "", "Work", "zh_TW"),
    GuestDraft("กิตติ์ธัญญ์ชนม์ ศรีสุวรรณวัฒนากุล", "+66812345678", "", "ครอบครัวเจ้าสาว", "th", tags=("ญาติผู้ใหญ่",)),
    GuestDraft("Avó Lurdes", "+351225550105", "", "Bride", "pt_PT", household="Sousa"),
    GuestDraft("Henrique Sousa", "", "", "Bride", "pt_PT", household="Sousa"),
)  # fmt: skip

STATES = {
    "Aurélie Fontaine": "engine_state = 'accepted', twilio_status = 'read', read_at = now()",
    "Bartolomeu Dias": "engine_state = 'accepted', twilio_status = 'delivered', delivered_at = now()",
    FAILED: "engine_state = 'failed', twilio_error_code = '63024', failed_at = now()",
    UNKNOWN: "engine_state = 'unknown', claimed_at = now(), claim_token = gen_random_uuid(), looks = 9",
    FULL: "engine_state = 'accepted', twilio_status = 'sent', sent_at = now()",
}

DELIVERED = "engine_state = 'accepted', twilio_status = 'delivered', delivered_at = now()"

TWICE = (
    GuestDraft("Ana Sousa", "+351912345678", "", "Bride", "pt_PT", "Sits by the door", tags=("VIP",), plus_ones=1),
    GuestDraft(
        "Ana Maria Teixeira de Sousa e Vasconcelos da Silva Moreira", "+351912345670", "ana.maria@example.org",
        "Friends of the family", "pt_BR", "No stairs, please: she comes with her mother", {"table": "12"},
        ("Dance", "Vegan"), "Sousa",
    ),
    GuestDraft("Ana Sousa", "", "", "Groom"),
    GuestDraft("Rui Reis", "+351912345678", "", "Groom"),
    GuestDraft("محمد الحسن", "+201012345678", "m@example.org", "Groom", "ar"),
    GuestDraft("محمد الحسين", "", "m@example.org", "Groom", "ar"),
    GuestDraft("Ewa Kowalczyk", "+48512345678", "", "Work", "pl"),
)  # fmt: skip


class Stage:
    """The program's window with an event to be photographed."""

    def __init__(self, program: Program, camera: "Camera") -> None:
        self.program = program
        self.camera = camera
        self.window = program.window
        opened = program._opened
        assert opened is not None
        self.database: Database = opened.database

    @property
    def guests(self) -> GuestsPage:
        """The guests' page."""
        page = self.window.findChild(GuestsPage)
        assert page is not None
        return page

    @property
    def events(self) -> EventsPage:
        """The events' page."""
        page = self.window.findChild(EventsPage)
        assert page is not None
        return page

    def wants(self, *names: str) -> bool:
        """Tell whether any of these pictures is wanted."""
        return any(self.camera.wants(one) for one in names)

    async def event(self, name: str, drafts: tuple[GuestDraft, ...] | list[GuestDraft]) -> UUID:
        """Store an event with guests."""
        year = datetime.now(UTC).year + 1
        async with self.database.begin() as conn:
            made = await events.create_event(
                conn,
                EventDraft(
                    name, datetime(year, 9, 5, 15, tzinfo=UTC), "Quinta da Boa Vista, Porto", "Europe/Lisbon", "PT",
                    "https://rsvp.example/{rsvp_token}",
                ),
            )  # fmt: skip
            await guests.add_guests(conn, made.id, drafts)
        return made.id

    async def go(self, event_id: UUID, total: int) -> None:
        """Show an event's guests."""
        await until(lambda: self.window.event_id is not None)
        self.window.choose_event(event_id)
        self.window.show_page("guests")
        await until(lambda: self.guests.guests.model.total == total and not self.guests.guests.is_loading)
        await asyncio.sleep(0.5)

    async def choose(self, name: str) -> GuestPanel:
        """Show a guest's panel."""
        found = next(row for row in self.guests.guests.model.all_rows() if row.name == name)
        self.guests.show_guest(found.id)
        panel = self.guests.panel
        await until(lambda: panel.guest is not None and panel.guest.id == found.id)
        await asyncio.sleep(0.3)
        return panel

    async def dialog(self, name: str, press: Callable[[], object]) -> None:
        """Take the picture of a dialog and put it away."""
        press()
        await until(lambda: self._dialogs())
        await asyncio.sleep(0.3)
        shown = self._dialogs()[-1]
        await self.camera.take(name, shown)
        shown.reject()
        await until(lambda: not self._dialogs())

    def _dialogs(self) -> list[QDialog]:
        return [one for one in self.window.findChildren(QDialog) if one.isVisible()]

    def child(self, kind: type[QWidget], name: str) -> QWidget:
        """Return a widget by its object name."""
        found = self.window.findChild(kind, name)
        assert found is not None, name
        return found


async def take_guests(stage: Stage) -> None:
    """Take every picture of the guests' page."""
    party = await stage.event("Clara & Davi, and a name that goes on for longer than there is room", PEOPLE)
    await _invite(stage, party, STATES)
    await _dress(stage, party)
    await stage.go(party, len(PEOPLE))
    camera, page = stage.camera, stage.guests
    await camera.take("guests-few")
    await stage.choose(FAILED)
    await camera.take("guest-failed")
    await stage.choose(UNKNOWN)
    await camera.take("guest-unknown")
    panel = await stage.choose(OPTED_OUT)
    await camera.take("guest-opted-out")
    panel = await stage.choose(FULL)
    await camera.take("guest-full")
    panel.form.contact.open()
    panel.form.agreement.open()
    await asyncio.sleep(0.2)
    await camera.take("guest-unfolded")
    panel.form.contact.head.setChecked(False)
    panel.form.agreement.head.setChecked(False)
    panel = await stage.choose("Avó Lurdes")
    await camera.take("guest-landline")
    await _conflict(stage, panel)
    stage.child(QPushButton, "guests_add").click()
    panel.form.lines["phone"].setText("12")
    panel.try_to_finish()
    await camera.take("guest-new")
    panel.forget()
    page.guests.view.selectAll()
    await asyncio.sleep(0.3)
    await camera.take("guests-several")
    await stage.dialog("guests-bulk", lambda: (panel.change_wanted.emit(), _fill_bulk(stage)))
    await stage.dialog("guests-delete", panel.delete_wanted.emit)
    page.guests.view.clearSelection()
    await _filters(stage)
    await stage.dialog("guests-labels", lambda: stage.child(QPushButton, "guests_labels").click())
    stage.child(QPushButton, "guests_filters_show").click()
    await stage.choose(FAILED)
    await stage.dialog("guest-opt-out", lambda: stage.child(QPushButton, "guest_opt_out").click())
    await stage.dialog("guest-erase", page._menu.erasure_wanted.emit)
    await stage.choose("Henrique Sousa")
    panel.delete_wanted.emit()
    await until(lambda: "deleted" in page.messages.text)
    await camera.take("guests-undo")
    page._undo.take_back()
    await _deleted(stage, party)
    if stage.wants("guests-merge", "guests-lookalikes", "guests-two"):
        await _merging(stage)
    if stage.wants("guests-many"):
        drafts = [
            replace(PEOPLE[n % len(PEOPLE)], name=f"{PEOPLE[n % len(PEOPLE)].name} {n}") for n in range(MANY)
        ]
        await stage.go(await stage.event("Summer party", drafts), MANY)
        await camera.take("guests-many")


async def take_events(stage: Stage) -> None:
    """Take the pictures of the events' panel and dialogs."""
    stage.window.show_page("events")
    await asyncio.sleep(0.5)
    camera, page = stage.camera, stage.events
    stage.child(QPushButton, "events_new").click()
    await camera.take("event-new")
    page.panel.rsvp_link.setText("https://rsvp.example/{guest}")
    page.panel.save.click()
    await camera.take("event-wrong")
    page.panel.close_panel()
    await stage.dialog("event-duplicate", lambda: stage.child(QPushButton, "events_duplicate").click())
    row = next(iter(page.model.shown_rows()))
    page.table.go_to(row.event.id)
    stage.child(QPushButton, "events_edit").click()
    page.panel.name_edit.setText("Clara & Davi, the party")
    async with stage.database.begin() as conn:
        theirs = replace(row.event.draft, name="Clara and Davi", location="Casa da Música, Porto")
        await events.update_event(conn, row.event.id, theirs, row.event.updated_at)
    page.panel.save.click()
    await asyncio.sleep(1)
    await camera.take("event-conflict")
    page.panel.close_panel()
    if stage.wants("events-deleted", "event-delete"):
        await _deleted_event(stage, row.event.id)


async def _deleted(stage: Stage, party: UUID) -> None:
    """Show who was deleted: of one everything is kept, of another the proof alone, the third is of a deleted event."""
    if not stage.wants("guests-deleted", "guests-deleted-nobody"):
        return
    async with stage.database.begin() as conn:
        await conn.execute(
            text("UPDATE whatsapp_invitations SET practice = false WHERE event_id = :id"), {"id": party}
        )
        found = {guest.name: guest.id for guest in await guests.list_guests(conn, party)}
        await guests.delete_guests(conn, [found[name] for name in ("Aurélie Fontaine", FULL)])
        await conn.execute(text("DELETE FROM guests WHERE id = :id"), {"id": found["Bartolomeu Dias"]})
    other = await stage.event("Baptism of Dörte", [GuestDraft(FAILED, "+4915123456789")])
    async with stage.database.begin() as conn:
        await events.delete_event(conn, other)
    page = stage.guests
    page._import_menu.deleted.trigger()
    await until(lambda: stage._dialogs())
    dialog = stage._dialogs()[-1]
    assert isinstance(dialog, DeletedGuests)
    dialog.chips.choose("all")
    dialog._filter()
    dialog.view.go_to(found["Aurélie Fontaine"])
    await asyncio.sleep(0.3)
    await stage.camera.take("guests-deleted", dialog)
    dialog.search.setText("nobody")
    await asyncio.sleep(0.5)
    await stage.camera.take("guests-deleted-nobody", dialog)
    dialog.search.clear()
    dialog.reject()
    async with stage.database.begin() as conn:
        await guests.restore_guests(conn, list(found.values()))


async def _deleted_event(stage: Stage, event_id: UUID) -> None:
    page = stage.events
    page.table.go_to(event_id)
    stage.child(QPushButton, "events_archive").click()
    await until(lambda: "archived" in page.messages.text)
    page.chips.choose("archived")
    page.table.go_to(event_id)
    await stage.dialog("event-delete", lambda: stage.child(QPushButton, "events_delete").click())
    async with stage.database.begin() as conn:
        await conn.execute(text("UPDATE whatsapp_sends SET state = 'finished'"))
        await conn.execute(text("UPDATE whatsapp_invitations SET engine_state = 'accepted'"))
        await events.delete_event(conn, event_id)
    await page.open(None)
    page.chips.choose("deleted")
    page.table.go_to(event_id)
    await asyncio.sleep(0.3)
    await stage.camera.take("events-deleted")


async def _merging(stage: Stage) -> None:
    """Show who is twice on a list, and two being made one."""
    event = await stage.event("Anniversary", TWICE)
    await _invite(stage, event, {TWICE[0].name: DELIVERED, TWICE[1].name: "engine_state = 'queued'"})
    await stage.go(event, len(TWICE))
    await stage.dialog("guests-lookalikes", lambda: stage.child(QPushButton, "guests_lookalikes").click())
    rows = stage.guests.guests.model.all_rows()
    stage.guests.guests.view.select_ids(
        [row.id for row in rows if row.name in {one.name for one in TWICE[:2]}]
    )
    await asyncio.sleep(0.3)
    await stage.camera.take("guests-two")
    await stage.dialog("guests-merge", lambda: stage.child(QPushButton, "guest_merge").click())


async def _conflict(stage: Stage, panel: GuestPanel) -> None:
    """Let somebody else change the guest whom the planner is changing."""
    assert panel.guest is not None
    panel.form.lines["household"].setText("Lurdes")
    panel.form.lines["household"].textEdited.emit("Lurdes")
    theirs = replace(
        panel.guest.draft, household="Sousa e Silva", tags=("VIP",), language="pt_BR", phone="+351912345000"
    )
    async with stage.database.begin() as conn:
        await guests.update_guest(conn, panel.guest.id, theirs, panel.guest.updated_at)
    panel.save_wanted.emit()
    await asyncio.sleep(1.5)
    await stage.camera.take("guest-conflict")
    panel.show_guest(panel.guest)


async def _filters(stage: Stage) -> None:
    """Show guests by several filters, and that nobody fits."""
    stage.child(QPushButton, "guests_filters_show").click()
    for key, rows in (("group", (1, 2)), ("tag", (2, 3, 5))):
        box = stage.child(ManyBox, f"guests_filters_{key}")
        assert isinstance(box, ManyBox)
        for row in rows:
            box.toggle(row)
    await asyncio.sleep(0.3)
    await stage.camera.take("guests-filters")
    box.showPopup()
    await asyncio.sleep(0.2)
    await stage.camera.take("guests-filters-tags", box.view().window())
    box.hidePopup()
    search = stage.child(QLineEdit, "guests_search")
    assert isinstance(search, QLineEdit)
    search.setText("nobody of this name")
    await asyncio.sleep(0.5)
    await stage.camera.take("guests-none-fit")
    stage.guests.guests.show_all()


def _fill_bulk(stage: Stage) -> None:
    """Tick a few fields of the dialog once it is there."""

    def tick() -> None:
        for key in ("group", "consent", "stop"):
            box = stage.window.findChild(QCheckBox, f"bulk_{key}_tick")
            if box is not None:
                box.setChecked(True)

    asyncio.get_running_loop().call_later(0.1, tick)


async def _invite(stage: Stage, event_id: UUID, states: Mapping[str, str]) -> None:
    """Let invitations stand in several states."""
    async with stage.database.begin() as conn:
        stored = {one.name: one for one in await guests.list_guests(conn, event_id)}
        await queueing.queue_send(
            conn,
            queueing.NewSend(
                id=uuid4(), event_id=event_id, template_id=None, template_name="invitation", template_version=2,
                sender="practice", practice=True, planned_by="Maria on MARIA-PC", rate=80,
            ),
            [
                NewInvitation(stored[name].id, stored[name].phone, {"guest_name": name}, f"Dear {name}, come!")
                for name in states
            ],
        )  # fmt: skip
        for name, state in states.items():
            await conn.execute(
                text(f"UPDATE whatsapp_invitations SET {state} WHERE guest_id = :guest"),
                {"guest": stored[name].id},
            )


async def _dress(stage: Stage, event_id: UUID) -> None:
    """Let a number be opted out, labels have colours, a filter be kept."""
    async with stage.database.begin() as conn:
        stored = {one.name: one for one in await guests.list_guests(conn, event_id)}
        await opt_outs.add_opt_out(
            conn, stored[OPTED_OUT].phone, source="planner", reason="asked on the phone", created_by="Rui"
        )
        await labels.set_color(conn, event_id, "group", "Bride", "violet")
        await labels.set_color(conn, event_id, "group", "Groom", "blue")
        await labels.set_color(conn, event_id, "tag", "VIP", "amber")
        await guest_filters.save_filter(
            conn,
            event_id,
            "Family without a language",
            guest_filters.GuestQuery(groups=("Bride",)),
            desk="Maria",
        )


async def until(met: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until the window shows what is wanted."""
    async with asyncio.timeout(seconds):
        while not met():
            await asyncio.sleep(0.05)
