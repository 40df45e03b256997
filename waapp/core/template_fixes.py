"""Corrections of a template that one click applies: each takes the text and returns the new one."""

import re
from dataclasses import dataclass
from typing import Final

from waapp.core.template import Malformation, Malformed, variable_name


@dataclass(frozen=True, slots=True)
class Phrases:
    """Words that a fix puts in, in the template's language."""

    greeting: str
    closing: str
    joiner: str


_ENGLISH: Final = Phrases("Hello ", "We look forward to hearing from you.", "and")
_PHRASES: Final = {
    "ar": Phrases("مرحبًا ", "نتطلع إلى ردكم.", "و"),
    "ca": Phrases("Hola ", "Esperem la teva resposta.", "i"),
    "cs": Phrases("Dobrý den ", "Těšíme se na vaši odpověď.", "a"),
    "da": Phrases("Hej ", "Vi glæder os til at høre fra dig.", "og"),
    "de": Phrases("Hallo ", "Wir freuen uns auf deine Antwort.", "und"),
    "el": Phrases("Γεια σας ", "Περιμένουμε την απάντησή σας.", "και"),
    "en": _ENGLISH,
    "es": Phrases("Hola ", "Esperamos tu respuesta.", "y"),
    "fi": Phrases("Hei ", "Odotamme vastaustasi.", "ja"),
    "fr": Phrases("Bonjour ", "Nous attendons votre réponse avec plaisir.", "et"),
    "he": Phrases("שלום ", "נשמח לקבל את תשובתכם.", "וגם"),
    "hu": Phrases("Kedves ", "Várjuk a válaszodat.", "és"),
    "id": Phrases("Halo ", "Kami menantikan kabar Anda.", "dan"),
    "it": Phrases("Ciao ", "Aspettiamo la tua risposta.", "e"),
    "nb": Phrases("Hei ", "Vi gleder oss til å høre fra deg.", "og"),
    "nl": Phrases("Hallo ", "We horen graag van je.", "en"),
    "pl": Phrases("Dzień dobry ", "Czekamy na Twoją odpowiedź.", "i"),
    "pt": Phrases("Olá ", "Aguardamos a sua resposta.", "e"),
    "ro": Phrases("Bună ", "Așteptăm răspunsul tău.", "și"),
    "ru": Phrases("Здравствуйте, ", "Будем рады вашему ответу.", "и"),
    "sv": Phrases("Hej ", "Vi ser fram emot ditt svar.", "och"),
    "tr": Phrases("Merhaba ", "Yanıtınızı bekliyoruz.", "ve"),
    "uk": Phrases("Вітаємо, ", "Чекаємо на вашу відповідь.", "і"),
}
_ASCII_BRACES: Final = str.maketrans("｛﹛❴⦃｝﹜❵⦄", "{{{{}}}}")


def phrases(language: str) -> Phrases:
    """Return the words for a template's language; English for one that has none here."""
    return _PHRASES.get(language.partition("_")[0], _ENGLISH)


def put_greeting(content: str, language: str) -> str:
    """Put a word of greeting before a text that starts with a variable."""
    return phrases(language).greeting + content.lstrip()


def add_closing(content: str, language: str) -> str:
    """Add a closing line behind a text that ends with a variable."""
    return f"{content.rstrip()}\n\n{phrases(language).closing}"


def join_variables(content: str, start: int, end: int, language: str) -> str:
    """Put a word between two variables, in place of the blanks from `start` to `end`."""
    return f"{content[:start]} {phrases(language).joiner} {content[end:]}"


def mend_placeholder(content: str, item: Malformed) -> str:
    """Write a malformed placeholder as it was meant; what names nothing goes away."""
    name = variable_name(item.inner)
    if not name and item.kind is Malformation.UNICODE_BRACES:
        mended = content[item.start : item.end].translate(_ASCII_BRACES)
    else:
        mended = f"{{{{{name}}}}}" if name else ""
    return replace(content, item.start, item.end, mended)


def replace(content: str, start: int, end: int, text: str) -> str:
    """Put a text in place of a stretch of the content."""
    return content[:start] + text + content[end:]


def collapse_blanks(content: str) -> str:
    """Shorten every run of more than two line breaks and of more than one blank."""
    return re.sub(r"(?:[ \t]*\n){3,}", "\n\n", re.sub(r"[^\S\n]{2,}", " ", content))


def renumber(content: str) -> str:
    """Close the gaps between hand-numbered variables, keeping their order of size."""
    found = sorted({int(number) for number in re.findall(r"\{\{\s*(\d+)\s*\}\}", content)})
    ranks = {number: rank for rank, number in enumerate(found, start=1)}
    return re.sub(r"\{\{\s*(\d+)\s*\}\}", lambda match: f"{{{{{ranks[int(match[1])]}}}}}", content)
