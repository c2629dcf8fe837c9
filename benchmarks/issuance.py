"""Making cards: keys, certificates and the durable job around them, on SoftHSM."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

from figures import OURS, Row, Sample
from processes import Meter, Started, portcard
from story import Visitors, visitors

from hardware.authority import AuthorityNames, AuthorityPins, random_serial
from hardware.issuance import build_tbs
from hardware.module import softhsm
from hardware.names import Holder
from hardware.profiles import Profiles
from hardware.token import Pins
from hardware.worker import HardwareWorker
from tests.actors import Officer, Unit
from tests.client import Socket

BENCH, CASE = "issuance", "11 cards an application"
APPLICATIONS, OPERATORS = 3, 10
WARM_UP = 1  # operators of one application more
CARDS = APPLICATIONS * (OPERATORS + 1)
PEER = "hardware steps alone"
PINS = Pins(so="12345678", user="87654321")
NAMES = AuthorityNames(organization="Bench", root="Bench Root CA", issuing="Bench Issuing CA")


async def run(folder: Path) -> list[Row]:
    async with portcard(folder) as server, visitors(server) as people:
        officer = await people.officer()
        first = await _producing(people, officer, WARM_UP)
        units = [await _producing(people, officer, OPERATORS) for _ in range(APPLICATIONS)]
        sample = Sample(server.meter)
        async with officer.client.socket() as socket:
            await _issue(
                Sample(server.meter), officer, first, socket
            )  # starts the hardware's process
            for unit in units:
                await _issue(sample, officer, unit, socket)
        rows = [sample.row(BENCH, CASE, OURS)]
        _require_all_written(server)
    return [*rows, await _alone(folder)]


async def _producing(people: Visitors, officer: Officer, operators: int) -> Unit:
    (unit,) = await people.filled(1, operators)
    await unit.submit()
    await officer.act("Accept", unit)
    await officer.act("Approve", unit, mediaSupply="FREE")
    await officer.act("Produce", unit)
    return unit


async def _issue(sample: Sample, officer: Officer, unit: Unit, socket: Socket) -> None:
    """From the mutation to the last card; the time of a card is that since the one before."""
    watch = await socket.watch("IssuanceProgress", id=unit.id)
    told = await watch.next()
    with sample.running():
        last = time.perf_counter()
        await officer.act("Issue", unit)
        while told["done"] < told["total"]:
            before, told = told["done"], await watch.next()
            moment, made = time.perf_counter(), told["done"] - before
            sample.seconds += [(moment - last) / made] * made
            last = moment if made else last


def _require_all_written(server: Started) -> None:
    tokens = list((server.folder / "tokens" / "tokens").glob("*/token.object"))
    if len(tokens) < CARDS:
        raise RuntimeError(f"{len(tokens)} tokens for {CARDS} cards")


async def _alone(folder: Path) -> Row:
    """The same steps in the same order, one card after the other, nothing stored between them."""
    worker, moment = HardwareWorker(softhsm(folder / "alone")), datetime.now(UTC)
    moment = moment.replace(microsecond=0)
    sample = Sample(Meter(os.getpid()))
    try:
        authority = await worker.init_ca(AuthorityPins(PINS, PINS), NAMES, moment)
        with sample.running():
            for number in range(CARDS):
                with sample.act():
                    await _card(worker, f"card-{number:02d}", authority.issuing_pem, moment)
    finally:
        await worker.close()
    return sample.row(BENCH, CASE, PEER)


async def _card(worker: HardwareWorker, label: str, issuer_pem: str, moment: datetime) -> None:
    key_id = label.encode()
    made = await worker.personalise(label, key_id, PINS)
    tbs = build_tbs(
        made.csr_der,
        random_serial(),
        Holder(unit="长春测试有限公司", uscc="91220101MA0000017G", name="王芳", card=label),
        Profiles.OPERATOR,
        issuer_pem=issuer_pem,
        base_url="http://127.0.0.1:8000",
        not_before=moment,
    )
    certificate = await worker.sign_tbs(PINS.user, tbs)
    await worker.write_certificate(label, key_id, PINS.user, certificate)
