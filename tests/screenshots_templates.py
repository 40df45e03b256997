"""The templates' page with everything that opens over it, for `tests.screenshots`: as full and as long as it gets."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QDialog, QWidget

from waapp.app import Program
from waapp.core.guests import GuestDraft
from waapp.core.template import Template, TemplateDraft
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind
from waapp.db import guests as guest_rows
from waapp.db import template_versions, templates
from waapp.gui.template_import import ImportTemplateDialog
from waapp.gui.templates_page import TemplatesPage

if TYPE_CHECKING:
    from tests.screenshots import Camera

NAMES = (
    "templates-full",
    "templates-variables",
    "templates-emoji",
    "templates-find",
    "templates-findings",
    "templates-menu",
    "gallery",
    "gallery-arabic",
    "template-import",
    "template-submit",
    "template-history",
    "template-conflict",
    "template-difference",
    "template-language",
    "template-order",
    "template-trial",
    "templates-approved",
)
"""What can be asked for by `--only`."""

_LONG = "Invitation to the garden party of Maria Fernanda and João Henrique, with everybody from the office"
_FULL = TemplateDraft(
    "garden_party_of_maria_fernanda_and_joao_henrique",
    _LONG,
    "Dear {{guest_first_name}},\n\nwe would love to have you at *{{event_name}}*!\n\n📅 {{event_date}}\n"
    "📍 {{event_location}}\n\n> Formal dress, flat shoes\n\n- Dinner at _eight_\n- Dancing until ~two~ three\n\n"
    "The way there: https://quinta.example/way, and please tell us below whether you can come, {{household_names}}, "
    "with love.",
    header=Header(HeaderKind.TEXT, "Save the date, {{guest_first_name}}"),
    footer="Maria Fernanda & João Henrique",
    buttons=(
        Button(ButtonKind.QUICK_REPLY, "I will be there"),
        Button(ButtonKind.QUICK_REPLY, "I can't make it"),
        Button(ButtonKind.URL, "All the details", "https://rsvp.example/{{rsvp_token}}"),
        Button(ButtonKind.PHONE, "Call us", "+351210000000"),
    ),
)


class Desk:
    """The page, and ways to bring it into a state."""

    def __init__(self, program: Program, camera: "Camera") -> None:
        found = program.window.findChild(TemplatesPage)
        opened = program._opened
        assert found is not None
        assert opened is not None
        self.page = found
        self.window = program.window
        self.camera = camera
        self.database = opened.database

    async def dialog(
        self, name: str, act: Callable[[], object], prepare: Callable[[QDialog], object] | None = None
    ) -> None:
        """Open a dialog, take its pictures over the window, and close it."""
        if not self.camera.wants(name):
            return
        act()
        await _until(lambda: self._open() is not None)
        shown = self._open()
        assert shown is not None
        if prepare is not None:
            prepare(shown)
        await asyncio.sleep(0.4)
        await self.camera.take(name, shown)
        shown.reject()
        await _until(lambda: self._open() is None)

    def _open(self) -> QDialog | None:
        return next((each for each in self.page.findChildren(QDialog) if each.isVisible()), None)

    async def store(
        self, draft: TemplateDraft, template: Template | None = None, desk: str = "Maria on MARIA-PC"
    ) -> Template:
        """Save a template as somebody at a desk."""
        async with self.database.begin() as conn:
            return await templates.save_template(
                conn, template and template.id, draft, template and template.draft, desk=desk
            )

    async def go_to(self, template: Template) -> None:
        """Show a template."""
        await self.page._reload_templates()
        self.page._go_to(template.id)
        await asyncio.sleep(0.6)


def over(window: QWidget, popup: QWidget) -> QImage:
    """Return the window with a popup where it is: what a person sees, not what one widget draws."""
    picture = window.grab().toImage()
    painter = QPainter(picture)
    place = popup.mapToGlobal(QPoint(0, 0)) - window.mapToGlobal(QPoint(0, 0))
    painter.drawImage(place, popup.grab().toImage())
    painter.end()
    return picture


async def look_at_templates(program: Program, camera: "Camera") -> None:
    """Take the page and everything that opens over it."""
    if not any(map(camera.wants, NAMES)):
        return
    desk = Desk(program, camera)
    page = desk.page
    first = await desk.store(replace(_FULL, content=_FULL.content.replace("Dear", "Hello")))
    second = await desk.store(_FULL, first)
    third = await desk.store(replace(_FULL, footer="Maria Fernanda & João"), second, "Rui on RUI-PC")
    async with desk.database.begin() as conn:
        for language, hello in (("pt_PT", "Olá"), ("ar", "مرحبًا")):
            draft = replace(
                _FULL, language=language, content=f"{hello} {{{{guest_first_name}}}}, " + _FULL.content
            )
            await template_versions.save_variant(conn, third.id, draft, None, desk="Rui on RUI-PC")
        assert page._event is not None
        await guest_rows.add_guests(
            conn,
            page._event.id,
            [
                GuestDraft("Maximiliana Theodora von und zu Hohenstein-Wittelsbach-Sayn", "+4915112345678"),
                GuestDraft("_Ana_ *Maria*", "+351912345690"),
            ],
        )
    await desk.go_to(third)
    page._details.setChecked(True)
    await camera.take("templates-full")
    page._details.setChecked(False)
    await _popups(desk)
    await _faults(desk, third)
    await desk.dialog("gallery", page.new_template)
    await desk.dialog(
        "gallery-arabic",
        page.new_template,
        lambda shown: shown.languages.setCurrentIndex(shown.languages.findData("ar")),
    )
    await _at_twilio(desk, third)
    await desk.dialog("template-history", page.show_history)
    await _conflict(desk, third)
    await desk.dialog("template-language", page.add_language)
    await desk.dialog("template-order", page.change_order)
    await desk.dialog(
        "template-trial", page.send_test, lambda shown: shown.number.setText("+351 912 345 699")
    )
    await desk.dialog("template-submit", page.submit)
    await _approved(desk, third)


async def _popups(desk: Desk) -> None:
    toolbar, camera = desk.page._desk.toolbar, desk.camera
    if camera.wants("templates-variables"):
        toolbar._open_at_button()
        await asyncio.sleep(0.3)
        await camera.take("templates-variables", draw=lambda: over(desk.window, toolbar._menu))
        toolbar._menu.close()
    if camera.wants("templates-emoji"):
        toolbar._open_emoji()
        await asyncio.sleep(0.3)
        await camera.take("templates-emoji", draw=lambda: over(desk.window, toolbar.picker))
        toolbar.picker.close()
    if camera.wants("templates-menu"):
        desk.page._header._open_menu()
        await asyncio.sleep(0.3)
        await camera.take("templates-menu", draw=lambda: over(desk.window, desk.page._header._menu))
        desk.page._header._menu.close()
    if camera.wants("templates-find"):
        finder = desk.page._desk.finder
        finder.open_bar()
        finder.field.setText("guest")
        await asyncio.sleep(0.3)
        await camera.take("templates-find")
        finder.close_bar()


async def _faults(desk: Desk, template: Template) -> None:
    """Break what can be broken, and look at how it is said."""
    if not desk.camera.wants("templates-findings"):
        return
    wrong = replace(
        template.draft,
        content="{{guest_first_name}} {{event_name}}, come {{nobody}}! See bit.ly/x and <b>answer</b> {{rsvp_link}}",
        header=Header(HeaderKind.TEXT, "*Save* the date 🎉 {{guest_first_name}}"),
        buttons=(
            Button(ButtonKind.QUICK_REPLY, "Yes"),
            Button(ButtonKind.QUICK_REPLY, "Yes"),
            Button(ButtonKind.URL, "Answer", "{{rsvp_link}}"),
        ),
    )
    page = desk.page
    page._sheets.write(template.id, wrong)
    page._show_sheet()
    await asyncio.sleep(0.8)
    await desk.camera.take("templates-findings")
    page._discard()
    await asyncio.sleep(0.5)


async def _at_twilio(desk: Desk, template: Template) -> None:
    """Take in what the account has: long names, several variables, and one that is here already."""
    approvals = desk.page._errands._approvals
    if approvals is None or not desk.camera.wants("template-import"):
        return
    for name, body in (
        (
            "annual_general_meeting_of_the_society_of_friends_of_the_botanical_garden",
            "Dear {{1}}, the meeting is on {{2}} in {{3}}; your seat is {{4}}, and {{5}} sits next to you.",
        ),
        ("old_invite", "Dear {{1}}, please come on {{2}} to our party in the garden."),
    ):
        await approvals._client.create_content(
            name=name,
            language="en",
            types={"twilio/media": {"body": body, "media": ["https://quinta.example/garden.jpg"]}},
            variables={
                "1": "Ana",
                "2": "Saturday, 5 June 2027",
                "3": "Quinta da Boa Vista",
                "4": "12",
                "5": "Rui",
            },
        )

    def choose(shown: QDialog) -> None:
        assert isinstance(shown, ImportTemplateDialog)
        shown.list.setCurrentRow(1)
        shown.set_name("1", "Guest's name")

    await desk.dialog("template-import", desk.page.take_in, choose)


async def _conflict(desk: Desk, template: Template) -> None:
    """Let a colleague save what is being written here."""
    page = desk.page
    if not (desk.camera.wants("template-conflict") or desk.camera.wants("template-difference")):
        return
    page._desk.editor.insert_text("Mine. ")
    newer = await desk.store(
        replace(template.draft, content=template.content.replace("eight", "nine")),
        template,
        "Rui Guilherme on RUI-PC",
    )
    await _until(page._conflict.isVisible)
    await asyncio.sleep(0.4)
    await desk.camera.take("template-conflict")
    await desk.dialog("template-difference", page.difference_wanted.emit)
    page._discard()
    await desk.go_to(newer)


async def _approved(desk: Desk, template: Template) -> None:
    page = desk.page
    if not desk.camera.wants("templates-approved"):
        return
    sheet = page._sheets.get(template.id)
    assert sheet is not None
    assert sheet.stored is not None
    assert sheet.stored.version_id is not None
    async with desk.database.begin() as conn:
        await template_versions.set_approval(
            conn,
            sheet.stored.version_id,
            content_sid="HX00000000000000000000000000000009",
            status="rejected",
            reason="PROMOTIONAL",
            account=page._account,
        )
    await desk.go_to(sheet.stored)
    await desk.camera.take("templates-approved")


async def _until(met: Callable[[], object], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not met():
            await asyncio.sleep(0.05)
