"""Looking the audit trail over, and writing it out."""

import json
from typing import TextIO

from models.audit_check import Checked, check, rows_from
from server.administration import database
from server.audit_head import known_head
from server.keys import audit_key, keys_of
from server.settings import Settings


async def verify_audit(settings: Settings, first: int) -> Checked:
    """Walk over the audit trail from row `first` on. Raises BrokenTrail."""
    async with database(settings):
        return await check(audit_key(keys_of(settings)), first, known_head(settings.data_dir))


async def export_audit(settings: Settings, first: int, out: TextIO) -> int:
    """Write the rows from `first` on as JSON lines, each as its digest covers it; how many."""
    count = 0
    async with database(settings):
        async for row in rows_from(first):
            out.write(json.dumps(row.plain(), ensure_ascii=False) + "\n")
            count += 1
    return count
