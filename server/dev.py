"""For development only: what would have been sent, what a captcha shows, what a card's PIN is,
and an issuer of e-licences.
"""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from models.card import Card
from models.code import Captcha
from models.enums import CardStatus
from models.message import Message
from server.dev_issuer import dev_issuer
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


async def elicence(request: Request) -> Response:
    """An assertion of an invented unit, but for the claims of the JSON object that was sent."""
    issuer = dev_issuer(request.app.state.engine.settings)
    if issuer is None:
        return PlainTextResponse("another issuer is configured", 404)
    try:
        told = json.loads(await request.body() or b"{}")
        return PlainTextResponse(issuer.issue(told))
    except (ValueError, TypeError) as error:
        return PlainTextResponse(f"a JSON object of claims is wanted: {error}", 400)
