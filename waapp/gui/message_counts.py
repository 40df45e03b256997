"""What the rows of a send come to: by state, what they cost, and whom another attempt can help."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from waapp.core.errors_twilio import ErrorClass, Table
from waapp.core.invitations import Invitation
from waapp.core.status import Shown
from waapp.gui.message_facts import invitation_shown, known_error
from waapp.gui.texts import number
from waapp.texts import tr


class MessageCounts:
    """Kept up by adding and taking away rows: counting thousands anew would hold the window up at every change."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.states: Counter[Shown] = Counter()
        self.doubled = 0
        """How many the guest may have got twice."""
        self._costs: dict[str, Decimal] = {}
        self._paid: Counter[str] = Counter()
        self._worth: dict[UUID, UUID] = {}

    def clear(self) -> None:
        """Start again from nothing."""
        self.states.clear()
        self.doubled = 0
        self._costs.clear()
        self._paid.clear()
        self._worth.clear()

    def add(self, rows: Iterable[Invitation]) -> None:
        """Count these too."""
        for row in rows:
            self._count(row, 1)
            if self._is_worth_another(row):
                self._worth[row.id] = row.guest_id

    def take_away(self, rows: Iterable[Invitation]) -> None:
        """Count these no longer."""
        for row in rows:
            self._count(row, -1)
            self._worth.pop(row.id, None)

    @property
    def worth_retrying(self) -> tuple[UUID, ...]:
        """The guests whose message failed for a passing reason: another attempt can help them."""
        return tuple(self._worth.values())

    @property
    def costs(self) -> str:
        """What all attempts have cost as far as Twilio has told it; empty while it has told nothing."""
        told = ", ".join(
            f"{unit} {number(float(amount), 2)}".strip()
            for unit, amount in sorted(self._costs.items())
            if self._paid[unit]
        )
        return tr("cost {amount}", amount=told) if told else ""

    def _count(self, row: Invitation, sign: int) -> None:
        self.states[invitation_shown(row)] += sign
        self.doubled += sign * row.doubled
        if row.price is not None:
            unit = row.price_unit or ""
            self._costs[unit] = self._costs.get(unit, Decimal(0)) + sign * abs(row.price)
            self._paid[unit] += sign

    def _is_worth_another(self, row: Invitation) -> bool:
        if invitation_shown(row) is not Shown.FAILED:
            return False
        error = known_error(self._table, row.error_code, row.recipient)
        return error is not None and error.cls in {ErrorClass.TRANSIENT, ErrorClass.WAIT}
