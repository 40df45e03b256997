"""What can come of a request instead of an answer. Apart from the transport, which is slow to import."""


class RequestError(Exception):
    """A request that brought no answer; `why` is a short word for it: "dns", "timeout", "reset" …."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotWrittenError(RequestError):
    """The request was not handed to an open connection: Twilio cannot have processed it."""


class AnswerLostError(RequestError):
    """The request went out and no whole answer came back: it may have been processed."""


class ThrottledError(Exception):
    """Twilio answered 429: it processed nothing. `after` is its Retry-After in seconds, if it gave one."""

    def __init__(self, after: float | None) -> None:
        super().__init__(after)
        self.after = after
