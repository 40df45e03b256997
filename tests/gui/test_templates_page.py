"""The templates page over a real database."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tests.gui.accessibility import assert_accessible
from tests.gui.pages import (
    INVITATION,
    SETTINGS,
    Reports,
    garbage_stays_here,
    make_event,
    make_template,
    until,
)
from waapp.core.guests import GuestDraft
from waapp.db import guests, template_versions, templates
from waapp.db.engine import Database
from waapp.db.feed import Change, Kind
from waapp.gui.aio import Tasks
from waapp.gui.template_gallery import GalleryDialog
from waapp.gui.templates_page import TemplatesPage

# What Qt's offscreen platform says of every window and popup.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

GUESTS = [
    GuestDraft("Ana Sousa", "+351912345601", extra={"Table no.": "7"}),
    GuestDraft("Fernando Álvarez de la Vega y Montenegro", "+34612345602", extra={"Table no.": "8"}),
    GuestDraft("محمد الحسن", "+201012345603", extra={"Table no.": ""}),
]


class Desk:
    """The page in a window, on a database of its own."""

    def __init__(self, qtbot, database, run):
        self.database = database
        self.reports = Reports()
        self.tasks = Tasks(self.reports)
        self.went_to = []
        self.page = TemplatesPage(
            database=database, settings=SETTINGS, tasks=self.tasks, navigate=self.went_to.append
        )
        # As in the window: a page inside a layout may get narrower than its parts would like.
        self.window = QWidget()
        QVBoxLayout(self.window).addWidget(self.page)
        self.window.resize(1090, 756)
        self.run = run
        self.qtbot = qtbot

    @property
    def editor(self):
        return self.page._desk.editor

    @property
    def preview(self):
        return self.page._stepper.preview.message

    def findings(self):
        return [row.text() for row in self.page._desk.findings.rows()]

    def row(self, part):
        return next(row for row in self.page._desk.findings.rows() if part in row.text())

    async def open(self, event_id):
        await self.page.open(event_id)
        self.window.show()
        self.window.activateWindow()
        await until(self.has_looked_at_guests)

    def has_looked_at_guests(self):
        task = self.page._survey_task
        return not self.page._survey_timer.isActive() and task is not None and task.done()

    def type(self, text):
        self.editor.moveCursor(QTextCursor.MoveOperation.End)
        self.qtbot.keyClicks(self.editor, text)

    async def begin(self):
        before = self.page._key
        self.page.new_template()
        await until(lambda: any(each.isVisible() for each in self.page.findChildren(GalleryDialog)))
        dialog = next(each for each in self.page.findChildren(GalleryDialog) if each.isVisible())
        dialog.accept()
        await until(lambda: self.page._key != before)

    async def stored(self):
        async with self.database.read() as conn:
            return {each.name: each for each in await templates.list_templates(conn)}


@pytest.fixture(autouse=True)
def _garbage():
    with garbage_stays_here():
        yield


@pytest.fixture
def desk(qtbot, database_url, window_run):
    database = Database(database_url, planner="test")
    made = Desk(qtbot, database, window_run)
    qtbot.addWidget(made.window)
    yield made

    async def end():
        await made.tasks.close()
        await database.dispose()

    window_run(end())
    made.reports.check()


async def prepared(desk, content=INVITATION):
    async with desk.database.begin() as conn:
        for each in await templates.list_templates(conn):
            await templates.delete_template(conn, each.id)
    event_id = await make_event(desk.database, GUESTS)
    template = await make_template(desk.database, content=content)
    await desk.open(event_id)
    return event_id, template


def test_typing_updates_the_preview_at_once_and_the_findings_soon(desk):
    async def story():
        await prepared(desk)
        desk.type(" {{rsvp_link}}")
        assert desk.preview.startswith("Hi Ana, you are invited to Clara & Davi")
        assert desk.preview.endswith(desk.page._stepper.values["rsvp_link"])
        await until(lambda: any("ends with a variable" in text for text in desk.findings()))
        assert [selection.cursor.selectedText() for selection in desk.editor.extraSelections()] == [
            "{{rsvp_link}}"
        ]

    desk.run(story())


def test_a_fix_mends_the_text_in_one_click_and_can_be_undone(desk):
    async def story():
        await prepared(desk, INVITATION + " {{rsvp_link}}")
        row = desk.row("ends with a variable")
        assert row.buttons()[0].text() == "Add a closing line"
        row.buttons()[0].click()
        assert desk.editor.text().startswith(INVITATION + " {{rsvp_link}}\n\n")
        await until(lambda: not any("ends with a variable" in text for text in desk.findings()))
        desk.editor.undo()
        assert desk.editor.text() == INVITATION + " {{rsvp_link}}"

    desk.run(story())


def test_a_good_text_says_how_many_rules_it_keeps(desk):
    async def story():
        await prepared(desk)
        assert desk.findings() == ["All 26 rules of WhatsApp that can be checked here are met."]

    desk.run(story())


def test_missing_values_are_counted_over_all_guests_and_shown(desk):
    async def story():
        await prepared(desk, "Hi {{guest_first_name}}, you sit at {{table_no}} that evening, we are glad.")
        row = desk.row("Empty for 1 guest")
        row.buttons()[0].click()
        assert desk.page._stepper.guest.name == "محمد الحسن"
        assert "{{table_no}}" not in desk.preview

    desk.run(story())


def test_the_counter_shows_the_longest_guest(desk):
    async def story():
        await prepared(desk, "Dear {{guest_name}}, be welcome to the party of the year.")
        longest = len("Dear Fernando Álvarez de la Vega y Montenegro, be welcome to the party of the year.")
        assert desk.page._desk.length.text().startswith(f"{longest} / ")
        desk.type("!!!")
        assert desk.page._desk.length.text().startswith(f"{longest + 3} / ")

    desk.run(story())


def test_variables_of_the_guest_list_are_known(desk):
    async def story():
        await prepared(desk)
        samples = {action.data(): action.text() for action in desk.page._desk.toolbar.menu().actions()}
        assert samples["table_no"] == "Table no\t7"
        assert samples["event_location"] == "Place\tQuinta da Boa Vista, Porto"

    desk.run(story())


def test_save_makes_the_next_version(desk):
    async def story():
        _, template = await prepared(desk)
        assert not desk.page._save_button.isEnabled()
        desk.type(" See you!")
        assert desk.page._save_button.isEnabled()
        assert "unsaved changes" in desk.page._header._facts.text()
        desk.qtbot.keyClick(desk.editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: "unsaved" not in desk.page._header._facts.text())
        saved = (await desk.stored())["invitation"]
        assert saved.content == INVITATION + " See you!"
        assert (saved.version, saved.updated_by) == (template.version + 1, SETTINGS.desk)

    desk.run(story())


def test_a_double_save_stores_once(desk):
    async def story():
        await prepared(desk)
        desk.type("!")
        desk.page.save()
        desk.page.save()
        await until(lambda: "unsaved" not in desk.page._header._facts.text())
        assert (await desk.stored())["invitation"].version == 2

    desk.run(story())


def test_a_new_template_gets_its_name_from_its_title(desk):
    async def story():
        await prepared(desk)
        await desk.begin()
        form = desk.page._desk._form
        form._title.selectAll()
        desk.qtbot.keyClicks(form._title, "Save the date!")
        assert form._name.text() == "save_the_date"
        assert desk.page._header._title.text() == "Save the date!"
        desk.page._save_button.click()
        await until(lambda: "not saved" not in desk.page._header._facts.text())
        assert (await desk.stored())["save_the_date"].display_name == "Save the date!"
        assert len(desk.page._sheets) == 2

    desk.run(story())


def test_a_taken_name_is_said_at_the_field_and_nothing_is_lost(desk):
    async def story():
        await prepared(desk)
        await desk.begin()
        form = desk.page._desk._form
        form._name.clear()
        desk.qtbot.keyClicks(form._name, "invitation")
        desk.page._save_button.click()
        await until(lambda: form._fields["name"].error is not None)
        assert form._fields["name"].error == "Another template has this name."
        assert desk.page._save_button.isEnabled()
        assert len(await desk.stored()) == 1

    desk.run(story())


def test_wrong_facts_are_said_at_their_fields(desk):
    async def story():
        await prepared(desk)
        desk.page._details.click()
        form = desk.page._desk._form
        form._title.selectAll()
        desk.qtbot.keyClick(form._title, Qt.Key.Key_Backspace)
        desk.page.save()
        assert form._fields["display_name"].error == "Give the template a name."
        assert (await desk.stored())["invitation"].display_name == "Invitation"

    desk.run(story())


async def someone_saves(desk, template, content):
    async with desk.database.begin() as conn:
        return await templates.save_template(
            conn,
            template.id,
            replace(template.draft, content=content),
            template.draft,
            desk="Rui on RUI-PC",
        )


def test_a_conflict_keeps_what_was_typed_and_asks(desk):
    async def story():
        _, template = await prepared(desk)
        desk.type(" Mine.")
        await someone_saves(desk, template, INVITATION + " Theirs.")
        desk.page.save()
        await until(lambda: desk.page._conflict.isVisible())
        assert desk.editor.text() == INVITATION + " Mine."
        assert desk.page._conflict.text().startswith("Rui on RUI-PC saved this template")
        assert not desk.page._save_button.isEnabled()
        assert (await desk.stored())["invitation"].content == INVITATION + " Theirs."
        mine = next(each for each in desk.page._conflict.buttons() if "mine" in each.objectName())
        mine.click()
        await until(lambda: "unsaved" not in desk.page._header._facts.text())
        assert (await desk.stored())["invitation"].content == INVITATION + " Mine."
        assert not desk.page._conflict.isVisible()

    desk.run(story())


def test_an_approval_and_a_title_from_elsewhere_disturb_no_typing(desk):
    async def story():
        _, template = await prepared(desk)
        desk.type(" Mine.")
        place = desk.editor.textCursor().position()
        async with desk.database.begin() as conn:
            await template_versions.set_approval(
                conn, template.version_id, content_sid="HX1", status="approved", account=SETTINGS.practice_key
            )
            draft = replace(template.draft, display_name="Summer party")
            await templates.save_template(conn, template.id, draft, template.draft, desk="Rui on RUI-PC")
        desk.page.save()  # nobody has told the window yet
        await until(lambda: "unsaved" not in desk.page._header._facts.text())
        assert not desk.page._conflict.isVisible()
        assert desk.page._header._title.text() == "Summer party"
        assert desk.editor.textCursor().position() == place
        stored = (await desk.stored())["invitation"]
        assert (stored.display_name, stored.content, stored.version) == (
            "Summer party",
            INVITATION + " Mine.",
            2,
        )
        async with desk.database.read() as conn:
            newest, approved = await template_versions.list_versions(
                conn, template.id, account=SETTINGS.practice_key
            )
        assert (newest.template.is_approved, approved.template.is_approved) == (False, True)
        assert approved.template.content == INVITATION
        desk.type(" More.")
        async with desk.database.begin() as conn:
            draft = replace(stored.draft, display_name="Garden party")
            await templates.save_template(conn, template.id, draft, stored.draft, desk="Rui on RUI-PC")
        desk.page.changed(Change(Kind.TEMPLATES))
        await until(lambda: desk.page._header._title.text() == "Garden party")
        assert desk.editor.text() == INVITATION + " Mine. More."
        desk.editor.undo()
        assert desk.editor.text() == INVITATION, "all that was typed in a row can still be undone"
        assert desk.page._desk.draft.display_name == "Garden party"

    desk.run(story())


def test_the_link_to_answer_in_a_button_becomes_the_events_address_with_one_click(desk):
    async def story():
        await prepared(desk)
        part = desk.page._desk
        part.add_part("url")
        row = part.buttons.rows()[0]
        row.title.put("Answer")
        row.target.setFocus()
        row.target.insert_variable("rsvp_link")
        await until(lambda: any("same for everybody" in each for each in desk.findings()))
        assert row.target.property("invalid") == "true"
        assert "same for everybody" in row.target.accessibleDescription()
        desk.row("same for everybody").buttons()[0].click()
        assert row.target.text() == "https://rsvp.example/{{rsvp_token}}"
        await until(lambda: not any(each.level == "error" for each in part.found))
        assert row.target.property("invalid") == "false"
        row.target.undo()
        assert row.target.text() == "{{rsvp_link}}"

    desk.run(story())


def test_taking_theirs_can_be_undone(desk):
    async def story():
        _, template = await prepared(desk)
        desk.type(" Mine.")
        await someone_saves(desk, template, INVITATION + " Theirs.")
        desk.page.changed(Change(Kind.TEMPLATES))
        await until(lambda: desk.page._conflict.isVisible())
        theirs = next(each for each in desk.page._conflict.buttons() if "theirs" in each.objectName())
        theirs.click()
        assert desk.editor.text() == INVITATION + " Theirs."
        assert not desk.page._save_button.isEnabled()
        desk.editor.undo()
        assert desk.editor.text() == INVITATION + " Mine."
        assert desk.page._save_button.isEnabled()

    desk.run(story())


def test_a_colleagues_change_shows_when_nothing_is_unsaved(desk):
    async def story():
        _, template = await prepared(desk)
        await someone_saves(desk, template, INVITATION + " Theirs.")
        desk.page.changed(Change(Kind.TEMPLATES))
        await until(lambda: desk.editor.text() == INVITATION + " Theirs.")
        assert "Theirs." in desk.preview

    desk.run(story())


def test_a_template_deleted_elsewhere_keeps_what_is_written_here(desk):
    async def story():
        _, template = await prepared(desk)
        desk.type(" Mine.")
        async with desk.database.begin() as conn:
            await templates.delete_template(conn, template.id)
        desk.page.changed(Change(Kind.TEMPLATES))
        await until(lambda: "not saved yet" in desk.page._header._facts.text())
        assert desk.editor.text() == INVITATION + " Mine."
        desk.page.save()
        await until(lambda: "not saved" not in desk.page._header._facts.text())
        assert (await desk.stored())["invitation"].content == INVITATION + " Mine."

    desk.run(story())


def test_unsaved_text_survives_going_elsewhere(desk):
    async def story():
        event_id, _ = await prepared(desk)
        other = await make_template(
            desk.database, "reminder", "Dear {{guest_name}}, do not forget our party."
        )
        await desk.page.open(event_id)
        desk.type(" Mine.")
        desk.page._go_to(other.id)
        assert desk.editor.text().startswith("Dear")
        await desk.page.open(None)
        await desk.page.open(event_id)
        first = next(sheet for sheet in desk.page._sheets if sheet.draft.name == "invitation")
        desk.page._go_to(first.key)
        assert desk.editor.text() == INVITATION + " Mine."
        assert "unsaved changes" in desk.page._list.item(0).text()

    desk.run(story())


def test_a_changed_guest_reaches_the_preview(desk):
    async def story():
        event_id, _ = await prepared(desk)
        async with desk.database.begin() as conn:
            ana = next(each for each in await guests.list_guests(conn, event_id) if each.name == "Ana Sousa")
            await guests.update_guest(conn, ana.id, GuestDraft("Anabela Sousa", ana.phone), ana.updated_at)
        desk.page.changed(Change(Kind.GUESTS, event_id))
        await until(lambda: desk.preview.startswith("Hi Anabela"))

    desk.run(story())


def test_without_an_event_a_sample_is_shown(desk):
    async def story():
        await make_template(desk.database)
        await desk.open(None)
        await until(lambda: desk.preview)
        assert desk.page._stepper._who.text().endswith("sample")
        assert "{{" not in desk.preview

    desk.run(story())


def test_without_templates_it_offers_to_write_one(desk):
    async def story():
        async with desk.database.begin() as conn:
            for each in await templates.list_templates(conn):
                await templates.delete_template(conn, each.id)
        await desk.page.open(None)
        desk.window.show()
        first = desk.page.findChild(object, "templates.first")
        assert first.isVisible()
        first.click()
        await until(lambda: desk.page.findChild(GalleryDialog))
        desk.page.findChild(GalleryDialog).accept()
        await until(desk.editor.isVisible)
        await until(lambda: "Ana" in desk.preview)

    desk.run(story())


def test_a_template_is_put_away_and_used_again(desk):
    async def story():
        await prepared(desk)
        actions = {action.objectName(): action for action in desk.page.menu().actions()}
        actions["templates.menu.archive"].trigger()
        await until(lambda: "not used any more" in desk.page._list.item(0).text())
        await until(lambda: desk.page._sheets.get(desk.page._key).stored.is_active is False)
        actions = {action.objectName(): action for action in desk.page.menu().actions()}
        actions["templates.menu.restore"].trigger()
        await until(lambda: desk.page._sheets.get(desk.page._key).stored.is_active)
        assert (await desk.stored())["invitation"].version == 1

    desk.run(story())


def test_a_copy_has_a_name_of_its_own(desk):
    async def story():
        await prepared(desk)
        actions = {action.objectName(): action for action in desk.page.menu().actions()}
        actions["templates.menu.duplicate"].trigger()
        desk.page.save()
        await until(lambda: "not saved" not in desk.page._header._facts.text())
        assert set(await desk.stored()) == {"invitation", "invitation_copy"}

    desk.run(story())


@pytest.mark.parametrize("width", [748, 1068, 1708])
def test_accessible_at_every_width(desk, width):
    async def story():
        await prepared(desk, "{{guest_name}} {{nobody}} {{event_date")
        desk.window.resize(width + 22, 596)
        await until(lambda: desk.page.width() == width)
        assert desk.page._list_card.isVisible() is (width >= 900)
        assert desk.page._header.picker.isVisible() is (width < 900)
        assert_accessible(desk.page)

    desk.run(story())
