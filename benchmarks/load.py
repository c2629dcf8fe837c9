"""Driving load/: many subscribers and their publisher, in a process of their own."""

import asyncio
import json
import shutil
import subprocess
from array import array
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent / "load"
OPENING = 240.0  # seconds for all sockets of a case
COMPILER = ("cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")


class LoadError(Exception):
    """The load program met what nobody expects; the message says what."""


@dataclass(frozen=True)
class Member:
    """One socket: its `connection_init` and its `subscribe`."""

    init: dict[str, Any]
    payload: dict[str, Any]

    @property
    def lines(self) -> str:
        init = {"type": "connection_init", "payload": self.init}
        subscribe = {"id": "1", "type": "subscribe", "payload": self.payload}
        return f"{json.dumps(init)}\n{json.dumps(subscribe)}\n"


@dataclass(frozen=True)
class Round:
    """What one command came to. Times are nanoseconds of one clock."""

    published: int
    heard: int
    wall: float
    cpu: float
    deliveries: Sequence[tuple[int, int]]  # when it was published, when it was heard
    answers: Sequence[bytes]
    frame: bytes  # the last message that somebody heard


def compiled(folder: Path) -> Path:
    """The program, made by the machine's own compiler."""
    if shutil.which(COMPILER[0]) is None:
        raise SystemExit("A C compiler is needed to measure fan-out: apt-get install gcc libc6-dev")
    program = folder / "load"
    subprocess.run(
        [*COMPILER, "-o", str(program), *map(str, sorted(SOURCES.glob("*.c")))], check=True
    )
    return program


class Load:
    """A running load program, its sockets open."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self._process, self._folder = process, folder

    async def publish(
        self,
        requests: Sequence[bytes],
        *,
        each: bool = False,
        lanes: int = 1,
        seconds: float = 60.0,
        patience: float = 60.0,
    ) -> Round:
        """Send the requests one after another; see load.h for who hears them.

        After `seconds` no more are sent, and `patience` later nobody is waited for. Raises
        LoadError.
        """
        plan = b"".join(b"%d\n%b" % (len(request), request) for request in requests)
        (self._folder / "requests").write_bytes(plan)
        mode = "each" if each else "all"
        told = await self._told(f"publish {mode} {lanes} {seconds} {patience}")
        return self._round(told, (self._folder / "answers").read_bytes().splitlines())

    async def subscribe(self, patience: float = 60.0) -> Round:
        """Everybody, held until now, at once: each hears one event. Raises LoadError."""
        return self._round(await self._told(f"subscribe {patience}"), [])

    async def opened(self) -> None:
        """Raises LoadError, TimeoutError."""
        async with asyncio.timeout(OPENING):
            await self._line()

    async def _told(self, command: str) -> list[int]:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n".encode())
        return [int(number) for number in (await self._line()).split()[1:]]

    async def _line(self) -> str:
        assert self._process.stdout is not None
        line = (await self._process.stdout.readline()).decode(errors="replace").strip()
        if not line or line.startswith("failed"):
            raise LoadError(line.removeprefix("failed ") or "it ended")
        return line

    def _round(self, told: Sequence[int], answers: Sequence[bytes]) -> Round:
        published, heard, wall, cpu = told
        times = array("Q", (self._folder / "times").read_bytes())
        deliveries = list(zip(times[::2], times[1::2], strict=True))
        frame = (self._folder / "frame").read_bytes()
        return Round(published, heard, wall / 1e9, cpu / 1e9, deliveries, answers, frame)


@asynccontextmanager
async def loading(
    program: Path, port: int, members: Sequence[Member], *, held: bool = False
) -> AsyncIterator[Load]:
    """So many open sockets of the server at `port`; `held`: they wait with subscribing.

    Raises LoadError, TimeoutError.
    """
    folder = program.parent
    (folder / "sockets").write_text("".join(member.lines for member in members), "ascii")
    told = [str(port), str(folder), str(len(members)), *(["held"] if held else [])]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(str(program), *told, stdin=pipe, stdout=pipe)
    try:
        load = Load(process, folder)
        await load.opened()
        yield load
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
