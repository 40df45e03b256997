"""Lists with what people do to them."""

from datetime import UTC, datetime

from tests.corpus.guest_list import GuestList
from tests.corpus.writers import text
from waapp.core.guests import Consent, GuestDraft

ODD = (
    GuestList(
        "without_headings_csv",
        "PT",
        lambda: text(
            [
                ["1", "Noiva", "Eva Reis", "912 345 678", "eva@example.com"],
                ["2", "Noiva", "Rui Sá", "913 333 333", ""],
                ["3", "Noivo", "Lia Sá", "914 444 444", ""],
            ]
        ),
        fields="- - name phone email",
        heading=None,
        guests=(
            GuestDraft(
                "Eva Reis", "+351912345678", "eva@example.com", extra={"column_1": "1", "column_2": "Noiva"}
            ),
            GuestDraft("Rui Sá", "+351913333333", extra={"column_1": "2", "column_2": "Noiva"}),
            GuestDraft("Lia Sá", "+351914444444", extra={"column_1": "3", "column_2": "Noivo"}),
        ),
        findings=(),
    ),
    GuestList(
        "one_column_of_phones",
        "PT",
        lambda: b"912 345 678\n913 333 333\n",
        fields="phone",
        heading=None,
        guests=(),
        findings=(
            (1, "guest_name_missing"),
            (2, "guest_name_missing"),
        ),
    ),
    GuestList(
        "one_column_of_names",
        "PT",
        lambda: ("Nome\nEva Reis\nRui Sá\n").encode(),
        fields="name",
        heading=1,
        guests=(
            GuestDraft("Eva Reis"),
            GuestDraft("Rui Sá"),
        ),
        findings=(
            (2, "row_no_phone"),
            (3, "row_no_phone"),
        ),
    ),
    GuestList(
        "repeated_headings_csv",
        "PT",
        lambda: text(
            [
                ["Nome", "Telefone"],
                ["Eva", "912345678"],
                ["Nome", "Telefone"],
                ["Rui", "913333333"],
                ["Eva", "912 345 678"],
                ["", "914444444"],
            ]
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Eva", "+351912345678"),
            GuestDraft("Rui", "+351913333333"),
        ),
        findings=(
            (3, "row_repeated_heading"),
            (5, "row_duplicate"),
            (6, "guest_name_missing"),
        ),
    ),
    GuestList(
        "shared_phones_csv",
        "PT",
        lambda: text(
            [
                ["Nome", "Telefone", "Email"],
                ["Ana Silva", "912345678", "casa@example.com"],
                ["Rui Silva", "912345678", "casa@example.com"],
                ["Katharina Huber", "", ""],
                ["Katarina Huber", "913333333", ""],
            ]
        ),
        fields="name phone email",
        heading=1,
        guests=(
            GuestDraft("Ana Silva", "+351912345678", "casa@example.com"),
            GuestDraft("Rui Silva", "+351912345678", "casa@example.com"),
            GuestDraft("Katharina Huber"),
            GuestDraft("Katarina Huber", "+351913333333"),
        ),
        findings=(
            (3, "row_shared_phone"),
            (4, "row_no_phone"),
            (5, "row_near_name"),
        ),
    ),
    GuestList(
        "several_numbers_csv",
        "PT",
        lambda: text(
            [
                ["Nome", "Contactos"],
                ["Eva Reis", "912345678 / 913333333"],
                ["Rui Sá", "222045678 ou 914444444"],
                ["Lia", "707 123 456"],
                ["Zé", "800 200 200"],
                ["Ada", "+351 912 345 67"],
            ]
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Eva Reis", "+351912345678", extra={"other_phone": "+351 913 333 333"}),
            GuestDraft("Rui Sá", "+351914444444", extra={"other_phone": "+351 22 204 5678"}),
            GuestDraft("Lia", "+351707123456"),
            GuestDraft("Zé", "+351800200200"),
            GuestDraft("Ada", "+351 912 345 67"),
        ),
        findings=(
            (2, "row_several_phones"),
            (3, "row_several_phones"),
            (4, "phone_landline"),
            (5, "phone_premium"),
            (6, "phone_impossible"),
        ),
    ),
    GuestList(
        "dirty_text_csv",
        "PT",
        lambda: text(
            [
                ["Nome", "Telefone"],
                ["  \u202aEva\u202c  Reis\u200b ", "\u200e+351\xa0912\xa0345\xa0678"],
                ["José María", "tel:913-333-333"],
                ["محمد\u200cعلی", "914444444"],
                ["O\u200cK", "whatsapp:+351915555555"],
            ]
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Eva Reis", "+351912345678"),
            GuestDraft("José María", "+351913333333"),
            GuestDraft("محمد\u200cعلی", "+351914444444"),
            GuestDraft("OK", "+351915555555"),
        ),
        findings=(),
    ),
    GuestList(
        "broken_letters_csv",
        "PT",
        lambda: (
            (
                "Nome,Telefone\nInês Conceição,912345678\nJoão Araújo,913333333\nZé Sá,914444444\nÁgata Gonçalves,915555555\n"
            ).encode()
            + b"Lu\xeds,916666666\n"
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Inês Conceição", "+351912345678"),
            GuestDraft("João Araújo", "+351913333333"),
            GuestDraft("Zé Sá", "+351914444444"),
            GuestDraft("Ágata Gonçalves", "+351915555555"),
            GuestDraft("Lu�s", "+351916666666"),
        ),
        findings=((6, "row_broken_letters"),),
    ),
    GuestList(
        "stray_quote_csv",
        "PT",
        lambda: (
            'Nome,Telefone\n"Eva,912345678\nRui,913333333\nLia,914444444\nAda,915555555\nZoé,916666666\n'
        ).encode(),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Eva", "+351912345678"),
            GuestDraft("Rui", "+351913333333"),
            GuestDraft("Lia", "+351914444444"),
            GuestDraft("Ada", "+351915555555"),
            GuestDraft("Zoé", "+351916666666"),
        ),
        findings=(),
    ),
    GuestList(
        "multi_line_cells_csv",
        "PT",
        lambda: text(
            [
                ["Nome", "Telefone", "Notas"],
                ["Eva Reis", "912345678", ('linha um\nlinha dois, com vírgula\n"e aspas"')],
                ["Rui", "913333333", ""],
            ],
            ending="\n",
        ),
        fields="name phone notes",
        heading=1,
        guests=(
            GuestDraft("Eva Reis", "+351912345678", notes='linha um\nlinha dois, com vírgula\n"e aspas"'),
            GuestDraft("Rui", "+351913333333"),
        ),
        findings=(),
    ),
    GuestList(
        "cells_that_say_nothing_csv",
        "PT",
        lambda: text(
            [
                [
                    "Name",
                    "WhatsApp",
                    "E-mail",
                    "Is Plus One Of",
                    "+1",
                    "WhatsApp opt-in",
                    "Opted out",
                    "Family",
                ],
                ["Eva Reis", "912345678", "n/a", "", "2 adults + 1 child", "yes", "no", "none"],
                ["Rui", "none", "rui@example.com", "Eva Reis", "none", "", "", "-"],
                ["Ivo", "913333333", "-", "", "two", "1", "2026-03-01", "Reis"],
            ]
        ),
        fields="name phone email - plus_ones consent opt_out group",
        heading=1,
        guests=(
            GuestDraft(
                "Eva Reis",
                "+351912345678",
                plus_ones=3,
                consent=Consent.YES,
                extra={"plus_one": "2 adults + 1 child"},
            ),
            GuestDraft("Rui", "", "rui@example.com", extra={"is_plus_one_of": "Eva Reis"}),
            GuestDraft(
                "Ivo",
                "+351913333333",
                group="Reis",
                plus_ones=2,
                consent=Consent.NO,
                consent_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
            ),
        ),
        findings=((2, "row_plus_one_named"), (3, "row_no_phone"), (4, "row_opted_out")),
    ),
)
