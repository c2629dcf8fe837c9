"""What is done to an SQLite file itself, beside Tortoise."""

import sqlite3
from contextlib import closing


def path_of(url: str) -> str | None:
    """The file of an `sqlite://PATH`, None for another engine."""
    path = url.removeprefix("sqlite://")
    return None if path == url else path


def probe(path: str) -> None:
    """Open it once, for Tortoise waits for ever for one that cannot be opened. Raises
    sqlite3.Error.
    """
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("SELECT 1 FROM sqlite_master")


def migrations_in(path: str) -> int:
    """How many migrations the file has seen; 0 for a new one."""
    with closing(sqlite3.connect(path)) as opened:
        tables = "SELECT 1 FROM sqlite_master WHERE name = 'tortoise_migrations'"
        if not opened.execute(tables).fetchone():
            return 0
        count: int = opened.execute("SELECT count(*) FROM tortoise_migrations").fetchone()[0]
        return count


def sweep(path: str) -> None:
    """Leave nothing in free pages and in the log of what rows once held. Raises sqlite3.Error."""
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        opened.execute("VACUUM")
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
