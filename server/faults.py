"""What keeps the server from starting, each told in one line."""


class StartFault(Exception):  # noqa: N818 - told to a person, not an error of the program
    """The message is a whole sentence and says what to do."""
