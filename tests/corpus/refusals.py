"""Lists that tell, each in its own words, who agreed to messages and who did not."""

from tests.corpus.guest_list import GuestList
from tests.corpus.writers import text, xlsx
from waapp.core.guests import Consent, GuestDraft

REFUSALS = (
    GuestList(
        "braut_einverstaendnis_csv",
        "DE",
        lambda: text(
            [
                ["Nachname, Vorname", "Handynr.", "Einverständnis WhatsApp (ja/nein)", "Seite"],
                ["Müller, Hans", "0171 2345678", "ja", "Braut"],
                ["Schmidt, Anna und Peter", "0171/2345679", "nein", "Bräutigam"],
                ["von der Heide, Karl-Heinz", "+49 (0) 151 12345678", "nein danke", ""],
                ["Familie Weber", "0049 160 1234567", "", "Braut"],
            ],
            delimiter=";",
            encoding="cp1252",
        ),
        fields="name phone consent group",
        heading=1,
        guests=(
            GuestDraft("Hans Müller", "+491712345678", group="Braut", consent=Consent.YES),
            GuestDraft("Anna und Peter Schmidt", "+491712345679", group="Bräutigam", consent=Consent.NO),
            GuestDraft("Karl-Heinz von der Heide", "+4915112345678", consent=Consent.NO),
            GuestDraft("Familie Weber", "+491601234567", group="Braut"),
        ),
        findings=(
            (2, "row_name_turned"),
            (3, "row_several_people"),
            (3, "row_name_turned"),
            (4, "row_name_turned"),
        ),
    ),
    GuestList(
        "davetliler_onay_xlsx",
        "TR",
        lambda: xlsx(
            [
                ["Adı Soyadı", "Cep Telefonu", "WhatsApp onayı", "Kaç kişi"],
                ["Ayşe Yılmaz ve eşi", "0532 123 45 67", "Evet", "2"],
                ["Mehmet Öz", "(0533) 123 4568", "Hayır", "4"],
                ["Ali + refakatçi", "+90 535 123 45 70", "istemiyor", "2"],
                ["Toplam", "", "", "8"],
            ]
        ),
        fields="name phone consent -",
        heading=1,
        guests=(
            GuestDraft("Ayşe Yılmaz ve eşi", "+905321234567", consent=Consent.YES, extra={"kaç_kişi": "2"}),
            GuestDraft("Mehmet Öz", "+905331234568", consent=Consent.NO, extra={"kaç_kişi": "4"}),
            GuestDraft("Ali", "+905351234570", consent=Consent.NO, extra={"kaç_kişi": "2"}, plus_ones=1),
        ),
        findings=((2, "row_several_people"), (4, "row_plus_ones_in_name"), (5, "row_total")),
    ),
    GuestList(
        "invitati_consenso_csv",
        "IT",
        lambda: text(
            [
                ["Invitato", "Tel. cellulare", "Consenso WhatsApp (sì/no)"],
                ["Mario Rossi", "333 1234567", "sì"],
                ["Giulia Bianchi", "+39 347 1234568", "no"],
                ["Paola Neri", "3201234569", "no grazie"],
            ]
        ),
        fields="name phone consent",
        heading=1,
        guests=(
            GuestDraft("Mario Rossi", "+393331234567", consent=Consent.YES),
            GuestDraft("Giulia Bianchi", "+393471234568", consent=Consent.NO),
            GuestDraft("Paola Neri", "+393201234569", consent=Consent.NO),
        ),
        findings=(),
    ),
    GuestList(
        "invitados_autoriza_csv",
        "ES",
        lambda: text(
            [
                ["Nombre", "Teléfono", "WhatsApp (sí/no)", "Autoriza mensajes"],
                ["Ana Sanz", "612345678", "sí", "no"],
                ["Luis Gil", "613333333", "no", "sí"],
            ],
            delimiter=";",
        ),
        fields="name phone - consent",
        heading=1,
        guests=(
            GuestDraft("Ana Sanz", "+34612345678", consent=Consent.NO, extra={"whatsapp_sí_no": "sí"}),
            GuestDraft("Luis Gil", "+34613333333", consent=Consent.YES, extra={"whatsapp_sí_no": "no"}),
        ),
        findings=((3, "row_no_whatsapp"),),
    ),
    GuestList(
        "ok_to_contact_csv",
        "GB",
        lambda: text(
            [
                ["Guest", "Mobile", "OK to contact by WhatsApp?", "Has WhatsApp"],
                ["Ann Lee", "07400 123456", "Y", "Y"],
                ["Bob Poe", "07400 123457", "N", "Y"],
                ["Cy Roe", "07400 123458", "", "N"],
            ]
        ),
        fields="name phone - -",
        heading=1,
        guests=(
            GuestDraft(
                "Ann Lee",
                "+447400123456",
                extra={"ok_to_contact_by_whatsapp": "Y", "has_whatsapp": "Y"},
            ),
            GuestDraft(
                "Bob Poe",
                "+447400123457",
                extra={"ok_to_contact_by_whatsapp": "N", "has_whatsapp": "Y"},
                consent=Consent.NO,
            ),
            GuestDraft("Cy Roe", "+447400123458", extra={"has_whatsapp": "N"}),
        ),
        findings=((3, "row_opted_out"), (4, "row_no_whatsapp")),
    ),
    GuestList(
        "tamu_no_whatsapp_csv",
        "ID",
        lambda: text(
            [
                ["Nama Lengkap", "No. WhatsApp", "Jumlah Tamu"],
                ["Budi Santoso", "0812 3456 7890", "2"],
                ["Siti Rahayu", "081234567891", "1"],
            ]
        ),
        fields="name phone -",
        heading=1,
        guests=(
            GuestDraft("Budi Santoso", "+6281234567890", extra={"jumlah_tamu": "2"}),
            GuestDraft("Siti Rahayu", "+6281234567891", extra={"jumlah_tamu": "1"}),
        ),
        findings=(),
    ),
    GuestList(
        "mawafaka_xlsx",
        "SA",
        lambda: xlsx(
            [
                ["اسم الضيف", "جوال", "طرف", "موافقة واتساب"],
                ["د. سارة + مرافق", "٠٥٠١٢٣٤٥٦٧", "العروس", "نعم"],
                ["خالد العتيبي", "٩٦٦٥٠١٢٣٤٥٦٨", "العريس", "لا"],
            ]
        ),
        fields="name phone group consent",
        heading=1,
        guests=(
            GuestDraft("د. سارة", "+966501234567", group="العروس", consent=Consent.YES, plus_ones=1),
            GuestDraft("خالد العتيبي", "+966501234568", group="العريس", consent=Consent.NO),
        ),
        findings=((2, "row_plus_ones_in_name"),),
    ),
    GuestList(
        "outlook_names_csv",
        "US",
        lambda: text(
            [
                ["Name", "Mobile"],
                ["Miller, Hans", "(212) 555-0100"],
                ["van Dyke, Bert", "(212) 555-0101"],
                ["Smith, Jr.", "(212) 555-0102"],
                ["García López, Juan", "(212) 555-0103"],
                ["Reis, Ana (2 pax)", "(212) 555-0104"],
                ["TBC", "(212) 555-0105"],
            ]
        ),
        fields="name phone",
        heading=1,
        guests=(
            GuestDraft("Hans Miller", "+12125550100"),
            GuestDraft("Bert van Dyke", "+12125550101"),
            GuestDraft("Smith, Jr.", "+12125550102"),
            GuestDraft("Juan García López", "+12125550103"),
            GuestDraft("Ana Reis", "+12125550104", plus_ones=1),
            GuestDraft("TBC", "+12125550105"),
        ),
        findings=(
            (2, "row_name_turned"),
            (3, "row_name_turned"),
            (5, "row_name_turned"),
            (6, "row_plus_ones_in_name"),
            (6, "row_name_turned"),
            (7, "row_name_unlikely"),
        ),
    ),
    GuestList(
        "gaeste_nicht_anschreiben_csv",
        "DE",
        lambda: text(
            [
                ["Vorname", "Nachname", "Mobil", "Guests", "Nicht anschreiben", "DSGVO"],
                ["Tim und Begleitung", "Groß", "0171 2345671", "2", "", "ja"],
                ["Ute", "Schmidt", "0171 2345672", "Jan Schmidt", "x", ""],
                ["Ali", "Öz", "0171 2345673", "", "nein", "Nein, will nicht"],
            ],
            delimiter=";",
        ),
        fields="given family phone - opt_out -",
        heading=1,
        guests=(
            GuestDraft("Tim Groß", "+491712345671", plus_ones=1, extra={"guests": "2", "dsgvo": "ja"}),
            GuestDraft("Ute Schmidt", "+491712345672", consent=Consent.NO, extra={"guests": "Jan Schmidt"}),
            GuestDraft("Ali Öz", "+491712345673", consent=Consent.NO, extra={"dsgvo": "Nein, will nicht"}),
        ),
        findings=((2, "row_plus_ones_in_name"), (3, "row_opted_out"), (4, "row_opted_out")),
    ),
    GuestList(
        "convidados_rgpd_csv",
        "PT",
        lambda: text(
            [
                ["Nome do convidado:", "Nº de telemóvel\n(WhatsApp)", "Acomp.", "RGPD: autoriza contacto"],
                ["Ana Reis", "912 345 678", "1", "Sim"],
                ["Rui Sá", "913 333 333", "", "Não quero"],
                ["Eva Dias", "00351 914 444 444", "não", "Não, só por e-mail"],
            ],
            delimiter=";",
        ),
        fields="name phone plus_ones consent",
        heading=1,
        guests=(
            GuestDraft("Ana Reis", "+351912345678", plus_ones=1, consent=Consent.YES),
            GuestDraft("Rui Sá", "+351913333333", consent=Consent.NO),
            GuestDraft(
                "Eva Dias",
                "+351914444444",
                consent=Consent.NO,
                extra={"consent_as_given": "Não, só por e-mail"},
            ),
        ),
        findings=(),
    ),
    GuestList(
        "mailing_program_csv",
        "ES",
        lambda: text(
            [
                ["Name", "Phone", "Partner", "Phone", "Status", "Tags"],
                ["Ana Ruiz", "612 345 678", "Tom Rey", "622 345 678", "Active", "vip"],
                ["Eva Sol", "", "Jim Fox", "633 345 678", "Unsubscribed", ""],
                ["Luis Gil", "644 345 678", "", "", "Declined", ""],
                ["Pau Vila", "655 345 678", "", "", "", "vip, do not contact"],
            ]
        ),
        fields="name phone - - - tags",
        heading=1,
        guests=(
            GuestDraft(
                "Ana Ruiz",
                "+34612345678",
                extra={"partner": "Tom Rey", "phone_2": "622 345 678", "status": "Active"},
                tags=("vip",),
            ),
            GuestDraft(
                "Eva Sol",
                consent=Consent.NO,
                extra={"partner": "Jim Fox", "phone_2": "633 345 678", "status": "Unsubscribed"},
            ),
            GuestDraft("Luis Gil", "+34644345678", extra={"status": "Declined"}),
            GuestDraft("Pau Vila", "+34655345678", consent=Consent.NO, tags=("vip", "do not contact")),
        ),
        findings=((3, "row_opted_out"), (3, "row_no_phone"), (5, "row_opted_out")),
    ),
)
