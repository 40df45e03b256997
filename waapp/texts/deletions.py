"""Words for what is kept of guests who were deleted or are erased, until when and why."""

from waapp.core.deletions import Kept
from waapp.texts.filling import tr


def what_stays(kept: Kept) -> str:
    """Return what is forgotten, what is kept of a guest who is erased, and why; a paragraph for each."""
    parts = [
        tr(
            "Name, number, e-mail, notes, answers, what imported lists said and the texts of all messages are deleted. "
            "This cannot be undone."
        )
    ]
    if kept.messages:
        parts.append(
            tr(
                "Of {n:message|messages} stay, without name, number and text: the times, the outcome, the price and "
                "Twilio’s number of it, as bookkeeping and proof. Twilio keeps its own copy until you delete it there.",
                n=kept.messages,
            )
        )
    if kept.opted_out:
        parts.append(
            tr("The number stays on the list of those who opted out: only so is it never messaged again.")
        )
    if kept.named:
        parts.append(
            tr(
                "{n:message|messages} to others of the household may name this guest and stay as they were sent.",
                n=kept.named,
            )
        )
    if kept.noted:
        parts.append(
            tr(
                "The name also stands in the notes of {n:other guest|other guests}: take it out there.",
                n=kept.noted,
            )
        )
    if kept.lists:
        parts.append(
            tr(
                "The history of imports keeps what the lists were called, with the name: {lists}.",
                lists=", ".join(f"“{one}”" for one in kept.lists),
            )
        )
    if kept.elsewhere:
        parts.append(tr("The same number is also on the list of {events}.", events=", ".join(kept.elsewhere)))
    return "\n\n".join(parts)


def why_kept(messages: int, until: str | None) -> str:
    """Return what is kept of a guest who was deleted, and why; `until` is the day when that gets less."""
    if until is None:
        return tr(
            "The proof of {n:message that was|messages that were} sent stays: to whom, what, when and with what "
            "outcome.",
            n=messages,
        )
    whole = tr("Everything is kept until {day}, and can be restored.", day=until)
    if not messages:
        return f"{whole} {tr('Nothing was sent, so nothing stays after that.')}"
    after = tr(
        "After that the proof of {n:message that was|messages that were} sent stays: to whom, what, when and with what "
        "outcome.",
        n=messages,
    )
    return f"{whole} {after}"
