import asyncio
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from hardware.errors import (
    HardwareError,
    PinRefused,
    SubjectRefused,
    TokenAmbiguous,
    TokenFolderMissing,
    TokenMissing,
)
from hardware.keepsake import keep_token
from hardware.module import Module, softhsm
from hardware.token import Pins, ensure_token
from hardware.worker import HardwareWorker
from tests.hardware import breakage
from tests.hardware.conftest import CardCase


async def test_a_token_is_made_once(worker: HardwareWorker, module: Module, card: CardCase) -> None:
    first = await worker.call(ensure_token, None, module, card.label, card.pins)
    again = await worker.call(ensure_token, None, module, card.label, card.pins)
    assert first == again
    assert first.label == card.label
    assert first.serial


async def test_a_wrong_pin_is_refused_and_the_right_one_still_works(
    worker: HardwareWorker, card: CardCase
) -> None:
    await worker.personalise(card.label, card.key_id, card.pins)
    for _ in range(3):
        with pytest.raises(PinRefused, match="wrong PIN"):
            await worker.read_card(card.label, "not-the-pin")
    assert (await worker.read_card(card.label, card.pin)).keys


async def test_a_pin_accepted_before_is_checked_again(
    worker: HardwareWorker, card: CardCase
) -> None:
    await worker.personalise(card.label, card.key_id, card.pins)
    with pytest.raises(PinRefused):
        await worker.personalise(card.label, card.key_id, Pins(card.pins.so, "not-the-pin"))


async def test_a_pin_that_is_too_short_is_refused(worker: HardwareWorker, card: CardCase) -> None:
    with pytest.raises(PinRefused):
        await worker.personalise(card.label, card.key_id, Pins("1", "card-1234"))


async def test_a_token_left_without_pin_is_completed(
    worker: HardwareWorker, module: Module, card: CardCase
) -> None:
    await worker.call(breakage.make_token_without_pin, None, module, card.label, card.pins)
    made = await worker.personalise(card.label, card.key_id, card.pins)
    assert (await worker.read_card(card.label, card.pin)).token_serial == made.token_serial


async def test_a_half_made_token_that_takes_no_pin_is_passed_over(
    worker: HardwareWorker, module: Module, card: CardCase
) -> None:
    other = Pins("so-nobody-knows", card.pin)
    await worker.call(breakage.make_token_without_pin, None, module, card.label, other)
    with pytest.raises(TokenMissing):
        await worker.read_card(card.label, card.pin)
    made = await worker.personalise(card.label, card.key_id, card.pins)
    assert (await worker.read_card(card.label, card.pin)).token_serial == made.token_serial


async def test_two_tokens_of_one_label_are_refused(
    worker: HardwareWorker, module: Module, card: CardCase
) -> None:
    for _ in range(2):
        await worker.call(breakage.make_token, None, module, card.label, card.pins)
    with pytest.raises(TokenAmbiguous):
        await worker.personalise(card.label, card.key_id, card.pins)


@pytest.mark.parametrize("label", ["", "C" * 33, "卡" * 11, "C-1 "])
async def test_a_label_no_token_can_bear_is_refused(worker: HardwareWorker, label: str) -> None:
    with pytest.raises(SubjectRefused):
        await worker.personalise(label, b"key", Pins("so-of-card", "card-1234"))


async def test_a_token_that_is_not_there_is_missing(worker: HardwareWorker) -> None:
    with pytest.raises(TokenMissing, match="NO-SUCH-CARD"):
        await worker.read_card("NO-SUCH-CARD", "1234")


async def test_a_token_folder_that_is_gone_is_told_and_heals_when_it_is_back(
    own_worker: HardwareWorker, tmp_path: Path, card: CardCase
) -> None:
    made = await own_worker.personalise(card.label, card.key_id, card.pins)
    tokens, away = tmp_path / "softhsm" / "tokens", tmp_path / "away"
    shutil.move(tokens, away)
    with pytest.raises(TokenFolderMissing, match="tokens"):
        await own_worker.read_card(card.label, card.pin)
    shutil.move(away, tokens)
    assert (await own_worker.read_card(card.label, card.pin)).token_serial == made.token_serial


async def test_a_token_folder_missing_from_the_start_is_told(tmp_path: Path) -> None:
    worker = HardwareWorker(softhsm(tmp_path))
    shutil.rmtree(tmp_path / "tokens")
    with pytest.raises(TokenFolderMissing):
        await worker.read_card("CARD", "1234")
    await worker.close()


async def test_a_token_made_by_another_process_is_seen(
    own_worker: HardwareWorker, card: CardCase, other_card: CardCase
) -> None:
    other = HardwareWorker(own_worker.module)
    await own_worker.personalise(card.label, card.key_id, card.pins)
    await other.read_card(card.label, card.pin)
    made = await own_worker.personalise(other_card.label, other_card.key_id, other_card.pins)
    assert (await other.read_card(other_card.label, card.pin)).token_serial == made.token_serial
    await other.close()


async def test_two_processes_at_once_make_one_token(
    own_worker: HardwareWorker, card: CardCase
) -> None:
    other = HardwareWorker(own_worker.module)
    calls = (
        worker.call(ensure_token, None, worker.module, card.label, card.pins)
        for worker in (own_worker, other, own_worker, other)
    )
    assert len(set(await asyncio.gather(*calls))) == 1
    await other.close()


async def test_a_token_whose_file_a_sigkill_emptied_is_mended(
    own_worker: HardwareWorker, tmp_path: Path, card: CardCase
) -> None:
    made = await own_worker.personalise(card.label, card.key_id, card.pins)
    await own_worker.close()
    (file,) = (tmp_path / "softhsm" / "tokens").glob("*/token.object")
    file.write_bytes(b"")  # SoftHSM truncates it at every login before it writes it
    worker = HardwareWorker(own_worker.module)
    found = await worker.read_card(card.label, card.pin)
    await worker.close()
    assert found.token_serial == made.token_serial
    assert found.keys[0].sound


async def test_a_token_emptied_under_a_running_worker_heals(
    own_worker: HardwareWorker, tmp_path: Path, card: CardCase
) -> None:
    await own_worker.personalise(card.label, card.key_id, card.pins)
    (file,) = (tmp_path / "softhsm" / "tokens").glob("*/token.object")
    file.write_bytes(b"")
    with suppress(HardwareError):
        await own_worker.read_card(card.label, card.pin)
    assert (await own_worker.read_card(card.label, card.pin)).keys[0].sound


def test_kept_copies_are_for_their_owner_alone(tmp_path: Path) -> None:
    module = softhsm(tmp_path)
    token = tmp_path / "tokens" / "262aab86-a13b-9236-e262-939afd48d026"
    token.mkdir()
    (token / "token.object").write_bytes(b"wrapped")
    keep_token(module, "e262939afd48d026")
    kept = tmp_path / "kept" / "e262939afd48d026"
    assert kept.read_bytes() == b"wrapped"
    assert kept.stat().st_mode & 0o077 == 0
    assert kept.parent.stat().st_mode & 0o077 == 0
