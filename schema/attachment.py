import strawberry

from models.application import Application
from models.application import Attachment as Row
from models.enums import AttachmentKind, AttachmentStatus
from models.public_id import Kind, public_id
from resolvers.viewing import address_of, status_for
from schema.context import Info
from schema.loaders import Loaders
from schema.recording import shown
from schema.says import says


@strawberry.type(description="A paper of an application.")
class Attachment:
    row: strawberry.Private[Row]
    application: strawberry.Private[Application]
    loaders: strawberry.Private[Loaders]
    id: strawberry.ID = says("Opaque.")
    kind: AttachmentKind = says("What it shows.")
    operator_id: strawberry.ID | None = says("Whose document, for OPERATOR_ID.")
    file_name: str = says("As uploaded.")
    content_type: str = says("image/jpeg, image/png or application/pdf.")
    size: int | None = says("Bytes.")
    status: AttachmentStatus = says("PENDING until its bytes have arrived.")

    @strawberry.field(
        description="A short-lived address of its bytes, for your session only and while you may view it; null unless STORED. A paper with somebody's ID number: its unit and the issuer only."
    )
    async def url(self, info: Info) -> str | None:
        url = address_of(info.context.office, self.loaders.viewer, self.row, self.application)
        if url:
            await shown(info, self.application, self.loaders)
        return url

    @classmethod
    def of(cls, row: Row, application: Application, loaders: Loaders) -> "Attachment":
        operator = public_id(Kind.OPERATOR, row.operator_id) if row.operator_id else None
        return cls(
            row=row,
            application=application,
            loaders=loaders,
            id=strawberry.ID(public_id(Kind.ATTACHMENT, row.id)),
            kind=row.kind,
            operator_id=strawberry.ID(operator) if operator else None,
            file_name=row.file_name,
            content_type=row.content_type,
            size=row.size,
            status=status_for(loaders.viewer, row, application),
        )
