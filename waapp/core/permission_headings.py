"""Headings above what guests said to messages, however they are put: "Einverständnis WhatsApp", "Kontakt erlaubt?"."""

import re
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from waapp.core.headings import fold


class Asks(Enum):
    """What a heading asks about messages: whether guests agree, whether they refuse, whether they have WhatsApp.

    Below `LEAVE`, "OK to send WhatsApp?", a no is a refusal, but a yes may be the planner's own and proves nothing.
    """

    AGREEMENT = auto()
    REFUSAL = auto()
    LEAVE = auto()
    ACCOUNT = auto()


def _words(text: str) -> frozenset[str]:
    return frozenset(word for written in text.split() for word in fold(written).split())


# Words that speak of consent and of nothing else in a guest list.
_CONSENT: Final = _words(
    "consent consents consented optin permission permissions authorization authorisation"
    " consentimiento permiso consiente autorización consentimento permissão autorização consentement accord"
    " autorisation"
    " einverständnis einverständniserklärung einverstanden einwilligung zustimmung erlaubnis genehmigung"
    " kontakterlaubnis werbeeinwilligung datenschutzeinwilligung"
    " consenso autorizzazione acconsente permesso kontakteinwilligung onay onayı onaylı izin izni rıza rızası muvafakat"
    " موافقة الموافقة إذن اذن הסכמה הסכמת सहमति अनुमति स्वीकृति"
)
# Words that in most lists are about coming: here only beside a word for messages.
_AGREED: Final = _words(
    "accept accepts accepted agree agrees agreed allow allows allowed authorize authorizes authorized authorise"
    " authorised approve approves approved permit permits permitted wants want wishes"
    " acepta acepto aceptó autoriza autorizo permite quiere desea aceita aceito aceitou autorizou quer deseja"
    " accepte accepté autorise autorisé permet souhaite veut erlaubt gestattet zugestimmt genehmigt möchte wünscht"
    " akzeptiert accetta accetto autorizza autorizzato permette vuole desidera istiyor verdi veriyor kabul"
    " موافق يوافق توافق يسمح مسموح يرغب מאשר מאשרת אישור מסכים מסכימה רוצה सहमत चाहते"
)
# What messages are for: more than a heading of telephones only beside other words.
_TO_CONTACT: Final = _words(
    "contact contactar contatar contacter contattare kontaktieren kontakt anschreiben"
    " التواصل تواصل ترسل ترسلوا ליצור קשר संपर्क"
)
# "Datos de contacto: no" says that there are none, "Not contacted" that nobody has done so.
_CONTACTED: Final = _words(
    "contacted contacto contactado contactada contato contatado contacté contactée kontaktiert angeschrieben contatto"
    " contattato iletişim"
)
_MAY: Final = _words("ok okay may can could puede puedo pode posso peut darf dürfen kann può")
# What people ask for leave to do.
_LEAVE: Final = _words(
    "reach send write ok okay may can could receive receives get"
    " recibir recibe enviar puede puedo receber recebe pode posso"
    " recevoir reçoit envoyer peut empfangen erhalten darf dürfen kann"
    " ricevere inviare può alabilir gönder gönderilebilir ارسال إرسال استلام לשלוח לקבל קבלת"
    " भेजें प्राप्त"
)
# What stands alone above what guests said of it: laws on personal data, and lists of those who get messages.
_LAWS: Final = _words(
    "gdpr rgpd dsgvo lgpd lopd lopdgdd kvkk subscribed subscriber suscrito suscrita abonniert abonné abonnée"
)
# Turkish says the "not" within the word; "gönderme izni" is leave to send.
_LEFT_ALONE: Final = _words("aranmasın kurmayın gönderme göndermeyin gönderilmesin")
_REFUSED: Final = _words(
    "withdrawn withdraws withdrew revoked revokes revoca revocado revocada revocato revogado retiré widerruft widerruf"
    " refus הסרה"
    " refuses refused refusal refuse declines declined unsubscribed unsubscribe stop optout rechaza rechazó rechazado"
    " recusa recusou recusado refusé abgelehnt verweigert widerrufen rifiuta rifiutato reddetti istemiyor"
    " يرفض رفض מסרב מסרבת סירב अस्वीकार"
)
# "No" may be short for a number, and counts only in front of what is refused.
_NOT: Final = _words(
    "not don dont doesn doesnt never nicht kein keine keinen pas sem sin não ne değil لا عدم בלי नहीं न"
)
_NO_IN_FRONT: Final = _words("no non sin sem nao לא")
_WHATSAPP: Final = _words(
    "whatsapp whatsapps wa whatsap watsapp wapp واتساب الواتساب واتس וואטסאפ ווטסאפ לוואטסאפ בוואטסאפ व्हाट्सएप व्हाट्सऐप"
)
_MESSAGES: Final = _WHATSAPP | _words(
    "message messages messaging msg msgs sms text texts texting chat marketing newsletter newsletters advertising"
    " communication communications promotions gdpr privacy dataprotection personal mensaje mensajes comunicaciones"
    " publicidad rgpd datos personales privacidad mensagem mensagens comunicações publicidade lgpd dados pessoais"
    " privacidade communications données personnelles prospection nachricht nachrichten werbung dsgvo datenschutz"
    " datenverarbeitung kontaktaufnahme messaggio messaggi comunicazioni pubblicità dati personali trattamento mesaj"
    " mesajı mesajları mesajlar ileti kvkk رسالة رسائل الرسائل البيانات التسويق"
    " הודעה הודעות דיוור דיוורים מדיוור संदेश मैसेज"
)
_HAS: Final = _words(
    "has have got with on uses using is tiene tienen usa tem têm a avec sur hat nutzt ist auf mit ha con su var"
    " kullanıyor mı mi لديه عنده יש लिए है"
)
_BETWEEN: Final = _words(
    "mı mi"
    " to for by via the of from through be been we i you us he she they your our please do does given status if it s t"
    " por para de del da do dos das la el los las le les du des par pour une un l d en nous vous que al ai il der die"
    " das zu zur zum werden wird bitte per für ob wir di ile için ve il هل على في عن من إلى عبر"
    " את של על אל की का के को से पर and or y e o"
    " et und oder"
)
_YES_OR_NO: Final = re.compile(
    r"[(\[][^)\]]*[)\]]|\b(?:yes|y|s[ií]|s|sim|oui|ja|j|evet|e|true)\s*(?:/|\||or|o|ou|oder)\s*"
    r"(?:no|n[aã]o|n|non|nein|hay[ıi]r|h|false)\b|(?:نعم|כן|हाँ|हां)\s*/\s*\w+",
    re.IGNORECASE,
)
# "Consent given / refused"
_EITHER: Final = re.compile(r"/|\b(?:or|ou|oder|o|veya)\b", re.IGNORECASE)
_TWO_WORDS: Final = {
    "opt in": "optin",
    "opted in": "optin",
    "opt out": "optout",
    "opted out": "optout",
    "whats app": "whatsapp",
    "data protection": "dataprotection",
}
_REFUSES: Final = _REFUSED | _NOT
_KNOWN: Final = (
    _CONSENT
    | _AGREED
    | _TO_CONTACT
    | _CONTACTED
    | _LEAVE
    | _LEFT_ALONE
    | _REFUSES
    | _NO_IN_FRONT
    | _MESSAGES
    | _LAWS
    | _HAS
    | _BETWEEN
)


@lru_cache(maxsize=4096)
def asks_about_messages(heading: str) -> Asks | None:
    """Return what a heading asks about messages; None where it is about something else, or about more."""
    folded = fold(_YES_OR_NO.sub(" ", heading))
    for apart, joined in _TWO_WORDS.items():
        folded = folded.replace(apart, joined)
    words = folded.split()
    if not words:
        return None
    said = set(words)

    def says(*those: frozenset[str]) -> bool:
        return any(not said.isdisjoint(some) for some in those)

    contacted = says(_TO_CONTACT, _CONTACTED)
    refuses = says(_REFUSES) or words[0] in _NO_IN_FRONT
    if not said <= _KNOWN:
        # "I agree to get updates by WhatsApp", "I do not want reminders by WhatsApp".
        if not (contacted or says(_WHATSAPP)) or not says(_CONSENT, _AGREED, _REFUSED):
            return None
        return Asks.REFUSAL if refuses else Asks.LEAVE
    about = says(_MESSAGES, _TO_CONTACT)
    agrees = says(_CONSENT) or (says(_AGREED) and (about or contacted))
    may = contacted and says(_MAY)
    if agrees and says(_REFUSED) and not says(_NOT) and _EITHER.search(heading):
        return Asks.AGREEMENT
    if (says(_LEFT_ALONE) and not agrees) or ((about or agrees or may) and refuses):
        return Asks.REFUSAL
    if agrees:
        return Asks.AGREEMENT
    if may or (says(_MESSAGES) and says(_TO_CONTACT, _LEAVE)) or (says(_LAWS) and said <= _LAWS | _BETWEEN):
        return Asks.LEAVE
    return Asks.ACCOUNT if says(_WHATSAPP) and said <= _WHATSAPP | _HAS | _BETWEEN else None
