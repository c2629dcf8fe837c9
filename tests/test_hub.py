"""The hub and the log: positions in order although transactions are not."""

import asyncio
from contextlib import aclosing

from tortoise.expressions import Q

from models.database import dialect, transaction
from models.enums import ApplicationEventType
from models.log import append, read
from subscriptions.hub import Audience, Hub
from tests.events import ACTOR, an_application, append_to

EVERYTHING = Audience(Q(), lambda _: True)


async def test_a_reader_never_passes_an_event_that_is_still_to_be_committed(
    database: None,
) -> None:
    """A transaction that holds its event open holds up every later append, not the readers."""
    if dialect() == "sqlite":
        return  # it has one writer
    application = await an_application()
    may_commit, appended = asyncio.Event(), asyncio.Event()

    async def slow() -> int:
        async with transaction():
            event = await append(application, ApplicationEventType.STARTED, ACTOR)
            appended.set()
            await may_commit.wait()
            return event.id

    first = asyncio.create_task(slow())
    await appended.wait()
    second = asyncio.create_task(append_to(application))
    await asyncio.sleep(0.2)
    assert await read(0, 10, Q()) == []
    may_commit.set()
    ids = [await first, await second]
    assert ids == sorted(ids)
    assert [event.id for event in await read(0, 10, Q())] == ids


async def test_many_writers_and_a_follower_agree(database: None) -> None:
    application, hub = await an_application(), Hub(look_every=0.05)
    running = asyncio.create_task(hub.run())

    async def followed() -> list[int]:
        async with aclosing(hub.follow(EVERYTHING, 0)) as events:
            return [(await anext(events)).id for _ in range(40)]

    follower = asyncio.create_task(followed())
    ids = await asyncio.gather(*(append_to(application) for _ in range(40)))
    assert await asyncio.wait_for(follower, 20) == sorted(ids)
    running.cancel()
