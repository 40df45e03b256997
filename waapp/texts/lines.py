"""What is said of numbers that this computer cannot send from."""

from waapp.core.lines import account_of, is_practice, number_of
from waapp.core.phone import shorten
from waapp.texts.filling import tr


def who_could(key: str) -> str:
    """Return what the messages of a line wait for, as an end of a sentence."""
    if is_practice(key):
        return tr("the computer on which they were planned: practice messages leave from no other")
    if (account := account_of(key)) is None:
        return tr("a computer that is set to {number}", number=shorten(number_of(key)))
    return tr("a computer that is signed in to account …{account}", account=account)
