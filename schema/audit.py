from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID
from tortoise.queryset import QuerySet

from models.audit import AuditRow as Row
from models.enums import AuditKind, Role, SignInMethod
from resolvers.auditing import WantedRows
from resolvers.paging import Page, cursor_of
from schema.acting import given
from schema.page_info import PageInfo
from schema.says import may, says
from schema.shapes import plain


@strawberry.type(
    description="A row of the audit trail (审计记录): who did, was refused or saw what. Ids and codes, no personal data."
)
class AuditRow:
    id: ID = says("Its place in the trail, from 1 without a gap.")
    cursor: str = says("Its place in the list: `after` goes on behind it.")
    at: datetime = says("When.")
    kind: AuditKind = says("What kind of row it is.")
    what: str = says("The mutation or command; personalData for what was seen.")
    subject: str = says("The ids it is about, blank-separated; empty when there is none.")
    outcome: str = says("DONE, or the codes of the refusal, blank-separated.")
    times: int = says("How often it was so within a minute.")
    username: str = says("Whose account; empty for a visitor, `command line`, `worker`.")
    role: Role | None = says("What kind of account; null for what is none.")
    signed_in_by: SignInMethod | None = says("How its session was opened.")
    session: str | None = says("The number of the session.")
    address: str = says("Where the request came from.")
    digest: str = says("What chains it to the row before; `portcard audit verify` looks at it.")

    @classmethod
    def of(cls, row: Row) -> "AuditRow":
        return cls(
            id=ID(str(row.id)),
            cursor=cursor_of(row.id),
            at=row.at,
            kind=AuditKind(row.kind),
            what=row.what,
            subject=row.subject,
            outcome=row.outcome,
            times=row.times,
            username=row.username,
            role=Role(row.role) if row.role else None,
            signed_in_by=SignInMethod(row.signed_in_by) if row.signed_in_by else None,
            session=str(row.session_id) if row.session_id else None,
            address=row.address,
            digest=row.digest,
        )


@strawberry.type(description="A page of the audit trail.")
class AuditConnection:
    rows: strawberry.Private[QuerySet[Any]]
    nodes: list[AuditRow] = says("The page, the newest first.")
    page_info: PageInfo = says("Where the page stands.")

    @strawberry.field(description="How many there are in all.")
    async def total_count(self) -> int:
        return await self.rows.count()

    @classmethod
    def of(cls, page: Page[Row], rows: QuerySet[Any]) -> "AuditConnection":
        nodes = [AuditRow.of(row) for row in page.rows]
        return cls(rows=rows, nodes=nodes, page_info=PageInfo.of(page))


@strawberry.input(
    description="Which rows of the audit trail; what is absent or null does not count."
)
class AuditFilter:
    kind: list[AuditKind] | None = may("Only these kinds.")
    what: str | None = may("Only this mutation or command.")
    username: str | None = may("Only this account's.")
    subject: str | None = may("Only what is about this id, such as `app-17`.")
    since: datetime | None = may("At or after.")
    before: datetime | None = may("Before.")

    def wanted(self) -> WantedRows:
        return WantedRows(
            kinds=given(self.kind),
            what=plain(given(self.what)),
            username=plain(given(self.username)),
            subject=plain(given(self.subject)),
            since=given(self.since),
            before=given(self.before),
        )
