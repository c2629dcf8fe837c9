"""What every answer tells a browser: to run nothing, to guess nothing, to be framed by nobody."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# fmt: off
HEADERS = {
    "Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy":   "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy":              "no-referrer",
    "X-Content-Type-Options":       "nosniff",
    "X-Frame-Options":              "DENY",
}
OVER_TLS = {
    "Strict-Transport-Security":    "max-age=31536000",
}
# fmt: on
GRAPHIQL = (
    "default-src 'none'; frame-ancestors 'none'; script-src 'unsafe-inline' https://unpkg.com; "
    "style-src 'unsafe-inline' https://unpkg.com; font-src data: https://unpkg.com; "
    "img-src 'self' data:; worker-src blob:; connect-src 'self' ws: wss: https://unpkg.com"
)
"""The policy of GraphiQL's page, which development has: its scripts are at unpkg.com."""


def headers_of(url: str) -> dict[str, str]:
    """The headers of a server that is known as `url`: a browser is held to TLS if it has it."""
    return HEADERS | OVER_TLS if url.startswith("https://") else HEADERS


class SecurityHeaders:
    """Adds to every HTTP answer the headers that it does not have: who answers may be stricter."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = [(k.lower().encode(), v.encode()) for k, v in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = {name for name, _ in message["headers"]}
                missing = [header for header in self._headers if header[0] not in told]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await self._app(scope, receive, sending)
