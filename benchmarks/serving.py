"""Serving a peer with the same software and settings as Portcard."""

import uvicorn
from starlette.applications import Starlette


def serve(app: Starlette, port: int) -> None:
    """Until a signal ends it."""
    uvicorn.run(
        app,
        port=port,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        log_level="info",
        server_header=False,
    )
