"""A real server on a port of its own, on each engine, from a copied template."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from models.database import connect
from resolvers.verifier import RulesVerifier
from server.app import build_app
from server.keyring import ring_of
from server.keys import keys_of
from server.serving import bound, server_for
from server.settings import Settings
from server.setup import set_up
from tests.actors import Officer, Unit, sign_in
from tests.client import Client
from tests.engines import ENGINES, Broker, Postgres

DATABASES = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "write what the role matrix finds to its table, for review"
    parser.addoption("--write-matrix", action="store_true", help=told)


@dataclass(frozen=True)
class Template:
    """A data folder and, for PostgreSQL, a database, both set up once a test process."""

    folder: Path
    database: str = ""


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    folder = tmp_path_factory.mktemp("sqlite-template")
    asyncio.run(set_up(Settings(data_dir=folder)))
    return Template(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Not in pytest's own folder: another run of pytest shuts that to other users, and the server
    is one when root runs the tests.
    """
    with tempfile.TemporaryDirectory(prefix="portcard-pg-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    server = Broker(tmp_path_factory.mktemp("valkey"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_template(
    sqlite_template: Template, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Template:
    folder = tmp_path_factory.mktemp("postgres-template") / "data"
    shutil.copytree(sqlite_template.folder, folder)
    (folder / "demo-officers.json").unlink()
    postgres.create("template_portcard")
    url = postgres.url("template_portcard")
    asyncio.run(set_up(Settings(data_dir=folder, database_url=url)))
    return Template(folder, "template_portcard")


@pytest.fixture(params=ENGINES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Of a fresh deployment, on each engine."""
    folder = tmp_path / "data"
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("sqlite_template").folder, folder)
        return Settings(data_dir=folder, port=0)
    template = request.getfixturevalue("postgres_template")
    postgres: Postgres = request.getfixturevalue("postgres")
    shutil.copytree(template.folder, folder)
    name = f"portcard_{next(DATABASES)}"
    postgres.create(name, template.database)
    channel_broker: Broker = request.getfixturevalue("broker")
    return Settings(
        data_dir=folder,
        port=0,
        database_url=postgres.url(name),
        broadcast_url=channel_broker.url,
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[None]:
    """Open, without a server."""
    context = await connect(settings.database, ring_of(settings, keys_of(settings)))
    yield
    await context.close_connections()


class Served:
    """A running server, and whoever comes to it."""

    def __init__(
        self, url: str, server: uvicorn.Server, app: Any, http: httpx.AsyncClient, officers: Path
    ) -> None:
        self.url, self.server, self.app, self.http = url, server, app, http
        self._officers = officers

    @property
    def engine(self) -> Any:
        return self.app.state.engine

    @property
    def verifier(self) -> RulesVerifier:
        verifier: RulesVerifier = self.engine.office.verifier
        return verifier

    def visitor(self) -> Client:
        return Client(self.url, self.http)

    async def unit(self) -> Unit:
        """A registered unit, signed in."""
        return await Unit(self.visitor()).register()

    async def officer(self, username: str) -> Officer:
        client = self.visitor()
        await sign_in(client, username, self.password(username))
        return Officer(client)

    def password(self, username: str) -> str:
        """Of a demo officer."""
        known = json.loads(self._officers.read_text("utf-8"))
        found: str = next(row["password"] for row in known if row["username"] == username)
        return found


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Served]:
    app = build_app(settings)
    opened = bound(settings)
    port = opened.getsockname()[1]
    server = server_for(app, drain=0, grace=1, log_config=None)
    task = asyncio.create_task(server.serve(sockets=[opened]))
    while not server.started:
        await asyncio.sleep(0.01)
        if task.done():
            task.result()
    async with httpx.AsyncClient(timeout=30) as http:
        folder = settings.data_dir / "demo-officers.json"
        yield Served(f"http://127.0.0.1:{port}", server, app, http, folder)
    server.should_exit = True
    await task
    opened.close()


@pytest.fixture
async def served(settings: Settings) -> AsyncIterator[Served]:
    async with serving(settings) as running:
        yield running


@pytest.fixture
def serve() -> Callable[[Settings], Any]:
    return serving
