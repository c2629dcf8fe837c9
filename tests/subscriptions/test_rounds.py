"""Rounds of work."""

import asyncio

from subscriptions.rounds import Rounds


async def test_rounds_that_are_cancelled_as_they_are_woken_end() -> None:
    worked = asyncio.Event()

    async def work() -> float:
        worked.set()
        return 60

    rounds = Rounds(work, "the test")
    running = asyncio.create_task(rounds.run())
    await worked.wait()
    await asyncio.sleep(0)  # it sleeps now
    rounds.wake()
    await asyncio.sleep(0)  # the bell has been heard, and the sleeper is not awake yet
    running.cancel()
    await asyncio.wait([running], timeout=2)
    assert running.cancelled()
