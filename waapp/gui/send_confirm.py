"""The question before a send: how many, to whom it really goes, and what it costs."""

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from waapp.core import phone
from waapp.core.lines import number_of
from waapp.core.plan import Exclusion, Reason
from waapp.engine.plans import Prepared
from waapp.gui import style
from waapp.gui.send_review import money, send_label
from waapp.gui.send_rows import earlier_line, earlier_sends
from waapp.gui.widgets import button, label, name
from waapp.texts import tr


class SendDialog(QDialog):
    """Asks once before a send; await it with `ask`.

    In practice mode Enter sends. With a real number Enter keeps things as they are, because phones will ring.
    `again` are recipients who have the message already: it only goes to them after a tick of its own.
    """

    def __init__(
        self, prepared: Prepared, again: Sequence[Exclusion] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        title = tr("{label}?", label=send_label(prepared))
        name(self, "send.confirm", title)
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        earlier = [earlier_line(each) for each in earlier_sends(again or _left_out_before(prepared))]
        if earlier and not again:
            earlier.append(tr("They are left out."))
        text = _words(prepared)
        self.setAccessibleDescription(" ".join([text, *earlier]))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(title, size=16, bold=True))
        column.addWidget(label(text, tone="muted"))
        if earlier:
            column.addWidget(label(" ".join(earlier), tone="unknown" if again else "muted"))
        column.addSpacing(style.SPACE[1])
        self._twice = QCheckBox(tr("Send it again to {n:guest who has|guests who have} it", n=len(again)))
        name(self._twice, "send.confirm.again", self._twice.text())
        self._twice.setVisible(bool(again))
        column.addWidget(self._twice)
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        row.addStretch(1)
        stay = button(tr("Not yet"), "send.confirm.no")
        go = button(_action(prepared), "send.confirm.yes", primary=True, icon="send", key="Ctrl+Return")
        stay.clicked.connect(self.reject)
        go.clicked.connect(self.accept)
        self._twice.toggled.connect(go.setEnabled)
        go.setEnabled(not again)
        default = go if prepared.practice and not again else stay
        default.setDefault(True)
        row.addWidget(stay)
        row.addWidget(go)
        column.addLayout(row)
        (self._twice if again else default).setFocus()


def _action(prepared: Prepared) -> str:
    n = len(prepared.plan.recipients)
    if prepared.practice:
        return tr("Send {n:practice message|practice messages}", n=n)
    return tr("Send {n:real message|real messages}", n=n)


def _left_out_before(prepared: Prepared) -> list[Exclusion]:
    return [one for one in prepared.plan.excluded if one.reason is Reason.ALREADY_INVITED]


def _words(prepared: Prepared) -> str:
    plan = prepared.plan
    what = tr("“{template}” for {event}.", template=prepared.template.display_name, event=prepared.event.name)
    if prepared.practice:
        return what + " " + tr("Practice mode: nothing leaves this computer, and guests receive nothing.")
    parts = [
        what,
        tr(
            "REAL: {n:guest gets|guests get} a WhatsApp message on the phone now, from {sender}.",
            n=len(plan.recipients),
            sender=phone.display(number_of(prepared.key or "")),
        ),
    ]
    if plan.estimated_cost is not None:
        parts.append(tr("It costs {cost}.", cost=money(plan.estimated_cost, plan.currency)))
    return " ".join(parts)
