"""Whether the process lives, and whether it can do its work."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from tortoise.exceptions import BaseORMException

from models.region import Region


async def healthz(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def readyz(_request: Request) -> Response:
    """Ready when the database answers and has its regions."""
    try:
        ready = await Region.exists()
    except (BaseORMException, OSError):
        ready = False
    return JSONResponse({"database": ready}, 200 if ready else 503)
