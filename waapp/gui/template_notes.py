"""The rows over a template's text: how far its approval is, and that somebody else has saved it meanwhile."""

from collections.abc import Callable

from waapp.gui.template_findings import Row, RowAction
from waapp.gui.template_sheets import Sheet
from waapp.gui.template_words import approval_words
from waapp.texts import tr


def approval_row(sheet: Sheet, *, practice: bool, edit: Callable[[], None]) -> Row | None:
    """Return what WhatsApp says of a text, with the way to its next version; None before it was submitted."""
    if sheet.stored is None:
        return None
    words = approval_words(sheet.stored, practice=practice)
    if words is None:
        return None
    token, text, detail = words
    if not sheet.is_locked:
        number = sheet.stored.version + 1
        return Row(token, text, tr("what is written here becomes version {number}", number=number))
    actions = (RowAction("edit", tr("Edit as next version"), edit),)
    return Row(token, text, detail, actions)


def conflict_row(
    sheet: Sheet | None,
    *,
    take_theirs: Callable[[], None],
    keep_mine: Callable[[], None],
    show: Callable[[], object],
) -> Row | None:
    """Return who has saved the same template, with the ways on; None while nobody has."""
    if sheet is None or sheet.theirs is None:
        return None
    who = sheet.theirs.updated_by or tr("Somebody else")
    return Row(
        "unknown",
        tr("{who} saved this template while you were writing.", who=who),
        tr("Yours is kept here and not saved yet."),
        (
            RowAction("differences", tr("See the difference…"), lambda: _drop(show())),
            RowAction("theirs", tr("Take theirs"), take_theirs, tr("Ctrl+Z brings yours back")),
            RowAction("mine", tr("Save mine instead"), keep_mine, tr("Theirs stays among the versions")),
        ),
        is_strong=True,
    )


def _drop(_result: object) -> None:
    """Take a result that nobody asks for."""
