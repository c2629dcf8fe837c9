"""The Single Window, by the settings."""

import httpx

from resolvers.openid import OpenIdWindow, Registration
from resolvers.single_window import CLAIMS, SingleWindow
from server.faults import StartFault
from server.settings import Settings


def single_window(settings: Settings, client: httpx.AsyncClient) -> SingleWindow | None:
    """None: that door is closed. Raises StartFault."""
    registration = registration_of(settings)
    return OpenIdWindow(registration, client) if registration else None


def registration_of(settings: Settings) -> Registration | None:
    """What the settings say of it. Raises StartFault."""
    if unknown := set(settings.single_window_names) - set(CLAIMS):
        names = ", ".join(sorted(unknown))
        raise StartFault(f"PORTCARD_SINGLE_WINDOW_CLAIMS names what we do not keep: {names}")
    if not settings.single_window_url:
        return None
    secret = settings.single_window_client_secret
    return Registration(
        issuer=settings.single_window_url,
        client_id=settings.single_window_client_id,
        secret=secret.get_secret_value() if secret else None,
        redirects=settings.single_window_returns,
        scopes=settings.single_window_scopes,
        names=settings.single_window_names,
    )
