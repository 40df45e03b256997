"""The emoji that can be put into a message, and finding one by words."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

GROUPS: Final = (
    "party",
    "smileys",
    "people",
    "nature",
    "food",
    "places",
    "activities",
    "objects",
    "symbols",
    "flags",
)
"""In the order of the picker; the first is our own choice for invitations, the others are Unicode's."""

_PARTY: Final = (
    "🎉 🎊 🥳 🥂 🍾 🎂 🍰 🎈 🎁 ✨ 💍 💒 👰 🤵 💐 🌹 🌸 🌿 🕊️ ❤️ 🤍 💛 💕 💌 ✉️ 📅 🗓️ ⏰ 📍 🗺️ 🚗 🚌 ✈️ 🏨 ⛪ 🏡 🌅"
    " ☀️ ⛱️ 🍽️ 🍷 🥗 🌱 🎶 🎵 💃 🕺 👗 👔 👶 📸 🔗 📞 ✅ ❌ 🙏 👋 😊 😍 🥰"
)


@dataclass(frozen=True, slots=True)
class Emoji:
    """One emoji as it is sent, with its group, its name and other words it is looked for by."""

    sign: str
    group: str
    name: str
    words: str


def read_emoji(table: str) -> tuple[Emoji, ...]:
    """Read the table of `resources/emoji.tsv`."""
    lines = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return tuple(Emoji(sign, group, name, words) for sign, group, name, words in lines)


def in_group(table: Sequence[Emoji], group: str) -> list[Emoji]:
    """Return a group's emoji in the table's order, or those that invitations ask for."""
    if group == GROUPS[0]:
        known = {emoji.sign: emoji for emoji in table}
        return [known[sign] for sign in _PARTY.split() if sign in known]
    return [emoji for emoji in table if emoji.group == group]


def find(table: Iterable[Emoji], typed: str) -> list[Emoji]:
    """Return the emoji whose words begin with all that was typed; a match in the name comes first."""
    wanted = _fold(typed).split()
    ranked = [(rank, emoji) for emoji in table if (rank := _rank(emoji, wanted)) is not None]
    ranked.sort(key=lambda pair: pair[0])
    return [emoji for _rank_, emoji in ranked]


def _rank(emoji: Emoji, wanted: Sequence[str]) -> int | None:
    name = _fold(emoji.name)
    if all(_begins_word(name, word) for word in wanted):
        return 0 if name == " ".join(wanted) else 1
    every = f"{name} {_fold(emoji.words)}"
    return 2 if all(_begins_word(every, word) for word in wanted) else None


def _begins_word(text: str, start: str) -> bool:
    return text.startswith(start) or f" {start}" in text


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(" " if c in "-_:,.’“”" else c for c in plain if not unicodedata.combining(c))
