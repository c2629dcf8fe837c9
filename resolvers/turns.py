"""Taking turns: only so many at once, by name, in one process."""

from asyncio import Semaphore
from weakref import WeakValueDictionary


class Turns:
    """A gate a name; a gate that nobody waits at is forgotten."""

    def __init__(self) -> None:
        self._gates: WeakValueDictionary[str, Semaphore] = WeakValueDictionary()

    def of(self, name: str, width: int) -> Semaphore:
        """The gate that lets `width` through at once."""
        gate = self._gates.get(name)
        if gate is None:
            gate = self._gates[name] = Semaphore(width)
        return gate
