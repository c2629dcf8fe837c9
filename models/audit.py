"""The audit trail: who did, was refused or saw what, in rows that are chained by a keyed digest.

A row's digest covers the row and the digest before it. Its key is not in the database, so that who
can write there can neither change a row nor make one. Ids count up without a gap, and writing is
serialised to the commit: the lock is taken last of all locks, after that of the event log.
"""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC

from tortoise import fields
from tortoise.models import Model

from models.actor import Actor
from models.clock import now
from models.database import alone
from models.enums import AuditKind, Role, SignInMethod

LOCK = "audit"
DONE = "DONE"
NO_DIGEST = "0" * 64
LONGEST = 300
COLUMNS = (
    "id", "at", "account_id", "username", "role", "signed_in_by", "session_id", "address",
    "kind", "what", "subject", "outcome", "times", "previous", "digest",
)  # fmt: skip


@dataclass(frozen=True)
class Who:
    """Who acts, as far as is known: nobody for a visitor, no session for the command line."""

    account_id: int | None = None
    username: str = ""
    role: Role | None = None
    signed_in_by: SignInMethod | None = None
    session_id: int | None = None
    address: str = ""

    def being(self, actor: Actor) -> "Who":
        """The same visitor, now that the session is known."""
        return replace(
            self,
            account_id=actor.account_id,
            username=actor.username,
            role=actor.role,
            signed_in_by=actor.signed_in_by,
            session_id=actor.session_id,
        )


@dataclass(frozen=True)
class Entry:
    """What a row says. `what` is the mutation's or command's name, `subject` ids alone, `outcome`
    DONE or the codes of the refusal; `times`, how often it was so within a minute.
    """

    who: Who
    kind: AuditKind
    what: str
    subject: str = ""
    outcome: str = DONE
    times: int = 1


class AuditRow(Model):
    """A link of the trail. It holds no name, number, phone or address of a person."""

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField()
    account_id = fields.IntField(null=True, db_index=True)
    username = fields.CharField(max_length=40)
    role = fields.CharField(max_length=20, null=True)
    signed_in_by = fields.CharField(max_length=20, null=True)
    session_id = fields.IntField(null=True)
    address = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=10)
    what = fields.CharField(max_length=64)
    subject = fields.TextField()
    outcome = fields.CharField(max_length=LONGEST)
    times = fields.IntField()
    previous = fields.CharField(max_length=64)
    digest = fields.CharField(max_length=64)

    class Meta:
        table = "audit"

    def plain(self) -> dict[str, str | int | None]:
        """The row as JSON has it: the columns in their order, moments in UTC."""
        told = {name: getattr(self, name) for name in COLUMNS}
        return {**told, "at": self.at.astimezone(UTC).isoformat(timespec="microseconds")}

    def signed(self, key: bytes, at: int | None = None) -> str:
        """The digest that the row should have, at its own place or at that of id `at`."""
        said = {**self.plain(), "id": at or self.id}
        del said["digest"]
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


async def append(key: bytes, entry: Entry) -> AuditRow:
    """Write the next link inside the present transaction; nothing is locked after it."""
    await alone(LOCK)
    before = await AuditRow.all().order_by("-id").first()
    who = asdict(entry.who)
    row = AuditRow(
        **{**who, "address": entry.who.address[:64]},
        id=before.id + 1 if before else 1,
        at=now(),
        kind=entry.kind,
        what=entry.what,
        subject=entry.subject,
        outcome=entry.outcome[:LONGEST],
        times=entry.times,
        previous=before.digest if before else NO_DIGEST,
    )
    row.digest = row.signed(key)
    await row.save(force_create=True)
    return row
