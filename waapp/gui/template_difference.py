"""What one text says differently from another: taken out struck through, put in underlined."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from waapp.core import markup
from waapp.core.template_parts import Part
from waapp.core.template_versions import Change, PartDifference, Piece
from waapp.gui import style
from waapp.gui.widgets import name
from waapp.texts import tr

_STYLES: Final = {
    Change.ADDED: ("delivered", "text-decoration: underline"),
    Change.REMOVED: ("failed", "text-decoration: line-through"),
}


class DifferenceView(QScrollArea):
    """Shows the parts that differ, by colour and by line alike; a screen reader hears what was added and removed."""

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name(self, object_name, tr("Differences"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self._differences: Sequence[PartDifference] = ()
        self._nothing = ""
        self._label = QLabel()
        self._label.setObjectName(f"{object_name}.text")
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.setWordWrap(True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(12, 12, 12, 12)
        column.addWidget(self._label)
        column.addStretch(1)
        self.setWidget(inside)

    def show_differences(self, differences: Sequence[PartDifference], nothing: str) -> None:
        """Show what differs, or the words for that nothing does."""
        self._differences, self._nothing = differences, nothing
        self._write()

    def text(self) -> str:
        """Return what is shown, with + and - around what was added and removed."""
        return spoken(self._differences) if self._differences else self._nothing

    def changeEvent(self, event: QEvent) -> None:
        """Follow the scheme's colours."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_label"):
            self._write()

    def _write(self) -> None:
        colours = style.tokens()
        if not self._differences:
            self._label.setText(f'<span style="color:{colours.muted.name()}">{escape(self._nothing)}</span>')
        else:
            self._label.setText("<br>".join(_part(each, colours) for each in self._differences))
        self.setAccessibleDescription(self.text())


def spoken(differences: Sequence[PartDifference]) -> str:
    """Return the differences as plain text."""
    signs = {Change.ADDED: "[+{}+]", Change.REMOVED: "[-{}-]", Change.SAME: "{}"}
    return "\n\n".join(
        "".join(signs[piece.change].format(piece.text) for piece in each.pieces) for each in differences
    )


def _part(difference: PartDifference, colours: style.Tokens) -> str:
    words = {
        Part.HEADER: tr("Header"),
        Part.BODY: tr("Text"),
        Part.FOOTER: tr("Footer"),
        Part.BUTTONS: tr("Buttons"),
    }
    title = f'<p style="color:{colours.muted.name()};font-weight:600">{escape(words.get(difference.part, ""))}</p>'
    return title + "".join(_line(line, colours) for line in _lines(difference.pieces))


def _lines(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Return the pieces line by line: each line has a direction of its own."""
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        for number, text in enumerate(piece.text.split("\n")):
            if number:
                lines.append([])
            lines[-1].append(Piece(piece.change, text))
    return lines


def _line(pieces: Sequence[Piece], colours: style.Tokens) -> str:
    written = []
    for piece in pieces:
        text = escape(piece.text).replace("  ", "&nbsp; ")
        if piece.change is Change.SAME or not text:
            written.append(text)
            continue
        token, line = _STYLES[piece.change]
        ink, ground = getattr(colours, token).name(), getattr(colours, f"{token}_weak").name()
        written.append(f'<span style="color:{ink};background-color:{ground};{line}">{text}</span>')
    plain = markup.Block(markup.Kind.LINE, (markup.Span("".join(piece.text for piece in pieces)),))
    side = "rtl" if plain.is_right_to_left else "ltr"
    align = "right" if plain.is_right_to_left else "left"
    return f'<p dir="{side}" align="{align}" style="margin:0">{"".join(written) or "&nbsp;"}</p>'
