"""Listening: the socket first, so that a busy port is told in one line."""

import errno
import socket

import uvicorn

from server.app import build_app
from server.faults import StartFault
from server.frames import FrameProtocol
from server.logs import configuration
from server.settings import Settings

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


def serve(settings: Settings, opened: socket.socket, *, workers: bool) -> None:
    """Serve until a signal ends it."""
    config = uvicorn.Config(
        build_app(settings, workers=workers),
        ws=FrameProtocol,
        ws_ping_interval=None,  # server.sockets asks
        ws_per_message_deflate=False,
        ws_max_size=2**20,
        log_config=configuration(settings.log_level),
        timeout_graceful_shutdown=GRACE,
        server_header=False,
        proxy_headers=False,  # build_app says whom to believe
    )
    uvicorn.Server(config).run(sockets=[opened])
