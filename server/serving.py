"""Listening: the socket first, so that a busy port is told in one line."""

import errno
import gc
import socket
from typing import Any

import uvicorn
from starlette.applications import Starlette

from server.app import build_app
from server.faults import StartFault
from server.frames import FrameProtocol
from server.logs import configuration
from server.settings import Settings

SELDOM = (50_000, 20, 50)  # of gc.set_threshold: allocations, and collections of the younger
GRACE = 5  # seconds for open requests at shutdown


def bound(settings: Settings) -> socket.socket:
    """A listening socket. Raises StartFault when the address cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((settings.host, settings.port))
        opened.listen()  # a port is only ours from here on
    except OSError as error:
        opened.close()
        raise StartFault(_why(settings, error)) from error
    opened.set_inheritable(True)
    return opened


def _why(settings: Settings, error: OSError) -> str:
    place = f"{settings.host}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return f"{place} is in use by another program: choose another port by PORTCARD_PORT"
    return f"cannot listen on {place} ({error.strerror}): see PORTCARD_HOST and PORTCARD_PORT"


class DrainingServer(uvicorn.Server):
    """uvicorn's, but before it ends `/readyz` says so, and the sockets are closed one by one."""

    def __init__(self, config: uvicorn.Config, app: Starlette, drain: float) -> None:
        super().__init__(config)
        self._app, self._drain = app, drain

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _collect_seldom()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.draining = True
        await self._app.state.graphql.sockets.drain(self._drain)
        await super().shutdown(sockets)


def server_for(
    app: Starlette, *, drain: float, grace: int, log_config: dict[str, Any] | None
) -> DrainingServer:
    """A server for our application.

    :param drain: seconds over which the sockets are closed before the end
    :param grace: seconds for what is still open then
    """
    config = uvicorn.Config(
        app,
        ws=FrameProtocol,
        ws_ping_interval=None,  # server.sockets asks who is there
        ws_per_message_deflate=False,
        ws_max_size=2**20,
        log_config=log_config,
        timeout_graceful_shutdown=grace,
        server_header=False,
        proxy_headers=False,  # build_app says whom to believe
    )
    return DrainingServer(config, app, drain)


def serve(settings: Settings, opened: socket.socket, *, workers: bool) -> None:
    """Serve until a signal ends it."""
    app = build_app(settings, workers=workers)
    logs = configuration(settings.log_level)
    server = server_for(app, drain=settings.drain, grace=GRACE, log_config=logs)
    server.run(sockets=[opened])


def _collect_seldom() -> None:
    """A full collection walks everything that ten thousand sockets hold, and all wait meanwhile:
    what is there at the start is not walked again, and the rest less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
