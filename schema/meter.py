from typing import Protocol

from models.actor import Actor


class Meter(Protocol):
    """Counts what one client does; how often it may, the door knows."""

    async def count(self, viewer: Actor | None, what: str, amount: int = 1) -> None:
        """Raise Refused (RATE_LIMITED, with the moment of the next try) for what is too much.

        `what`: `requests`, `cost`, or the name of a mutation; what is not limited is not counted.
        """
