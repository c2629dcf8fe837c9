"""Figures of this process for Prometheus, at `/metrics`."""

import secrets

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from server.graphql import GraphQLDoor, bearer
from server.settings import Settings
from subscriptions.hub import Hub

# fmt: off
GAUGES = {
    "portcard_sockets":         "Open WebSockets.",
    "portcard_live_operations": "Subscriptions that are told what happens.",
    "portcard_shared_groups":   "Groups of subscriptions that are executed once.",
    "portcard_clients_behind":  "Clients that read on from the log because they were slow or away.",
    "portcard_mailbox_events":  "Events in the fullest mailbox.",
    "portcard_lag_events":      "Positions by which this process is behind the log.",
    "portcard_lag_seconds":     "Age of the oldest event that it has not told.",
}
# fmt: on


async def metrics(request: Request) -> Response:
    """In production for who holds PORTCARD_METRICS_TOKEN; not there without that setting."""
    engine, door = request.app.state.engine, request.app.state.graphql
    if not _may_read(engine.settings, bearer(request.headers.get("authorization"))):
        return PlainTextResponse("Not Found", 404)
    now = CollectorRegistry()
    for name, value in (await _gauges(door, engine.hub)).items():
        Gauge(name, GAUGES[name], registry=now).set(value)
    text = generate_latest(now) + generate_latest(engine.figures.registry)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def _may_read(settings: Settings, token: str | None) -> bool:
    if settings.metrics_token is None:
        return settings.is_development
    wanted = settings.metrics_token.get_secret_value()
    return token is not None and secrets.compare_digest(token.encode(), wanted.encode())


async def _gauges(door: GraphQLDoor, hub: Hub) -> dict[str, float]:
    events, seconds = await hub.behind()
    return {
        "portcard_sockets": len(door.sockets),
        "portcard_live_operations": door.sockets.watched,
        "portcard_shared_groups": len(door.live.groups),
        "portcard_clients_behind": door.live.groups.behind,
        "portcard_mailbox_events": hub.depth,
        "portcard_lag_events": events,
        "portcard_lag_seconds": seconds,
    }
