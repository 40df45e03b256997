"""The table of a web page or of a workbook written as XML: what many programs save as ".xls"."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_BLOCKS: Final = frozenset({"br", "p", "div", "li"})
_SKIPPED: Final = frozenset({"style", "script", "title"})
_NAMES: Final = {"worksheet": "table", "table-row": "tr", "row": "tr", "table-cell": "td", "cell": "td"}
"""How XML workbooks call a table, its rows and its cells."""
_NOT_SHOWN: Final = frozenset({"collapse", "filter"})
_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_TABLE: Final = re.compile(r"<(?:\w+:)?(?:table|worksheet)[\s>]", re.IGNORECASE)
_WITHIN: Final = 2_000_000
_WIDEST: Final = 1000


def has_table(text: str) -> bool:
    """Tell whether a text is a web page with a table, or a workbook in one piece of XML."""
    return text.lstrip("\ufeff \t\r\n").startswith("<") and _TABLE.search(text, 0, _WITHIN) is not None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table; `hidden` are the numbers of those that it does not show."""

    rows: list[list[str]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)


def read_table(text: str) -> Table:
    """Return the page's longest table; cells over several columns are filled up with blank ones."""
    parser = _Tables()
    parser.feed(text)
    parser.close()
    return max(parser.tables, key=lambda table: len(table.rows), default=Table())


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self._open: list[Table] = []
        self._cell: list[str] | None = None
        self._span = 1
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = _plain(tag)
        if tag in _SKIPPED:
            self._skipping += 1
        elif tag == "table":
            self._end_cell()
            table = Table()
            self._open.append(table)
            self.tables.append(table)
        elif tag == "tr" and self._open:
            self._end_cell()
            rows = self._open[-1].rows
            rows.append([])
            if _is_hidden(attrs):
                self._open[-1].hidden.add(len(rows))
        elif tag in {"td", "th"} and self._open:
            self._end_cell()
            known = {name.rpartition(":")[2]: value for name, value in attrs}
            self._span = _number(known.get("colspan") or known.get("number-columns-repeated"))
            place = _number(known.get("index")) - 1
            rows = self._open[-1].rows
            row = rows[-1] if rows else []
            row.extend([""] * (place - len(row)))
            self._cell = []
        elif tag in _BLOCKS and self._cell:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        tag = _plain(tag)
        if tag in _SKIPPED:
            self._skipping = max(self._skipping - 1, 0)
        elif tag in {"td", "th", "tr"}:
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._skipping:
            self._cell.append(_BLANKS.sub(" ", data))

    def _end_cell(self) -> None:
        if self._cell is None or not self._open:
            self._cell = None
            return
        rows = self._open[-1].rows
        if not rows:
            rows.append([])
        lines = "".join(self._cell).split("\n")
        text = "\n".join(line.strip() for line in lines if line.strip())
        rows[-1].extend([text, *[""] * (self._span - 1)])
        self._cell = None


def _is_hidden(attrs: list[tuple[str, str | None]]) -> bool:
    known = {name.rpartition(":")[2]: (value or "").lower() for name, value in attrs}
    return (
        known.get("visibility") in _NOT_SHOWN
        or known.get("hidden") == "1"
        or "display:none" in known.get("style", "").replace(" ", "")
    )


def _plain(tag: str) -> str:
    name = tag.rpartition(":")[2]
    return _NAMES.get(name, name)


def _number(text: str | None) -> int:
    return min(int(text), _WIDEST) if text and text.isascii() and text.isdecimal() and len(text) < 6 else 1
