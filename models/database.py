"""The database: opening, migrating, and the one way to hold a transaction."""

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext, require_context
from tortoise.exceptions import BaseORMException, DBConnectionError, OperationalError
from tortoise.migrations.api.migrate import migrate as apply_migrations
from tortoise.transactions import in_transaction

from models.keyring import KeyRing
from models.sqlite_file import migrations_in, path_of, probe, sweep


def config(url: str) -> dict[str, Any]:
    """Tortoise's configuration for a database `url` (sqlite://PATH or postgres://…).

    `?host=FOLDER` means a server's socket in that folder, as in libpq's URIs.
    """
    app = {"models": ["models"], "migrations": "models.migrations", "default_connection": "default"}
    return {"connections": {"default": _connection(url)}, "apps": {"models": app}}


def _connection(url: str) -> dict[str, Any]:
    expanded = expand_db_url(url.replace("postgresql://", "postgres://", 1))
    folder = parse_qs(urlsplit(url).query).get("host")
    if folder:
        expanded["credentials"]["host"] = folder[0]
    return expanded


class Opened(TortoiseContext):
    """Tortoise's own context of an open database, with the ring that opens its personal data: so
    the columns find their keys where they find their connection.
    """

    def __init__(self, ring: KeyRing) -> None:
        super().__init__()
        self.ring = ring


def key_ring() -> KeyRing:
    """The ring of the open database."""
    context = require_context()
    if not isinstance(context, Opened):
        raise TypeError("this database was opened without a key ring")
    return context.ring


async def connect(url: str, ring: KeyRing) -> TortoiseContext:
    """Open the database for this process; every task of it may then use the models.

    Tortoise keeps the statements it has built by the connection's name, and all of ours have one
    name: they are forgotten, so that a process may go from one engine to the other. Raises
    DatabaseError.
    """
    _probe(url)
    EXECUTOR_CACHE.clear()
    context = Opened(ring)
    with _told(), context:  # and no longer: the task that opens it may open another one later
        await context.init(config=config(url), _enable_global_fallback=True)
    return context


class DatabaseError(Exception):
    """The database cannot be opened; the message says which and why."""


@contextmanager
def _told() -> Iterator[None]:
    """What a driver raises when it cannot open or write, as a DatabaseError; no URL, which may hold
    a password, is in it.
    """
    try:
        yield
    except (OSError, ValueError, sqlite3.Error, asyncpg.PostgresError, BaseORMException) as error:
        raise DatabaseError(str(error) or type(error).__name__) from error


PASSING = (
    ConnectionError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    DBConnectionError,
)
SQLITE_PASSING = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
)
PRIMARY_CODE = 0xFF  # of SQLite's extended result codes


def is_passing(error: BaseException) -> bool:
    """Whether the database could not do it now (locked, full, away) and may do it later. What was
    begun has been rolled back.
    """
    cause = error.__cause__ or error.__context__ if isinstance(error, OperationalError) else None
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode & PRIMARY_CODE in SQLITE_PASSING
    return isinstance(error, PASSING) or isinstance(cause, PASSING)


def _probe(url: str) -> str | None:
    """The file of an SQLite database, tried once."""
    path = path_of(url)
    try:
        if path:
            probe(path)
    except sqlite3.Error as error:
        raise DatabaseError(f"{path}: {error}") from error
    return path


async def migrate(url: str, ring: KeyRing) -> None:
    """Bring the schema of the database at `url` up to date with models/migrations.

    Of an SQLite file that held something before, what the migrations replaced is swept out.
    Raises DatabaseError.
    """
    path = _probe(url)
    before = migrations_in(path) if path else 0
    with _told():
        async with Opened(ring):  # closes what it opened, also when a migration fails
            await apply_migrations(config=config(url))
        if path and 0 < before < migrations_in(path):
            sweep(path)


def dialect() -> str:
    """`sqlite` or `postgres`."""
    return connection().capabilities.dialect


def connection() -> BaseDBAsyncClient:
    """The connection of the present transaction, or the pool outside of one."""
    return Tortoise.get_connection("default")


async def alone(name: str) -> None:
    """Inside a transaction: wait until nobody else is in one with this name. SQLite's transactions
    are alone anyway.
    """
    if dialect() == "postgres":
        lock = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        await connection().execute_query("SELECT pg_advisory_xact_lock($1)", [lock])


@asynccontextmanager
async def transaction() -> AsyncIterator[BaseDBAsyncClient]:
    """All or nothing. On SQLite it takes the write lock at once (BEGIN IMMEDIATE), because a
    reader that turns writer while another process writes is refused without waiting.
    """
    async with in_transaction() as held:
        if held.capabilities.dialect == "sqlite":
            await held.execute_query("ROLLBACK")
            await held.execute_query("BEGIN IMMEDIATE")
        yield held
