"""Templates to begin with: for each occasion a text in each of several languages, written to be approved."""

import tomllib
from dataclasses import dataclass
from typing import Final

from waapp.core.template import TemplateDraft
from waapp.core.template_parts import Button, ButtonKind, Header, HeaderKind

OCCASIONS: Final = ("invitation", "save_the_date", "reminder", "change_of_plan", "thank_you")
"""What there are starters for; `waapp.texts.STARTERS` has the words."""

STARTER_LANGUAGES: Final = ("en", "es", "pt_PT", "pt_BR", "fr", "de", "ar", "he")
"""The languages of the files below resources/templates."""


@dataclass(frozen=True, slots=True)
class Starter:
    """A text for an occasion, in one language."""

    occasion: str
    language: str
    content: str
    category: str
    header: Header | None
    footer: str
    buttons: tuple[Button, ...]

    def draft(self, name: str, display_name: str) -> TemplateDraft:
        """Return a template that begins with this text."""
        return TemplateDraft(
            name,
            display_name,
            self.content,
            self.language,
            self.category,
            header=self.header,
            footer=self.footer,
            buttons=self.buttons,
        )


def read_starters(language: str, document: str) -> tuple[Starter, ...]:
    """Read a file of starters (TOML), in the order of `OCCASIONS`."""
    tables = tomllib.loads(document)
    return tuple(
        Starter(
            occasion,
            language,
            table["content"],
            table["category"],
            Header(HeaderKind.TEXT, table["header"]) if "header" in table else None,
            table.get("footer", ""),
            tuple(Button(ButtonKind.QUICK_REPLY, title) for title in table.get("replies", ())),
        )
        for occasion in OCCASIONS
        if (table := tables.get(occasion)) is not None
    )
