"""A plan without a database, for the widgets that only show one."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from waapp.core import phone
from waapp.core.events import Event
from waapp.core.plan import Options, PlannedGuest, Situation, build
from waapp.core.template import Template
from waapp.engine.plans import Prepared


def prepared_plan(**event_fields: Any) -> Prepared:
    """Return the plan of a send to two guests; `event_fields` are those of its event."""
    event = Event(
        **{
            "id": uuid4(),
            "name": "Clara & Davi",
            "date": datetime(2087, 6, 5, 15, tzinfo=UTC),
            "location": "Porto",
            "time_zone": "Europe/Lisbon",
            **event_fields,
        }
    )
    template = Template(uuid4(), "invitation", "Invitation", "Hi, please come to our party.")
    guests = [
        PlannedGuest(uuid4(), name, number, phone.read(number, "PT"), {}, time_zone=phone.time_zone(number))
        for name, number in (("Ana", "+351912345601"), ("Bruno", "+351912345602"))
    ]
    situation = Situation(template=template, event=event, now=datetime.now(UTC))
    return Prepared(
        uuid4(), build(guests, situation), event, template, "practice-1", practice=True, rate=80, options=Options()
    )  # fmt: skip
