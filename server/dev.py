"""For development only: what would have been sent, what a captcha shows, what a card's PIN is."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from models.card import Card
from models.code import Captcha
from models.enums import CardStatus
from models.message import Message
from server.keys import keys_of

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


async def card_pin(request: Request) -> Response:
    """The holder's PIN of a card that was made: it stands in for the letter that tells it."""
    number = request.path_params["number"].replace("\0", "")
    if not await Card.exists(number=number, status=CardStatus.ISSUED):
        return PlainTextResponse("no such card", 404)
    return PlainTextResponse(keys_of(request.app.state.engine.settings).card_pins(number).user)
