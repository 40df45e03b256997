"""What a heading asks about messages, in the words of many lists."""

import pytest

from waapp.core.permission_headings import Asks, asks_about_messages

AGREEMENT = """
Einverständnis WhatsApp
WhatsApp-Einwilligung
DSGVO Zustimmung
WhatsApp onayı
Mesaj izni var mı?
Mesaj gönderme izni
Consenso WhatsApp (sì/no)
Autorizzazione messaggi
Autoriza mensajes
Acepta WhatsApp sí/no
Permiso para enviar mensajes
Aceita receber mensagens?
Autorização LGPD
Accord WhatsApp
Accepte de recevoir des messages
موافقة على واتساب
מאשר וואטסאפ
הסכמה לקבל הודעות
व्हाट्सएप सहमति
Opt-In (WhatsApp)
GDPR consent given
Permission to message
Wants WhatsApp?
RGPD: autoriza contacto
Autorização de contacto
Autorizza contatto
Consent given / refused
Autoriza contacto?
KVKK onayı
"""
REFUSAL = """
Keine WhatsApp-Nachrichten
Kein Einverständnis
No quiere mensajes
Sin WhatsApp
Não enviar mensagens
Ne pas envoyer de messages
WhatsApp istemiyor
Do not send WhatsApp
Doesn't want messages
Refuses messages
Rifiuta i messaggi
Nicht anschreiben
Bitte keine WhatsApp
Refus WhatsApp
Revoca consenso
Consent withdrawn
Mesaj gönderme
Darf nicht kontaktiert werden
I do not agree to receive updates by WhatsApp
I don't want reminders by WhatsApp
Declined our WhatsApp updates
Aranmasın
عدم التواصل
لا ترسل
הסרה מדיוור
"""
LEAVE = """
Contact by WhatsApp?
OK to contact by WhatsApp
May we contact you by WhatsApp? (yes/no)
WhatsApp OK
Send WhatsApp y/n
Puede recibir WhatsApp
Darf WhatsApp erhalten
Darf angeschrieben werden?
Contact OK?
OK to contact?
May we contact you?
Darf kontaktiert werden
I agree to receive updates by WhatsApp
J'accepte d'être contacté par WhatsApp
Accepts photos and WhatsApp
GDPR
KVKK (evet/hayır)
Subscribed
"""
ACCOUNT = """
WhatsApp
WhatsApp (y/n)
Has WhatsApp
Is on WhatsApp?
Tiene WhatsApp
WhatsApp var mı
"""
NOTHING = """
Name
Accepts
Accepted
Contact
Message
Personal message
Consent to photos
Fotoğraf izni
RSVP OK
WhatsApp sent
Message sent
Invitation sent by WhatsApp
Contacted
אישור הגעה
Accepts invitation (by WhatsApp)
Reply by WhatsApp
Can
No
Data
Datos de contacto
Not contacted
Widerruf
OK
(yes/no)
"""


@pytest.mark.parametrize(
    ("heading", "asks"),
    [
        (heading, asks)
        for asks, headings in (
            (Asks.AGREEMENT, AGREEMENT),
            (Asks.REFUSAL, REFUSAL),
            (Asks.LEAVE, LEAVE),
            (Asks.ACCOUNT, ACCOUNT),
            (None, NOTHING),
        )
        for heading in headings.strip().split("\n")
    ],
)
def test_what_a_heading_asks_about_messages(heading: str, asks: Asks | None) -> None:
    assert asks_about_messages(heading) is asks
