"""What every act may lean on: the ports and the wake-up, handed down from the door."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from hardware.card_proof import Trust
from resolvers.addresses import Addresses
from resolvers.inspecting import Inspector
from resolvers.licences import LicenceReader
from resolvers.passwords import Passwords
from resolvers.single_window import SingleWindow
from resolvers.storage import Storage
from resolvers.trail import Deed, Trail
from resolvers.turns import Turns
from resolvers.verifier import Verifier


@dataclass(frozen=True)
class Terms:
    """The times, sizes and rules that a deployment may set.

    `sms_per_address`: an hour; 0 is no limit.
    `officer_second_factor`: an officer without one may only enrol one. `four_eyes`: who accepted an
    application may not approve it.
    """

    session: timedelta = timedelta(hours=12)
    session_idle: timedelta = timedelta(minutes=30)
    sms_code: timedelta = timedelta(minutes=5)
    sms_resend: timedelta = timedelta(seconds=60)
    captcha: timedelta = timedelta(minutes=5)
    card_challenge: timedelta = timedelta(seconds=60)
    single_window_visit: timedelta = timedelta(minutes=10)
    upload: timedelta = timedelta(minutes=15)
    download: timedelta = timedelta(minutes=5)
    most_upload_bytes: int = 10 * 2**20
    sms_per_address: int = 20
    officer_second_factor: bool = False
    four_eyes: bool = False


@dataclass(frozen=True)
class CardDesk:
    """What a card's answer is held against: the server's own address, which it is to name, the
    origins of the pages that it may have been made on, and the CA.
    """

    audience: str
    origin: str
    other_origins: frozenset[str]
    trust: Trust

    @property
    def origins(self) -> frozenset[str]:
        return self.other_origins | {self.origin}


@dataclass(frozen=True)
class Office:
    """The registration authority at work. `wake` tells the readers of the log and of the outbox
    that something was committed; losing it costs latency, never an event. `licences`: whose
    e-licences are taken; None: nobody's.
    """

    verifier: Verifier
    storage: Storage
    passwords: Passwords
    addresses: Addresses
    card_desk: CardDesk
    trail: Trail
    wake: Callable[[], Awaitable[None]]
    terms: Terms = Terms()
    turns: Turns = field(default_factory=Turns)
    inspector: Inspector = field(default_factory=Inspector)
    single_window: SingleWindow | None = None
    licences: LicenceReader | None = None

    @asynccontextmanager
    async def act(self) -> AsyncIterator[Deed]:
        """One act: all or nothing, with its audit row, and then the readers are woken."""
        async with self.trail.recorded() as deed:
            yield deed
        await self.wake()
