"""The audit trail as the tests read it: from the table itself."""

from typing import Any

from models.audit import AuditRow
from server.keys import audit_key, keys_of
from tests.conftest import Served


def key_of(served: Served) -> bytes:
    return audit_key(keys_of(served.engine.settings))


async def trail(**wanted: Any) -> list[AuditRow]:
    """The rows, oldest first."""
    return await AuditRow.filter(**wanted).order_by("id")


async def last(**wanted: Any) -> AuditRow:
    return (await trail(**wanted))[-1]
