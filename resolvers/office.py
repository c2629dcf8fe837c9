"""What every act may lean on: the ports and the wake-up, handed down from the door."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from models.database import transaction
from resolvers.addresses import Addresses
from resolvers.passwords import Passwords
from resolvers.storage import Storage
from resolvers.verifier import Verifier


@dataclass(frozen=True)
class Terms:
    """The times and sizes that a deployment may set."""

    session: timedelta = timedelta(hours=12)
    sms_code: timedelta = timedelta(minutes=5)
    sms_resend: timedelta = timedelta(seconds=60)
    captcha: timedelta = timedelta(minutes=5)
    upload: timedelta = timedelta(minutes=15)
    download: timedelta = timedelta(minutes=5)
    most_upload_bytes: int = 10 * 2**20


@dataclass(frozen=True)
class Office:
    """The registration authority at work. `wake` tells the readers of the log and of the outbox
    that something was committed; losing it costs latency, never an event.
    """

    verifier: Verifier
    storage: Storage
    passwords: Passwords
    addresses: Addresses
    wake: Callable[[], Awaitable[None]]
    terms: Terms = Terms()

    @asynccontextmanager
    async def act(self) -> AsyncIterator[None]:
        """One act: all or nothing, and then the readers are woken."""
        async with transaction():
            yield
        await self.wake()
