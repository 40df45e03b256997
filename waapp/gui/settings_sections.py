"""The parts of the settings: each shows settings, reads back what is typed, and says what is wrong with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal
from urllib.parse import quote, urlsplit

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QWidget,
)

from waapp.config import Settings, without_password
from waapp.core import phone
from waapp.core.waiting import LONGEST_UNDO
from waapp.gui import style
from waapp.gui.widgets import Card, Drawing, Field, announce, button, inset, label, name, repolish
from waapp.texts import tr

_FIELD_WIDTH: Final = 480
_ACCOUNT_SID: Final = re.compile(r"AC[0-9a-fA-F]{32}")
_KEY_SID: Final = re.compile(r"SK[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test has found, in plain words."""

    level: Literal["ok", "warning", "error"]
    text: str


class Outcome(QWidget):
    """Shows a verdict beside the button that asked for it."""

    _LOOKS: Final = {
        "ok": ("done", "delivered"),
        "warning": ("warning", "unknown"),
        "error": ("error", "failed"),
    }

    def __init__(self, object_name: str) -> None:
        super().__init__()
        name(self, object_name, tr("Result"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._icon = Drawing()
        self._text = label()
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)

    @property
    def text(self) -> str:
        """What is said."""
        return self._text.text()

    def wait(self, text: str) -> None:
        """Say that the test is running."""
        self._icon.show_icon(None)
        self._say(text, "muted")

    def show_verdict(self, verdict: Verdict) -> None:
        """Say what was found."""
        drawing, tone = self._LOOKS[verdict.level]
        self._icon.show_icon(drawing, tone)
        self._say(verdict.text, tone)
        announce(self)

    def clear(self) -> None:
        """Say nothing: what was tested has changed."""
        self._icon.show_icon(None)
        self._say("", "muted")

    def _say(self, text: str, tone: str) -> None:
        self._text.setText(text)
        self._text.setProperty("tone", tone)
        repolish(self._text)
        self.setAccessibleDescription(text)


class Section(Card):
    """A titled card of fields; `edited` comes when anything in it is changed by hand."""

    edited = Signal()

    def __init__(self, title: str, text: str) -> None:
        super().__init__(padding=20, spacing=style.SPACE[2])
        self.body.addWidget(label(title, size=16, bold=True))
        self.body.addWidget(label(text, tone="muted"))
        self.fields: dict[str, Field] = {}

    def add_field(self, key: str, field: Field) -> None:
        """Take in a field that can be wrong."""
        field.setMaximumWidth(_FIELD_WIDTH)
        self.fields[key] = field
        self.body.addWidget(field)

    def add_test(self, test: QPushButton, outcome: Outcome) -> None:
        """Put a test's button and its result at the bottom."""
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[2])
        row.addWidget(test)
        row.addWidget(outcome, 1)
        self.body.addLayout(row)
        self.edited.connect(outcome.clear)

    def show_problems(self, problems: dict[str, str]) -> None:
        """Say beneath each field what is wrong with it."""
        for key, field in self.fields.items():
            field.set_error(problems.get(key))


class DatabaseSection(Section):
    """The private database of this computer, or a shared one."""

    def __init__(self) -> None:
        super().__init__(tr("Database"), tr("Where events, guests and messages are kept."))
        self.private = name(
            QRadioButton(tr("Private, on this computer")), "database_private", tr("Private database")
        )
        self.shared = name(
            QRadioButton(tr("Shared, with colleagues or an event website (PostgreSQL)")), "database_shared",
            tr("Shared database"),
        )  # fmt: skip
        self.url = name(QLineEdit(), "database_url", tr("Address of the database"))
        self.url.setPlaceholderText("postgresql://planner@db.example.com/events")
        self.password = name(QLineEdit(), "database_password", tr("Password of the database"))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.test = button(tr("Test database"), "database_test", small=True)
        self.outcome = Outcome("database_outcome")
        self.body.addWidget(self.private)
        self.body.addWidget(self.shared)
        self.add_field("database_url", Field(tr("Address"), self.url))
        self.add_field(
            "database_password",
            Field(
                tr("Password"),
                self.password,
                tr("Kept in this computer’s safe for passwords, never in a file."),
            ),
        )
        self.add_test(self.test, self.outcome)
        self.shared.toggled.connect(self._arrange)
        # Not `clicked`: over the accessibility bus what can be checked is toggled.
        self.shared.toggled.connect(self.edited)
        for typed in (self.url, self.password):
            typed.textEdited.connect(self.edited)

    def show_settings(self, settings: Settings) -> None:
        """Show what is set."""
        fixed = settings.database_from_environment
        self.shared.setChecked(settings.database_url is not None)
        self.private.setChecked(settings.database_url is None)
        self.url.setText(without_password(settings.database_url) if settings.database_url else "")
        self.password.clear()
        self.password.setPlaceholderText(tr("unchanged") if settings.database_url else "")
        for part in (self.shared, self.private):
            part.setEnabled(not fixed)
        self.url.setReadOnly(fixed)
        self.password.setReadOnly(fixed)
        self.fields["database_url"].set_hint(tr("Set by WAAPP_DATABASE_URL.") if fixed else "")
        self._arrange()

    def read(self, settings: Settings) -> Settings:
        """Return the settings with what is typed here; a password is in the URL only if it was typed."""
        if settings.database_from_environment:
            return settings
        url = (
            with_password(self.url.text().strip(), self.password.text()) if self.shared.isChecked() else None
        )
        return replace(settings, database_url=url)

    def problems(self) -> dict[str, str]:
        """Return what is wrong, by field."""
        if self.private.isChecked() or self.url.isReadOnly():
            return {}
        try:
            parts = urlsplit(self.url.text().strip())
            good = parts.scheme in {"postgresql", "postgres"} and bool(parts.path.strip("/") or parts.query)
        except ValueError:
            good = False
        return {} if good else {"database_url": tr("It looks like postgresql://name@host/database.")}

    def _arrange(self) -> None:
        for key in ("database_url", "database_password"):
            self.fields[key].setVisible(self.shared.isChecked())


class AccountSection(Section):
    """The Twilio account; without one everything is practice."""

    def __init__(self) -> None:
        super().__init__(
            tr("Twilio account"),
            tr(
                "Twilio hands your messages to WhatsApp. Without an account the program stays in practice mode."
            ),
        )
        self.sid = name(QLineEdit(), "account_sid", tr("Account SID"))
        self.sid.setPlaceholderText("AC…")
        self.sign_in = name(QComboBox(), "account_sign_in", tr("Sign in with"))
        self.sign_in.addItem(tr("API key (can be withdrawn by itself)"), "key")
        self.sign_in.addItem(tr("Auth token of the account"), "token")
        self.key = name(QLineEdit(), "account_key", tr("API key SID"))
        self.key.setPlaceholderText("SK…")
        self.secret = name(QLineEdit(), "account_secret", tr("Secret"))
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.test = button(tr("Test account"), "account_test", small=True)
        self.outcome = Outcome("account_outcome")
        self.add_field(
            "account_sid", Field(tr("Account SID"), self.sid, tr("On the first page of Twilio’s console."))
        )
        self.add_field("account_sign_in", Field(tr("Sign in with"), self.sign_in))
        self.add_field("api_key", Field(tr("API key SID"), self.key))
        self.add_field(
            "secret",
            Field(
                tr("Secret"), self.secret, tr("Kept in this computer’s safe for passwords, never in a file.")
            ),
        )
        self.add_test(self.test, self.outcome)
        self.sign_in.currentIndexChanged.connect(self._arrange)
        self.sign_in.activated.connect(self.edited)
        for typed in (self.sid, self.key, self.secret):
            typed.textEdited.connect(self.edited)

    def show_settings(self, settings: Settings) -> None:
        """Show what is set."""
        self.sid.setText(settings.account_sid or "")
        self.key.setText(settings.api_key or "")
        uses_token = settings.account_sid is not None and settings.api_key is None
        self.sign_in.setCurrentIndex(self.sign_in.findData("token" if uses_token else "key"))
        self.secret.clear()
        self.secret.setPlaceholderText(tr("unchanged") if settings.account_sid else "")
        self._arrange()

    def read(self, settings: Settings) -> Settings:
        """Return the settings with what is typed here, without the secret."""
        sid = self.sid.text().strip() or None
        key = self.key.text().strip() if self._uses_key() else ""
        return replace(settings, account_sid=sid, api_key=(key or None) if sid else None)

    def typed_secret(self) -> str | None:
        """Return a secret that was typed, or None to keep the one in the safe."""
        return self.secret.text().strip() or None

    def problems(self) -> dict[str, str]:
        """Return what is wrong, by field."""
        found: dict[str, str] = {}
        sid, key = self.sid.text().strip(), self.key.text().strip()
        if sid and not _ACCOUNT_SID.fullmatch(sid):
            found["account_sid"] = tr("An account SID is AC and 32 letters and digits.")
        if sid and self._uses_key() and not _KEY_SID.fullmatch(key):
            found["api_key"] = tr("An API key SID is SK and 32 letters and digits.")
        return found

    def _uses_key(self) -> bool:
        return bool(self.sign_in.currentData() == "key")

    def _arrange(self) -> None:
        uses_key = self._uses_key()
        self.fields["api_key"].setVisible(uses_key)


class SenderSection(Section):
    """The WhatsApp number that messages come from, and practice mode."""

    def __init__(self) -> None:
        super().__init__(
            tr("Sender"),
            tr("The WhatsApp number that guests see. It must be registered with your Twilio account."),
        )
        self.number = name(QComboBox(), "sender_number", tr("Number"))
        self.number.setEditable(True)
        self.number.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.load = button(tr("Get from account"), "sender_list", small=True)
        self.test = button(tr("Test sender"), "sender_test", small=True)
        self.outcome = Outcome("sender_outcome")
        self.add_field(
            "sender", Field(tr("Number"), self.number, tr("With country code, such as +351 912 345 678."))
        )
        row = QWidget()
        inside = QHBoxLayout(row)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(style.SPACE[1])
        inside.addWidget(self.load)
        inside.addWidget(self.test)
        inside.addWidget(self.outcome, 1)
        self.body.addWidget(row)
        self.number.editTextChanged.connect(self.outcome.clear)
        self.number.editTextChanged.connect(self.edited)
        self.number.activated.connect(self.edited)

    def show_settings(self, settings: Settings) -> None:
        """Show what is set."""
        self.number.setEditText(phone.display(settings.sender) if settings.sender else "")

    def offer(self, senders: Sequence[tuple[str, str]]) -> None:
        """Offer the account's numbers with their names; an empty field takes the first."""
        typed = self.number.currentText()
        self.number.clear()
        for number, shown_name in senders:
            shown = phone.display(number)
            self.number.addItem(f"{shown} · {shown_name}" if shown_name else shown, number)
        if typed:
            self.number.setEditText(typed)

    def read(self, settings: Settings) -> Settings:
        """Return the settings with what is typed here."""
        return replace(settings, sender=self._e164())

    def problems(self) -> dict[str, str]:
        """Return what is wrong, by field."""
        wrong = bool(self.number.currentText().strip()) and self._e164() is None
        return {"sender": tr("This is not a phone number with a country code.")} if wrong else {}

    def _e164(self) -> str | None:
        return phone.read(self.number.currentText().split("·")[0].strip(), None).e164


class PracticeSection(Section):
    """Whether anything may leave this computer."""

    def __init__(self) -> None:
        super().__init__(
            tr("Practice mode"),
            tr("Everything works, on an imitation of Twilio in this program. No guest receives anything, and the "
               "shared guest list is not marked."),
        )  # fmt: skip
        self.practice = name(
            QCheckBox(tr("Practise: nothing leaves this computer")), "practice", tr("Practice mode")
        )
        self.body.addWidget(self.practice)
        self._why = label(tr("It ends when a Twilio account is entered above."), tone="muted", size=12)
        self.body.addWidget(self._why)
        self.practice.toggled.connect(self.edited)

    def show_settings(self, settings: Settings) -> None:
        """Show what is set."""
        self.practice.setChecked(settings.practice)
        self.allow_leaving(allowed=settings.account_sid is not None)

    def allow_leaving(self, *, allowed: bool) -> None:
        """Let the planner leave practice mode only when there is an account."""
        if not allowed:
            self.practice.setChecked(True)
        elif not self.practice.isEnabled():
            self.practice.setChecked(False)
        self.practice.setEnabled(allowed)
        self._why.setVisible(not allowed)

    def read(self, settings: Settings) -> Settings:
        """Return the settings with what is chosen here."""
        return replace(settings, practice_wanted=self.practice.isEnabled() and self.practice.isChecked())


class SendingSection(Section):
    """How fast, and in whose name."""

    def __init__(self) -> None:
        super().__init__(tr("Sending"), tr("How fast messages go out, and who your colleagues see at work."))
        self.rate = name(QDoubleSpinBox(), "sending_rate", tr("Messages per second"))
        self.rate.setRange(0.1, 1000)
        self.rate.setDecimals(1)
        inset(self.rate)
        self.undo = name(QSpinBox(), "sending_undo", tr("Seconds to undo a send"))
        self.undo.setRange(0, int(LONGEST_UNDO))
        self.undo.setSpecialValueText(tr("No time to undo"))
        inset(self.undo)
        self.planner = name(QLineEdit(), "planner", tr("Your name"))
        rate = Field(
            tr("Messages per second"),
            self.rate,
            tr("New numbers are allowed 80. Twilio slows us down by itself."),
        )
        self.add_field("rate", rate)
        self.add_field(
            "undo",
            Field(
                tr("Seconds to undo a send"),
                self.undo,
                tr("After Send nothing leaves for so long, and any desk can still take it back."),
            ),
        )
        self.add_field(
            "planner", Field(tr("Your name"), self.planner, tr("As colleagues on the same database see it."))
        )
        self.rate.valueChanged.connect(self.edited)
        self.undo.valueChanged.connect(self.edited)
        self.planner.textEdited.connect(self.edited)

    def show_settings(self, settings: Settings) -> None:
        """Show what is set."""
        self.rate.setValue(settings.rate)
        self.undo.setValue(round(settings.undo_seconds))
        self.planner.setText(settings.planner)

    def read(self, settings: Settings) -> Settings:
        """Return the settings with what is typed here."""
        return replace(
            settings,
            rate=self.rate.value(),
            undo_seconds=float(self.undo.value()),
            planner=self.planner.text().strip(),
        )

    def problems(self) -> dict[str, str]:
        """Return what is wrong, by field."""
        return (
            {}
            if self.planner.text().strip()
            else {"planner": tr("Give a name, so that colleagues know who sends.")}
        )


def with_password(url: str, password: str) -> str:
    """Return a URL with a password in it; without one it is returned as it is."""
    if not password:
        return url
    parts = urlsplit(url)
    user, at, hosts = parts.netloc.rpartition("@")
    user = user.split(":")[0]
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{hosts}" if at else hosts).geturl()
