"""Asking a provider over HTTP: bounded in time and size, and never led elsewhere."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import httpx

from models.refusals import Refused
from resolvers.single_window import away, failed

log = logging.getLogger(__name__)

PATIENCE = 10.0  # seconds for all that one sign-in asks
LARGEST = 256 * 1024  # bytes of an answer
PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


@asynccontextmanager
async def patience() -> AsyncIterator[None]:
    """Whatever is asked inside, together. Raises Refused (SINGLE_WINDOW_AWAY)."""
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except TimeoutError:
        raise away_because("it is too slow") from None


def away_because(why: str) -> Refused:
    """`why` is our own words, never the provider's: those may hold a secret."""
    log.warning("the Single Window is away: %s", why)
    return away()


def failed_because(why: str, *place: str) -> Refused:
    """The same of what cannot be believed."""
    log.warning("the Single Window is not believed: %s", why)
    return failed(*place)


def is_word(text: object) -> bool:
    """Whether it is a text that may stand in a header or an address: ASCII, no control."""
    return isinstance(text, str) and text.isascii() and text.isprintable() and text != ""


async def ask(
    client: httpx.AsyncClient,
    url: str,
    form: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The JSON object at `url`; with a `form`, which is posted. Raises Refused.

    The request is made by hand, so that no cookie of one visitor's exchange goes with the next.
    """
    told = {"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})}
    if form is not None:
        told["Content-Type"] = "application/x-www-form-urlencoded"
    method = "GET" if form is None else "POST"
    limits = {"timeout": httpx.Timeout(PATIENCE).as_dict()}
    try:
        request = httpx.Request(method, url, headers=told, content=form, extensions=limits)
        response = await client.send(request, stream=True, follow_redirects=False)
        try:
            _refuse_status(response.status_code)
            return _object(await _body(response))
        finally:
            await response.aclose()
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise away_because(type(error).__name__) from None


def _refuse_status(status: int) -> None:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING:
        raise away_because(f"it answers {status}")
    if status != HTTPStatus.OK:
        raise failed_because(f"it answers {status}")


async def _body(response: httpx.Response) -> bytes:
    body = b""
    async for part in response.aiter_raw():
        body += part
        if len(body) > LARGEST:
            raise failed_because("its answer is too long")
    return body


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise failed_because("its answer is no JSON") from None
    if not isinstance(found, dict):
        raise failed_because("its answer is no object")
    return found
