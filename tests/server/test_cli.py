"""The command line: what is wrong is told in one line, and nothing is guessed."""

import asyncio
import json
import shutil
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from server.settings import Settings
from server.setup import set_up
from tests.conftest import Template
from tests.process import run


@pytest.fixture
def folder(sqlite_template: Template, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sqlite_template.folder, tmp_path / "data"))


def _one_line(told: str) -> str:
    (line,) = told.strip().splitlines()
    return line


WINDOW = {"single_window_url": "http://x", "single_window_client_id": "c"}
# fmt: off
WRONG = [
    ({"log_level": "loud"},                  "PORTCARD_LOG_LEVEL"),
    ({"database_url": "mysql://x/y"},        "must begin with sqlite:// or postgres:// or"),
    ({"smtp_url": "foo://x"},                "PORTCARD_SMTP_URL"),
    ({"sms_url": "foo"},                     "PORTCARD_SMS_URL"),
    ({"public_url": "x"},                    "PORTCARD_PUBLIC_URL"),
    ({"storage_url": "file://relative"},     "must begin with file:///"),
    ({"database_url": "sqlite:///no/such/x.db"}, "the database cannot be used: /no/such/x.db"),
    ({"pkcs11_module": "/no/such.so"},       "there is no PKCS#11 library /no/such.so"),
    ({"trusted_proxies": "10.0.0.0/8,proxy"}, "proxy is no address or network"),
    ({"env": "production"},                  "production needs"),
    ({"single_window_url": "http://x"},      "needs PORTCARD_SINGLE_WINDOW_CLIENT_ID"),
    ({"single_window_redirects": "app:x"},   "app:x is no address"),
    ({"single_window_claims": "uscc"},       "uscc is not OURS=THEIRS"),
    ({**WINDOW, "single_window_claims": "a=b"}, "names what we do not keep: a"),
    ({**WINDOW, "env": "production"},        "by the Single Window by https, not http://x"),
]
# fmt: on


def test_revoking_what_is_not_there_is_told_in_one_line(folder: Path) -> None:
    done = run("card", "revoke", "4711", data_dir=folder)
    assert done.returncode == 1
    assert "no certificate has the serial number 4711" in _one_line(done.stderr)


def test_a_certificate_is_not_revoked_for_a_reason_that_no_crl_knows(folder: Path) -> None:
    done = run("card", "revoke", "4711", "--reason", "boredom", data_dir=folder)
    assert done.returncode == 2
    assert "'keyCompromise'" in done.stderr


@pytest.mark.parametrize(("settings", "told"), WRONG)
def test_a_wrong_setting_is_told_in_one_line(
    folder: Path, settings: dict[str, str], told: str
) -> None:
    done = run("serve", data_dir=folder, port=0, **settings)
    assert done.returncode == 1
    assert told in _one_line(done.stderr)
    assert "Value error" not in done.stderr


def test_a_database_that_is_none_is_told_in_one_line(folder: Path) -> None:
    (folder / "portcard.sqlite3").write_bytes(b"\x17" * 5000)
    for command in ("serve", "migrate"):
        done = run(command, data_dir=folder, port=0)
        assert done.returncode == 1
        assert "file is not a database" in _one_line(done.stderr)


def test_another_secret_is_told_in_one_line(folder: Path) -> None:
    (folder / "secret.key").write_text("f" * 64)
    done = run("serve", data_dir=folder, port=0)
    assert done.returncode == 1
    assert "made with another secret" in _one_line(done.stderr)


def test_lost_tokens_do_not_become_a_new_ca(folder: Path) -> None:
    shutil.rmtree(folder / "tokens")
    before = (folder / "authority.json").read_text()
    done = run("serve", data_dir=folder, port=0)
    assert done.returncode == 1
    assert "tokens have gone" in _one_line(done.stderr)
    assert (folder / "authority.json").read_text() == before


def test_an_export_makes_no_ca(tmp_path: Path) -> None:
    done = run("ca", "export", "--to", tmp_path / "pki", data_dir=tmp_path / "typo")
    assert done.returncode == 1
    assert "there is no CA" in _one_line(done.stderr)
    assert not (tmp_path / "typo").exists()


def test_an_export_writes_the_served_chain(folder: Path, tmp_path: Path) -> None:
    assert run("ca", "export", "--to", tmp_path / "pki", data_dir=folder).returncode == 0
    chain = (tmp_path / "pki" / "ca.pem").read_text()
    parts = [(tmp_path / "pki" / f"{name}.pem").read_text() for name in ("issuing", "root")]
    assert chain == "".join(parts)
    (tmp_path / "file").write_text("in the way")
    done = run("ca", "export", "--to", tmp_path / "file" / "pki", data_dir=folder)
    assert done.returncode == 1
    _one_line(done.stderr)


@pytest.mark.parametrize("told", [[], ["--institution", ""], ["--institution", "x", "--platform"]])
def test_an_officer_is_of_one_institution_or_expressly_of_the_platform(
    folder: Path, told: list[str]
) -> None:
    done = run("officer", "add", "somebody", "--password-stdin", *told, data_dir=folder)
    assert done.returncode == 2
    assert "either --institution CODE_OR_NAME or --platform" in done.stderr


def test_an_officers_password_keeps_the_rules(folder: Path) -> None:
    told = ["officer", "add", "li.wei", "--platform", "--password-stdin"]
    for password, why in (("12345678", "too well known"), ("li.wei.26", "the username")):
        done = run(*told, stdin=password, data_dir=folder)
        assert done.returncode == 1
        assert why in _one_line(done.stderr)
    assert run(*told, stdin="a horse of beijing", data_dir=folder).returncode == 0


def test_an_officer_who_lost_everything_gets_a_new_password(folder: Path) -> None:
    done = run("officer", "reset", "nobody", data_dir=folder)
    assert done.returncode == 1
    assert "no officer of that name" in _one_line(done.stderr)
    told = ["officer", "reset", "tianjin", "--password-stdin"]
    assert run(*told, stdin="short", data_dir=folder).returncode == 1
    assert run(*told, stdin="a horse of the coast", data_dir=folder).returncode == 0


# fmt: off
RULES = [
    ({"env": "development"},                                        (False, False, 0)),
    ({"env": "production"},                                         (True,  True,  20)),
    ({"env": "production", "officer_second_factor": "optional"},    (False, True,  20)),
    ({"env": "production", "four_eyes": False},                     (True,  False, 20)),
    ({"env": "production", "sms_per_address": 0},                   (True,  True,  0)),
    ({"env": "development", "officer_second_factor": "required"},   (True,  False, 0)),
]
# fmt: on
WHOLE = {
    "database_url": "postgres://x/y",
    "public_url": "https://example.com",
    "smtp_url": "smtp://x",
    "sms_url": "https://example.com",
    "verifier_url": "https://example.com",
    "secret_key": "s" * 32,
    "data_keys": f"k1:{b64encode(bytes(32)).decode()}",
}


@pytest.mark.parametrize(("told", "rules"), RULES)
def test_production_is_strict_unless_told_otherwise(
    told: dict[str, Any], rules: tuple[bool, bool, int]
) -> None:
    settings = Settings(**WHOLE, **told)
    found = (
        settings.requires_second_factor,
        settings.demands_four_eyes,
        settings.most_sms_per_address,
    )
    assert found == rules


def test_a_database_without_a_schema_is_told_in_one_line(tmp_path: Path) -> None:
    told = ["--institution", "天津制卡中心", "--password-stdin"]
    done = run("officer", "add", "somebody", *told, data_dir=tmp_path)
    assert done.returncode == 1
    assert "the database cannot be used" in _one_line(done.stderr)


def test_a_file_of_no_institutions_is_refused(folder: Path, tmp_path: Path) -> None:
    header = (Path("models") / "data" / "institutions.csv").read_text("utf-8").splitlines()[0]
    for body, told in (("", "no institution"), ("a,b,center" + "," * 20, "columns")):
        (tmp_path / "x.csv").write_text(f"{header}\n{body}\n", "utf-8")
        done = run("institution", "import", tmp_path / "x.csv", data_dir=folder)
        assert done.returncode == 1
        assert told in _one_line(done.stderr)


def test_lost_demo_passwords_are_made_anew(folder: Path) -> None:
    file = folder / "demo-officers.json"
    before = json.loads(file.read_text("utf-8"))
    file.unlink()
    made = asyncio.run(set_up(Settings(data_dir=folder))).officers
    assert json.loads(file.read_text("utf-8")) == made
    assert [officer["username"] for officer in made] == [row["username"] for row in before]
    assert made[0]["password"] != before[0]["password"]
    assert asyncio.run(set_up(Settings(data_dir=folder))).officers == []
