"""Whether what the settings name works, each check on its own: for the settings page and for `waapp check`."""

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from waapp import __version__, config, display, paths
from waapp.config import Settings
from waapp.core import phone
from waapp.core.pacing import SANDBOX_SENDER
from waapp.db import migrate
from waapp.db.engine import Database, test_connection
from waapp.engine.account import open_account
from waapp.errors import UserError
from waapp.opening import database_url
from waapp.texts import one_line, tr
from waapp.whatsapp.records import SenderInfo


class Level(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Check:
    """What a check found, in plain words; where something is missing they say how to mend it."""

    subject: str
    level: Level
    text: str


async def check_all(settings: Settings) -> list[Check]:
    """Run every check, whatever the others find."""
    checks = [check_installation(), check_screen()]
    for subject, check in (
        (tr("Database"), check_database),
        (tr("Twilio account"), check_account),
        (tr("Sender"), check_sender),
    ):
        try:
            checks.append(await check(settings))
        except UserError as error:
            checks.append(Check(subject, Level.ERROR, one_line(error)))
    return checks


def check_installation() -> Check:
    """Look for the program's own files and say what it runs on."""
    subject = tr("Installation")
    missing = [
        name
        for folder, name in (
            ("resources", "twilio_errors.toml"),
            ("resources", "style.qss"),
            ("resources", "sample/guests.xlsx"),
            ("sql", "env.py"),
        )
        if not (paths.data_dir(folder) / name).is_file()
    ]
    if missing:
        names = ", ".join(missing)
        return Check(
            subject, Level.ERROR, tr("Files are missing: {names}. Install waapp again.", names=names)
        )
    frozen = tr(", installed as a program") if getattr(sys, "frozen", False) else ""
    return Check(
        subject,
        Level.OK,
        tr(
            "waapp {version}, Python {python} on {system}{frozen}",
            version=__version__,
            python=platform.python_version(),
            system=f"{platform.system()} {platform.release()}",
            frozen=frozen,
        ),
    )


def check_screen() -> Check:
    """Find out whether the window could be shown; on a server it need not."""
    subject = tr("Window")
    try:
        display.check(os.environ)
    except UserError as error:
        return Check(subject, Level.WARNING, one_line(error))
    return Check(subject, Level.OK, tr("It can be shown."))


async def check_database(settings: Settings) -> Check:
    """Connect and look at rights and version.

    Raises DatabaseError when there is no connection, UserError("database_too_new").
    """
    subject = tr("Database")
    async with database_url(settings) as url:
        report = await test_connection(url)
        database = Database(url)
        outdated = None
        try:
            async with database.read() as conn:
                await migrate.check_version(conn)
        except UserError as error:
            if error.code == "database_too_new":
                raise
            outdated = error
        finally:
            await database.dispose()
    if settings.database_url is None:
        # It is brought up to date by itself whenever it is opened for work.
        return Check(
            subject,
            Level.OK,
            tr("The private database works (PostgreSQL {version}).", version=report.version),
        )
    if outdated is not None:
        return Check(subject, Level.WARNING, one_line(outdated))
    if report.transaction_pooling:
        return Check(
            subject,
            Level.WARNING,
            tr(
                "Between this computer and the database stands a pooler that changes connections with every "
                "transaction. Sending needs a direct connection: ask for the address of the database itself."
            ),
        )
    if report.read_only:
        return Check(
            subject, Level.ERROR, tr("This server only lets us read. Ask for the address of the main server.")
        )
    return Check(
        subject,
        Level.OK,
        tr(
            "{label} works: PostgreSQL {version}, {security}, {latency} ms for a question.",
            label=report.label,
            version=report.version,
            security=tr("encrypted") if report.tls else tr("not encrypted"),
            latency=round(report.latency * 1000),
        ),
    )


async def check_account(settings: Settings) -> Check:
    """Ask Twilio about the account.

    Raises AccountError when Twilio refuses the credentials, UserError when it does not answer.
    """
    subject = tr("Twilio account")
    if settings.account_sid is None:
        return Check(
            subject, Level.OK, tr("None yet. Practice mode needs none: nothing leaves this computer.")
        )
    await config.credentials(settings)
    async with open_account(_real(settings)) as account:
        info = await account.client.account()
    if info.status != "active":
        return Check(
            subject, Level.ERROR, tr("Twilio says that the account is {status}.", status=info.status or "?")
        )
    if info.trial:
        return Check(
            subject,
            Level.WARNING,
            tr(
                "{name}: a trial account. It can only write to a few numbers, through the sandbox.",
                name=info.name,
            ),
        )
    return Check(subject, Level.OK, tr("{name} is active.", name=info.name or settings.account_sid))


async def check_sender(settings: Settings) -> Check:
    """Look the sender up among the account's.

    Raises what `check_account` raises.
    """
    subject = tr("Sender")
    if settings.practice:
        return Check(subject, Level.OK, tr("Practice mode has its own."))
    if settings.sender is None:
        return Check(subject, Level.ERROR, tr("None chosen. Choose the WhatsApp number that guests see."))
    if settings.sender == SANDBOX_SENDER:
        return Check(
            subject,
            Level.OK,
            tr(
                "Twilio's sandbox: guests must first send it the words “join …” that Twilio shows you, and one "
                "message leaves every three seconds."
            ),
        )
    number = phone.display(settings.sender)
    found = next((one for one in await list_senders(settings) if one.number == settings.sender), None)
    if found is None:
        return Check(
            subject,
            Level.ERROR,
            tr("{number} is no WhatsApp number of this account. Choose one from the list.", number=number),
        )
    if not found.online:
        return Check(
            subject,
            Level.WARNING,
            tr(
                "{number} is not ready: WhatsApp says “{status}”.", number=number, status=found.status.lower()
            ),
        )
    limit = ""
    if found.unlimited:
        limit = tr(", to as many people a day as you like")
    elif found.daily_limit:
        limit = tr(", up to {limit} people a day", limit=found.daily_limit)
    return Check(subject, Level.OK, tr("{number} is ready{limit}.", number=number, limit=limit))


async def list_senders(settings: Settings) -> Sequence[SenderInfo]:
    """Return the account's WhatsApp numbers.

    Raises what `check_account` raises.
    """
    async with open_account(_real(settings)) as account:
        return await account.client.senders()


def _real(settings: Settings) -> Settings:
    """Return the settings with which the account itself is asked, also while practice mode is on."""
    if settings.account_sid is None:
        raise UserError("account_missing")
    return settings.for_real()
