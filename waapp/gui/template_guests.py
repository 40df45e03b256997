"""The preview's column: the message for one guest, steps through all of them, and jumps to the worst cases."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from waapp.core.template import TemplateDraft
from waapp.core.template_content import Wording, render_message
from waapp.core.template_parts import Message
from waapp.gui import style
from waapp.gui.flow_layout import FlowLayout
from waapp.gui.template_preview import ChatPreview
from waapp.gui.template_survey import PreviewGuest, Survey
from waapp.gui.texts import number
from waapp.gui.widgets import button, name
from waapp.texts import tr

_GROUPS = ("right_to_left", "marked_up", "refused")
"""Chips that step through several guests; the others lead to one."""


class GuestStepper(QWidget):
    """Shows a text as one of the guests will get it.

    With no guests it shows the sample that it was given. `stepped` is emitted when another guest is shown.
    """

    stepped = Signal()

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._guests: Sequence[PreviewGuest] = ()
        self._sample: PreviewGuest | None = None
        self._place = 0
        self._among: tuple[int, ...] | None = None
        self._survey = Survey()
        self._wording: Wording = TemplateDraft("", "", "")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        steps = QHBoxLayout()
        steps.setSpacing(8)
        back, on = ("▶", "◀") if self.isRightToLeft() else ("◀", "▶")
        self._back = self._step_button(f"{object_name}.back", tr("Previous guest"), "Alt+Left", back, -1)
        self._on = self._step_button(f"{object_name}.next", tr("Next guest"), "Alt+Right", on, 1)
        self._who = QLabel()
        name(self._who, f"{object_name}.guest", tr("Guest in the preview"))
        self._who.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._who.setTextFormat(Qt.TextFormat.PlainText)
        self._who.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        steps.addWidget(self._back)
        steps.addWidget(self._who, 1)
        steps.addWidget(self._on)
        column.addLayout(steps)
        self.preview = ChatPreview(f"{object_name}.preview")
        column.addWidget(self.preview, 1)
        column.addLayout(self._build_chips(object_name))
        self._tell()

    def _build_chips(self, object_name: str) -> FlowLayout:
        flow = FlowLayout(spacing=8)
        self._chips: dict[str, QPushButton] = {}
        for key, word, hint in (
            ("longest", tr("Longest"), tr("The guest with the longest message")),
            ("emptiest", tr("Emptiest"), tr("The guest with the fewest values")),
            ("right_to_left", tr("Right to left"), tr("Guests whose name is written from right to left")),
            (
                "marked_up",
                tr("Signs"),
                tr("Guests with signs in a value that WhatsApp reads as bold or italic"),
            ),
            ("refused", tr("Not sent"), tr("Guests whose message would not be sent for what goes into it")),
        ):
            chip = self._chip(f"{object_name}.{key}", word, hint)
            # Not `clicked`: over the accessibility bus what can be checked is toggled.
            chip.toggled.connect(lambda on, key=key: self._jump(key) if on else self._leave(key))
            self._chips[key] = chip
            flow.addWidget(chip)
        self._words = {key: chip.text() for key, chip in self._chips.items()}
        self._dark = self._chip(f"{object_name}.dark", tr("Dark"), tr("The chat on a phone in dark mode"))
        self._dark.setChecked(self.preview.is_dark)
        self._dark.toggled.connect(
            lambda dark: self.preview.set_dark(None if dark == style.is_dark() else dark)
        )
        flow.addWidget(self._dark)
        return flow

    @property
    def guest(self) -> PreviewGuest | None:
        """Return who is shown: a guest, the sample, or nobody yet."""
        return self._guests[self._place] if self._guests else self._sample

    @property
    def values(self) -> Mapping[str, str]:
        """Return what goes in for each variable."""
        return self.guest.values if self.guest is not None else {}

    def set_guests(self, guests: Sequence[PreviewGuest], sample: PreviewGuest | None) -> None:
        """Take the event's guests, staying with the one who is shown if possible."""
        shown = self.guest.id if self.guest is not None else None
        self._guests, self._sample = guests, sample
        self._survey, self._among = Survey(), None
        self._place = next((place for place, guest in enumerate(guests) if guest.id == shown), 0)
        self._tell()
        self.show_wording(self._wording)

    def set_survey(self, survey: Survey) -> None:
        """Take the worst cases that the chips jump to."""
        self._survey = survey
        self._tell()

    def show_wording(self, wording: Wording) -> None:
        """Show a template for the guest; cheap enough for every keystroke."""
        self._wording = wording
        self.preview.show_message(
            render_message(wording, self.values) if self.guest is not None else Message("")
        )

    def show_among(self, places: tuple[int, ...]) -> None:
        """Step only through these guests, until a person chooses otherwise."""
        self._uncheck()
        self._among = places or None
        if places:
            self._go(places[0])
        else:
            self._tell()

    def step(self, by: int) -> None:
        """Go to the next or an earlier guest, round and round."""
        among = self._among if self._among is not None else range(len(self._guests))
        if not among:
            return
        at = among.index(self._place) if self._place in among else -1 if by > 0 else 0
        self._go(among[(at + by) % len(among)])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the content to the new room."""
        super().resizeEvent(event)
        self._tell()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the scheme's colours."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_dark"):
            self._dark.setChecked(self.preview.is_dark)

    def _go(self, place: int) -> None:
        self._place = place
        self._tell()
        self.show_wording(self._wording)
        self.stepped.emit()

    def _uncheck(self, but: str = "") -> None:
        for key, chip in self._chips.items():
            if key != but:
                with QSignalBlocker(chip):
                    chip.setChecked(False)

    def _leave(self, key: str) -> None:
        self._uncheck(key)
        self._among = None
        self._tell()

    def _jump(self, key: str) -> None:
        self._uncheck(key)
        places = self._places(key)
        self._among = places if key in _GROUPS else None
        if places:
            self._go(places[0])

    def _places(self, key: str) -> tuple[int, ...]:
        """Return the guests that a chip leads to, by their places in the list."""
        survey = self._survey
        match key:
            case "longest" | "emptiest":
                place = survey.longest if key == "longest" else survey.emptiest
                return () if place is None else (place,)
            case "right_to_left":
                return survey.right_to_left
            case "marked_up":
                return survey.marked_up
            case _:
                return survey.refused

    def _tell(self) -> None:
        """Write who is shown, and offer only what is there."""
        among = self._among if self._among is not None else range(len(self._guests))
        for each in (self._back, self._on):
            each.setEnabled(len(among) > 1)
        for key, chip in self._chips.items():
            places = self._places(key)
            chip.setEnabled(bool(places))
            if key in _GROUPS:
                # What no guest has is not offered at all, but for the first: there it would be missed.
                chip.setVisible(bool(places) or key == _GROUPS[0])
                chip.setText(f"{self._words[key]} {number(len(places))}" if places else self._words[key])
        if not self._guests:
            text = self._sample.name if self._sample is not None else ""
            tail = tr(" · sample")
        else:
            text = self._guests[self._place].name or tr("No name")
            at = among.index(self._place) + 1 if self._place in among else self._place + 1
            tail = tr(" · {at} of {all}", at=at, all=len(among))
        if not text:
            self._who.setText("")
            return
        metrics = self._who.fontMetrics()
        room = max(40, self._who.width() - metrics.horizontalAdvance(tail) - 4)
        # Isolated, so that a right-to-left name does not carry the numbers along.
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        self._who.setText(f"\u2068{shown}\u2069{tail}")
        self._who.setToolTip(text)
        self._who.setAccessibleDescription(f"{text}{tail}")

    def _step_button(self, object_name: str, word: str, key: str, sign: str, by: int) -> QPushButton:
        made = button(sign, object_name, small=True, key=key, accessible_name=word)
        made.setFixedWidth(36)
        made.clicked.connect(lambda: self.step(by))
        return made

    def _chip(self, object_name: str, word: str, hint: str) -> QPushButton:
        made = button(word, object_name, kind="chip", accessible_name=hint)
        made.setCheckable(True)
        made.setToolTip(hint)
        return made
