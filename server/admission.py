"""What may come in at all, before anything is parsed: from where, of which type, how long."""

import asyncio
from collections.abc import Collection

from cross_web import HTTPException, StarletteRequestAdapter
from starlette.requests import ClientDisconnect, Request
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

MOST_BODY = 2**20  # bytes; a document has at most 4000 tokens
BODY_SECONDS = 30.0
TOO_LARGE = f"A request has at most {MOST_BODY} bytes"
JSON = "application/json"


def admit(request: Request, allowed_origins: Collection[str]) -> None:
    """Raise HTTPException when the request is refused unread.

    403 for a page of a foreign origin, 413 for a body that says it is too long, 415 for a body of
    another type than JSON: what a page of another origin can send unasked is never read as a
    request (form-encoded, plain text).
    """
    if is_foreign(request, allowed_origins):
        raise HTTPException(403, "Pages of this origin may not ask here")
    if int(_length(request)) > MOST_BODY:
        raise HTTPException(413, TOO_LARGE)
    if request.method == "POST" and _type(request) != JSON:
        raise HTTPException(415, f"A request is {JSON}")


def _length(request: Request) -> str:
    told = request.headers.get("content-length", "0")
    return told if told.isascii() and told.isdigit() else "0"


def _type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def is_foreign(request: Request, allowed_origins: Collection[str]) -> bool:
    """Whether a browser says that a page of an origin that is not allowed asks."""
    origin = request.headers.get("origin")
    if origin is None or is_same_origin(origin, request.headers.get("host")):
        return False
    return "*" not in allowed_origins and normalize_origin(origin) not in allowed_origins


class BoundedAdapter(StarletteRequestAdapter):
    """Reads a body, and not one byte more than it may have."""

    async def get_body(self) -> bytes:
        """Raises HTTPException: 413 also for a body that did not say how long it is, 408 for one
        that does not come, 400 for one whose client has left.
        """
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for chunk in self._request.stream():
                    body += chunk
                    if len(body) > MOST_BODY:
                        raise HTTPException(413, TOO_LARGE)
        except TimeoutError:
            raise HTTPException(408, "The body of the request did not come") from None
        except ClientDisconnect:
            raise HTTPException(400, "The client has left") from None
        return bytes(body)
