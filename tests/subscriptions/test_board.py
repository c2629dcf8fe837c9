"""A board is read while somebody looks, when it may have changed, and never in a rush."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from subscriptions.board import UNSEEN, Board

APART = 0.1


class Thing:
    """What is read."""

    def __init__(self) -> None:
        self.state, self.reads = 0, 0
        self.takes, self.good_for = 0.0, UNSEEN
        self.trouble = False

    async def read(self) -> tuple[int, float]:
        self.reads += 1
        state = self.state
        await asyncio.sleep(self.takes)
        if self.trouble:
            raise ConnectionError
        return state, self.good_for


@asynccontextmanager
async def shown(thing: Thing) -> AsyncIterator[Board[int]]:
    board = Board(thing.read, "a thing", APART)
    task = asyncio.create_task(board.run())
    try:
        yield board
    finally:
        board.end()
        await task


async def test_the_state_is_told_first_and_then_when_it_is_another() -> None:
    thing = Thing()
    async with shown(thing) as board:
        with board.looked_at() as look:
            assert await look.next(5) == 0
            board.wake()
            assert await look.next(3 * APART) is None
            thing.state = 1
            board.wake()
            assert await look.next(5) == 1
        assert board.lookers == 0


async def test_nobody_looks_and_it_is_not_read() -> None:
    thing = Thing()
    async with shown(thing) as board:
        board.wake()
        await asyncio.sleep(APART)
        assert thing.reads == 0


async def test_many_wake_ups_are_few_reads_and_the_last_is_seen() -> None:
    thing = Thing()
    async with shown(thing) as board:
        with board.looked_at() as look:
            assert await look.next(5) == 0
            for state in range(1, 101):
                thing.state = state
                board.wake()
                await asyncio.sleep(0.002)
            while await look.next(5) != 100:
                pass
        assert thing.reads < 20


async def test_who_comes_while_it_is_read_is_shown_what_is_read_after() -> None:
    thing = Thing()
    thing.takes = 0.2
    async with shown(thing) as board:
        with board.looked_at() as first:
            await asyncio.sleep(0.1)  # the first read is under way
            thing.state = 1
            with board.looked_at() as second:
                assert await second.next(5) == 1
            assert await first.next(5) == 1


async def test_what_takes_long_to_read_leaves_others_their_time() -> None:
    thing = Thing()
    thing.takes, thing.good_for = 0.1, 0.0
    async with shown(thing) as board:
        with board.looked_at():
            await asyncio.sleep(1.2)
        assert thing.reads <= 4


async def test_a_state_that_is_good_for_a_time_is_read_again_by_itself() -> None:
    thing = Thing()
    thing.good_for = 0.1
    async with shown(thing) as board:
        with board.looked_at() as look:
            assert await look.next(5) == 0
            thing.state = 1
            assert await look.next(5) == 1


async def test_a_database_that_was_away_is_asked_again() -> None:
    thing = Thing()
    thing.trouble = True
    async with shown(thing) as board:
        with board.looked_at() as look:
            assert await look.next(0.3) is None
            thing.trouble = False
            assert await look.next(5) == 0
