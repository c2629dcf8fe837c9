"""What the agent answers instead of a signature."""


class Trouble(Exception):  # noqa: N818 - something to tell, not a fault
    """An HTTP status, a code for the page and a sentence for its user."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
