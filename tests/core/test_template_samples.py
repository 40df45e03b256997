"""The examples for WhatsApp's reviewers: from a guest, but nothing that is a guest's secret."""

from uuid import UUID

import pytest

from waapp.core.events import Event
from waapp.core.guests import Guest
from waapp.core.template import Template
from waapp.core.template_samples import approval_samples, fitting_guest, guest_samples

EVENT = Event(UUID(int=2), "Gala", None, "Porto", rsvp_link="https://rsvp.example/{rsvp_token}")


def guest(**changes):
    return Guest(UUID(int=1), EVENT.id, **({"name": "Rui Melo", "rsvp_token": "own7code"} | changes))


@pytest.mark.parametrize(
    "number", ["+351912345601", "912 345 601", "(912) 345-601", "call 912.345.601 please", "٩١٢٣٤٥٦٠١"]
)
def test_no_telephone_number_is_taken_from_wherever_it_stands(number):
    samples = guest_samples(guest(extra={"Contact": number, "Table": "12"}), EVENT, "en")
    assert "contact" not in samples
    assert samples["table"] == "12"
    assert "guest_name" not in guest_samples(guest(name=number), EVENT, "en")


def test_a_guests_own_code_is_not_shown():
    samples = guest_samples(guest(), EVENT, "en")
    assert samples["guest_name"] == "Rui Melo"
    assert samples["rsvp_link"] == "https://rsvp.example/k7Fq2"
    assert "own7code" not in str(samples)


def test_what_is_not_given_is_invented_and_what_is_not_used_stays_here():
    content = "Dear {{guest_name}}, see you in {{event_location}} at table {{table_no}}."
    template = Template(UUID(int=3), "invitation", "Invitation", content)
    assert approval_samples(template, {"guest_name": " Rui ", "event_location": " ", "secret": "x"}) == {
        "guest_name": "Rui",
        "event_location": "Quinta da Boa Vista, Porto",
        "table_no": "Table no",
    }


def test_the_examples_are_the_guests_who_has_most_of_them():
    template = Template(
        UUID(int=3), "x", "X", "Dear {{guest_first_name}}, you sit at table {{table}}, {{guest_group}}."
    )
    ana = guest(name="Ana", extra={"Table": "12"})
    rui = guest(name="Rui", group="Family", extra={"Table": "9"})
    zoe = guest(name="Zoe", group="Friends", extra={"Table": "7"})
    odd = guest(name="Odd", group="{{x}}", extra={"Table": "1"})
    assert fitting_guest([ana, rui, zoe], EVENT, template) == rui
    assert fitting_guest([odd, ana], EVENT, template) == ana, "WhatsApp would refuse the other one's value"
    assert fitting_guest([], EVENT, template) is None
