"""The table of a web page or of a workbook written as XML: what many programs save as ".xls"."""

import re
from html.parser import HTMLParser
from typing import Final

_BLOCKS: Final = frozenset({"br", "p", "div", "li"})
_SKIPPED: Final = frozenset({"style", "script", "title"})
_NAMES: Final = {"worksheet": "table", "table-row": "tr", "row": "tr", "table-cell": "td", "cell": "td"}
"""How XML workbooks call a table, its rows and its cells."""
_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_TABLE: Final = re.compile(r"<(?:\w+:)?(?:table|worksheet)[\s>]", re.IGNORECASE)
_WITHIN: Final = 2_000_000
_WIDEST: Final = 1000


def has_table(text: str) -> bool:
    """Tell whether a text is a web page with a table, or a workbook in one piece of XML."""
    return text.lstrip("\ufeff \t\r\n").startswith("<") and _TABLE.search(text, 0, _WITHIN) is not None


def rows(text: str) -> list[list[str]]:
    """Return the rows of the page's longest table; cells over several columns are filled up with blank ones."""
    parser = _Tables()
    parser.feed(text)
    parser.close()
    return max(parser.tables, key=len, default=[])


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = 1
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = _plain(tag)
        if tag in _SKIPPED:
            self._skipping += 1
        elif tag == "table":
            self._end_cell()
            table: list[list[str]] = []
            self._open.append(table)
            self.tables.append(table)
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].append([])
        elif tag in {"td", "th"} and self._open:
            self._end_cell()
            known = {name.rpartition(":")[2]: value for name, value in attrs}
            self._span = _number(known.get("colspan") or known.get("number-columns-repeated"))
            place = _number(known.get("index")) - 1
            row = self._open[-1][-1] if self._open[-1] else []
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
        if not self._open[-1]:
            self._open[-1].append([])
        lines = "".join(self._cell).split("\n")
        text = "\n".join(line.strip() for line in lines if line.strip())
        self._open[-1][-1].extend([text, *[""] * (self._span - 1)])
        self._cell = None


def _plain(tag: str) -> str:
    name = tag.rpartition(":")[2]
    return _NAMES.get(name, name)


def _number(text: str | None) -> int:
    return min(int(text), _WIDEST) if text and text.isascii() and text.isdecimal() and len(text) < 6 else 1
