"""Lists from forms and programs in which more stands than guests and their numbers: whose is what?"""

from tests.corpus.guest_list import GuestList
from tests.corpus.writers import text
from waapp.core.guests import GuestDraft

_OUTLOOK = (
    "First Name,Middle Name,Last Name,Title,Suffix,Nickname,Given Yomi,Surname Yomi,E-mail Address,E-mail 2 "
    "Address,E-mail 3 Address,Home Phone,Home Phone 2,Business Phone,Business Phone 2,Mobile Phone,Car "
    "Phone,Other Phone,Primary Phone,Pager,Business Fax,Home Fax,Other Fax,Company Main Phone,Callback,Radio "
    "Phone,Telex,TTY/TDD Phone,IMAddress,Job Title,Department,Company,Office Location,Manager's "
    "Name,Assistant's Name,Assistant's Phone,Company Yomi,Business Street,Business City,Business State,Business"
    " Postal Code,Business Country/Region,Home Street,Home City,Home State,Home Postal Code,Home "
    "Country/Region,Other Street,Other City,Other State,Other Postal Code,Other Country/Region,Personal Web "
    "Page,Spouse,Schools,Hobby,Location,Web Page,Birthday,Anniversary,Notes,Account,Billing "
    "Information,Categories,Children,Directory Server,E-mail Type,Government ID Number,Initials,Internet Free "
    "Busy,Keywords,Language,Mileage,Organizational ID Number,PO Box,Priority,Private,Profession,Referred "
    "By,Sensitivity,Subject,User 1,User 2,User 3,User 4,Gender"
)


def _outlook(**cells: str) -> list[str]:
    return [cells.get(title.replace(" ", "_").replace("-", "_"), "") for title in _OUTLOOK.split(",")]


FORMS = (
    GuestList(
        "form_with_long_questions",
        "GB",
        lambda: text(
            [
                [
                    "Timestamp",
                    "Email Address",
                    "What's your full name (as it should appear on the place card)?",
                    "WhatsApp number incl. country code (e.g. +44 20 7946 0000)",
                    "Will you be joining us on 12 September?",
                    "How many additional guests will you be bringing?",
                    "Names of additional guests",
                    "Which language do you prefer for the invitation?",
                ],
                [
                    "12/05/2026 21:03:11",
                    "ann@example.com",
                    "Ann Lee",
                    "+44 7911 123123",
                    "Yes, with pleasure!",
                    "1",
                    "Bob Lee",
                    "English",
                ],
                [
                    "13/05/2026 08:00:01",
                    "cy@example.com",
                    "Cy Poe",
                    "07911 123125",
                    "Sorry, can't make it",
                    "0",
                    "",
                    "",
                ],
                [
                    "13/05/2026 08:01:01",
                    "di@example.com",
                    "Di Roe",
                    "07911 123126",
                    "Yes, with pleasure!",
                    "",
                    "Ed, Flo",
                    "Spanish",
                ],
            ]
        ),
        fields="- email name phone - plus_ones - language",
        heading=1,
        guests=(
            GuestDraft(
                "Ann Lee",
                "+447911123123",
                "ann@example.com",
                language="en",
                plus_ones=1,
                extra={
                    "timestamp": "12/05/2026 21:03:11",
                    "will_you_be_joining_us_on_12_september": "Yes, with pleasure!",
                    "names_of_additional_guests": "Bob Lee",
                },
            ),
            GuestDraft(
                "Cy Poe",
                "+447911123125",
                "cy@example.com",
                extra={
                    "timestamp": "13/05/2026 08:00:01",
                    "will_you_be_joining_us_on_12_september": "Sorry, can't make it",
                },
            ),
            GuestDraft(
                "Di Roe",
                "+447911123126",
                "di@example.com",
                language="es",
                extra={
                    "timestamp": "13/05/2026 08:01:01",
                    "will_you_be_joining_us_on_12_september": "Yes, with pleasure!",
                    "names_of_additional_guests": "Ed, Flo",
                },
            ),
        ),
        findings=(),
    ),
    GuestList(
        "form_es_csv",
        "ES",
        lambda: text(
            [
                [
                    "Marca temporal",
                    "Nombre y apellidos",
                    "¿Cuál es tu número de teléfono móvil?",
                    "¿Asistirás a la boda?",
                    "¿Cuántos acompañantes vienen contigo?",
                    "Alergias e intolerancias",
                ],
                ["12/5/2026 21:03:11", "Ana García", "612 345 678", "Sí, claro", "1", "Gluten"],
                ["12/5/2026 22:03:11", "Luis Gil", "+34 613 333 333", "No podré", "0", ""],
            ]
        ),
        fields="- name phone - plus_ones -",
        heading=1,
        guests=(
            GuestDraft(
                "Ana García",
                "+34612345678",
                plus_ones=1,
                extra={
                    "marca_temporal": "12/5/2026 21:03:11",
                    "asistirás_a_la_boda": "Sí, claro",
                    "alergias_e_intolerancias": "Gluten",
                },
            ),
            GuestDraft(
                "Luis Gil",
                "+34613333333",
                extra={"marca_temporal": "12/5/2026 22:03:11", "asistirás_a_la_boda": "No podré"},
            ),
        ),
        findings=(),
    ),
    GuestList(
        "party_names_csv",
        "US",
        lambda: text(
            [
                [
                    "Party Name",
                    "First Name",
                    "Last Name",
                    "Guest Type",
                    "Relationship",
                    "Phone Number",
                    "Email Address",
                ],
                ["Clark Party", "Emma", "Clark", "Adult", "Bride Friend", "+12025550123", "emma@example.com"],
                ["Clark Party", "Guest", "Guest", "Plus One", "Bride Friend", "", ""],
                ["Fox Party", "Mia", "Fox", "Child", "Groom Family", "", ""],
            ]
        ),
        fields="household given family - group phone email",
        heading=1,
        guests=(
            GuestDraft(
                "Emma Clark",
                "+12025550123",
                "emma@example.com",
                "Bride Friend",
                household="Clark Party",
                extra={"guest_type": "Adult"},
            ),
            GuestDraft("Mia Fox", group="Groom Family", household="Fox Party", extra={"guest_type": "Child"}),
        ),
        findings=(
            (3, "row_no_name"),
            (4, "row_no_phone"),
        ),
    ),
    GuestList(
        "parties_only_csv",
        "US",
        lambda: text(
            [["Party Name", "Phone Number"], ["Emma Clark", "202-555-0123"], ["Mia Fox", "202-555-0134"]]
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Emma Clark", "+12025550123"),
            GuestDraft("Mia Fox", "+12025550134"),
        ),
        findings=(),
    ),
    GuestList(
        "partners_with_names_csv",
        "US",
        lambda: text(
            [
                [
                    "Guest First Name",
                    "Guest Last Name",
                    "Plus One First Name",
                    "Plus One Last Name",
                    "Group",
                    "Phone",
                ],
                ["Emma", "Clark", "Noah", "Reed", "Friends", "(202) 555-0123"],
                ["Mia", "Fox", "Guest", "", "Family", "202-555-0134"],
            ]
        ),
        fields="given family - - group phone",
        heading=1,
        guests=(
            GuestDraft(
                "Emma Clark",
                "+12025550123",
                group="Friends",
                extra={"plus_one_first_name": "Noah", "plus_one_last_name": "Reed"},
            ),
            GuestDraft("Mia Fox", "+12025550134", group="Family", extra={"plus_one_first_name": "Guest"}),
        ),
        findings=(),
    ),
    GuestList(
        "whatsapp_contacts_csv",
        "PT",
        lambda: text(
            [
                ["Saved Name", "Public Display Name", "Country Code", "Phone Number", "Formatted Phone"],
                ["Eva Reis", "Eva 🌸", "351", "351912345678", "+351 912 345 678"],
                ["", "~Rui", "351", "351913333333", "+351 913 333 333"],
                ["Lia", "", "55", "5511912345678", "+55 11 91234-5678"],
            ]
        ),
        fields="name - calling_code phone -",
        heading=1,
        guests=(
            GuestDraft(
                "Eva Reis",
                "+351912345678",
                extra={"public_display_name": "Eva 🌸", "formatted_phone": "+351 912 345 678"},
            ),
            GuestDraft(
                "Rui",
                "+351913333333",
                extra={"public_display_name": "~Rui", "formatted_phone": "+351 913 333 333"},
            ),
            GuestDraft("Lia", "+5511912345678", extra={"formatted_phone": "+55 11 91234-5678"}),
        ),
        findings=((3, "row_name_from"),),
    ),
    GuestList(
        "country_codes_csv",
        "US",
        lambda: text(
            [
                ["Name", "Country Code", "Phone"],
                ["Ana", "+351", "912345678"],
                ["Ben", "44", "07911 123456"],
                ["Cy", "1", "2025550123"],
                ["Di", "PT", "913333333"],
                ["Ed", "Narnia", "2025550134"],
            ]
        ),
        fields="name calling_code phone",
        heading=1,
        guests=(
            GuestDraft("Ana", "+351912345678"),
            GuestDraft("Ben", "+447911123456"),
            GuestDraft("Cy", "+12025550123"),
            GuestDraft("Di", "+351913333333"),
            GuestDraft("Ed", "+12025550134", extra={"calling_code_as_given": "Narnia"}),
        ),
        findings=((6, "row_calling_code_unclear"),),
    ),
    GuestList(
        "outlook_all_columns_csv",
        "US",
        lambda: text(
            [
                _OUTLOOK.split(","),
                _outlook(
                    First_Name="Emma",
                    Last_Name="Clark",
                    E_mail_Address="emma@example.com",
                    Mobile_Phone="(202) 555-0123",
                    Home_Phone="(202) 555-0199",
                    Business_Fax="(202) 555-0177",
                    Categories="VIP;Family",
                    Priority="Normal",
                ),
                _outlook(Company="Flowers Inc", Business_Phone="(202) 555-0150"),
                _outlook(First_Name="Noah", Last_Name="Reed", Business_Phone="(202) 555-0151"),
            ]
        ),
        fields="given - family - - - - - email - - phone phone phone phone phone - phone phone - - - - phone - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - notes - - tags - - - - - - - language - - - - - - - - - - - - - -",
        heading=1,
        guests=(
            GuestDraft(
                "Emma Clark",
                "+12025550123",
                "emma@example.com",
                tags=("VIP", "Family"),
                extra={
                    "business_fax": "(202) 555-0177",
                    "priority": "Normal",
                    "other_phone": "+1 202-555-0199",
                },
            ),
            GuestDraft("Noah Reed", "+12025550151"),
        ),
        findings=(
            (2, "row_several_phones"),
            (3, "guest_name_missing"),
        ),
    ),
)
