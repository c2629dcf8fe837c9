"""The courier: takes mail and SMS out of the outbox and sends each once, as far as that can be.

A message is sent between two writes to the database: the lease before, the outcome after. A process
that dies in between leaves a message that may have gone out; when the lease ends it is sent again,
with the same Message-ID or Idempotency-Key, by which the receiver can tell.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from tortoise.expressions import Q

from models.clock import now
from models.database import transaction
from models.enums import Channel
from models.message import Message
from models.queue import finish, next_due, put_back, take
from subscriptions.mail import Mailer
from subscriptions.sending import SendFailed
from subscriptions.sms import SmsGateway

log = logging.getLogger(__name__)

LANES = 4  # messages of one channel under way at once
LEASE = timedelta(minutes=2)
DELAYS = (5, 30, 120, 600, 3600, 21600)  # seconds to wait after the first, second … failure
CODE_DELAYS = (5, 15, 30, 60)  # a code is of no use for longer
CODE_LIFE = timedelta(minutes=5)
LONGEST_SLEEP = 15.0  # seconds: how late a message is when its wake-up was lost
SHORTEST_SLEEP = 0.05
PAUSE = 1.0  # seconds before a database that failed is asked again
PROVIDER_ID_LENGTH = 120

T = TypeVar("T")


class Courier:
    """Sends what is due; `wake` it when there may be more.

    The channels have lanes of their own, so that a slow mail server never holds up a code.

    :param keep_bodies: leave codes in the outbox when they are sent (development)
    :param lanes: how many messages of one channel are under way at once
    :param lease: how long a message is ours; half of it is the most that sending one may take
    :param code_life: how old a code may be that is still worth sending
    """

    def __init__(
        self,
        mailer: Mailer,
        sms: SmsGateway,
        *,
        keep_bodies: bool,
        lanes: int = LANES,
        lease: timedelta = LEASE,
        code_life: timedelta = CODE_LIFE,
    ) -> None:
        self._adapters = {Channel.MAIL: mailer, Channel.SMS: sms}
        self._keep_bodies, self._lanes = keep_bodies, lanes
        self._lease, self._code_life = lease, code_life
        self._under_way: dict[Channel, set[asyncio.Task[bool]]] = {each: set() for each in Channel}
        self._bell = asyncio.Event()

    def wake(self) -> None:
        self._bell.set()

    async def drain(self) -> int:
        """Send all that is due and wait for it. Answers how many went out."""
        sent = 0
        while True:
            await self._begin()
            tasks = set[asyncio.Task[bool]]().union(*self._under_way.values())
            if not tasks:
                return sent
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            sent += sum(task.result() for task in done)

    async def run(self) -> None:
        """Send until cancelled. A database that is away is asked again, and no message is lost."""
        try:
            while True:
                self._bell.clear()
                await self._sleep(await self._round())
        finally:
            await self._stop()
