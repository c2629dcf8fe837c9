from typing import Annotated

import strawberry

from models import enterprise as rules
from models.enums import RegisteredBy
from models.public_id import Kind, public_id
from resolvers.operator_accounts import operator_accounts
from schema.loaders import Loaders
from schema.says import says


@strawberry.type(
    description="A person of a unit who may get an operator card. Only its unit sees it."
)
class OperatorAccount:
    id: strawberry.ID = says("Opaque.")
    username: str = says("Unique.")
    name: str = says("The person's name.")
    has_card: bool = says("Whether an operator card was issued to the person in this unit.")

    @classmethod
    def of(cls, row: rules.OperatorAccount) -> "OperatorAccount":
        account_id = strawberry.ID(public_id(Kind.OPERATOR_ACCOUNT, row.id))
        name = row.name or row.username
        return cls(id=account_id, username=row.username, name=name, has_card=row.has_card)


@strawberry.type(description="A unit (法人及其他组织用户), as registered.")
class Enterprise:
    row_id: strawberry.Private[int]
    loaders: strawberry.Private[Loaders]
    id: strawberry.ID = says("Opaque.")
    name: str = says("In Chinese.")
    unified_social_credit_code: str = says("统一社会信用代码, GB 32100.")
    registered_by: RegisteredBy = says(
        "ELICENCE: name, code and legal person are as its e-licence (电子营业执照) has them."
    )
    licence_number: str | None = says("证照编号 of that e-licence; null when it was none.")

    @strawberry.field(description="Whether it is a unit with card (有卡用户).")
    async def has_legal_card(self) -> bool:
        return await self.loaders.has_legal_card.load(self.row_id)

    @strawberry.field(description="Its people who may get cards; empty for who is not of the unit.")
    async def operator_accounts(
        self,
        without_card: Annotated[
            bool | None,
            strawberry.argument(description="true: only 未制卡; false: only those with a card."),
        ] = None,
    ) -> list[OperatorAccount]:
        viewer = self.loaders.viewer
        if viewer is None or viewer.enterprise_id != self.row_id:
            return []
        rows = await operator_accounts(self.row_id, without_card=without_card)
        return [OperatorAccount.of(row) for row in rows]

    @classmethod
    def of(cls, row: rules.Enterprise, loaders: Loaders) -> "Enterprise":
        return cls(
            row_id=row.id,
            loaders=loaders,
            id=strawberry.ID(public_id(Kind.ENTERPRISE, row.id)),
            name=row.name,
            unified_social_credit_code=row.uscc,
            registered_by=row.registered_by,
            licence_number=row.licence_number,
        )
