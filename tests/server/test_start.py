"""Starting: everything is set up, what is there is kept, and what is wrong is told in one line."""

import asyncio
import re
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.faults import StartFault
from server.settings import Settings
from server.setup import set_up
from tests.conftest import Template
from tests.process import PORTCARD, environment, run, server_process


@pytest.fixture
def folder(sqlite_template: Template, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sqlite_template.folder, tmp_path / "data"))


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def _one_line(told: str) -> str:
    (line,) = told.strip().splitlines()
    return line


def test_a_busy_port_is_told_in_one_line(folder: Path, busy_port: int) -> None:
    done = run("serve", data_dir=folder, port=busy_port)
    assert done.returncode == 1
    assert f"127.0.0.1:{busy_port} is in use" in _one_line(done.stderr)


def test_a_missing_softhsm_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hardware.module.SOFTHSM_PLACES", ())
    with pytest.raises(StartFault, match=r"^SoftHSM 2 is not installed: .apt-get install softhsm2"):
        asyncio.run(set_up(Settings(data_dir=tmp_path)))


def test_a_folder_that_cannot_be_written_to_is_told_in_one_line(
    tmp_path: Path, free_port: int
) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run("serve", data_dir=tmp_path / "file" / "data", port=free_port)
    assert done.returncode == 1
    assert "cannot be written to" in _one_line(done.stderr)


def test_a_setting_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    done = run("serve", data_dir=tmp_path, port="many")
    assert done.returncode == 1
    assert "PORTCARD_PORT" in _one_line(done.stderr)


DATABASES = {
    "sqlite:///nowhere/at/all.sqlite3": "/nowhere/at/all.sqlite3",
    "sqlite://": "PORTCARD_DATABASE_URL",
    "postgres://nobody:secret@127.0.0.1:1/x": "refused|Connect call failed",
    "postgres://localhost/x?host=/nope": "No such file",
    "postgres://[::1/x": "IPv6",
    "postgres://localhost:abc/x": "PORTCARD_DATABASE_URL",
    "mysql://localhost/x": "PORTCARD_DATABASE_URL",
}


@pytest.mark.parametrize("url", DATABASES)
def test_a_database_that_cannot_be_had_is_told_in_one_line_with_its_setting(
    folder: Path, free_port: int, url: str
) -> None:
    done = run("serve", data_dir=folder, port=free_port, database_url=url)
    assert done.returncode == 1
    line = _one_line(done.stderr)
    assert "PORTCARD_DATABASE_URL" in line
    assert re.search(DATABASES[url], line)
    assert "secret" not in line


def test_a_storage_folder_that_cannot_be_is_told_in_one_line(folder: Path, free_port: int) -> None:
    (folder / "file").write_text("in the way")
    url = f"file://{folder / 'file' / 'papers'}"
    done = run("serve", data_dir=folder, port=free_port, storage_url=url)
    assert done.returncode == 1
    assert "PORTCARD_STORAGE_URL" in _one_line(done.stderr)


@pytest.mark.parametrize("text", ["{", "{}", "[]"])
def test_a_damaged_file_of_the_ca_is_told_in_one_line(
    folder: Path, free_port: int, text: str
) -> None:
    (folder / "authority.json").write_text(text)
    done = run("serve", data_dir=folder, port=free_port)
    assert done.returncode == 1
    assert "authority.json is damaged" in _one_line(done.stderr)


def test_a_library_that_is_none_is_told_in_one_line_with_its_setting(
    folder: Path, free_port: int
) -> None:
    (folder / "none.so").write_text("not a library")
    for library in (folder / "none.so", folder / "missing.so"):
        done = run("serve", data_dir=folder, port=free_port, pkcs11_module=library)
        assert done.returncode == 1
        assert "PORTCARD_PKCS11_MODULE" in _one_line(done.stderr)


def test_a_disk_that_takes_no_more_at_the_start_is_told_in_one_line(
    free_port: int, tmp_path: Path
) -> None:
    done = subprocess.run(
        ["sh", "-c", f"ulimit -f 64; exec {PORTCARD} serve"],
        env=environment(data_dir=tmp_path / "data", port=free_port),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "the database cannot be used: " in _one_line(done.stderr)


def test_production_refuses_what_serves_development(tmp_path: Path) -> None:
    done = run("serve", env="production", data_dir=tmp_path)
    assert done.returncode == 1
    line = _one_line(done.stderr)
    assert "PORTCARD_SECRET_KEY" in line
    assert "PORTCARD_DATABASE_URL" in line


def test_a_first_start_sets_everything_up_and_prints_the_officers_once(tmp_path: Path) -> None:

    first = asyncio.run(set_up(Settings(data_dir=tmp_path)))
    assert first.regions > 3000
    assert first.institutions == 32
    assert first.officers[0]["username"] == "tianjin"
    again = asyncio.run(set_up(Settings(data_dir=tmp_path)))
    assert (again.regions, again.institutions, again.officers) == (0, 0, [])


def test_the_database_is_in_wal_mode(folder: Path, free_port: int) -> None:
    with (
        server_process(free_port, data_dir=folder),
        sqlite3.connect(folder / "portcard.sqlite3") as database,
    ):
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_polite_end_is_a_quick_one(folder: Path, free_port: int) -> None:
    with server_process(free_port, data_dir=folder) as server:
        assert server.stop() in (0, -15)


def test_an_officer_is_added_from_the_command_line(folder: Path) -> None:
    done = run("officer", "add", "li.wei", "--institution", "北京制卡中心", data_dir=folder)
    assert done.returncode == 2  # the password is missing
    done = run(
        "officer", "add", "li.wei", "--institution", "无此机构", "--password-stdin", data_dir=folder
    )
    assert "no institution" in _one_line(done.stderr)


def test_the_ca_is_exported(folder: Path, tmp_path: Path) -> None:
    done = run("ca", "export", "--to", str(tmp_path / "out"), data_dir=folder)
    assert done.returncode == 0, done.stderr
    chain = (tmp_path / "out" / "ca.pem").read_text()
    parts = [(tmp_path / "out" / f"{name}.pem").read_text() for name in ("issuing", "root")]
    assert chain == "".join(parts)


def test_ctrl_c_is_a_good_end(folder: Path, free_port: int) -> None:
    with server_process(free_port, data_dir=folder) as server:
        assert server.interrupt() == 0
