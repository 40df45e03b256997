"""Settings: typed, tried out, saved; errors at their fields, secrets apart from settings."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy

from tests.gui.accessibility import act, assert_accessible
from tests.gui.pages import SETTINGS, until
from waapp.errors import UserError
from waapp.gui.aio import Tasks
from waapp.gui.settings_page import Entered, SettingsPage
from waapp.gui.settings_sections import Verdict, with_password

SID, KEY = "AC" + "0" * 32, "SK" + "1" * 32
CONNECTED = replace(SETTINGS, account_sid=SID, api_key=KEY, sender="+351912345678")


class Program:
    """What the program gives the page, remembering what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Entered]] = []
        self.answers: dict[str, object] = {}

    def about(self, what: str) -> Callable:
        async def answer(entered: Entered) -> object:
            self.asked.append((what, entered))
            await asyncio.sleep(0)
            given = self.answers.get(what, Verdict("ok", "Fine."))
            if isinstance(given, Exception):
                raise given
            return given

        return answer


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
def open_page(qtbot, window_run, program: Program):
    """Run a scenario on a page that is shown."""

    def run(scenario: Callable, settings=SETTINGS) -> None:
        async def main() -> None:
            reported: list[BaseException] = []
            async with Tasks(reported.append) as tasks:
                page = SettingsPage(
                    settings=settings,
                    tasks=tasks,
                    test_database=program.about("database"),
                    test_account=program.about("account"),
                    test_sender=program.about("sender"),
                    list_senders=program.about("senders"),
                    save=program.about("save"),
                )
                qtbot.addWidget(page)
                page.resize(1000, 1400)
                page.show()
                await scenario(page)
            assert reported == []

        window_run(main())

    return run


def press(qtbot, widget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def type_over(qtbot, editor, text: str) -> None:
    editor.selectAll()
    qtbot.keyClicks(editor, text)


def test_every_part_can_be_reached_and_is_named(open_page) -> None:
    async def scenario(page: SettingsPage) -> None:
        assert_accessible(page)

    open_page(scenario)


@pytest.mark.parametrize(
    "settings",
    [
        SETTINGS,
        CONNECTED,
        replace(CONNECTED, api_key=None, practice_wanted=True, rate=12.5, undo_seconds=25.0),
        replace(SETTINGS, database_url="postgresql://planner@db.example/events"),
    ],
)
def test_what_is_shown_reads_back_the_same(open_page, settings) -> None:
    async def scenario(page: SettingsPage) -> None:
        assert page.entered() == Entered(settings)
        assert not page.save.isEnabled()

    open_page(scenario, settings)


def test_account_is_entered_tested_and_saved(open_page, qtbot, program) -> None:
    async def scenario(page: SettingsPage) -> None:
        assert page.practice.practice.isChecked()
        assert not page.practice.practice.isEnabled()
        type_over(qtbot, page.account.sid, SID)
        type_over(qtbot, page.account.key, KEY)
        type_over(qtbot, page.account.secret, "hush")
        assert not page.practice.practice.isChecked()
        press(qtbot, page.account.test)
        await until(lambda: page.account.outcome.text == "Fine.")
        saved = QSignalSpy(page.saved)
        qtbot.keyClick(page, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        await until(saved.count)
        assert page.outcome.text == "Saved."
        assert page.account.secret.text() == ""
        assert not page.save.isEnabled()

    open_page(scenario)
    assert [what for what, _entered in program.asked] == ["account", "save"]
    for _what, entered in program.asked:
        assert (entered.settings.account_sid, entered.settings.api_key, entered.secret) == (SID, KEY, "hush")
        assert not entered.settings.practice
        assert "hush" not in repr(entered)


def test_a_choice_made_over_the_accessibility_bus_can_be_saved(open_page) -> None:
    async def scenario(page: SettingsPage) -> None:
        assert not page.save.isEnabled()
        act(page.database.shared, "Toggle")
        assert page.save.isEnabled()

    open_page(scenario)


def test_known_trouble_of_a_test_is_said_beside_its_button(open_page, qtbot, program) -> None:
    program.answers["database"] = UserError("database_unreachable", database="db.example")

    async def scenario(page: SettingsPage) -> None:
        press(qtbot, page.database.shared)
        type_over(qtbot, page.database.url, "postgresql://planner@db.example/events")
        type_over(qtbot, page.database.password, "a/b c")
        press(qtbot, page.database.test)
        await until(lambda: "does not answer" in page.database.outcome.text)
        assert page.database.test.isEnabled()
        type_over(qtbot, page.database.url, "postgresql://planner@db2.example/events")
        assert page.database.outcome.text == ""

    open_page(scenario)
    assert program.asked[0][1].settings.database_url == "postgresql://planner:a%2Fb%20c@db.example/events"


def test_what_cannot_be_right_is_said_at_its_field_and_nothing_is_saved(open_page, qtbot, program) -> None:
    async def scenario(page: SettingsPage) -> None:
        press(qtbot, page.database.shared)
        type_over(qtbot, page.database.url, "mysql://db/events")
        type_over(qtbot, page.account.sid, "AC12")
        page.number.number.setEditText("12")
        page.sending.planner.clear()
        qtbot.keyClicks(page.sending.planner, " ")
        press(qtbot, page.save)
        press(qtbot, page.account.test)
        await asyncio.sleep(0)
        fields = {key: field for section in page._sections for key, field in section.fields.items()}
        wrong = {key for key, field in fields.items() if field.error}
        assert wrong == {"database_url", "account_sid", "api_key", "sender", "planner"}
        assert page.database.url.accessibleDescription() == fields["database_url"].error

    open_page(scenario)
    assert program.asked == []


def test_senders_come_from_the_account(open_page, qtbot, program) -> None:
    senders: Sequence[tuple[str, str]] = [("+351912345678", "Clara’s parties"), ("+14155238886", "")]
    program.answers["senders"] = senders

    async def scenario(page: SettingsPage) -> None:
        press(qtbot, page.number.load)
        await until(lambda: page.number.number.count() == 2)
        page.number.number.setCurrentIndex(0)
        assert page.entered().settings.sender == "+351912345678"
        assert "2 numbers" in page.number.outcome.text
        program.answers["senders"] = []
        press(qtbot, page.number.load)
        await until(lambda: "no WhatsApp number" in page.number.outcome.text)

    open_page(scenario)


def test_save_that_fails_keeps_what_was_typed(open_page, qtbot, program) -> None:
    program.answers["save"] = UserError("keyring_unusable")

    async def scenario(page: SettingsPage) -> None:
        type_over(qtbot, page.sending.planner, "Ana")
        press(qtbot, page.save)
        await until(lambda: page.outcome.text)
        assert "safe for passwords" in page.outcome.text
        assert page.sending.planner.text() == "Ana"
        assert page.save.isEnabled()

    open_page(scenario)


def test_undo_brings_back_what_is_set(open_page, qtbot) -> None:
    async def scenario(page: SettingsPage) -> None:
        type_over(qtbot, page.sending.planner, "Ana")
        page.sending.rate.setValue(3)
        assert page.undo.isEnabled()
        press(qtbot, page.undo)
        assert page.entered() == Entered(CONNECTED)
        assert not page.undo.isEnabled()

    open_page(scenario, CONNECTED)


def test_what_the_environment_says_cannot_be_edited(open_page) -> None:
    settings = replace(
        SETTINGS, database_url="postgresql://planner:secret@db.example/events", database_from_environment=True
    )

    async def scenario(page: SettingsPage) -> None:
        assert page.database.url.isReadOnly()
        assert "secret" not in page.database.url.text()
        assert page.entered().settings.database_url == settings.database_url

    open_page(scenario, settings)


def test_leaving_the_account_means_practice(open_page, qtbot) -> None:
    async def scenario(page: SettingsPage) -> None:
        assert not page.practice.practice.isChecked()
        page.account.sid.selectAll()
        qtbot.keyClick(page.account.sid, Qt.Key.Key_Delete)
        assert page.practice.practice.isChecked()
        assert page.entered().settings.practice

    open_page(scenario, CONNECTED)


def test_password_is_put_into_an_address() -> None:
    assert with_password("postgresql://ana@db/e", "p@ss") == "postgresql://ana:p%40ss@db/e"
    assert with_password("postgresql://ana:old@db/e", "new") == "postgresql://ana:new@db/e"
    assert with_password("postgresql://ana@db/e", "") == "postgresql://ana@db/e"
