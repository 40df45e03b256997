"""Errors that a user can do something about.

Everything else that escapes is a bug: it is logged with its traceback and shown in the crash dialog.
"""


class UserError(Exception):
    """A known trouble, named by a code; `waapp.texts` holds the words for it.

    The parameters fill the placeholders of those words. They must never contain a secret.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({details})" if details else self.code


class DatabaseError(UserError):
    """The database cannot be reached, refuses us or is not usable; work resumes when it returns."""


class AccountError(UserError):
    """Twilio refuses the account or its credentials; sending pauses until they are mended."""
