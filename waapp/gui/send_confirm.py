"""The question before a send: how many, to whom it really goes, and what it costs."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from waapp.core import phone
from waapp.engine.plans import Prepared
from waapp.gui import style
from waapp.gui.send_review import money, send_label
from waapp.gui.widgets import button, label, name
from waapp.texts import tr


class SendDialog(QDialog):
    """Asks once before a send; await it with `ask`.

    In practice mode Enter sends. With a real number Enter keeps things as they are, because phones will ring.
    """

    def __init__(self, prepared: Prepared, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = tr("{label}?", label=send_label(prepared))
        name(self, "send.confirm", title)
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        text = _words(prepared)
        self.setAccessibleDescription(text)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(style.SPACE[2])
        column.addWidget(label(title, size=16, bold=True))
        column.addWidget(label(text, tone="muted"))
        column.addSpacing(style.SPACE[1])
        row = QHBoxLayout()
        row.setSpacing(style.SPACE[1])
        row.addStretch(1)
        stay = button(tr("Not yet"), "send.confirm.no")
        go = button(_action(prepared), "send.confirm.yes", primary=True, icon="send", key="Ctrl+Return")
        stay.clicked.connect(self.reject)
        go.clicked.connect(self.accept)
        default = go if prepared.practice else stay
        default.setDefault(True)
        row.addWidget(stay)
        row.addWidget(go)
        column.addLayout(row)
        default.setFocus()


def _action(prepared: Prepared) -> str:
    n = len(prepared.plan.recipients)
    if prepared.practice:
        return tr("Send {n:practice message|practice messages}", n=n)
    return tr("Send {n:real message|real messages}", n=n)


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
            sender=phone.display(prepared.key or ""),
        ),
    ]
    if plan.estimated_cost is not None:
        parts.append(tr("It costs {cost}.", cost=money(plan.estimated_cost, plan.currency)))
    return " ".join(parts)
