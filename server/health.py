"""Whether the process lives, and whether it can do its work."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from tortoise.exceptions import BaseORMException

from models.region import Region


async def healthz(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def readyz(request: Request) -> Response:
    """Ready when the database answers and has its regions, until the process is about to end."""
    draining = request.app.state.draining
    try:
        database = await Region.exists()
    except (BaseORMException, OSError):
        database = False
    told = {"database": database, "draining": draining}
    return JSONResponse(told, 200 if database and not draining else 503)
