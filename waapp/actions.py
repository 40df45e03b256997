"""What each command of the command line does: it has the work done, and prints the result."""

import argparse
import sys
from typing import Any, Protocol

from waapp.errors import UserError

# Everything else is imported where it is needed: `waapp --help` and wrong usage answer at once.


def write(text: str) -> None:
    """Print a result; nothing else goes to stdout."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def write_json(document: object) -> None:
    """Print a result as one JSON document."""
    import json

    write(json.dumps(document, ensure_ascii=False, indent=2, default=str))


async def demo(options: argparse.Namespace) -> None:
    """Prove the main job with the sample guests and the practice Twilio."""
    from waapp import demo

    report = await demo.run()
    _show(report, options)
    if not report.proved:
        raise UserError("demo_failed")


async def migrate(options: argparse.Namespace) -> None:
    """Bring the database up to date, or print what would run."""
    from waapp import config
    from waapp.db import migrate
    from waapp.opening import database_url

    async with database_url(config.load()) as url:
        if options.sql:
            write(await migrate.pending_sql(url) or "-- The database is up to date: nothing would run.")
        elif await migrate.upgrade(url):
            write("The database is now up to date.")
        else:
            write("The database was up to date already.")


async def event(options: argparse.Namespace) -> None:
    """Create an event."""
    from waapp import commands, config

    created = await commands.create_event(
        config.load(),
        options.name,
        date=options.date,
        place=options.place,
        zone=options.zone,
        region=options.region,
        quiet=options.quiet,
        rsvp_link=options.rsvp_link,
    )
    _show(created, options)


async def import_list(options: argparse.Namespace) -> None:
    """Add the guests of a file, take an import back, or bring it back."""
    from waapp import config, import_commands

    if options.undo is not None:
        undone = await import_commands.undo_import(config.load(), options.undo, rest=options.rest)
        _show(undone, options)
        if not undone.done:
            raise UserError("import_kept", count=len(undone.undo.kept))
        return
    if options.redo is not None:
        redone = await import_commands.redo_import(config.load(), options.redo, rest=options.rest)
        _show(redone, options)
        if not redone.done:
            raise UserError("import_not_redone", count=len(redone.redo.kept))
        return
    imported = await import_commands.import_guests(
        config.load(),
        options.event,
        options.file,
        region=options.region,
        sheet=options.sheet,
        update=options.update,
        dry_run=options.dry_run,
    )
    _show(imported, options)


async def send(options: argparse.Namespace) -> None:
    """Queue an invitation for everybody who can get one."""
    from waapp import commands, config

    times = commands.SendTimes(options.not_before, options.not_after, options.quiet, options.undo)
    sent = await commands.send(
        config.load(),
        options.event,
        options.template,
        dry_run=options.dry_run,
        one_per_household=options.one_per_household,
        times=times,
    )
    _show(sent, options)
    if sent.plan.blockers:
        raise UserError("send_blocked", blocker=sent.plan.blockers[0])


async def templates(options: argparse.Namespace) -> None:
    """List the templates."""
    from waapp import config, template_commands

    _show(await template_commands.list_all(config.load()), options)


async def submit(options: argparse.Namespace) -> None:
    """Submit a template to WhatsApp."""
    from waapp import config, template_commands

    done = await template_commands.submit(
        config.load(), options.template, options.language, options.event, options.guest
    )
    _show(done, options)


async def work(options: argparse.Namespace) -> None:
    """Send, follow and settle without a window."""
    from waapp import config
    from waapp.engine import worker

    await worker.run(config.load(), until_idle=options.until_idle)


async def status(options: argparse.Namespace) -> None:
    """Show how far the invitations of an event are."""
    from waapp import commands, config

    _show(await commands.status(config.load(), options.event), options)


async def export(options: argparse.Namespace) -> None:
    """Write guests to a file."""
    from waapp import config, export_commands
    from waapp.core.guest_query import GuestQuery
    from waapp.core.language_names import find_language

    asked = GuestQuery(
        groups=tuple(options.group),
        tags=tuple(options.tag),
        languages=tuple(find_language(one) or one for one in options.language),
        households=tuple(options.household),
        every_tag=options.every_tag,
        text=options.search,
        state=None if options.status is None else options.status.replace("-", "_"),
    )
    done = await export_commands.export(
        config.load(), options.event, options.file, kept=options.filter, asked=asked
    )
    _show(done, options)


async def deleted(options: argparse.Namespace) -> None:
    """List who was deleted."""
    from waapp import config, deletion_commands

    _show(await deletion_commands.list_deleted(config.load(), options.event, options.find), options)


async def restore(options: argparse.Namespace) -> None:
    """Restore what was deleted."""
    from waapp import config, deletion_commands

    _show(await deletion_commands.restore(config.load(), options.ids), options)


async def erase(options: argparse.Namespace) -> None:
    """Forget a guest for good."""
    from waapp import config, deletion_commands

    _show(await deletion_commands.erase(config.load(), options.guest, sure=options.yes), options)


async def personal_data(options: argparse.Namespace) -> None:
    """Write what is kept about a guest to a file."""
    from waapp import config, deletion_commands

    _show(await deletion_commands.save_personal_data(config.load(), options.guest, options.file), options)


async def check(options: argparse.Namespace) -> None:
    """Check installation, database and Twilio account."""
    from waapp import config, selfcheck

    report = await selfcheck.run(config.load())
    _show(report, options)
    if report.missing:
        raise UserError("check_failed", n=report.missing)


class _Result(Protocol):
    def text(self) -> str: ...

    def document(self) -> dict[str, Any]: ...


def _show(result: _Result, options: argparse.Namespace) -> None:
    if options.json:
        write_json(result.document())
    else:
        write(result.text())
