"""From the bytes of a text file to its text, in any encoding that spreadsheets and address books write.

Detectors made for web pages need sentences; a guest list has a dozen letters that are not ASCII. What decides here is
whether those letters make up the alphabet of one language.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_BYTE_ORDER_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WITHOUT_MARK: Final = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
# Languages by encoding, what is likelier first: of equals the first wins.
_ALPHABETS: Final = (
    ("cp1252", "áâãàçéêíóôõúü áéíñóúü¿¡ªº àâæçéèêëîïôœùûü äöüß àèéìíòóù åæøé åäöé ëéïèóö"),
    ("cp1250", "ąćęłńóśźż áčďéěíňóřšťúůýž äáčďéíľĺňóôŕšťúýž áéíóöőúüű ăâîşţ čćđšž"),
    ("cp1254", "çğıöşüİâî"),
    ("cp1252", "áéíóúýðþæö"),
    ("cp1257", "ąčęėįšųūž āčēģīķļņšūž äõöüšž"),
    ("mac_roman", "áâãàçéêíóôõúü áéíñóúü àâæçéèêëîïôœùûü äöüß àèéìíòóù åæøé åäöé"),
    ("iso8859_2", "ąćęłńóśźż áčďéěíňóřšťúůýž áéíóöőúüű"),
    (
        "cp1251",
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя абвгґдеєжзиіїйклмнопрстуфхцчшщьюя абвгдђежзијклљмнњопрстћуфхцчџш",
    ),
    ("cp1253", "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ"),
    ("cp1255", "אבגדהוזחטיכלמנסעפצקרשתםןףץך״׳"),
    ("cp1256", "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأإؤئ ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیي"),
    ("koi8_r", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"),
)
_IDEOGRAPHS: Final[dict[str, tuple[str, range]]] = {
    # The encoding in whose first rows the common characters stand, and those rows' leading bytes.
    "gb18030": ("gb2312", range(0xB0, 0xD8)),
    "shift_jis": ("shift_jis", range(0x88, 0x98)),
    "big5": ("big5", range(0xA4, 0xC7)),
    "cp949": ("euc_kr", range(0xB0, 0xC9)),
    "euc_jp": ("euc_jp", range(0xB0, 0xD0)),
}
# Nearly every byte is a Thai letter, so that this goes last.
_THAI: Final = ("cp874", "".join(map(chr, range(0x0E01, 0x0E4F))))
_ENOUGH_HANGUL: Final = 6
_ALL_HANGUL: Final = 0.05
_FALLBACK: Final = "cp1252"
_TYPOGRAPHY: Final = frozenset("–—‘’‚“”„…•·°«»€£§©®™№ªº¿¡\u00a0\u200e\u200f،؛؟、。・「」（）：；")
_SAMPLE_LINES: Final = 400
_SAMPLE_BYTES: Final = 200_000
_ONE_LANGUAGE: Final = 0.7
_OLD_MAC: Final = 0.3
_NEVER_IN_TEXT: Final = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
_NOT_ASCII: Final = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_NO_CHARACTERS: Final = frozenset({"Cn", "Co", "Cs"})
# Of a file in UTF-16 at least this share of characters are digits, delimiters, line ends and the like.
_PLAIN_SHARE: Final = 0.04
# In UTF-16 every line's end has a zero beside it; Gurmukhi is full of bytes that look like one without.
_LINE_END: Final = re.compile(rb"[\r\n]+")
_BARE_LINE_END: Final = re.compile(rb"(?<![\0\r\n])[\r\n]+(?![\0\r\n])")
_MOST_ZEROS: Final = 0.25
_MOST_BLANK: Final = 0.25
_MOST_DAMAGE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the encoding that it was in. What could not be read stands in it as U+FFFD."""

    text: str
    encoding: str


def decode(content: bytes) -> Decoded:
    """Return the text of a file."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return Decoded(content.decode(encoding, errors="replace"), encoding)
    if b"\0" in content[:_SAMPLE_BYTES] and not _is_dirty(content) and (wide := _wide(content)):
        return wide
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    if (damaged := _damaged_utf8(content)) is not None:
        return Decoded(damaged, "utf-8")
    encoding = _by_letters(content)
    return Decoded(content.decode(encoding, errors="replace"), encoding)


def _is_dirty(content: bytes) -> bool:
    """Tell whether zeros have come into a text in UTF-8, as damaged disks leave them: read as wide it is gibberish."""
    sample = content[:_SAMPLE_BYTES]
    bare, ends = len(_BARE_LINE_END.findall(sample)), len(_LINE_END.findall(sample))
    if bare * 2 <= ends or sample.count(b"\0") > len(sample) * _MOST_ZEROS:
        return False
    try:
        # The sample may end inside a character.
        text = codecs.getincrementaldecoder("utf-8")().decode(sample.replace(b"\0", b""))
    except UnicodeDecodeError:
        return False
    blank = sum(c in "\t\n\v\f\r" for c in text)
    return blank <= len(text) * _MOST_BLANK and _NEVER_IN_TEXT.search(text) is None


def _wide(content: bytes) -> Decoded | None:
    """Read UTF-16 or UTF-32 without its mark; in the wrong order nothing in it is a digit or a line's end."""
    best, best_share = None, _PLAIN_SHARE
    for encoding in _WITHOUT_MARK:
        unit = 2 if "16" in encoding else 4
        if len(content) % unit:
            continue
        try:
            # A decoder in steps does not mind that the sample ends inside a character.
            text = codecs.getincrementaldecoder(encoding)().decode(content[:_SAMPLE_BYTES])
        except UnicodeDecodeError:
            continue
        if any(unicodedata.category(c) in _NO_CHARACTERS for c in set(text)) or _NEVER_IN_TEXT.search(text):
            continue
        share = sum(c.isascii() for c in text) / len(text) if text else 0.0
        if share > best_share:
            best, best_share = encoding, share
    return None if best is None else Decoded(content.decode(best, errors="replace"), best)


def _damaged_utf8(content: bytes) -> str | None:
    """Return a text in UTF-8 of which a little is broken: cut at the end, or put together from several files."""
    text = content.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = sum(not c.isascii() for c in text) - broken
    return text if broken <= whole * _MOST_DAMAGE else None


def _by_letters(content: bytes) -> str:
    sample = _sample(content)
    old_mac = b"\r" in content[:_SAMPLE_BYTES] and b"\n" not in content[:_SAMPLE_BYTES]
    best, best_score = _FALLBACK, 0.0
    for encoding, score in _candidates(sample):
        weighed = score + (_OLD_MAC if encoding == "mac_roman" and old_mac else 0.0)
        if weighed > best_score + 1e-9:
            best, best_score = encoding, weighed
    return best


def _sample(content: bytes) -> bytes:
    lines = []
    for line, found in enumerate(_NOT_ASCII.finditer(content)):
        if line == _SAMPLE_LINES:
            break
        lines.append(found[0][:_SAMPLE_BYTES])
    return b"\n".join(lines)[:_SAMPLE_BYTES]


def _candidates(sample: bytes) -> Iterator[tuple[str, float]]:
    for encoding, alphabets in _ALPHABETS:
        text = _decoded(sample, encoding)
        if text is not None:
            yield encoding, _alphabetic_score(text, alphabets.split())
    for encoding, (rows, leading) in _IDEOGRAPHS.items():
        text = _decoded(sample, encoding)
        if text is not None:
            score = _ideographic_score(text, rows, leading)
            hangul = sum("\uac00" <= c <= "\ud7a3" for c in text)
            # The first rows of Korean are among the first rows of Chinese, but not the other way round.
            yield encoding, score + (_ALL_HANGUL if score == 1.0 and hangul >= _ENOUGH_HANGUL else 0.0)
    encoding, letters = _THAI
    text = _decoded(sample, encoding)
    if text is not None:
        yield encoding, _alphabetic_score(text, [letters])


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError as error:
        # The sample may end inside a character.
        return sample[: error.start].decode(encoding) if error.start > len(sample) - 4 > 0 else None


def _alphabetic_score(text: str, alphabets: Sequence[str]) -> float:
    """Return 1 for letters of one language in words, less for several languages, signs inside words, mixed case."""
    sets = [frozenset(alphabet + alphabet.upper()) for alphabet in alphabets]
    latin = "a" <= unicodedata.normalize("NFD", alphabets[0][0])[0] <= "z"
    letters = [c for c in text if not c.isascii() and c not in _TYPOGRAPHY]
    if not letters:
        return 0.5
    shares = [sum(c in letters_of for c in letters) / len(letters) for letters_of in sets]
    everyone = frozenset().union(*sets)
    all_of_them = sum(c in everyone for c in letters) / len(letters)
    return _ONE_LANGUAGE * max(shares) + (1 - _ONE_LANGUAGE) * all_of_them - _oddities(text, latin=latin)


def _oddities(text: str, *, latin: bool) -> float:
    """Rate what words never have: signs inside, a capital behind a small letter, two scripts."""
    odd, all_ = 0.0, 0
    before = " "
    for index, c in enumerate(text):
        if not c.isascii():
            all_ += 1
            after = text[index + 1 : index + 2]
            beside_ascii = _is_ascii_letter(before) or _is_ascii_letter(after)
            if not c.isalpha() and unicodedata.category(c)[0] != "M":
                odd += (before.isalpha() and after.isalpha() and c not in "’·") or c not in _TYPOGRAPHY
            elif (c.isupper() and before.islower()) or (beside_ascii and not latin):
                odd += 1
            elif c.islower() and not before.isalpha() and not latin:
                # Names begin with a capital where there are capitals.
                odd += 0.5
        elif c.isupper() and before.islower() and not before.isascii():
            odd += 1
        before = c
    return odd / all_ if all_ else 0.0


def _ideographic_score(text: str, rows: str, leading: range) -> float:
    common = _common(rows, leading)
    good = all_ = 0.0
    before = " "
    for index, c in enumerate(text):
        if not c.isascii() and c not in _TYPOGRAPHY:
            all_ += 1
            mixed = _is_ascii_letter(before) or _is_ascii_letter(text[index + 1 : index + 2])
            good += -1.0 if mixed else common(c)
        before = c
    return good / all_ if all_ else 0.5


def _common(rows: str, leading: range) -> Callable[[str], float]:
    def rate(c: str) -> float:
        if "\u3041" <= c <= "\u30ff":
            return 1.0 if rows in {"shift_jis", "euc_jp"} else 0.0
        if "\uac00" <= c <= "\ud7a3" or "\u4e00" <= c <= "\u9fff":
            code = c.encode(rows, errors="ignore")
            return 1.0 if code and code[0] in leading else 0.0
        return 0.0

    return rate


def _is_ascii_letter(c: str) -> bool:
    return c.isascii() and c.isalpha()
