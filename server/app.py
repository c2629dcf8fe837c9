"""The ASGI application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server import dev, files, health, metrics, pki
from server.engine import running
from server.graphql import GraphQLDoor
from server.headers import SecurityHeaders, headers_of
from server.settings import DEV_ISSUER, Settings
from server.trusted_documents import trusted_documents

GRAPHQL = "/graphql"


def build_app(settings: Settings, *, workers: bool = True) -> Starlette:
    """The application; its engine starts and stops with it. Raises StartFault."""
    documents = trusted_documents(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with running(settings, workers=workers) as engine:
            app.state.engine, app.state.draining = engine, False
            door = app.state.graphql = GraphQLDoor(engine, documents)
            engine.listeners.append(door.sockets.wake)
            keeper = asyncio.create_task(door.sockets.run())
            try:
                yield
            finally:
                keeper.cancel()
                await asyncio.wait([keeper])

    return _App(settings, lifespan)


class _App(Starlette):
    """Starlette, but what it answers to a bug of ours (500) has the headers of every answer too."""

    def __init__(self, settings: Settings, lifespan: Lifespan[Starlette]) -> None:
        self._headers = headers_of(settings.url)
        self._sockets = _by_proxies(_GraphQL(), settings)
        super().__init__(
            routes=_routes(settings), middleware=_middleware(settings), lifespan=lifespan
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A socket goes straight to its door: what wraps HTTP would be held while it is open."""
        if scope["type"] == "websocket" and scope["path"] == GRAPHQL:
            scope["app"] = self
            await self._sockets(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        return SecurityHeaders(super().build_middleware_stack(), self._headers)


def _by_proxies(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Only a proxy that a setting names is believed about whom it speaks for."""
    if not settings.trusted_proxies:
        return app
    return ProxyHeadersMiddleware(app, trusted_hosts=settings.trusted_proxies)  # type: ignore[arg-type,return-value]


def _middleware(settings: Settings) -> list[Middleware]:
    """Only a proxy that a setting names is believed about whom it speaks for. Pages of the allowed
    origins may ask, upload and download; tokens are theirs to send.
    """
    found = []
    if settings.trusted_proxies:
        found.append(Middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies))
    if settings.allowed_origins:
        found.append(_cross_origin(settings.allowed_origins))
    return found


def _cross_origin(allowed: list[str]) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=allowed,
        allow_methods=["GET", "POST", "PUT"],
        allow_headers=["Authorization", "Content-Type"],
        max_age=600,
    )


class _GraphQL:
    """Hands the path over to the door that the lifespan has made."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["app"].state.graphql(scope, receive, send)


async def _home(_request: Request) -> Response:
    return RedirectResponse("/graphql")


def _routes(settings: Settings) -> list[BaseRoute]:
    routes: list[BaseRoute] = [
        Route(GRAPHQL, _GraphQL(), methods=None),
        Route("/files/upload/{address}", files.upload, methods=["PUT"]),
        Route("/files/{address}", files.download, methods=["GET"]),
        Route("/pki/ca.pem", pki.chain),
        Route("/pki/issuing.cer", pki.issuing),
        Route("/metrics", metrics.metrics),
        Route("/healthz", health.healthz),
        Route("/readyz", health.readyz),
    ]
    if settings.is_development:
        routes += [
            Route("/", _home),
            Route("/dev/outbox", dev.outbox),
            Route("/dev/captcha/{id}", dev.captcha),
            Route("/dev/card-pin/{number}", dev.card_pin),
            Route(DEV_ISSUER, dev.elicence, methods=["POST"]),
        ]
    return routes
