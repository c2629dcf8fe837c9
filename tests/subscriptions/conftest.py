import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from aiosmtpd.smtp import SMTP

from models.database import connect
from server.keyring import ring_of
from server.keys import keys_of
from server.settings import Settings
from subscriptions.courier import LEASE, Courier
from subscriptions.mail import SmtpMailer
from subscriptions.sms import HttpSms
from tests.subscriptions.desk import Desk, Gateway


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def mail_server(desk: Desk) -> AsyncIterator[str]:
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(desk), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield f"smtp://127.0.0.1:{port}"
    server.close()


@dataclass
class Post:
    """A courier on a database of its own, with both its partners."""

    mailer: SmtpMailer
    sms: HttpSms
    desk: Desk
    gateway: Gateway

    def __post_init__(self) -> None:
        self.courier = self.another(LEASE)

    def another(self, lease: timedelta) -> Courier:
        """One more courier at the same desk."""
        return Courier(self.mailer, self.sms, keep_bodies=False, lease=lease)


@pytest.fixture
async def post(settings: Settings, desk: Desk, mail_server: str) -> AsyncIterator[Post]:
    context, gateway = (
        await connect(settings.database, ring_of(settings, keys_of(settings))),
        Gateway(),
    )
    server = await asyncio.start_server(gateway, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with httpx.AsyncClient() as client:
        mailer = SmtpMailer(mail_server, "Portcard <no-reply@example.com>", timeout=5)
        sms = HttpSms(f"http://127.0.0.1:{port}", client)
        yield Post(mailer, sms, desk, gateway)
    server.close()
    await server.wait_closed()
    await context.close_connections()
