"""Submitting: the act that judges everything, and writes an event and the notices with it."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures import OURS, Row, Sample
from processes import Meter, Started, portcard
from story import Visitors, visitors
from wire import checked, measured, operation

from tests.actors import Unit

BENCH = "submit"
CASES = (("one at a time", 1, 30), ("four at a time", 4, 30))  # lanes, submissions
WARM_UP = 3
DATABASE = "portcard.sqlite3"
Rows = Sequence[sqlite3.Row]


async def run(folder: Path) -> list[Row]:
    before = folder / "before.sqlite3"
    rows = []
    async with portcard(folder) as server, visitors(server) as people:
        ready = await _ready(people)
        checked((await measured(server, _taken(ready, WARM_UP), 1))[1])
        _copy(server.folder / DATABASE, before)
        for case, lanes, count in CASES:
            sample, answers = await measured(server, _taken(ready, count), lanes)
            checked(answers)
            rows.append(sample.row(BENCH, case, OURS))
        written = _written(server, before)
    sample = _straight(before, written)
    return [*rows, sample.row(BENCH, CASES[0][0], "sqlite3, same rows")]


async def _ready(people: Visitors) -> list[bytes]:
    """Submissions that need nothing but to be sent."""
    count = WARM_UP + sum(count for _, _, count in CASES)
    units = await people.filled(count, operators=1)
    return [_submission(unit, await unit.submission_code()) for unit in units]


def _submission(unit: Unit, code: str) -> bytes:
    told = {
        "applicationId": unit.id,
        "version": unit.version,
        "declarationAccepted": True,
        "smsCode": code,
    }
    return operation("Submit", unit.client.token, input=told)


def _taken(ready: list[bytes], count: int) -> list[bytes]:
    taken, ready[:] = ready[:count], ready[count:]
    return taken


@dataclass(frozen=True)
class Written:
    """The rows that one submission wrote."""

    application: sqlite3.Row
    event: sqlite3.Row
    messages: Rows
    code: sqlite3.Row


def _open(file: Path) -> sqlite3.Connection:
    """As the server opens it."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.row_factory = sqlite3.Row
    for pragma in ("journal_mode=WAL", "journal_size_limit=16384", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _copy(source: Path, target: Path) -> None:
    with closing(_open(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)


def _written(server: Started, before: Path) -> list[Written]:
    with closing(_open(before)) as then, closing(_open(server.folder / DATABASE)) as now:
        last = then.execute("SELECT max(id) FROM event").fetchone()[0]
        events = now.execute("SELECT * FROM event WHERE id > ? AND type = 'SUBMITTED'", (last,))
        return [_of(now, event) for event in events.fetchall()]


def _of(now: sqlite3.Connection, event: sqlite3.Row) -> Written:
    def rows(query: str, argument: Any) -> Rows:
        return now.execute(query, (argument,)).fetchall()

    application = event["application_id"]
    (row,) = rows("SELECT * FROM application WHERE id = ?", application)
    codes = rows("SELECT * FROM sms_code WHERE subject = ?", f"application-{application}")
    messages = rows("SELECT * FROM message WHERE key LIKE ?", f"evt-{event['id']}-%")
    return Written(row, event, messages, codes[-1])


def _straight(file: Path, written: Sequence[Written]) -> Sample:
    """The same rows again in a copy of the database as it was, a transaction each."""
    sample = Sample(Meter(os.getpid()))
    with closing(_open(file)) as connection, sample.running():
        for one in written:
            statements = list(_statements(one))
            with sample.act():
                connection.execute("BEGIN IMMEDIATE")
                for statement, values in statements:
                    connection.execute(statement, values)
                connection.execute("COMMIT")
    return sample


def _statements(written: Written) -> Iterator[tuple[str, tuple[Any, ...]]]:
    yield _update("sms_code", written.code)
    yield _update("application", written.application)
    yield _insert("event", written.event)
    for message in written.messages:
        yield _insert("message", message)


def _update(table: str, row: sqlite3.Row) -> tuple[str, tuple[Any, ...]]:
    columns = ", ".join(f"{name} = ?" for name in row.keys())  # noqa: SIM118 - a row's values iterate
    return f"UPDATE {table} SET {columns} WHERE id = ?", (*row, row["id"])


def _insert(table: str, row: sqlite3.Row) -> tuple[str, tuple[Any, ...]]:
    marks = ", ".join("?" for _ in row)
    return f"INSERT INTO {table} VALUES ({marks})", tuple(row)
