"""What the list, the language tabs and the line under the title say of the templates that are being written."""

from collections.abc import Sequence

from waapp.core.language_choice import stand_ins
from waapp.core.languages import language_name
from waapp.gui.template_languages import LanguageTab
from waapp.gui.template_list import TemplateEntry
from waapp.gui.template_sheets import Sheet
from waapp.gui.template_words import facts, list_words, state_word
from waapp.texts import tr


def entry(sheets: Sequence[Sheet]) -> TemplateEntry:
    """Return the line of a template in all its languages, the main one first."""
    main = sheets[0]
    title = main.draft.display_name or tr("No title")
    if not main.draft.is_active:
        return TemplateEntry(
            main.key, title, tr("not used any more"), "muted", main.is_unsaved, is_retired=True
        )
    if main.stored is None:
        return TemplateEntry(main.key, title, tr("not saved yet"), "unknown", is_unsaved=True)
    if any(sheet.is_unsaved for sheet in sheets):
        return TemplateEntry(main.key, title, tr("unsaved changes"), "unknown", is_unsaved=True)
    word, token = list_words(main.stored)
    more = tr(" · {n:language|languages}", n=len(sheets)) if len(sheets) > 1 else ""
    return TemplateEntry(main.key, title, f"{word}{more}", token)


def tab(sheet: Sheet) -> LanguageTab:
    """Return the tab of a language."""
    if sheet.stored is None:
        state, token = tr("new"), "unknown"
    elif sheet.is_unsaved:
        state, token = tr("unsaved"), "unknown"
    else:
        state, token = state_word(sheet.stored)
    code = sheet.draft.language
    return LanguageTab(sheet.key, code, language_name(code), state, token)


def fallback(sheets: Sequence[Sheet], order: Sequence[str] = ()) -> str:
    """Return who gets a template in which of its languages, with the planner's order of languages."""
    main = sheets[0].draft.language
    if len(sheets) == 1:
        return tr(
            "Every guest gets this in {language}. Add a language for those who read another one.",
            language=language_name(main),
        )
    tried = stand_ins([sheet.draft.language for sheet in sheets], main, order)
    return tr(
        "Guests get their own language: the exact one, else the same language of another country, else {language}.",
        language=tr(", else ").join(map(language_name, tried)),
    )


def facts_of(sheet: Sheet) -> str:
    """Return the sentence under a template's title."""
    if sheet.stored is None:
        return tr("New, not saved yet")
    said = facts(sheet.stored)
    return f"{said} · {tr('unsaved changes')}" if sheet.is_unsaved else said
