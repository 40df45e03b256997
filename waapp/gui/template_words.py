"""What people read about a template: its category and how far its approval is."""

from typing import Final

from waapp.core.languages import language_name
from waapp.core.template import Category, Template
from waapp.core.template_parts import ButtonKind, HeaderKind
from waapp.texts import rejection, tr

_CATEGORIES: Final = {Category.MARKETING.value: "Marketing", Category.UTILITY.value: "Utility"}

_STATES: Final = {
    "unsubmitted": ("draft", "queued"),
    "creating": ("being submitted", "sent"),
    "received": ("in review", "sent"),
    "pending": ("in review", "sent"),
    "approved": ("approved", "delivered"),
    "rejected": ("rejected", "failed"),
    "paused": ("paused by WhatsApp", "unknown"),
    "disabled": ("disabled by WhatsApp", "failed"),
}


def category_word(category: str) -> str:
    """Return a category's name; a word of Meta's that we do not know stands for itself."""
    return tr(_CATEGORIES[category]) if category in _CATEGORIES else category.capitalize()


def categories() -> tuple[str, ...]:
    """Return the categories that a template may be submitted in."""
    return tuple(_CATEGORIES)


def state_word(template: Template) -> tuple[str, str]:
    """Return how far the approval is, in a word and the state token that colours it."""
    status = template.approval_status.lower()
    if template.is_approved and status == "unsubmitted":
        # The web application sets only the flag.
        status = "approved"
    word, token = _STATES.get(status, (status, "queued"))
    return tr(word), token


def list_words(template: Template) -> tuple[str, str]:
    """Return the second line of a template in the list, and the state token that colours it."""
    word, token = state_word(template)
    version = f" · v{template.version}" if template.version > 1 else ""
    return f"{word}{version}", token


def facts(template: Template) -> str:
    """Return the sentence under the title of a template."""
    word, _ = state_word(template)
    if template.approval_status.lower() == "unsubmitted" and not template.is_approved:
        word = tr("draft, not submitted")
    parts = [tr("Version {number}", number=template.version), language_name(template.language), word]
    return " · ".join(parts)


def header_word(kind: HeaderKind) -> str:
    """Return what a kind of header is called."""
    match kind:
        case HeaderKind.TEXT:
            return tr("Words")
        case HeaderKind.IMAGE:
            return tr("Picture")
        case HeaderKind.VIDEO:
            return tr("Video")
        case HeaderKind.DOCUMENT:
            return tr("Document")


def button_word(kind: ButtonKind) -> str:
    """Return what a kind of button is called."""
    match kind:
        case ButtonKind.QUICK_REPLY:
            return tr("Reply")
        case ButtonKind.URL:
            return tr("Link")
        case ButtonKind.PHONE:
            return tr("Call")
        case ButtonKind.COPY_CODE:
            return tr("Copy code")


def approval_words(template: Template, *, practice: bool) -> tuple[str, str, str] | None:
    """Return how far the approval is: the state token, a sentence, and what it means; None before it is asked for."""
    status = template.approval_status.lower()
    if template.is_approved and status == "unsubmitted":
        status = "approved"
    match status:
        case "unsubmitted":
            return None
        case "creating":
            detail = tr(
                "if its answer got lost, it is looked up by itself; submitting again makes no second one"
            )
            return "sent", tr("This text is on its way to Twilio."), detail
        case "received" | "pending":
            detail = tr("the answer comes within minutes mostly, within two days at most")
            if practice:
                detail = tr("practice: the answer is made up on this computer")
            return "sent", tr("WhatsApp is reading this text."), detail
        case "approved":
            return _approved_words(template)
        case "rejected":
            todo = tr("edit it as the next version and submit that")
            return (
                "failed",
                f"{tr('WhatsApp has rejected this text.')} {rejection(template.rejection_reason)}",
                todo,
            )
        case "paused":
            todo = tr("it comes back by itself after some hours; send fewer, or to people who expect it")
            return "unknown", tr("WhatsApp has paused this text: people have reported or blocked it."), todo
        case "disabled":
            return "failed", tr("WhatsApp has disabled this text for good."), tr("write another one")
        case _:
            return (
                "unknown",
                tr("WhatsApp says “{status}” of this text.", status=template.approval_status),
                "",
            )


def _approved_words(template: Template) -> tuple[str, str, str]:
    decided = template.decided_category
    if decided is None or decided.upper() == template.category.upper():
        words = tr(
            "WhatsApp has approved this text as {category}.", category=category_word(template.category)
        )
        return "delivered", words, tr("it stays as it is")
    words = tr(
        "Approved, but moved by WhatsApp from {asked} to {decided}.",
        asked=category_word(template.category),
        decided=category_word(decided),
    )
    means = (
        tr("it costs more now, and US numbers (+1) do not get it")
        if decided.upper() == Category.MARKETING
        else tr("it costs less now, and US numbers get it")
    )
    return "unknown", words, means
