"""What people read about a template: its category and how far its approval is."""

from typing import Final

from waapp.core.languages import language_name
from waapp.core.template import Category, Template
from waapp.texts import tr

_CATEGORIES: Final = {Category.MARKETING.value: "Marketing", Category.UTILITY.value: "Utility"}

_STATES: Final = {
    "unsubmitted": ("draft", "queued"),
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
