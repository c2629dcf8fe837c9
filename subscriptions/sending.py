"""How sending fails: the one exception that the adapters raise and the courier understands."""


class SendFailed(Exception):  # noqa: N818 - a past event, like the refusals
    """A message was not accepted.

    :param detail: what happened, fit for a log: no recipient, no body, no code
    :param retryable: whether the same message may be accepted later
    :param answer: what the other side said; it may name the recipient, so it stays in the row
    """

    def __init__(self, detail: str, *, retryable: bool, answer: str = "") -> None:
        super().__init__(detail)
        self.detail, self.retryable, self.answer = detail, retryable, answer
