"""A row of filters that combine, above the guest list; what is asked for can be kept under a name."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from waapp.core.guest_query import GuestQuery, Problem
from waapp.core.guests import Answer, Consent
from waapp.core.languages import language_name
from waapp.gui import style
from waapp.gui.choice_box import ChoiceBox
from waapp.gui.flow_layout import FlowLayout
from waapp.gui.guest_form import consent_word
from waapp.gui.many_box import ManyBox
from waapp.gui.widgets import button, name
from waapp.texts import tr

_ANY: Final = "any:"
_IS: Final = "is:"
_WIDEST: Final = 200


class GuestFilterRow(QWidget):
    """Lets the planner ask for several things at once.

    `asked` comes with the `GuestQuery` whenever it changes, `recalled` with a kept one that is to be asked for with its
    text and chip; `labels_wanted` asks for the groups and tags, `lookalikes_wanted` for who may be one person;
    `save_wanted` comes with the query to keep, `forget_wanted` with the name of one to forget.
    """

    asked = Signal(object)
    recalled = Signal(object)
    labels_wanted = Signal()
    lookalikes_wanted = Signal()
    save_wanted = Signal(object)
    forget_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        name(self, "guests_filters", tr("Filters"))
        self._saved: dict[str, GuestQuery] = {}
        self._text = ""
        self._state: str | None = None
        self._recalling = False
        self._boxes: dict[str, QComboBox] = {
            "saved": self._box("saved", tr("Saved filters")),
            "consent": self._box("consent", tr("Consent")),
            "answer": self._box("answer", tr("Answer")),
            "problem": self._box("problem", tr("Missing details")),
        }
        self._groups = self._many("group", tr("Group"))
        self._tags = self._many("tag", tr("Tag"), tr("Match all"))
        self._languages = self._many("language", tr("Language"))
        self._households = self._many("household", tr("Household"))
        self._of_several = (self._groups, self._tags, self._languages, self._households)
        self._clear = button(tr("Clear"), "guests_filters_clear", kind="link", small=True)
        self._keep = button(tr("Save filter…"), "guests_filters_keep", kind="link", small=True,
                            accessible_name=tr("Save this filter under a name"))  # fmt: skip
        self._forget = button(tr("Delete filter"), "guests_filters_forget", kind="link", small=True,
                              accessible_name=tr("Delete the chosen filter"))  # fmt: skip
        self._labels = button(tr("Groups and tags…"), "guests_labels", kind="link", small=True)
        self._labels.clicked.connect(self.labels_wanted)
        lookalikes = button(tr("Duplicates…"), "guests_lookalikes", kind="link", small=True,
                            accessible_name=tr("Show possible duplicates"))  # fmt: skip
        lookalikes.clicked.connect(self.lookalikes_wanted)
        row = FlowLayout(style.SPACE[1], self)
        saved, *others = self._boxes.values()
        for box in (saved, *self._of_several, *others):
            row.addWidget(box)
        ends = QWidget()
        inner = QHBoxLayout(ends)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(style.SPACE[0])
        ends.setFixedHeight(style.CONTROL_HEIGHT)  # in line with the boxes
        for one in (self._clear, self._keep, self._forget, self._labels, lookalikes):
            inner.addWidget(one)
        row.addWidget(ends)
        self._fill(
            self._boxes["consent"], [(consent_word(one), one.value) for one in Consent], tr("Any consent")
        )
        self._fill(self._boxes["answer"], [(answer_word(one), one.value) for one in Answer], tr("Any answer"))
        self._fill(
            self._boxes["problem"], [(problem_word(one), one.value) for one in Problem], tr("Any details")
        )
        self.set_known(groups=(), tags=(), households=(), languages=())
        self.set_saved({})
        for key, box in self._boxes.items():
            changed = self._chosen if key == "saved" else self._changed
            box.currentIndexChanged.connect(lambda _index, changed=changed: changed())
        for many in self._of_several:
            many.edited.connect(self._changed)
        self._clear.clicked.connect(self._ask_for_nothing)
        self._keep.clicked.connect(lambda: self.save_wanted.emit(self.query()))
        self._forget.clicked.connect(lambda: self.forget_wanted.emit(self._boxes["saved"].currentText()))

    def query(self) -> GuestQuery:
        """Return what is asked for, with what is searched for and the chip that is chosen beside it."""
        consent, problem, answer = self._value("consent"), self._value("problem"), self._value("answer")
        return GuestQuery(
            groups=self._groups.chosen(),
            tags=self._tags.chosen(),
            every_tag=self._tags.wants_every(),
            languages=self._languages.chosen(),
            households=self._households.chosen(),
            consent=None if consent is None else Consent(consent),
            answer=None if answer is None else Answer(answer),
            problem=None if problem is None else Problem(problem),
            text=self._text,
            state=self._state,
        )

    def set_around(self, text: str, state: str | None) -> None:
        """Say what is searched for beside the filters, and which chip is chosen."""
        if (text, state) != (self._text, self._state):
            self._text, self._state = text, state
            self._compare()

    def ask(self, query: GuestQuery) -> None:
        """Ask for this, as if the planner had."""
        self._groups.choose(query.groups)
        self._tags.choose(query.tags, every=query.every_tag)
        self._languages.choose(query.languages, word=language_name)
        self._households.choose(query.households)
        for many in self._of_several:
            many.setVisible(many.has_choices())
        for key in ("consent", "answer", "problem"):
            value = getattr(query, key)
            with QSignalBlocker(self._boxes[key]):
                self._choose(self._boxes[key], None if value is None else str(value))
        self._changed()

    def set_known(
        self,
        *,
        groups: Iterable[str],
        tags: Iterable[str],
        households: Iterable[str],
        languages: Iterable[str],
    ) -> None:
        """Offer what guests have; what is asked for stays."""
        self._offer_many(self._groups, groups, tr("Any group"), tr("No group"))
        self._offer_many(self._tags, tags, tr("Any tag"), tr("No tag"))
        self._offer_many(self._households, households, tr("Any household"), tr("No household"))
        self._offer_many(self._languages, languages, tr("Any language"), tr("No language"), language_name)

    def set_saved(self, saved: Mapping[str, GuestQuery]) -> None:
        """Offer the filters that were kept."""
        self._saved = dict(saved)
        box = self._boxes["saved"]
        current = box.currentText() if box.currentIndex() > 0 else None
        with QSignalBlocker(box):
            self._fill(box, [(one, one) for one in saved], tr("Saved filters"))
            self._choose(box, current if current in saved else None)
        box.setVisible(bool(saved))
        self._dress()

    def choose_saved(self, name: str) -> None:
        """Mark the kept filter that is shown now."""
        box = self._boxes["saved"]
        with QSignalBlocker(box):
            box.setCurrentIndex(max(box.findText(name), 0))
        self._dress()

    def _box(self, key: str, title: str) -> QComboBox:
        box = name(ChoiceBox(), f"guests_filters_{key}", title)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.setMaximumWidth(_WIDEST)
        return box

    def _many(self, key: str, title: str, every: str = "") -> ManyBox:
        box = ManyBox(f"guests_filters_{key}", title, every)
        box.setMaximumWidth(_WIDEST)
        return box

    def _offer_many(
        self,
        box: ManyBox,
        values: Iterable[str],
        everybody: str,
        nobody: str,
        word: Callable[[str], str] = str,
    ) -> None:
        choices = sorted(
            ((word(value), value) for value in set(values) if value), key=lambda one: one[0].casefold()
        )
        box.offer(everybody, [*choices, (nobody, "")] if choices else (), word=word)
        box.setVisible(box.has_choices())

    def _fill(self, box: QComboBox, choices: Iterable[tuple[str, str]], everybody: str) -> None:
        box.clear()
        box.addItem(everybody, _ANY)
        for words, value in choices:
            box.addItem(words, _IS + value)

    def _choose(self, box: QComboBox, value: str | None) -> None:
        place = 0 if value is None else box.findData(_IS + value)
        if place < 0 and value is not None:
            box.addItem(value, _IS + value)  # kept by somebody when guests still had it
            place = box.count() - 1
            box.show()
        box.setCurrentIndex(place)

    def _value(self, key: str) -> str | None:
        data = str(self._boxes[key].currentData() or _ANY)
        return None if data == _ANY else data.removeprefix(_IS)

    def _chosen(self) -> None:
        query = self._saved.get(self._boxes["saved"].currentText())
        if query is not None:
            self._recall(query)
        self._dress()

    def _ask_for_nothing(self) -> None:
        with QSignalBlocker(self._boxes["saved"]):
            self._boxes["saved"].setCurrentIndex(0)
        self._recall(GuestQuery())

    def _recall(self, query: GuestQuery) -> None:
        self._recalling = True
        self.recalled.emit(query)
        self.ask(query)
        self._recalling = False

    def _changed(self) -> None:
        self._compare()
        self.asked.emit(self.query())

    def _compare(self) -> None:
        """Let go of a kept filter that is no longer what is asked for."""
        kept = self._saved.get(self._boxes["saved"].currentText())
        if kept is not None and kept != self.query() and not self._recalling:
            with QSignalBlocker(self._boxes["saved"]):
                self._boxes["saved"].setCurrentIndex(0)
        self._dress()

    def _dress(self) -> None:
        asks = self.query() != GuestQuery()
        self._clear.setVisible(asks)
        self._keep.setVisible(asks)
        self._forget.setVisible(self._boxes["saved"].currentIndex() > 0)


def answer_word(answer: Answer) -> str:
    """Return what a guest has answered."""
    words: Mapping[Answer, str] = {
        Answer.COMING: tr("Coming"),
        Answer.NOT_COMING: tr("Cannot come"),
        Answer.PERHAPS: tr("Perhaps"),
        Answer.NONE: tr("No answer yet"),
    }
    return words[answer]


def problem_word(problem: Problem) -> str:
    """Return what a guest lacks."""
    words: Mapping[Problem, str] = {
        Problem.NO_NUMBER: tr("No number that can be used"),
        Problem.OPTED_OUT: tr("Opted out"),
        Problem.NO_LANGUAGE: tr("No language"),
        Problem.NO_GROUP: tr("No group"),
    }
    return words[problem]
