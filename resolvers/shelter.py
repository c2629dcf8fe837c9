"""Acts run to their end, whatever becomes of who asked for them.

A client that leaves cancels its request; an act cancelled inside its transaction would leave the
database's lock or connection behind, and nobody would know whether it was done.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Shelter:
    """Holds the acts under way. `drain` waits for them at shutdown."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self, act: Coroutine[Any, Any, T]) -> T:
        """The outcome of `act`; a cancelled caller leaves, the act goes on."""
        task = asyncio.create_task(act)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # was told to the caller, if there still is one

    async def drain(self, seconds: float) -> None:
        """Wait for them, but not longer than `seconds`: one that hangs must not hold up the end."""
        deadline = asyncio.get_running_loop().time() + seconds
        while self._tasks and (left := deadline - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._tasks, timeout=left)
