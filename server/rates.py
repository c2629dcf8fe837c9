"""How much one client may ask for in a minute, as data, counted by `limits`: in memory, or in the
Redis or Valkey that the processes share. docs/limits.md shows the table.
"""

import hashlib
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool

from models.actor import Actor
from models.clock import now
from models.enums import Role
from models.network import network_of
from models.refusals import Refused, RetryLater
from server.settings import Settings

log = logging.getLogger(__name__)

# fmt: off
ROLES = (None, Role.ENTERPRISE_ADMIN, Role.RA_OFFICER, Role.PLATFORM_ADMIN)
RATES = {
    # a minute           visitor     unit  officer platform
    "requests":         (    300,     600,   1_200,   1_200),
    "cost":             ( 30_000, 100_000, 300_000, 300_000),
}
BY_ADDRESS = {
    "files":               300,  # papers sent or fetched
    "requestCaptcha":       60,
    "sendSmsCode":          30,
    "registerEnterprise":   30,
    "readELicence":         30,
    "registerWithELicence": 30,
    "login":                60,
    "requestCardChallenge": 60,
    "loginWithCard":        60,
    "beginSingleWindowSignIn": 60,
    "loginWithSingleWindow":   60,
    "requestPasswordReset": 30,
    "resetPassword":        30,
    "requestPhoneChange":   30,
    "changePhone":          30,
    "changePassword":       30,
    "confirmTotp":          30,
}
"""Whoever is signed in: these are the doors that a guesser knocks at."""
# fmt: on
PATIENCE = 0.5  # seconds for a shared counter to answer
PAUSE = timedelta(seconds=5)  # without counting, when it does not


@dataclass(frozen=True)
class _Limit:
    item: RateLimitItemPerMinute
    by_account: bool


class Rates:
    """The counters of a deployment. `factor`: how many times the table; 0 counts nothing."""

    def __init__(self, storage: Storage, factor: float) -> None:
        self._limiter = FixedWindowRateLimiter(storage)
        self._limits = dict(_limits(factor)) if factor else {}
        self._away_until = now()

    async def count(self, what: str, viewer: Actor | None, address: str, amount: int = 1) -> None:
        """Raise Refused (RATE_LIMITED). A shared counter that is away lets everybody pass: who
        works must not stand still for it.
        """
        limit = self._limits.get((what, viewer.role if viewer else None))
        if limit is None or now() < self._away_until:
            return
        who = f"account {viewer.account_id}" if viewer and limit.by_account else network_of(address)
        try:
            if not await self._limiter.hit(limit.item, what, who, cost=amount):
                raise await self._refused(limit, what, who)
        except StorageError as error:
            self._away_until = now() + PAUSE
            log.warning("the rates are not counted, their store is away: %s", error)

    async def _refused(self, limit: _Limit, what: str, who: str) -> Refused:
        window = await self._limiter.get_window_stats(limit.item, what, who)
        return Refused(
            RetryLater("RATE_LIMITED", retry_at=datetime.fromtimestamp(window.reset_time, UTC))
        )


def _limits(factor: float) -> Iterator[tuple[tuple[str, Role | None], _Limit]]:
    for what, amounts in RATES.items():
        for role, amount in zip(ROLES, amounts, strict=True):
            yield (what, role), _Limit(_a_minute(amount * factor), by_account=True)
    for what, amount in BY_ADDRESS.items():
        for role in ROLES:
            yield (what, role), _Limit(_a_minute(amount * factor), by_account=False)


def _a_minute(amount: float) -> RateLimitItemPerMinute:
    return RateLimitItemPerMinute(max(1, int(amount)))


@dataclass(frozen=True)
class Caller:
    """The Meter of who comes from `address`."""

    rates: Rates
    address: str

    async def count(self, viewer: Actor | None, what: str, amount: int = 1) -> None:
        await self.rates.count(what, viewer, self.address, amount)


@asynccontextmanager
async def counting(settings: Settings) -> AsyncIterator[Rates]:
    """The counters, kept where the processes of the deployment find them."""
    url = settings.broadcast
    if not url.startswith("redis"):
        yield Rates(MemoryStorage(), settings.rates)
        return
    pool = ConnectionPool.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    try:
        yield Rates(_shared(url, pool, settings.database), settings.rates)
    finally:
        await pool.disconnect()


def _shared(url: str, pool: ConnectionPool, database: str) -> Storage:
    """One deployment is one database: two that use one Valkey do not count for each other."""
    deployment = hashlib.sha256(database.encode()).hexdigest()[:12]
    return RedisStorage(
        f"async+{url}",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix=f"portcard-{deployment}",
        connection_pool=pool,  # type: ignore[arg-type]  # passed on to redis-py as it is
    )
