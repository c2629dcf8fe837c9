"""The e-licence issuer of a deployment: what is wrong with it is told in one line, at the start."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey
from pydantic import ValidationError

from models.licence import CLAIMS
from resolvers.licences import LicenceReader
from server.elicence import public_keys, reader_of
from server.faults import StartFault
from server.settings import Settings
from server.setup import set_up
from tests.conftest import Template
from tests.process import ROOT, run

NAME = "https://elicence.example"
EC = ECKey.generate_key("P-256", {"kid": "a"})
PRODUCTION: dict[str, Any] = {
    "env": "production",
    "database_url": "sqlite:///nowhere.sqlite3",
    "public_url": "https://ra.example",
    "smtp_url": "smtp://localhost",
    "sms_url": "https://sms.example",
    "verifier_url": "https://verifier.example",
    "secret_key": "s" * 32,
    "data_keys": "first:" + "A" * 43 + "=",
}


def _set(*keys: Any) -> str:
    return json.dumps({"keys": keys})


# fmt: off
DAMAGED = [
    ("",                                                  "is no JSON"),
    ("{",                                                 "is no JSON"),
    ("[]",                                                "is no JWK set"),
    ("{}",                                                "is no JWK set"),
    (_set(),                                              "is no JWK set"),
    ('{"keys": {}}',                                      "is no JWK set"),
    (_set("x"),                                           "is damaged"),
    (_set(7),                                             "is damaged"),
    (_set({}),                                            "is damaged"),
    (_set({"kty": "RSA", "kid": "a"}),                    "is damaged"),
    (_set({**EC.as_dict(private=False), "x": "AAAA"}),    "is damaged"),
    (_set({**EC.as_dict(private=False), "kty": "what"}),  "is damaged"),
    (_set(EC.as_dict(private=True)),                      "private key"),
    (_set(OctKey.generate_key(256, {"kid": "a"}).as_dict(private=True)), "private key"),
    (_set(*[EC.as_dict(private=False)] * 2),              "a kid of its own"),
    (_set(ECKey.generate_key("P-256").as_dict(private=False, kid="")), "a kid of its own"),
    (_set(ECKey.generate_key("P-384", {"kid": "a"}).as_dict(private=False)), "neither P-256 nor"),
    (_set({"kty": "RSA", "kid": "a", "e": "AQAB", "n": "w" * 171}),        "neither P-256 nor"),
]
# fmt: on


@pytest.mark.parametrize(("text", "told"), DAMAGED, ids=range(len(DAMAGED)))
def test_a_file_of_keys_that_is_none_or_holds_a_private_one_is_refused(
    tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "keys.json"
    file.write_text(text)
    with pytest.raises(StartFault, match=rf"^PORTCARD_ELICENCE_KEYS: .*{told}"):
        public_keys(file)


def _started(folder: Path, file: Path) -> str:
    """What a start that fails says."""
    done = run("serve", data_dir=folder, port=0, elicence_issuer=NAME, elicence_keys=file)
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    return line


def test_the_start_fails_with_one_line_that_holds_no_key(tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "keys.json"
    assert f"PORTCARD_ELICENCE_KEYS: {file} cannot be read (No such file" in _started(folder, file)
    file.write_text(_set(EC.as_dict(private=True)))
    line = _started(folder, file)
    assert f"PORTCARD_ELICENCE_KEYS: {file} holds a secret or private key" in line
    assert str(EC.as_dict(private=True)["d"]) not in line
    assert not folder.exists()


def test_issuer_and_keys_need_each_other(tmp_path: Path) -> None:
    for half in ({"elicence_issuer": NAME}, {"elicence_keys": tmp_path / "keys.json"}):
        with pytest.raises(ValidationError, match="need each other"):
            Settings(**half)


def test_production_has_no_issuer_unless_it_names_one_and_never_a_laptops(tmp_path: Path) -> None:
    told = {**PRODUCTION, "data_dir": tmp_path}
    assert reader_of(Settings(**told)) is None
    assert list(tmp_path.iterdir()) == []
    file = tmp_path / "keys.json"
    file.write_text(_set(EC.as_dict(private=False)))
    named = Settings(**told, elicence_issuer=NAME, elicence_keys=file)
    assert isinstance(reader_of(named), LicenceReader)
    for address in ("http://127.0.0.1:8000/dev/elicence", "https://ra.example/dev/elicence/"):
        with pytest.raises(ValidationError, match="vouches for anybody"):
            Settings(**told, elicence_issuer=address, elicence_keys=file)


def test_the_laptops_key_is_made_once_and_a_damaged_one_is_told(
    sqlite_template: Template, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(sqlite_template.folder, tmp_path / "data"))
    key = folder / "elicence-issuer.json"
    before = key.read_bytes()
    asyncio.run(set_up(Settings(data_dir=folder)))
    assert key.read_bytes() == before
    for text in ("{", "{}", '{"kty": "EC"}'):
        key.write_text(text)
        with pytest.raises(StartFault, match=r"elicence-issuer.json is damaged"):
            reader_of(Settings(data_dir=folder))


def test_the_command_line_issues_in_development_only(tmp_path: Path) -> None:
    done = run("elicence", "issue", "--name", "长春示例有限公司", data_dir=tmp_path)
    assert done.returncode == 0, done.stderr
    reader = reader_of(Settings(data_dir=tmp_path, port=8000))
    assert reader
    assert reader.read(done.stdout.strip()).licence.name == "长春示例有限公司"
    refused = run("elicence", "issue", **{**PRODUCTION, "data_dir": tmp_path})
    assert refused.returncode == 1
    assert "only development" in refused.stderr


def test_the_page_for_issuers_names_every_claim() -> None:
    page = (ROOT / "docs" / "elicence.md").read_text("utf-8")
    assert [claim for claim in CLAIMS if f"| `{claim}` |" not in page] == []
