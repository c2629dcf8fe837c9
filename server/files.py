"""Papers in and out, by signed addresses: no token is sent, the address names the session."""

import asyncio
import logging
from collections.abc import AsyncIterator
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from models.application import Attachment
from models.audit import Who
from models.papers import EXTENSIONS
from models.refusals import Refusal, Refused, RetryLater, refuse
from models.texts import say
from resolvers import receiving, viewing
from resolvers.trail import Deed
from server.language import language_of
from server.media import seconds_until

log = logging.getLogger(__name__)

UPLOAD_WITHIN = 300  # seconds for the bytes of one paper

# fmt: off
STATUS = {
    "CARD_NEEDED":            403,
    "FORBIDDEN":              403,
    "NOT_FOUND":              404,
    "RATE_LIMITED":           429,
    "UPLOAD_EXPIRED":         410,
    "UPLOAD_DONE":            409,
    "WRONG_STATE":            409,
    "UPLOAD_SIZE":            413,
    "UPLOAD_TYPE":            415,
    "UPLOAD_INCOMPLETE":      400,
    "UPLOAD_DAMAGED":         422,
    "UPLOAD_TOO_LARGE_IMAGE": 422,
    "UPLOAD_ANIMATED":        422,
    "UPLOAD_MIXED":           422,
    "PDF_ENCRYPTED":          422,
    "PDF_ACTIVE":             422,
    "PDF_PAGES":              422,
    "PDF_TOO_LARGE":          422,
    "STORAGE_FULL":           507,
    "STORAGE_FAILED":         503,
}
SAFE = {
    "X-Content-Type-Options":  "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cache-Control":           "private, no-store",
    "Cross-Origin-Resource-Policy": "cross-origin",  # a page of an allowed origin shows it
}
# fmt: on


async def upload(request: Request) -> Response:
    """PUT the bytes of a paper: 204, or an error with its code."""
    office = request.app.state.engine.office
    address = request.path_params["address"]
    shelter = request.app.state.engine.shelter
    try:
        await _count(request)
        with office.trail.during(_deed_of(request)):
            await shelter.run(receiving.upload(office, address, _bytes(request)))
    except Refused as refused:
        return refused_response(request, refused.refusals[0])
    return Response(status_code=204)


def _deed_of(request: Request) -> Deed:
    """Who does it is known when the address is opened."""
    return Deed("uploadAttachment", Who(address=request.client.host if request.client else ""))


async def _bytes(request: Request) -> AsyncIterator[bytes]:
    stream, clock = request.stream(), asyncio.get_running_loop().time
    deadline = clock() + UPLOAD_WITHIN
    try:
        while (
            chunk := await asyncio.wait_for(anext(stream, None), deadline - clock())
        ) is not None:
            yield chunk
    except (ClientDisconnect, TimeoutError):
        raise refuse("UPLOAD_INCOMPLETE") from None


async def download(request: Request) -> Response:
    """GET a paper by its signed address; to be shown, never to be run."""
    office = request.app.state.engine.office
    try:
        await _count(request)
    except Refused as refused:
        return refused_response(request, refused.refusals[0])
    paper = await viewing.download(office, request.path_params["address"])
    if paper is None:
        return refused_response(request, Refusal("NOT_FOUND"))
    bytes_ = office.storage.read(paper.storage_key)
    try:
        first = await anext(bytes_)
    except (OSError, StopAsyncIteration):
        log.exception("the bytes of paper %s cannot be read", paper.id)
        return refused_response(request, Refusal("STORAGE_FAILED"))
    headers = {**SAFE, **_named(paper), "Content-Length": str(paper.size)}
    return StreamingResponse(_with(first, bytes_), media_type=paper.content_type, headers=headers)


def _named(paper: Attachment) -> dict[str, str]:
    """Its name as RFC 6266 has it: for old clients a plain one of the right kind."""
    plain = f"paper{EXTENSIONS[paper.content_type][0]}"
    full = quote(paper.file_name, safe="")
    return {"Content-Disposition": f"inline; filename=\"{plain}\"; filename*=UTF-8''{full}"}


async def _count(request: Request) -> None:
    """Raise Refused (RATE_LIMITED)."""
    engine = request.app.state.engine
    address = request.client.host if request.client else ""
    await engine.rates.count("files", None, address)


async def _with(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def refused_response(request: Request, refusal: Refusal) -> JSONResponse:
    language = language_of(request.headers.get("accept-language", ""))
    message = say(refusal.code, language, refusal.facts)
    body = {"errors": [{"code": refusal.code, "message": message, "path": list(refusal.path)}]}
    return JSONResponse(body, STATUS[refusal.code], headers=_retry_after(refusal))


def _retry_after(refusal: Refusal) -> dict[str, str]:
    later = isinstance(refusal, RetryLater) and refusal.retry_at
    return {"Retry-After": seconds_until(later)} if later else {}
