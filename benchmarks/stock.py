"""The peer from Python: Strawberry's own handler over the same shape, nobody asked who they are.

    python stock.py PORT

Posting an event (as a result: `{"data": {FIELD: …}}`) to /publish/TOPIC tells it to every
subscriber of the topic. `encode_json` is ours, so that its messages are as long as everybody's.
"""

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import AsyncGenerator
from operator import getitem
from typing import Any

import strawberry
from limits import ReturnReason, as_python
from serving import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

Event = dict[str, Any]
Topics = defaultdict[str, set[asyncio.Queue[Event]]]


@strawberry.type
class Application:
    id: strawberry.ID
    number: str | None
    status: str


@strawberry.type
class ApplicationEvent:
    cursor: str
    type: str
    occurred_at: str
    from_status: str | None
    to_status: str | None
    application: Application
    return_reasons: list[ReturnReason]


@strawberry.type
class Query:
    ready: bool = True


async def _followed(info: strawberry.Info, topic: strawberry.ID) -> AsyncGenerator[Any, None]:
    topics: Topics = info.context["request"].app.state.topics
    queue: asyncio.Queue[Event] = asyncio.Queue()
    topics[topic].add(queue)
    try:
        while True:
            yield await queue.get()
    finally:
        topics[topic].discard(queue)


async def incoming_applications(
    info: strawberry.Info, topic: strawberry.ID
) -> AsyncGenerator[ApplicationEvent, None]:
    async for event in _followed(info, topic):
        yield event


async def enterprise_events(
    info: strawberry.Info, topic: strawberry.ID
) -> AsyncGenerator[ApplicationEvent, None]:
    async for event in _followed(info, topic):
        yield event


@strawberry.type
class Subscription:
    incoming_applications = strawberry.subscription(resolver=incoming_applications)
    enterprise_events = strawberry.subscription(resolver=enterprise_events)


class Compact(GraphQL[Any, Any]):
    def encode_json(self, data: object) -> str:
        return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def build_app() -> Starlette:
    schema = strawberry.Schema(
        Query,
        subscription=Subscription,
        config=StrawberryConfig(default_resolver=getitem),
        extensions=[lambda: ParserCache(10), lambda: ValidationCache(10)],
    )

    async def publish(request: Request) -> Response:
        (event,) = as_python(json.loads(await request.body())["data"]).values()
        for queue in request.app.state.topics[request.path_params["topic"]]:
            queue.put_nowait(event)
        return PlainTextResponse("told")

    async def readyz(_request: Request) -> Response:
        return PlainTextResponse("ready")

    routes = [
        Route("/publish/{topic}", publish, methods=["POST"]),
        Route("/readyz", readyz),
        Mount("/", Compact(schema)),
    ]
    app = Starlette(routes=routes)
    app.state.topics = defaultdict(set)
    return app


if __name__ == "__main__":
    serve(build_app(), int(sys.argv[1]))
