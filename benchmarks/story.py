"""What is prepared before anything is measured, through the API as outsiders use it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from processes import Started

from tests.actors import Officer, Unit, sign_in
from tests.client import Client

AT_ONCE = 3


class Visitors:
    """Whoever comes to one server."""

    def __init__(self, server: Started, http: httpx.AsyncClient) -> None:
        self._server, self._http = server, http
        self._door = asyncio.Semaphore(AT_ONCE)

    def client(self) -> Client:
        return Client(self._server.url, self._http)

    async def unit(self) -> Unit:
        """A registered unit, signed in."""
        return await Unit(self.client()).register()

    async def officer(self, username: str = "tianjin") -> Officer:
        client = self.client()
        known = json.loads((self._server.folder / "demo-officers.json").read_text("utf-8"))
        password = next(row["password"] for row in known if row["username"] == username)
        await sign_in(client, username, password)
        return Officer(client)

    async def filled(self, count: int, operators: int) -> list[Unit]:
        """Units with an application that is complete."""
        return await asyncio.gather(*(self._one(operators) for _ in range(count)))

    async def _one(self, operators: int) -> Unit:
        async with self._door:
            unit = await self.unit()
            await unit.start()
            return await unit.fill(operators)


@asynccontextmanager
async def visitors(server: Started) -> AsyncIterator[Visitors]:
    async with httpx.AsyncClient(timeout=60) as http:
        yield Visitors(server, http)
