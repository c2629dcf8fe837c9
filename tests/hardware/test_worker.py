import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

from hardware.authority import Authority
from hardware.errors import HardwareError, ModuleFault, ModuleTimeout, PinRefused
from hardware.keys import KeyKind
from hardware.module import softhsm
from hardware.worker import HardwareWorker
from tests.hardware import breakage
from tests.hardware.conftest import CA_NAMES, CA_PINS, NOW, CardCase

# A command line with a worker: prints the worker process's id, then waits to be killed.
SCRIPT = """\
#!/usr/bin/env python3
import asyncio, os, pathlib, sys
from hardware.module import softhsm
from hardware.worker import HardwareWorker

async def main():
    worker = HardwareWorker(softhsm(pathlib.Path(sys.argv[1])))
    await worker.call(print, None, "noise from a module")
    await worker.call(os.system, None, "echo noise from a library")
    print(await worker.call(os.getpid, None), flush=True)
    if sys.argv[2] == "wait":
        await asyncio.to_thread(sys.stdin.read)
    await worker.close()

if __name__ == "__main__":
    asyncio.run(main())
"""
LONG = 100.0
SOON = 15.0


@pytest.fixture
def start_script(tmp_path: Path) -> Callable[[str], "subprocess.Popen[str]"]:
    """Start the command line like an installed console script: a file without suffix."""
    script = tmp_path / "portcard-like"
    script.write_text(SCRIPT)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}

    def start(mode: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, script, tmp_path / "softhsm", mode],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    return start


def gone(pid: int, seconds: float = SOON) -> bool:
    """Whether that process ends within the time."""
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not alive(pid)


def alive(pid: int) -> bool:
    """Whether that process runs; a dead one that nobody has waited for yet does not."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return shown.stdout.strip()[:1] not in (b"", b"Z")


async def test_making_a_worker_starts_no_process(tmp_path: Path) -> None:
    before = set(multiprocessing.active_children())
    worker = HardwareWorker(softhsm(tmp_path))
    assert set(multiprocessing.active_children()) == before
    await worker.close()


async def test_the_module_lives_in_another_process(worker: HardwareWorker) -> None:
    assert await worker.call(os.getpid, None) != os.getpid()


async def test_the_parents_environment_names_no_token_folder(
    worker: HardwareWorker, ca: Authority
) -> None:
    assert "SOFTHSM2_CONF" not in os.environ
    configured = await worker.call(os.getenv, None, "SOFTHSM2_CONF")
    assert configured == str(worker.module.configuration)


async def test_two_workers_keep_their_token_folders_apart(
    worker: HardwareWorker, ca: Authority, own_worker: HardwareWorker
) -> None:
    theirs = await own_worker.init_ca(CA_PINS, CA_NAMES, NOW)
    assert theirs != ca
    assert await worker.read_ca(CA_PINS.root.user, CA_PINS.issuing.user) == ca


async def test_a_worker_process_killed_in_the_middle_is_replaced(
    own_worker: HardwareWorker, card: CardCase
) -> None:
    await own_worker.personalise(card.label, card.key_id, card.pins)
    with pytest.raises(ModuleFault) as fault:
        await own_worker.call(signal.raise_signal, None, signal.SIGKILL)
    assert fault.value.retryable
    assert (await own_worker.read_card(card.label, card.pin)).keys


async def test_a_crash_inside_a_library_is_a_fault_of_the_module(
    own_worker: HardwareWorker,
) -> None:
    with pytest.raises(ModuleFault):
        await own_worker.call(os.abort, None)
    assert await own_worker.call(os.getpid, None)


async def test_a_module_in_trouble_is_initialised_anew(
    own_worker: HardwareWorker, card: CardCase
) -> None:
    await own_worker.personalise(card.label, card.key_id, card.pins)
    await own_worker.call(breakage.finalize, None, own_worker.module)
    with pytest.raises(ModuleFault):
        await own_worker.read_card(card.label, card.pin)
    assert (await own_worker.read_card(card.label, card.pin)).keys


async def test_a_worker_process_killed_while_idle_is_replaced_unnoticed(
    own_worker: HardwareWorker,
) -> None:
    pids = {await own_worker.call(os.getpid, None)}
    for wait in (False, True):
        (pid,) = pids
        os.kill(pid, signal.SIGKILL)
        if wait:
            assert await asyncio.to_thread(gone, pid)
        pids = {await own_worker.call(os.getpid, None)}
        assert pid not in pids


async def test_a_worker_process_killed_while_it_makes_a_key_leaves_a_card_that_can_be_made(
    own_worker: HardwareWorker, card: CardCase
) -> None:
    for moment in (0.02, 0.08):
        pid = await own_worker.call(os.getpid, None)
        making = asyncio.create_task(
            own_worker.personalise(card.label, card.key_id, card.pins, KeyKind.RSA2048)
        )
        asyncio.get_running_loop().call_later(moment, os.kill, pid, signal.SIGKILL)
        await asyncio.gather(making, return_exceptions=True)
        assert await asyncio.to_thread(gone, pid)  # before what comes next, on a quick machine too
    made = await own_worker.personalise(card.label, card.key_id, card.pins, KeyKind.RSA2048)
    assert x509.load_der_x509_csr(made.csr_der).is_signature_valid
    (key,) = (await own_worker.read_card(card.label, card.pin)).keys
    assert (key.private_halves, key.public_halves, key.sound) == (1, 1, True)


async def test_a_call_that_hangs_is_killed_and_the_next_one_works(
    own_worker: HardwareWorker,
) -> None:
    pid = await own_worker.call(os.getpid, None)
    began = time.monotonic()
    with pytest.raises(ModuleTimeout, match=r"killed after 0\.3 s"):
        await own_worker.call(time.sleep, 0.3, LONG)
    assert time.monotonic() - began < SOON
    assert await asyncio.to_thread(gone, pid)
    assert await own_worker.call(os.getpid, None) != pid


async def test_waiting_for_ones_turn_does_not_count_as_hanging(own_worker: HardwareWorker) -> None:
    await own_worker.call(os.getpid, None)
    slow = [own_worker.call(time.sleep, 2.0, 0.3) for _ in range(2)]
    await asyncio.gather(*slow, own_worker.call(os.getpid, 0.4))


async def test_a_refusal_crosses_with_its_code_and_leaves_the_process_alone(
    worker: HardwareWorker, card: CardCase
) -> None:
    pid = await worker.call(os.getpid, None)
    await worker.personalise(card.label, card.key_id, card.pins)
    with pytest.raises(PinRefused) as refusal:
        await worker.read_card(card.label, "not-the-pin")
    assert refusal.value.code == "PIN_REFUSED"
    assert refusal.value.place == f"token {card.label}"
    assert await worker.call(os.getpid, None) == pid


async def test_many_callers_at_once_are_safe(
    worker: HardwareWorker, card: CardCase, other_card: CardCase, tbs_for: Callable[..., bytes]
) -> None:
    made = await worker.personalise(card.label, card.key_id, card.pins)
    tbs = [tbs_for(made.csr_der, card) for _ in range(20)]
    signing = [worker.sign_tbs(CA_PINS.issuing.user, each) for each in tbs]
    making = [worker.personalise(one.label, one.key_id, one.pins) for one in (card, other_card) * 5]
    *certificates, first, second = await asyncio.gather(*signing, *making[:2])
    await asyncio.gather(*making[2:])
    assert [
        x509.load_der_x509_certificate(each).tbs_certificate_bytes
        for each in certificates
        if isinstance(each, bytes)
    ] == tbs
    for one in (card, other_card):
        (key,) = (await worker.read_card(one.label, one.pin)).keys
        assert key.sound
    assert first != second


def test_a_worker_serves_one_event_loop_after_another(tmp_path: Path) -> None:
    worker = HardwareWorker(softhsm(tmp_path))
    pids = {asyncio.run(worker.call(os.getpid, None)) for _ in range(2)}
    assert len(pids) == 1
    asyncio.run(worker.close())


async def test_a_call_given_up_by_its_caller_does_not_hold_the_next_one(
    own_worker: HardwareWorker,
) -> None:
    await own_worker.call(os.getpid, None)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await own_worker.call(time.sleep, None, 0.3)
    assert await own_worker.call(os.getpid, None)


async def test_ctrl_c_is_left_to_the_parent(worker: HardwareWorker) -> None:
    assert await worker.call(signal.getsignal, None, signal.SIGINT) is signal.SIG_IGN


async def test_closing_ends_a_call_in_the_middle_and_those_that_wait(tmp_path: Path) -> None:
    worker = HardwareWorker(softhsm(tmp_path))
    pid = await worker.call(os.getpid, None)
    calls = [asyncio.create_task(worker.call(time.sleep, None, LONG)) for _ in range(3)]
    await asyncio.sleep(0)
    await worker.close()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ModuleFault] * 3
    assert await asyncio.to_thread(gone, pid)


async def test_a_closed_worker_refuses_calls(tmp_path: Path) -> None:
    worker = HardwareWorker(softhsm(tmp_path))
    for _ in range(2):
        await worker.close()
    with pytest.raises(HardwareError, match="closed"):
        await worker.call(os.getpid, None)


def test_a_command_line_with_a_worker_keeps_its_output_to_itself(
    start_script: Callable[[str], "subprocess.Popen[str]"],
) -> None:
    with start_script("end") as script:
        output, _ = script.communicate(timeout=60)
    assert script.returncode == 0
    assert output.strip().isdigit()


def test_the_worker_process_ends_when_its_parent_is_killed(
    start_script: Callable[[str], "subprocess.Popen[str]"],
) -> None:
    with start_script("wait") as script:
        assert script.stdout is not None
        pid = int(script.stdout.readline())
        script.kill()
        assert gone(pid)


async def test_a_pin_is_in_no_message_of_a_refusal(worker: HardwareWorker, card: CardCase) -> None:
    await worker.personalise(card.label, card.key_id, card.pins)
    with pytest.raises(PinRefused) as refusal:
        await worker.read_card(card.label, "guessed-secret")
    seen = [str(refusal.value), repr(refusal.value), str(refusal.value.__cause__)]
    assert not any("guessed-secret" in text for text in seen)
