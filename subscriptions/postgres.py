"""A backend of broadcaster for PostgreSQL (LISTEN, NOTIFY) that outlives its server.

broadcaster's own publishes on its one connection without order, which fails when two do, and never
notices that the connection was killed.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

from subscriptions.broker import BrokerBackend, Patience

FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
LONGEST = 7999  # bytes: NOTIFY refuses more (PostgreSQL's manual, NOTIFY)
FAREWELL = 1.0  # seconds to close a connection politely
NAME = "portcard wake-ups"  # in pg_stat_activity
# fmt: off
OF_THE_POOL = frozenset({
    "minsize", "maxsize", "min_size", "max_size", "max_queries",
    "max_inactive_connection_lifetime", "timeout", "statement_cache_size",
    "max_cached_statement_lifetime", "max_cacheable_statement_size", "ssl", "schema",
    "application_name",
})
# fmt: on
"""What the URL of a database may say to Tortoise's pool; the server would take it for a setting."""


class PostgresBackend(BrokerBackend["_PostgresLine"]):
    """One connection, which listens and publishes.

    :param url: as the database's; libpq's parameters, such as `sslmode`, are understood too
    """

    def __init__(self, url: str, channel: str, patience: Patience) -> None:
        super().__init__(channel, patience, FAILURES)
        self._address = address(url)

    async def publish(self, channel: str, message: str) -> None:
        """Waits until there is a line. Raises ValueError for more than LONGEST bytes."""
        if len(message.encode()) > LONGEST:
            raise ValueError(f"a notice has at most {LONGEST} bytes")
        line = await self._opened()
        await line.run("SELECT pg_notify($1, $2)", channel, message)

    async def _open(self) -> "_PostgresLine":
        line = _PostgresLine(
            await asyncpg.connect(**self._address, timeout=self._patience.answer),
            self._patience.answer,
        )
        await line.listen(self._channel)
        return line


class _PostgresLine:
    """What fails or is broken off terminates the connection, whose state nobody knows then."""

    def __init__(self, connection: asyncpg.Connection, patience: float) -> None:
        self._connection, self._patience = connection, patience
        self._turn = asyncio.Lock()
        self._told: asyncio.Queue[str | None] = asyncio.Queue()
        connection.add_termination_listener(lambda _: self._told.put_nowait(None))

    async def listen(self, channel: str) -> None:
        async with self._safely():
            await self._connection.add_listener(channel, self._put)

    def _put(self, _connection: object, _pid: int, _channel: str, payload: str) -> None:
        self._told.put_nowait(payload)

    async def heard(self, seconds: float) -> str | None:
        try:
            async with asyncio.timeout(seconds):
                told = await self._told.get()
        except TimeoutError:
            return None
        if told is None:
            raise ConnectionResetError
        return told

    async def test(self) -> None:
        await self.run("SELECT 1")

    async def run(self, statement: str, *values: str) -> None:
        """One at a time: asyncpg refuses a statement while another is under way."""
        async with self._turn, self._safely():
            await self._connection.execute(statement, *values)

    @asynccontextmanager
    async def _safely(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._patience):
                yield
        except BaseException:
            self._connection.terminate()
            raise

    async def close(self) -> None:
        with suppress(*FAILURES):
            await self._connection.close(timeout=FAREWELL)


def address(url: str) -> dict[str, Any]:
    """What asyncpg is told. `?host=FOLDER` is a socket's, whatever host comes before it, and
    `?ssl=` is TLS, as for the database.
    """
    account, at, place = url.rpartition("@")
    account = account.replace("[", "%5B").replace("]", "%5D")  # a password's, not an address's
    parts = urlsplit(f"{account}{at}{place}")
    told = dict(parse_qsl(parts.query))
    if "host" in told:
        user, at, _ = parts.netloc.rpartition("@")
        parts = parts._replace(netloc=user + at)
    kept = urlencode({name: value for name, value in told.items() if name not in OF_THE_POOL})
    return {
        "dsn": urlunsplit(parts._replace(query=kept)),
        "ssl": True if told.get("ssl") else None,
        "server_settings": {"application_name": NAME},
    }
