"""The measured processes: started, asked what they spend, and stopped."""

import asyncio
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROC = Path("/proc")
PATIENCE = 90.0  # seconds for a first start on a busy machine
FAREWELL = 20.0
FEW = 5  # lines of a log that are shown
TROUBLE = ("Traceback", "ERROR", "CRITICAL")


@dataclass(frozen=True)
class Meter:
    """What a process and the processes it started have spent, as /proc tells."""

    pid: int

    def cpu_seconds(self) -> float:
        ticks = sum(_ticks(pid) for pid in self._tree(self.pid))
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory_mib(self) -> float | None:
        """Resident; of this process, which is the client too, nothing."""
        return None if self.pid == os.getpid() else round(self.memory_kib() / 1024, 1)

    def memory_kib(self) -> int:
        """Resident, without the started processes."""
        lines = (PROC / str(self.pid) / "status").read_text("utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1])

    def _tree(self, pid: int) -> Iterator[int]:
        yield pid
        for task in (PROC / str(pid) / "task").glob("*/children"):
            for child in task.read_text("ascii").split():
                yield from self._tree(int(child))


def _ticks(pid: int) -> int:
    """User and system time, its own and that of its children that have ended (proc(5))."""
    try:
        stat = (PROC / str(pid) / "stat").read_text("utf-8")
    except FileNotFoundError:
        return 0
    return sum(int(number) for number in stat.rpartition(")")[2].split()[11:15])


@dataclass(frozen=True)
class Started:
    """A server in a process of its own."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def meter(self) -> Meter:
        return Meter(self.process.pid)

    def troubles(self) -> list[str]:
        """Lines of its log that tell of errors."""
        lines = self.log.read_text("utf-8", errors="replace").splitlines()
        return [line for line in lines if any(word in line for word in TROUBLE)]


@asynccontextmanager
async def portcard(folder: Path) -> AsyncIterator[Started]:
    """A fresh deployment on SQLite, as `portcard serve` makes it."""
    data, port = folder / "data", free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PORTCARD_")}
    told = {"PORTCARD_DATA_DIR": str(data), "PORTCARD_PORT": str(port)}
    told["PORTCARD_RATE_FACTOR"] = "1000000"  # counted, and never too much
    command = [str(Path(sys.executable).with_name("portcard")), "serve"]
    async with _started(command, environment | told, port, data, "/readyz") as server:
        yield server


@asynccontextmanager
async def limits(folder: Path) -> AsyncIterator[Started]:
    """The peers' server, with the files that it answers with in `folder`."""
    port = free_port()
    command = [sys.executable, str(ROOT / "benchmarks" / "limits.py"), str(folder), str(port)]
    async with _started(command, dict(os.environ), port, folder, "/readyz") as server:
        yield server


@asynccontextmanager
async def peer(folder: Path, command: Sequence[str]) -> AsyncIterator[Started]:
    """Another server of the fan-out bench, its port as the last argument."""
    port = free_port()
    environment = {**os.environ, "NODE_ENV": "production"}
    async with _started([*command, str(port)], environment, port, folder / "peer", "/readyz") as it:
        yield it


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@asynccontextmanager
async def _started(
    command: Sequence[str], environment: dict[str, str], port: int, folder: Path, ready: str
) -> AsyncIterator[Started]:
    log = folder.parent / f"{port}.log"
    process = _launched(command, environment, log)
    server = Started(process, port, folder, log)
    try:
        await _until_ready(server, f"{server.url}{ready}")
        yield server
    finally:
        if process.poll() is not None:
            print(f"! {Path(command[0]).name} ended by itself: {process.returncode}")
        await asyncio.to_thread(_stop, process)
        troubles = server.troubles()
        for line in troubles[:FEW]:
            print(f"! {Path(command[0]).name}: {line}")
        if len(troubles) > FEW:
            print(f"! {Path(command[0]).name}: and {len(troubles) - FEW} lines more of trouble")


def _launched(
    command: Sequence[str], environment: dict[str, str], log: Path
) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT
        )


async def _until_ready(server: Started, address: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await asyncio.to_thread(_answers, address):
            if server.process.poll() is not None:
                raise RuntimeError(server.log.read_text("utf-8", errors="replace"))
            await asyncio.sleep(0.05)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(FAREWELL)
    except subprocess.TimeoutExpired:
        print("! a server had to be killed")
        process.kill()
        process.wait()
