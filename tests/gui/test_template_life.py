"""A template's whole life in the window: written, submitted to the practice Twilio, decided, written anew."""

from dataclasses import dataclass, field, replace

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton, QRadioButton, QVBoxLayout, QWidget

from tests.fixtures_practice import PASSWORD
from tests.gui.accessibility import assert_accessible, assert_nothing_cut
from tests.gui.pages import SETTINGS, Reports, garbage_stays_here, make_event, make_template, until
from tests.gui.test_template_picture import encoded
from waapp.core.cadence import Cadence
from waapp.core.guests import GuestDraft
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind
from waapp.db import invitations, template_versions, templates
from waapp.db.engine import Database
from waapp.db.feed import Change, Feed, Kind
from waapp.engine.account import Line
from waapp.engine.approvals import Approvals
from waapp.errors import UserError
from waapp.gui.aio import Tasks
from waapp.gui.template_drafts import KeptDrafts
from waapp.gui.templates_page import TemplatesPage
from waapp.texts import message
from waapp.whatsapp.client import TwilioClient
from waapp.whatsapp.practice import PRACTICE_SENDER, PracticeTwilio
from waapp.whatsapp.practice_script import Call, Fault, FaultKind, Script

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "grabbing")

ACCOUNT = SETTINGS.practice_key
GUESTS = [
    GuestDraft("Ana Sousa", "+351912345601", language="pt_PT"),
    GuestDraft("Rui Melo", "+351912345602"),
]


@dataclass
class World:
    """A desk with the page, a practice Twilio, and what follows approvals and changes in the background."""

    database: Database
    practice: PracticeTwilio
    page: TemplatesPage
    window: QWidget
    tasks: Tasks
    client: TwilioClient
    reports: Reports = field(default_factory=Reports)

    def dialog(self):
        return next((each for each in self.page.findChildren(QDialog) if each.isVisible()), None)

    async def opened(self, name):
        await until(lambda: self.dialog() is not None and self.dialog().objectName() == name)
        return self.dialog()

    def pill(self):
        return self.page._list.item(0).text()

    def approval(self):
        return self.page._desk.approval.text() if self.page._desk.approval.isVisible() else ""

    def press(self, name, root=None):
        found = (root or self.page).findChild(QPushButton, name)
        assert found is not None, name
        assert found.isEnabled(), name
        found.click()

    async def submit(self):
        """Press submit and confirm."""
        self.page._header.submit.click()
        dialog = await self.opened("templates.submit_dialog")
        self.press("templates.submit_dialog.yes", dialog)

    def menu(self, key):
        actions = {action.objectName(): action for action in self.page.menu().actions()}
        actions[f"templates.menu.{key}"].trigger()


@pytest.fixture(autouse=True)
def _garbage():
    with garbage_stays_here():
        yield


@pytest.fixture
def live(qtbot, database_url, window_run, tmp_path):
    """Run a story in a world of its own; `script` is the practice Twilio's."""
    database = Database(database_url, planner="test")

    def run(story, script=None):
        async def whole():
            reports = Reports()
            tasks = Tasks(reports)
            practice = PracticeTwilio(script=script or Script(speed=50), password=PASSWORD)
            await practice.start()
            client = TwilioClient(
                practice.account_sid, practice.account_sid, PASSWORD, base_url=practice.base_url, timeout=5
            )
            approvals = Approvals(database, client, Cadence(0.002), account=ACCOUNT, desk="Maria")
            page = TemplatesPage(
                database=database,
                settings=SETTINGS,
                tasks=tasks,
                navigate=lambda _key: None,
                approvals=approvals,
                line=Line(client, PRACTICE_SENDER, ACCOUNT, practice=True, rate=50, cadence=Cadence(0.02)),
                drafts=KeptDrafts(tmp_path / "unsaved.json"),
                memory=QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat),
            )
            window = QWidget()
            QVBoxLayout(window).addWidget(page)
            window.resize(1090, 756)
            qtbot.addWidget(window)
            feed = Feed(database_url)
            feed.subscribe(page.changed)
            feed.subscribe(approvals.changed)
            for each in (feed.run(), approvals.run()):
                tasks.start(each)
            async with database.begin() as conn:
                for each in await templates.list_templates(conn):
                    await templates.delete_template(conn, each.id)
            event_id = await make_event(database, GUESTS)
            await make_template(database)
            await page.open(event_id)
            window.show()
            window.activateWindow()
            await until(lambda: page._people)
            world = World(database, practice, page, window, tasks, client, reports)
            try:
                await story(world)
            finally:
                for dialog in page.findChildren(QDialog):
                    dialog.reject()
                await tasks.close()
                await client.aclose()
                await practice.stop()
                await database.dispose()
            reports.check()

        window_run(whole())

    return run


def type_at_end(qtbot, world, text):
    world.page._desk.editor.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(world.page._desk.editor, text)


def test_a_template_is_submitted_read_approved_and_then_stays_as_it_is(live, qtbot):
    async def story(world):
        page = world.page
        assert page._header.submit.isVisible()
        assert not page._header.save.isVisible()
        page._header.submit.click()
        dialog = await world.opened("templates.submit_dialog")
        said = " ".join(each.text() for each in dialog.findChildren(type(dialog._name)))
        assert "US numbers" in said
        assert "invitation_en_v1" in said
        assert "Practice mode" in dialog.findChild(QWidget, "templates.submit_dialog.practice").text()
        assert_accessible(dialog)
        assert_nothing_cut(dialog)
        world.press("templates.submit_dialog.yes", dialog)
        await until(lambda: "in review" in world.pill())
        assert "WhatsApp is reading this text" in world.approval()
        assert page._desk.editor.isReadOnly()
        await until(lambda: "approved" in world.pill())
        assert "approved this text as Marketing" in world.approval()
        before = page._desk.editor.text()
        type_at_end(qtbot, world, "!")
        assert page._desk.editor.text() == before
        world.press("templates.approval.edit")
        assert not page._desk.editor.isReadOnly()
        type_at_end(qtbot, world, " See you!")
        assert "becomes version 2" in world.approval()
        page._header.save.click()
        await until(lambda: "Version 2" in page._header._facts.text())
        assert "draft" in page._header._facts.text()
        assert page._header.submit.isVisible()
        async with world.database.read() as conn:
            versions = await template_versions.list_versions(conn, page._key, account=ACCOUNT)
        assert [(each.template.version, each.template.is_approved) for each in versions] == [
            (2, False),
            (1, True),
        ]

    live(story)


def test_a_rejection_says_why_and_what_to_do(live, qtbot):
    async def story(world):
        await world.submit()
        await until(lambda: "rejected" in world.pill())
        assert "advertising" in world.approval()
        assert "next version" in world.approval()
        world.press("templates.approval.edit")
        type_at_end(qtbot, world, " Bring a friend.")
        world.page._header.save.click()
        await until(lambda: world.page._header.submit.isVisible())
        await world.submit()
        await until(lambda: "approved" in world.pill())

    live(story, Script(speed=50, rejected={"invitation_en_v1": "PROMOTIONAL"}))


def test_another_category_makes_another_version_and_that_is_submitted(live):
    async def story(world):
        world.page._header.submit.click()
        dialog = await world.opened("templates.submit_dialog")
        dialog.findChild(QRadioButton, "templates.submit_dialog.utility").setChecked(True)
        assert "invitation_en_v2" in dialog._name.text()
        world.press("templates.submit_dialog.yes", dialog)
        await until(lambda: "approved" in world.pill())
        assert "as Utility" in world.approval()
        assert "Version 2" in world.page._header._facts.text()

    live(story)


def test_the_examples_come_from_a_guest_and_go_as_the_planner_leaves_them(live, qtbot):
    async def story(world):
        world.page._stepper.step(1)
        world.page._header.submit.click()
        dialog = await world.opened("templates.submit_dialog")
        assert_accessible(dialog)
        assert_nothing_cut(dialog)
        samples = dialog.samples.values
        assert samples["guest_first_name"] == "Rui"
        assert samples["event_name"] == "Clara & Davi"
        assert samples["rsvp_link"] == "https://rsvp.example/k7Fq2", "not the guest's own code"
        line = dialog.findChild(QLineEdit, "templates.submit_dialog.samples.guest_first_name")
        go = dialog.findChild(QPushButton, "templates.submit_dialog.yes")
        line.clear()
        qtbot.keyClick(line, Qt.Key.Key_Space)
        assert not go.isEnabled()
        assert "empty" in dialog.samples._fields["guest_first_name"].error
        qtbot.keyClicks(line, "Zoe")
        assert go.isEnabled()
        world.press("templates.submit_dialog.yes", dialog)
        await until(lambda: "approved" in world.pill())
        (record,) = [one async for page in world.client.content_pages() for one in page]
        sent = list(record.variables.values())
        assert sent == ["Zoe", "Clara & Davi", "Quinta da Boa Vista, Porto", "https://rsvp.example/k7Fq2"]

    live(story)


def test_giving_up_submits_nothing(live, qtbot):
    async def story(world):
        world.page._header.submit.click()
        dialog = await world.opened("templates.submit_dialog")
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        await until(lambda: world.dialog() is None)
        assert not world.practice.requests["content"]
        assert world.page._header.submit.isVisible()

    live(story)


def test_what_another_desk_submits_shows_here(live):
    async def story(world):
        async with world.database.read() as conn:
            (template,) = await templates.list_templates(conn, account=ACCOUNT)
        other = Approvals(world.database, world.client, Cadence(0.002), account=ACCOUNT, desk="Rui")
        await other.submit(template)
        await until(lambda: "approved" in world.pill())
        assert world.page._desk.editor.isReadOnly()

    live(story)


def test_parts_are_written_checked_previewed_and_submitted(live, qtbot):
    async def story(world):
        desk, preview = world.page._desk, world.page._stepper.preview
        desk.add_part("header_text")
        qtbot.keyClicks(desk.header_row.field, "Dear *")
        desk.header_row.field.insert_variable("guest_first_name")
        desk.add_part("footer")
        qtbot.keyClicks(desk.footer_row.field, "Clara & Davi")
        for title in ("I will come", "I will come"):
            desk.add_part("quick_reply")
            qtbot.keyClicks(desk.buttons.rows()[-1].title, title)
        assert preview.shown.header == Header(HeaderKind.TEXT, "Dear *Ana")
        assert preview.shown.footer == "Clara & Davi"
        assert [each.title for each in preview.shown.buttons] == ["I will come"] * 2
        await until(lambda: any(each.code == "titles_same" for each in desk.found))
        assert desk.header_row.field.property("invalid") == "true"
        assert "Two buttons say" in " ".join(row.text() for row in desk.findings.rows())
        desk.buttons.rows()[1].title.put("Cannot come")
        fix = next(each for each in desk.found if each.code == "header_markup")
        desk._mend(fix)
        await until(lambda: not [each for each in desk.found if each.level == "error"])
        world.page._header.save.click()
        await until(lambda: world.page._header.submit.isVisible())
        await world.submit()
        await until(lambda: "approved" in world.pill())
        async with world.database.read() as conn:
            (stored,) = await templates.list_templates(conn, account=ACCOUNT)
        assert stored.buttons == (
            Button(ButtonKind.QUICK_REPLY, "I will come"),
            Button(ButtonKind.QUICK_REPLY, "Cannot come"),
        )
        assert stored.header == Header(HeaderKind.TEXT, "Dear {{guest_first_name}}")
        assert_accessible(world.page)

    live(story)


def test_a_language_is_added_approved_by_itself_and_removed(live, qtbot):
    async def story(world):
        page = world.page
        page.add_language()
        dialog = await world.opened("templates.language")
        assert dialog.code == "pt_PT", "the guests' own languages come first"
        assert_accessible(dialog)
        assert_nothing_cut(dialog)
        world.press("templates.language.yes", dialog)
        await until(lambda: len(page._desk.languages.tabs()) == 2)
        page._desk.editor.selectAll()
        page._desk.editor.insert_text("Olá ")
        page._desk.editor.insert_variable("guest_first_name")
        page._desk.editor.insert_text(", venha à nossa festa, vai ser muito bonita.")
        page._header.save.click()
        await until(lambda: page._header.submit.isVisible())
        await world.submit()
        await until(lambda: "Portuguese (Portugal) · approved" in page._desk.languages.tabs())
        assert page._desk.languages.tabs()[0] == "English · draft"
        page._desk.languages.findChild(QPushButton, "templates.languages.en").setChecked(True)
        assert page._desk.editor.text().startswith("Hi ")
        page._desk.languages.findChild(QPushButton, "templates.languages.pt_PT").setChecked(True)
        world.menu("withdraw")
        await until(lambda: page._desk.languages.tabs() == ["English · draft"])
        assert page._desk.editor.text().startswith("Hi ")

    live(story)


def test_the_order_of_the_languages_is_the_planners_and_remembered(live, qtbot):
    async def story(world):
        page, tabs = world.page, world.page._desk.languages
        kept = []

        async def keep(codes):
            kept.append(codes)

        page._keep_order = keep
        assert not tabs._order.isVisible()
        page.begin(replace(page._desk.draft, language="pt_PT"), page._sheets.get(page._key).root)
        await until(lambda: len(tabs.tabs()) == 2)
        assert tabs._fallback.text().endswith("else English.")
        world.press("templates.languages.order")
        dialog = await world.opened("templates.order")
        assert_accessible(dialog)
        assert_nothing_cut(dialog)
        assert dialog.codes == ("en", "pt_PT")
        dialog.list.setCurrentRow(1)
        world.press("templates.order.up", dialog)
        assert not dialog.findChild(QPushButton, "templates.order.up").isEnabled()
        world.press("templates.order.yes", dialog)
        await until(lambda: kept == [("pt_PT", "en")])
        assert tabs._fallback.text().endswith("else Portuguese (Portugal), else English.")

    live(story)


def test_versions_show_their_differences_and_an_old_one_is_taken_up_again(live, qtbot):
    async def story(world):
        page = world.page
        first = page._desk.editor.text()
        type_at_end(qtbot, world, " Bring a friend.")
        page._header.save.click()
        await until(lambda: "Version 2" in page._header._facts.text())
        world.menu("history")
        dialog = await world.opened("templates.history")
        assert_accessible(dialog)
        assert_nothing_cut(dialog)
        assert "[+ Bring a friend.+]" in dialog.view.text()
        assert "not sent to anybody" in dialog.list.item(0).text()
        dialog.list.setCurrentRow(1)
        assert dialog.chosen.version == 1
        world.press("templates.history.use", dialog)
        await until(lambda: page._desk.editor.text() == first)
        assert page._header.save.isVisible()

    live(story)


def test_a_template_of_the_account_is_taken_in_with_names_for_its_variables(live):
    async def story(world):
        await world.client.create_content(
            name="old_invite",
            language="en",
            types={"twilio/text": {"body": "Dear {{1}}, please come on {{2}} to our party in the garden."}},
            variables={"1": "Ana", "2": "Saturday"},
        )
        world.menu("import")
        dialog = await world.opened("templates.import")
        assert_accessible(dialog)
        assert_nothing_cut(dialog)
        go = dialog.findChild(QPushButton, "templates.import.yes")
        assert not go.isEnabled()
        dialog.set_name("1", "Guest's name")
        dialog.set_name("2", "Guest's name")
        assert not go.isEnabled()
        dialog.set_name("2", "Date")
        assert go.isEnabled()
        go.click()
        await until(lambda: "{{event_date}}" in world.page._desk.editor.text())
        assert world.page._desk.editor.text().startswith("Dear {{guest_name}}, please come on")
        assert world.page._header._title.text() == "Old invite"
        world.menu("compare")
        dialog = await world.opened("templates.difference")
        assert dialog.view.text() == "Both say the same."

    live(story)


def test_the_picture_of_a_template_of_the_account_is_shown_before_it_is_taken_in(live):
    async def story(world):
        asked = []

        async def fetch(address):
            asked.append(address)
            return encoded()

        world.page._errands._fetch = fetch
        card = {
            "body": "Dear {{1}}, come to our party in the garden.",
            "media": ["https://x.example/{{2}}.png"],
        }
        await world.client.create_content(
            name="card", language="en", types={"twilio/media": card}, variables={"1": "Ana", "2": "ring"}
        )
        world.menu("import")
        dialog = await world.opened("templates.import")
        await until(lambda: dialog.preview.picture is not None)
        assert asked == ["https://x.example/ring.png"], "as the one who reviewed it saw it"

    live(story)


def test_what_is_typed_survives_the_end_of_the_program(live, qtbot, tmp_path):
    async def write(world):
        type_at_end(qtbot, world, " Unsaved.")
        world.window.hide()

    live(write)
    kept = KeptDrafts(tmp_path / "unsaved.json").read()
    assert [sheet.draft.content.endswith(" Unsaved.") for sheet in kept] == [True]

    async def again(world):
        # The template of the first run is gone from the database: what was typed is a new one.
        page = world.page
        restored = next(sheet for sheet in page._sheets if sheet.draft.content.endswith(" Unsaved."))
        page._go_to(restored.key)
        assert "not saved yet" in page._header._facts.text()

    live(again)


def test_two_planners_see_the_difference_and_one_keeps_both(live, qtbot):
    async def story(world):
        page = world.page
        type_at_end(qtbot, world, " Mine.")
        async with world.database.begin() as conn:
            (template,) = await templates.list_templates(conn)
            draft = replace(template.draft, content=template.content + " Theirs.")
            await templates.save_template(conn, template.id, draft, template.draft, desk="Rui on RUI-PC")
        await until(page._conflict.isVisible)
        differences = next(each for each in page._conflict.buttons() if "differences" in each.objectName())
        differences.click()
        dialog = await world.opened("templates.difference")
        assert_accessible(dialog)
        assert_nothing_cut(dialog)
        assert "[-Theirs-][+Mine+]" in dialog.view.text()
        world.press("templates.difference.copy", dialog)
        await until(lambda: len(page._sheets) == 2)
        assert sorted(sheet.draft.content.split()[-1] for sheet in page._sheets) == ["Mine.", "Theirs."]
        assert "(mine)" in page._header._title.text()

    live(story)


def test_the_feed_alone_tells_of_a_change(live):
    async def story(world):
        world.page.changed(Change(Kind.TEMPLATES))
        async with world.database.begin() as conn:
            (template,) = await templates.list_templates(conn)
            await templates.save_template(
                conn, template.id, replace(template.draft, content="Hello {{guest_name}}, do come soon."),
                template.draft,
            )  # fmt: skip
        await until(lambda: world.page._desk.editor.text().startswith("Hello"))

    live(story)


def test_a_test_goes_to_ones_own_phone_and_is_followed_but_no_invitation(live, qtbot, tmp_path):
    async def story(world):
        world.page._header.test.click()
        dialog = await world.opened("templates.trial")
        assert_accessible(dialog)
        assert_nothing_cut(dialog)
        world.press("templates.trial.yes", dialog)
        assert "phone number" in dialog.field.error
        qtbot.keyClicks(dialog.number, "12")
        world.press("templates.trial.yes", dialog)
        await until(lambda: dialog.field.error and "12" in dialog.field.error)
        dialog.number.setText("+351 912 345 699")
        await until(dialog._go.isEnabled)
        world.press("templates.trial.yes", dialog)
        await until(dialog.pill.isVisible)
        async with world.database.read() as conn:
            found = await invitations.list_invitations(conn, world.page._event.id, True)
        assert [each.test for each in found] == [True], "the history shows it for what it is"
        (row,) = await dialog._look()
        assert (row.test, row.recipient) == (True, "+351912345699")
        assert row.body.startswith("Hi Ana")
        dialog.reject()
        await until(lambda: world.dialog() is None)
        world.page._header.test.click()
        dialog = await world.opened("templates.trial")
        assert dialog.number.text() == "+351 912 345 699"

    live(story)


def test_a_new_template_begins_with_a_text_for_its_occasion_and_language(live, qtbot):
    async def story(world):
        world.page.new_template()
        dialog = await world.opened("templates.gallery")
        assert_accessible(dialog)
        assert_nothing_cut(dialog)
        assert dialog.languages.currentData() == "pt_PT", "the language that most guests read"
        dialog.list.setCurrentRow(1)
        assert "Ana" in dialog.preview.message
        assert "{{" not in dialog.preview.message
        world.press("templates.gallery.yes", dialog)
        await until(lambda: len(world.page._sheets) == 2)
        draft = world.page._desk.draft
        assert (draft.language, draft.name) == ("pt_PT", "save_the_date")
        assert not [each for each in world.page._desk.found if each.level == "error"]

    live(story)


@pytest.mark.parametrize(
    ("word", "pill", "sentence"),
    [
        ("paused", "paused by WhatsApp", "people have reported or blocked it"),
        ("disabled", "disabled by WhatsApp", "disabled this text for good"),
        ("in_appeal", "in_appeal", "WhatsApp says “in_appeal” of this text"),
    ],
)
def test_what_becomes_of_an_approval_later_is_shown(live, word, pill, sentence):
    async def story(world):
        await world.submit()
        await until(lambda: pill in world.pill())
        assert sentence in world.approval()
        assert world.page._desk.editor.isReadOnly()

    live(
        story, Script(speed=50, approvals={"invitation_en_v1": ((0, "pending"), (5, "approved"), (30, word))})
    )


def test_a_category_that_whatsapp_changed_is_told(live):
    async def story(world):
        world.page._header.submit.click()
        dialog = await world.opened("templates.submit_dialog")
        dialog.findChild(QRadioButton, "templates.submit_dialog.utility").setChecked(True)
        world.press("templates.submit_dialog.yes", dialog)
        await until(lambda: "moved by WhatsApp from Utility to Marketing" in world.approval())
        assert "US numbers (+1) do not get it" in world.approval()

    live(story, Script(speed=50, moved={"invitation_en_v2": "MARKETING"}))


def test_a_text_with_faults_is_not_even_asked_about(live, qtbot):
    async def story(world):
        type_at_end(qtbot, world, " ")
        world.page._desk.editor.insert_variable("nobody")
        world.page._header.save.click()
        await until(lambda: world.page._header.submit.isVisible())
        world.page._header.submit.click()
        await until(lambda: world.reports.codes == ["template_not_ready"])
        assert world.dialog() is None
        world.reports.errors.clear()

    live(story)


def test_from_a_new_template_to_its_approval_by_keyboard_alone(live, qtbot):
    control = Qt.KeyboardModifier.ControlModifier

    async def story(world):
        page = world.page
        page._desk.editor.setFocus()
        qtbot.keyClick(page._desk.editor, Qt.Key.Key_N, control)
        dialog = await world.opened("templates.gallery")
        qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
        qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
        await until(lambda: len(page._sheets) == 2)
        form = page._desk._form
        world.window.activateWindow()  # the offscreen platform does not give the window back by itself
        await until(form._title.hasFocus)
        qtbot.keyClicks(form._title, "Our day")
        page._desk.editor.setFocus()
        type_at_end(qtbot, world, " See you ")
        qtbot.keyClick(page._desk.editor, Qt.Key.Key_B, control)
        qtbot.keyClicks(page._desk.editor, "soon")
        assert page._desk.editor.text().endswith("*soon*")
        qtbot.keyClick(page._desk.editor, Qt.Key.Key_S, control)
        await until(page._header.submit.isVisible)
        qtbot.keyClick(page._desk.editor, Qt.Key.Key_Return, control)
        dialog = await world.opened("templates.submit_dialog")
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
        await until(lambda: "approved" in page._desk.languages.tabs()[0])
        assert page._header._title.text() == "Our day"

    live(story)


def test_leaving_the_page_before_it_has_loaded_loses_nothing_that_was_kept(live, qtbot, tmp_path):
    async def story(world):
        type_at_end(qtbot, world, " Unsaved.")
        world.page.keep()
        kept = (tmp_path / "unsaved.json").read_text(encoding="utf-8")
        fresh = TemplatesPage(
            database=world.database,
            settings=SETTINGS,
            tasks=world.tasks,
            navigate=lambda _key: None,
            drafts=KeptDrafts(tmp_path / "unsaved.json"),
        )
        qtbot.addWidget(fresh)
        fresh.show()
        fresh.hide()
        assert (tmp_path / "unsaved.json").read_text(encoding="utf-8") == kept

    live(story)


def submittable(world):
    return world.page._header.submit.isVisible() and world.page._header.submit.isEnabled()


async def names_at_twilio(world):
    return [one.name async for page in world.client.content_pages() for one in page]


def test_what_twilio_is_too_busy_for_is_asked_again_without_a_word(live):
    async def story(world):
        await world.submit()
        await until(lambda: "approved" in world.pill())
        assert await names_at_twilio(world) == ["invitation_en_v1"]

    live(
        story,
        Script(speed=50, faults=(Fault(FaultKind.THROTTLE, on=Call.CONTENT, times=3, retry_after=0.1),)),
    )


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.REFUSE, on=Call.CONTENT, times=1, status=400, code=92004),
        Fault(FaultKind.REFUSE, on=Call.CONTENT, times=1, skip=1, status=400, code=63040),
        Fault(FaultKind.ANSWER, on=Call.CONTENT, times=1, status=500),
        Fault(FaultKind.RESET, on=Call.CONTENT, times=1, accepted=True),
        Fault(FaultKind.CUT, on=Call.CONTENT, times=1, skip=1, accepted=True),
    ],
    ids=["refused", "approval-refused", "failed", "created-unheard", "submitted-unheard"],
)
def test_a_failed_submission_is_told_and_pressing_again_makes_no_second_template(live, fault):
    async def story(world):
        await world.submit()
        await until(lambda: world.reports.errors and submittable(world))
        (told,) = world.reports.errors
        assert isinstance(told, UserError)
        if fault.code is not None:
            assert f"code {fault.code}" in f"{message(told).what} {message(told).todo}"
        world.reports.errors.clear()
        await world.submit()
        await until(lambda: "approved" in world.pill())
        assert await names_at_twilio(world) == ["invitation_en_v1"]

    live(story, Script(speed=50, faults=(fault,)))
