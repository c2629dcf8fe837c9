"""The server as a process of its own, to be killed and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from server.settings import Settings

ROOT = Path(__file__).parent.parent
PORTCARD = Path(sys.executable).with_name("portcard")
PATIENCE = 60.0


def environment(**settings: Any) -> dict[str, str]:
    """This process's, with settings as PORTCARD_*."""
    told = {f"PORTCARD_{name.upper()}": str(value) for name, value in settings.items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTCARD_")}
    return {**kept, **told}


def run(
    *arguments: str, stdin: str | None = None, **settings: Any
) -> subprocess.CompletedProcess[str]:
    """One command to its end."""
    return subprocess.run(
        [PORTCARD, *arguments],
        env=environment(**settings),
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def told(settings: Settings) -> dict[str, Any]:
    """Where things are, to say it again to another process."""
    return settings.model_dump(include={"data_dir", "database_url", "broadcast_url"})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ServerProcess:
    """`portcard serve` on a port and data folder; `kill` is a SIGKILL."""

    def __init__(self, port: int, **settings: Any) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._settings = {"port": port, **settings}
        self.data_dir = Path(settings["data_dir"])
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        self._process = subprocess.Popen(
            [PORTCARD, "serve", *options],
            env=environment(**self._settings),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self._process and self._process.poll() is not None:
                raise RuntimeError(f"the server ended with {self._process.returncode}")
            try:
                if httpx.get(f"{self.url}/readyz", timeout=PATIENCE).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise TimeoutError(self.url)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(PATIENCE)

    def interrupt(self) -> int:
        """Ctrl-C; answers the exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(PATIENCE)

    def stop(self) -> int:
        """A polite end; answers the exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        return self._process.wait(PATIENCE)


@contextmanager
def server_process(port: int, **settings: Any) -> Iterator[ServerProcess]:
    server = ServerProcess(port, **settings)
    server.start()
    try:
        yield server
    finally:
        server.kill()
