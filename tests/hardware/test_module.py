import pickle
from pathlib import Path

import pytest

from hardware.errors import HardwareError, ModuleMissing, PinRefused
from hardware.module import find_softhsm, softhsm
from hardware.token import Pins
from hardware.worker import HardwareWorker


def all_errors(root: type[HardwareError] = HardwareError) -> list[type[HardwareError]]:
    return [root, *(error for child in root.__subclasses__() for error in all_errors(child))]


def test_softhsm_is_found_where_systems_install_it() -> None:
    found = find_softhsm()
    assert found is not None
    assert found.name == "libsofthsm2.so"


def test_a_missing_library_is_told_in_one_line_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hardware.module.SOFTHSM_PLACES", ())
    with pytest.raises(ModuleMissing) as refusal:
        softhsm(tmp_path)
    assert "apt-get install softhsm2" in str(refusal.value)
    assert "brew install softhsm" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_library_that_was_named_and_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModuleMissing, match=r"there is no PKCS#11 library .*/named\.so$"):
        softhsm(tmp_path, tmp_path / "named.so")


async def test_a_library_removed_later_is_told_by_the_worker(tmp_path: Path) -> None:
    library = tmp_path / "libsofthsm2.so"
    library.touch()
    worker = HardwareWorker(softhsm(tmp_path, library))
    library.unlink()
    with pytest.raises(ModuleMissing, match="apt-get install softhsm2"):
        await worker.read_card("CARD", "1234")
    await worker.close()


def test_configuring_twice_changes_nothing(tmp_path: Path) -> None:
    first = softhsm(tmp_path)
    written = (tmp_path / "softhsm2.conf").stat().st_mtime_ns
    assert softhsm(tmp_path) == first
    assert (tmp_path / "softhsm2.conf").stat().st_mtime_ns == written


def test_the_token_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    softhsm(tmp_path)
    assert (tmp_path / "tokens").stat().st_mode & 0o077 == 0


def test_a_pin_is_never_shown() -> None:
    assert "secret" not in repr(Pins("so-secret", "user-secret"))


@pytest.mark.parametrize("error", all_errors())
def test_an_error_crosses_a_process_boundary_whole(error: type[HardwareError]) -> None:
    copy = pickle.loads(pickle.dumps(error("token A", "why")))  # noqa: S301 - our own bytes
    assert (type(copy), copy.code, copy.place, copy.detail) == (error, error.code, "token A", "why")


def test_error_codes_are_told_apart() -> None:
    codes = [error.code for error in all_errors()]
    assert len(set(codes)) == len(codes)


def test_a_wrong_pin_is_not_to_be_tried_again() -> None:
    assert not PinRefused.retryable
