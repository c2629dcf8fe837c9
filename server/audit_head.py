"""How far the audit trail goes, kept beside the database: a tail that was cut off is noticed."""

import json
from pathlib import Path

from models.audit import AuditRow
from models.audit_check import Head
from server.faults import StartFault

FILE = "audit-head.json"


async def keep_head(folder: Path) -> None:
    """Write the newest link down, unless a later one is. Written beside its place and renamed."""
    row = await AuditRow.all().order_by("-id").first()
    known = known_head(folder)
    if row is None or (known and known.id >= row.id):
        return
    draft = folder / f"{FILE}.draft"
    draft.write_text(json.dumps({"id": row.id, "digest": row.digest}), "ascii")
    draft.replace(folder / FILE)


def known_head(folder: Path) -> Head | None:
    """The link that was written down last. Raises StartFault when the file is damaged."""
    try:
        return Head(**json.loads((folder / FILE).read_text("ascii")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise StartFault(f"{folder / FILE} is damaged") from error
