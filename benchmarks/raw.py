"""The limit of the server software: a Starlette WebSocket that is sent bytes as they are.

    python raw.py PORT

What is posted to /publish/TOPIC is sent to every socket that has subscribed to the topic.
"""

import json
import sys
from collections import defaultdict

from serving import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

PROTOCOL = "graphql-transport-ws"


async def follow(socket: WebSocket) -> None:
    """Until it closes."""
    await socket.accept(subprotocol=PROTOCOL)
    joined: set[WebSocket] = set()
    async for text in socket.iter_text():
        message = json.loads(text)
        if message["type"] == "connection_init":
            await socket.send_text('{"type":"connection_ack"}')
        elif message["type"] == "subscribe":
            joined = socket.app.state.topics[message["payload"]["variables"]["topic"]]
            joined.add(socket)
    joined.discard(socket)


async def publish(request: Request) -> Response:
    text = (await request.body()).decode()
    for socket in request.app.state.topics[request.path_params["topic"]]:
        await socket.send_text(text)
    return PlainTextResponse("told")


async def readyz(_request: Request) -> Response:
    return PlainTextResponse("ready")


def build_app() -> Starlette:
    routes = [
        Route("/publish/{topic}", publish, methods=["POST"]),
        Route("/readyz", readyz),
        WebSocketRoute("/graphql", follow),
    ]
    app = Starlette(routes=routes)
    app.state.topics = defaultdict(set)
    return app


if __name__ == "__main__":
    serve(build_app(), int(sys.argv[1]))
