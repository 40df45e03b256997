"""What `waapp import` does: bring a guest list into an event, take an import back, and bring it back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from waapp.config import Settings
from waapp.core.events import Event, is_region
from waapp.core.import_diff import (
    Decisions,
    Diff,
    Line,
    Origin,
    Outcome,
    Present,
    compare,
    without_changes,
)
from waapp.core.import_list import Reading, new_list
from waapp.core.imports import Kept, Redo, Undo
from waapp.core.merging import Side
from waapp.core.sources import Source
from waapp.db import events, guests, import_undo, imports
from waapp.engine.guest_files import read_aside
from waapp.errors import DatabaseError, UserError
from waapp.opening import open_database
from waapp.texts import tr
from waapp.texts.imports import KEPT, change_words, remarks

_QUIET = frozenset({"guest_same"})
"""Not worth a line of their own: re-importing a list would say so of every row."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of every row of a file; `saved` is None after a dry run, or when there was nothing to save."""

    event: Event
    diff: Diff
    saved: imports.Saved | None
    dry_run: bool
    blank: int
    above: int
    source: Source

    def text(self) -> str:
        """Return the account of all rows, and a line for each that needs a look."""
        account = self.diff.account if self.saved is None else self.saved.account
        verb = "would be " if self.dry_run else ""
        parts = [f"{account.added} {verb}added"]
        parts += [f"{account.changed} {verb}changed"] if account.changed else []
        parts += [f"{account.same} on the list already"] if account.same else []
        lines = [f"{account.read} rows read: {', '.join(parts)}, {account.skipped} skipped."]
        if self.blank or self.above:
            lines.append(f"Not counted: {self.blank} empty rows, {self.above} above the headings.")
        others = [name for name in self.source.sheets if name != self.source.sheet]
        if others:
            named = ", ".join(f"“{name}”" for name in others)
            lines.append(f"Read from the sheet “{self.source.sheet}”; with --sheet NAME: {named}.")
        for line in self.diff.lines:
            lines += [f"  row {line.number}: {words}" for code, words in remarks(line) if code not in _QUIET]
            if line.changed and line.leader is None:
                only = "" if line.outcome is Outcome.CHANGE else "only with --update: "
                lines.append(f"  row {line.number}: {only}{_changes(line)}")
        for late in self.saved.overtaken if self.saved is not None else ():
            lines.append(
                f"  row {late.number}: somebody added or changed this guest meanwhile; left as they are"
            )
        if self.saved is not None:
            lines.append(f"Take it back with: waapp import --undo {self.saved.id}")
        return "\n".join(lines)

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        planned = self.diff.account
        account = planned if self.saved is None else self.saved.account
        done = self.saved is not None
        return {
            "event": self.event.id,
            "import": self.saved.id if self.saved is not None else None,
            "rows": planned.read,
            "added": account.added if done else 0,
            "changed": account.changed if done else 0,
            "would_add": planned.added,
            "would_change": planned.changed,
            "unchanged": account.same,
            "skipped": account.skipped,
            "sheet": self.source.sheet,
            "other_sheets": [name for name in self.source.sheets if name != self.source.sheet],
            "empty": self.blank,
            "above_headings": self.above,
            "overtaken": [line.number for line in self.saved.overtaken] if self.saved is not None else [],
            "changes": [
                {"row": line.number, "field": change.field, "old": change.old, "new": change.new}
                for line in self.diff.lines
                if line.outcome is Outcome.CHANGE
                for change in line.changed
            ],
            "findings": [
                {"row": line.number, "code": code, "text": words}
                for line in self.diff.lines
                for code, words in remarks(line)
                if code not in _QUIET
            ],
        }


async def import_guests(
    settings: Settings,
    event: str,
    file: Path,
    *,
    region: str | None,
    sheet: str | None,
    update: bool,
    dry_run: bool,
) -> Imported:
    """Add the guests of a file to an event; with `update` change those who are on the list already, too.

    Raises UserError("event_unknown"), UserError("event_ambiguous"), UserError("region_unknown") and the errors of
    `read_aside`.
    """
    wanted = region.upper() if region else None
    if not is_region(wanted):
        raise UserError("region_unknown", region=region)
    read = await asyncio.to_thread(read_aside, file, sheet)
    async with open_database(settings) as opened:
        async with opened.database.read() as conn:
            found = await events.find_event(conn, event)
            stored = await guests.list_guests(conn, found.id)
            given = await imports.list_given(conn, found.id)
            guest_list = new_list(read.rows, wanted or found.default_region, read.source.hidden)
            choices = await imports.recall_mapping(conn, guest_list.columns.fingerprint)
        if choices is not None:
            guest_list = guest_list.recall(choices)
        present = Present(stored, given)
        reading = Reading(guest_list, present)
        origin = Origin(file.name, datetime.now(UTC))
        planned = compare(reading.rows, present, reading.duplicates, Decisions(), origin)
        if not update:
            planned = without_changes(planned)
        saved = None
        if planned.changes_something and not dry_run:
            source = imports.Source(file.name, read.source.digest, settings.desk)
            try:
                async with opened.database.begin() as conn:
                    saved = await imports.save_import(conn, found.id, source, planned, present.guests)
            except DatabaseError as error:
                if error.code != "database_gone":
                    raise
                raise UserError("import_unsure", file=file.name) from error
    return Imported(found, planned, saved, dry_run, reading.blank, reading.above, read.source)


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back of an import; nothing while somebody must stay as they are."""

    undo: Undo
    done: bool

    def text(self) -> str:
        """Return what was taken back, and a line for each guest who stays."""
        undo = self.undo
        head = (
            f"{len(undo.removed)} removed, {len(undo.restored)} changed back, {len(undo.kept)} kept."
            if self.done
            else tr(
                "Nothing was undone because of {n:guest|guests}. --rest undoes the others.", n=len(undo.kept)
            )
        )
        return "\n".join([head, *_stay(undo.kept)])

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        undo = self.undo
        return {
            "done": self.done,
            "removed": len(undo.removed) if self.done else 0,
            "restored": len(undo.restored) if self.done else 0,
            "kept": _kept(undo.kept),
        }


@dataclass(frozen=True, slots=True)
class Redone:
    """What was brought back of an import; nothing while that is not possible for somebody."""

    redo: Redo
    done: bool

    def text(self) -> str:
        """Return what was brought back, and a line for each guest who stays as they are."""
        redo = self.redo
        head = (
            f"{len(redo.added)} added again, {len(redo.changed)} changed again, {len(redo.kept)} not."
            if self.done
            else tr(
                "Nothing was redone because of {n:guest|guests}. --rest redoes the others.", n=len(redo.kept)
            )
        )
        return "\n".join([head, *_stay(redo.kept)])

    def document(self) -> dict[str, Any]:
        """Return the same for a script."""
        redo = self.redo
        return {
            "done": self.done,
            "added": len(redo.added) if self.done else 0,
            "changed": len(redo.changed) if self.done else 0,
            "kept": _kept(redo.kept),
        }


async def undo_import(settings: Settings, import_id: UUID, *, rest: bool) -> Undone:
    """Take an import back, whole or, with `rest`, but for the guests who must stay; raises `import_unknown`."""
    async with open_database(settings) as opened, opened.database.begin() as conn:
        undo = await import_undo.undo_import(conn, import_id, settings.desk, rest=rest)
    return Undone(undo, rest or not undo.kept)


async def redo_import(settings: Settings, import_id: UUID, *, rest: bool) -> Redone:
    """Bring back an import that was taken back, but for guests who stay with `rest`; raises `import_unknown`."""
    async with open_database(settings) as opened, opened.database.begin() as conn:
        redo = await import_undo.redo_import(conn, import_id, rest=rest)
    return Redone(redo, rest or not redo.kept)


def _stay(kept: Sequence[Kept]) -> list[str]:
    return [f"  {one.name}: {KEPT[one.why]}" for one in kept]


def _kept(kept: Sequence[Kept]) -> list[dict[str, Any]]:
    return [{"guest": one.guest_id, "name": one.name, "why": one.why.value} for one in kept]


def _changes(line: Line) -> str:
    return "; ".join(change_words(change) for change in line.changes if change.side is Side.FILE)
