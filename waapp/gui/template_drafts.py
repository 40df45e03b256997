"""What was typed into templates and not saved yet, kept on this computer until it is."""

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from waapp.core.template import Template, TemplateDraft
from waapp.core.template_parts import buttons_json, header_json, read_buttons, read_header
from waapp.gui.template_sheets import Sheet

_log = logging.getLogger(__name__)
_PLAIN: Final = tuple(
    field.name for field in fields(TemplateDraft) if field.name not in {"header", "buttons"}
)


class KeptDrafts:
    """A file of unsaved templates. It is small, and written in place of the old one at once: a crash loses nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: str | None = None

    def read(self) -> list[Sheet]:
        """Return what was kept; a file that cannot be read counts as none."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            return [_sheet(each) for each in kept["templates"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("the unsaved templates cannot be read: %s", error)
            return []

    def write(self, sheets: Iterable[Sheet]) -> None:
        """Keep the sheets that are unsaved, and no others."""
        kept = [_document(sheet) for sheet in sheets if sheet.is_unsaved]
        text = json.dumps({"templates": kept}, ensure_ascii=False, indent=1)
        if text == self._written:
            return
        try:
            if not kept:
                self._path.unlink(missing_ok=True)
            else:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                beside = self._path.with_suffix(".new")
                beside.write_text(text, encoding="utf-8")
                beside.replace(self._path)
        except OSError as error:
            _log.warning("the unsaved templates cannot be kept: %s", error)
        else:
            self._written = text


def _document(sheet: Sheet) -> dict[str, Any]:
    return {
        "key": str(sheet.key),
        "family": str(sheet.family) if sheet.family else None,
        "draft": _draft_document(sheet.draft),
        "begun_from": _draft_document(sheet.stored.draft) if sheet.stored else None,
    }


def _draft_document(draft: TemplateDraft) -> dict[str, Any]:
    plain = asdict(draft)
    parts = {"header": header_json(draft.header), "buttons": buttons_json(draft.buttons)}
    return {name: plain[name] for name in _PLAIN} | parts


def _sheet(document: dict[str, Any]) -> Sheet:
    key = UUID(document["key"])
    family = UUID(document["family"]) if document["family"] else None
    before = _draft(document["begun_from"]) if document["begun_from"] else None
    stored = Template(key, **_fields(before)) if before else None
    return Sheet(key, stored, _draft(document["draft"]), family=family)


def _draft(document: dict[str, Any]) -> TemplateDraft:
    plain = {name: document[name] for name in _PLAIN}
    header, buttons = read_header(document["header"]), read_buttons(document["buttons"])
    return TemplateDraft(**plain, header=header, buttons=buttons)


def _fields(draft: TemplateDraft) -> dict[str, Any]:
    return {field.name: getattr(draft, field.name) for field in fields(TemplateDraft)}
