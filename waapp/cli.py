"""The command line: the same work as the window, for scripts and servers.

Exit codes: 0 done, 1 a known error (one line on stderr), 2 bad usage. `--json` prints one document, nothing else.
"""

import argparse
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Final, TextIO
from uuid import UUID

from waapp import __version__, actions
from waapp.errors import UserError

# Everything else is imported where it is needed: `waapp --help` and wrong usage answer at once.

Action = Callable[[argparse.Namespace], Coroutine[Any, Any, None]]

DONE: Final = 0
FAILED: Final = 1
INTERRUPTED: Final = 130

_STATUSES: Final = ("not-invited", "on-the-way", "delivered", "read", "failed", "look")
"""The chips above the guest list (`core.guest_search.GuestFilter`)."""


def run(arguments: Sequence[str]) -> int:
    """Run a command, or the window when there is none; return the exit code."""
    options = _parser().parse_args(arguments)
    if "check" in options:
        options.check(options)
    for stream in (sys.stdout, sys.stderr):
        _speak_every_language(stream)
    try:
        _run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has enough (`waapp status … | head`). Python would complain again when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        return _tell(error)
    return DONE


def _run(options: argparse.Namespace) -> None:
    from waapp import log, paths

    if options.command is None:
        from waapp import display

        # Before anything of Qt is loaded: where it cannot show a window it ends the process.
        display.check(os.environ)
    log.start(paths.log_dir())
    if options.command is None:
        _show_window()
        return
    import asyncio

    from waapp import loop

    with asyncio.Runner(loop_factory=loop.headless_loop) as runner:
        runner.run(options.action(options))


def _show_window() -> None:
    from waapp import config, display

    try:
        from waapp import app
    except ImportError as error:
        raise display.libraries_missing(error) or error from error
    app.run(config.load())


def _tell(error: Exception) -> int:
    """Say in one line what went wrong; the details of what should not happen go to the log."""
    import logging

    from waapp import paths, texts

    known = _known(error)
    if known is None:
        logging.getLogger(__name__).error("a command failed", exc_info=error)
        sys.stderr.write(f"waapp: An error of the program itself. Details are in {paths.log_dir()}\n")
    else:
        sys.stderr.write(f"waapp: {texts.one_line(known)}\n")
    return FAILED


def _speak_every_language(stream: TextIO) -> None:
    # Names are in every script; what a pipe on Windows takes by default is not. Missing under pythonw.
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="backslashreplace")


def _known(error: BaseException) -> UserError | None:
    """Return the trouble that a user can mend, also from within a group of tasks that failed together."""
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(_known, error.exceptions)), None)
    return error if isinstance(error, UserError) else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="waapp",
        description="Personal WhatsApp invitations from the desk. Without a command: the window.",
    )
    parser.add_argument("--version", action="version", version=f"waapp {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def add(name: str, action: Action, summary: str, *, has_json: bool = True) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        command.set_defaults(action=action)
        if has_json:
            command.add_argument("--json", action="store_true", help="print one JSON document")
        return command

    add(
        "demo", actions.demo, "prove the main job on this computer: the sample guests, to the practice Twilio"
    )

    migrate = add("migrate", actions.migrate, "bring the database up to date", has_json=False)
    migrate.add_argument(
        "--sql", action="store_true", help="print what would run, for a database administrator"
    )

    event = add("event", actions.event, "create an event and print its id")
    event.add_argument("name", metavar="NAME")
    event.add_argument("--date", required=True, metavar="ISO", help="2027-06-05 or 2027-06-05T16:00")
    event.add_argument("--place", default="", metavar="TEXT")
    event.add_argument("--zone", metavar="IANA", help="time zone of the event (default: this computer's)")
    event.add_argument("--region", metavar="CC", help="country of phone numbers without one, such as PT")
    event.add_argument("--rsvp-link", default="", metavar="PATTERN", help="such as https://host/{rsvp_token}")
    event.add_argument(
        "--quiet", metavar="HOURS", help="21:00-09:00: no invitation leaves then (default: none)"
    )

    importing = add("import", actions.import_list, "add guests from a CSV, XLSX, ODS or vCard file")
    importing.add_argument("event", metavar="EVENT", nargs="?", help="id or unique name")
    importing.add_argument("file", metavar="FILE", nargs="?", type=Path)
    importing.add_argument(
        "--region", metavar="CC", help="country of numbers without one (default: the event's)"
    )
    importing.add_argument(
        "--sheet", metavar="NAME", help="sheet of a workbook (default: the first with guests)"
    )
    existing = importing.add_mutually_exclusive_group()
    existing.add_argument(
        "--update", action="store_true", help="also change guests who are on the list and differ in the file"
    )
    existing.add_argument(
        "--skip", action="store_true", help="leave guests who are on the list as they are (the default)"
    )
    importing.add_argument("--dry-run", action="store_true", help="say what would be added, and add nothing")
    importing.add_argument("--undo", metavar="ID", type=UUID, help="undo an import, instead of EVENT FILE")
    importing.add_argument("--redo", metavar="ID", type=UUID, help="redo an import that was undone")
    importing.add_argument(
        "--rest",
        action="store_true",
        help="with --undo, --redo: all but the guests invited, answered, edited or listed again since",
    )
    importing.set_defaults(check=lambda given: _check_import(importing, given))

    send = add("send", actions.send, "queue an invitation for every guest who can get one")
    send.add_argument("event", metavar="EVENT", help="id or unique name")
    send.add_argument("--template", required=True, metavar="NAME")
    send.add_argument("--dry-run", action="store_true", help="say who would get it, and queue nothing")
    send.add_argument("--one-per-household", action="store_true", help="one message for each household")
    send.add_argument("--not-before", metavar="ISO", help="2027-05-03T09:00, in the event's zone")
    send.add_argument(
        "--not-after",
        metavar="ISO",
        help="what has not left by then asks first (default: when the event is over)",
    )
    send.add_argument(
        "--quiet",
        metavar="HOURS",
        help="21:00-09:00, where each guest is: nothing leaves then; none (default: the event's)",
    )
    send.add_argument(
        "--undo",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="hold it back so long, so that a window can undo it (default: 0, at most 60)",
    )

    add("templates", actions.templates, "list the templates with what WhatsApp says of them")

    submit = add(
        "submit", actions.submit, "submit a template to WhatsApp; again, it only asks how far that is"
    )
    submit.add_argument("template", metavar="TEMPLATE", help="name")
    submit.add_argument("--language", metavar="CODE", help="such as pt_PT (default: the main language)")
    submit.add_argument(
        "--event",
        metavar="EVENT",
        help="id or unique name: its guests give the examples (default: invented ones)",
    )
    submit.add_argument(
        "--guest",
        metavar="NAME",
        help="with --event: the guest whose values are the examples (default: who has most of them)",
    )
    submit.set_defaults(check=lambda given: _check_submit(submit, given))

    work = add("work", actions.work, "send, follow and settle without a window", has_json=False)
    work.add_argument("--until-idle", action="store_true", help="stop when nothing is left to do")

    status = add("status", actions.status, "show how far the invitations of an event are")
    status.add_argument("event", metavar="EVENT", help="id or unique name")

    export = add("export", actions.export, "write the guests and what became of their invitations to a file")
    export.add_argument("event", metavar="EVENT", help="id or unique name")
    export.add_argument("file", metavar="FILE", type=Path, help="ending in .xlsx, .csv or .vcf")
    export.add_argument(
        "--filter", metavar="NAME", help="only whom a filter shows that was saved in the window"
    )
    export.add_argument(
        "--group", metavar="NAME", action="append", default=[],
        help="only this group, or one of several; an empty one: who has none",
    )  # fmt: skip
    for one, several in (("--tag", "tags"), ("--language", "languages"), ("--household", "households")):
        export.add_argument(one, metavar="NAME", action="append", default=[], help=f"the same for {several}")
    export.add_argument(
        "--every-tag", action="store_true", help="of several tags all, in place of any of them"
    )
    export.add_argument(
        "--status", choices=_STATUSES, help="only whose invitation is so; look: who needs one"
    )
    export.add_argument(
        "--search", metavar="TEXT", default="", help="only with these words, or digits of a number"
    )

    deleted = add("deleted", actions.deleted, "list who was deleted and what is still kept of them")
    deleted.add_argument("event", metavar="EVENT", nargs="?", help="id or unique name (default: all events)")
    deleted.add_argument("--find", default="", metavar="TEXT", help="only with this name, number or e-mail")

    restore = add("restore", actions.restore, "restore deleted guests or events as they were")
    restore.add_argument("ids", metavar="ID", nargs="+", type=UUID, help="as waapp deleted lists them")

    erase = add(
        "erase",
        actions.erase,
        "forget a guest, of a list or deleted, for good; says first what stays and why",
    )
    erase.add_argument("guest", metavar="GUEST", type=UUID, help="id")
    erase.add_argument("--yes", action="store_true", help="do it; without, nothing is erased")

    personal = add("personal-data", actions.personal_data, "write all that is kept about a guest to a file")
    personal.add_argument("guest", metavar="GUEST", type=UUID, help="id, of a list or deleted")
    personal.add_argument("file", metavar="FILE", type=Path, help="ending in .xlsx or .json")

    add("check", actions.check, "check installation, database and Twilio account, and say how to fix it")
    return parser


def _check_import(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """End with bad usage unless one thing is asked for: a list to bring in, an import to take back or bring back."""
    ways = {"--undo": options.undo, "--redo": options.redo}
    asked = [way for way, given in ways.items() if given is not None]
    if len(asked) > 1:
        parser.error("not allowed together: --undo, --redo")
    if asked and options.event is not None:
        parser.error(f"{asked[0]} ID takes no EVENT and no FILE")
    if not asked and options.file is None:
        parser.error("the following arguments are required: EVENT, FILE")
    if options.rest and not asked:
        parser.error("--rest goes with --undo and --redo")


def _check_submit(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """End with bad usage for a guest of no event."""
    if options.guest is not None and options.event is None:
        parser.error("--guest goes with --event")
