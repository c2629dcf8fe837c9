"""One worker process that owns the PKCS#11 module, behind an async front.

python-pkcs11 is not thread-safe, PKCS#11 knows no time-outs, and a crash inside a module takes its
process along: so calls run one after the other in a process that can be killed and replaced.
"""

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from hardware import authority, issuance
from hardware.authority import Authority, AuthorityNames, AuthorityPins
from hardware.errors import ModuleFault, ModuleTimeout
from hardware.issuance import Card, Personalised
from hardware.keys import KeyKind
from hardware.module import Module
from hardware.token import Pins

SECONDS: Final = 30.0
START_SECONDS: Final = 10.0  # for the process to start and take the call, on a busy machine
LOOK_SECONDS: Final = 0.2  # between looks at whether the process pool is still there
ATTEMPTS: Final = 2  # the second one if the process had died before it took the call

P = ParamSpec("P")
R = TypeVar("R")


class HardwareWorker:
    """The hardware's steps as coroutines; usable from any event loop, closed by `close`.

    Making one starts nothing: the process starts with the first call. A call that has begun runs
    to its end, even if its caller gave up. Every step may be repeated, so a call whose process is
    found dead on arrival is repeated once.

    :param module: the module that the process owns; other processes' are not touched
    :param seconds: how long a call may take, if it does not say so itself
    """

    def __init__(self, module: Module, *, seconds: float = SECONDS) -> None:
        self.module = module
        self._seconds = seconds
        self._pool: ProcessPool | None = None
        self._future: ProcessFuture[Any] | None = None
        self._closed = False
        self._queue = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hardware")

    async def call(
        self,
        function: Callable[P, R],
        timeout: float | None,  # noqa: ASYNC109 - kills the process, which cancelling cannot
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run a function in the worker process; it, its arguments and its result are pickled.

        :param timeout: seconds, or None for the worker's own; waiting in the queue not counted
        :raises ModuleTimeout: it took longer; its process was killed
        :raises ModuleFault: its process died, or PKCS#11 failed; the next call gets a new process
        :raises HardwareError: what the function refused
        """
        if self._closed:
            raise ModuleFault(self.module.library, "the worker is closed")
        loop = asyncio.get_running_loop()
        task = partial(function, *args, **kwargs)
        return await loop.run_in_executor(self._queue, self._run, task, timeout or self._seconds)

    async def init_ca(
        self,
        pins: AuthorityPins,
        names: AuthorityNames,
        now: datetime,
        kind: KeyKind = KeyKind.P256,
    ) -> Authority:
        """See `hardware.authority.init_ca`."""
        return await self.call(authority.init_ca, None, self.module, pins, names, now, kind)

    async def read_ca(self, root_pin: str, issuing_pin: str) -> Authority:
        """See `hardware.authority.read_ca`."""
        return await self.call(authority.read_ca, None, self.module, root_pin, issuing_pin)

    async def personalise(
        self, label: str, key_id: bytes, pins: Pins, kind: KeyKind = KeyKind.P256
    ) -> Personalised:
        """See `hardware.issuance.personalise`."""
        return await self.call(issuance.personalise, None, self.module, label, key_id, pins, kind)

    async def sign_tbs(self, issuing_pin: str, tbs: bytes) -> bytes:
        """See `hardware.issuance.sign_tbs`."""
        return await self.call(issuance.sign_tbs, None, self.module, issuing_pin, tbs)

    async def write_certificate(
        self, label: str, key_id: bytes, pin: str, certificate: bytes
    ) -> None:
        """See `hardware.issuance.write_certificate`."""
        await self.call(
            issuance.write_certificate, None, self.module, label, key_id, pin, certificate
        )

    async def read_card(self, label: str, pin: str) -> Card:
        """See `hardware.issuance.read_card`."""
        return await self.call(issuance.read_card, None, self.module, label, pin)

    async def close(self) -> None:
        """End the process, even in the middle of a call: repeating the step mends that.

        Calls still waiting, and later ones, get ModuleFault.
        """
        self._closed = True
        if self._future:
            self._future.cancel()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        self._queue.shutdown(wait=True)
        self._discard()

    def _run(self, task: Callable[[], R], seconds: float) -> R:
        for _ in range(ATTEMPTS):
            try:
                return self._attempt(task, seconds)
            except BrokenProcessPool as error:
                self._discard()
                broken = error
        raise ModuleFault(self.module.library, f"no worker process: {broken}") from broken

    def _attempt(self, task: Callable[[], R], seconds: float) -> R:
        pool = self._started()
        try:
            result = self._awaited(pool, self._scheduled(pool, task, seconds), seconds)
        except ModuleFault:  # a module in trouble heals by being initialised anew
            self._discard()
            raise
        except TimeoutError as error:
            self._discard()
            raise ModuleTimeout(self.module.library, f"killed after {seconds:g} s") from error
        except (ProcessExpired, CancelledError) as error:
            self._discard()
            raise ModuleFault(self.module.library, f"its process ended: {error}") from error
        return result

    def _awaited(self, pool: ProcessPool, future: ProcessFuture[R], seconds: float) -> R:
        """The outcome. Pebble loses a call if its process dies just before taking it."""
        began = time.monotonic()
        while not wait([future], LOOK_SECONDS).done:
            waited = time.monotonic() - began
            if not pool.active or (waited > START_SECONDS and not future.running()):
                raise BrokenProcessPool("the call was not taken")
            if waited > START_SECONDS + seconds + LOOK_SECONDS:
                raise TimeoutError
        result: R = future.result()
        return result

    def _started(self) -> ProcessPool:
        if self._closed:
            raise ModuleFault(self.module.library, "the worker is closed")
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPool(max_workers=1, initializer=_settle_in, context=context)
        return self._pool

    def _scheduled(
        self, pool: ProcessPool, task: Callable[[], R], seconds: float
    ) -> ProcessFuture[R]:
        try:
            future: ProcessFuture[R] = pool.schedule(task, timeout=seconds)
        except RuntimeError as error:  # its process died while it had nothing to do
            raise BrokenProcessPool("found dead") from error
        self._future = future
        return future

    def _discard(self) -> None:
        pool, self._pool = self._pool, None
        if pool:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


def _settle_in() -> None:
    """In the worker process: be killable, leave Ctrl-C to the parent, keep stdout clean.

    Without SIGTERM's default a process that hangs inside a module would sit the signal out. A
    module that prints must not spoil what the parent's command line writes.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with suppress(OSError):
        os.dup2(2, 1)
