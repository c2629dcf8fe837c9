"""For development only: what would have been sent, and what a captcha shows."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from models.code import Captcha
from models.message import Message

MOST = 2000


async def outbox(_request: Request) -> Response:
    """The newest mails and SMS, oldest first."""
    rows = await Message.all().order_by("-id").limit(MOST)
    return JSONResponse([_shown(row) for row in reversed(rows)])


def _shown(row: Message) -> dict[str, str | None]:
    return {
        "channel": row.channel.value,
        "to": row.recipient,
        "subject": row.subject,
        "body": row.body,
        "code": row.code,
        "status": row.status.value,
        "createdAt": row.created_at.isoformat(),
    }


async def captcha(request: Request) -> Response:
    known = {row.id: row for row in await Captcha.all()}
    row = known.get(request.path_params["id"])
    if row is None:
        return PlainTextResponse("no such captcha", 404)
    return PlainTextResponse(row.answer)
