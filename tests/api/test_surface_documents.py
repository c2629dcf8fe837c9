"""A document that was registered may be sent by its hash; production may take no other."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.settings import Settings
from server.trusted_documents import hash_of
from tests.conftest import Served
from tests.process import run

REGIONS = "query Regions { regions { level } }"
OTHER = "query Other { regions { code } }"
UNKNOWN = "0" * 64


@pytest.fixture
def trusting(
    settings: Settings, serve: Callable[[Settings], Any], tmp_path: Path
) -> Callable[..., Any]:
    manifest = tmp_path / "trusted.json"
    manifest.write_text(json.dumps({hash_of(REGIONS): REGIONS}), "utf-8")

    def started(**told: Any) -> Any:
        return serve(settings.model_copy(update={"trusted_documents": manifest, **told}))

    return started


def _named(hash_: str) -> list[dict[str, Any]]:
    """The two ways to name a document."""
    apollo = {"persistedQuery": {"version": 1, "sha256Hash": hash_}}
    return [{"documentId": f"sha256:{hash_}"}, {"extensions": apollo}]


async def _post(served: Served, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = await served.http.post(f"{served.url}/graphql", json=request)
    return answer.status_code, answer.json()


async def _subscribe(served: Served, request: dict[str, Any]) -> dict[str, Any]:
    async with served.visitor().socket({}) as socket:
        watch = await socket.subscribe(REGIONS)
        await watch.message()
        socket._watches["x"] = watch
        await socket.send({"id": "x", "type": "subscribe", "payload": request})
        return await _next(watch)


async def _next(watch: Any) -> dict[str, Any]:
    message: dict[str, Any] = await watch.message()
    return message if message["type"] != "complete" else await watch.message()


async def test_a_registered_document_is_found_by_its_hash_on_both_transports(
    trusting: Callable[..., Any],
) -> None:
    async with trusting() as served:
        for request in _named(hash_of(REGIONS)):
            status, answer = await _post(served, {**request, "operationName": "Regions"})
            assert (status, answer["data"]["regions"][0]["level"]) == (200, "PROVINCE")
            message = await _subscribe(served, request)
            assert message["payload"]["data"] == answer["data"]
        by_get = await served.http.get(
            f"{served.url}/graphql", params={"documentId": f"sha256:{hash_of(REGIONS)}"}
        )
        assert by_get.json()["data"] == answer["data"]
        assert (await _post(served, {"query": OTHER}))[0] == 200


async def test_a_hash_that_is_unknown_is_told_by_its_code(trusting: Callable[..., Any]) -> None:
    async with trusting() as served:
        for request in _named(UNKNOWN):
            status, answer = await _post(served, request)
            assert status == 400
            assert answer["errors"][0]["extensions"]["code"] == "DOCUMENT_UNKNOWN"
            message = await _subscribe(served, request)
            assert message["payload"][0]["extensions"]["code"] == "DOCUMENT_UNKNOWN"


async def test_where_only_registered_documents_are_taken_all_others_are_refused(
    trusting: Callable[..., Any],
) -> None:
    async with trusting(only_trusted=True) as served:
        for request in ({"query": OTHER}, {**_named(hash_of(REGIONS))[0], "query": OTHER}):
            status, answer = await _post(served, request)
            assert status == 400
            assert answer["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
            message = await _subscribe(served, request)
            assert message["payload"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
        assert (await _post(served, {"query": REGIONS}))[0] == 200


ODD: list[dict[str, Any]] = [
    {"documentId": 5},
    {"extensions": []},
    {"extensions": {"persistedQuery": 5}},
    {"extensions": {"persistedQuery": {"sha256Hash": None}}},
    {"documentId": "md5:5"},
]


async def test_what_names_no_document_is_a_client_s_error(trusting: Callable[..., Any]) -> None:
    async with trusting() as served:
        for request in ODD:
            assert (await _post(served, request))[0] == 400, request


def _register(manifest: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    return run("documents", "register", *map(str, files), trusted_documents=manifest)


def test_registering_makes_and_extends_the_manifest_and_tells_the_ids(tmp_path: Path) -> None:
    manifest, one, two = (tmp_path / name for name in ("trusted.json", "a.graphql", "b.graphql"))
    one.write_text(REGIONS, "utf-8")
    two.write_text(f"{REGIONS} {OTHER}", "utf-8")
    told = _register(manifest, one)
    assert told.stdout.split()[0] == f"sha256:{hash_of(REGIONS)}"
    assert json.loads(manifest.read_text("utf-8")) == {hash_of(REGIONS): REGIONS}
    assert len(_register(manifest, two).stdout.splitlines()) == 3
    assert len(json.loads(manifest.read_text("utf-8"))) == 4


def test_a_document_that_is_not_valid_is_told_and_nothing_is_registered(tmp_path: Path) -> None:
    manifest, good, bad = (tmp_path / name for name in ("trusted.json", "a.graphql", "b.graphql"))
    good.write_text(REGIONS, "utf-8")
    bad.write_text("{ nothing }", "utf-8")
    told = _register(manifest, good, bad)
    assert told.returncode == 1
    assert "nothing" in told.stderr
    assert len(told.stderr.strip().splitlines()) == 1
    assert not manifest.exists()


BAD = {
    "missing": (None, "cannot be read"),
    "no JSON": ("{", "no JSON"),
    "a list": ("[]", "no object"),
    "an altered document": (json.dumps({UNKNOWN: REGIONS}), "another hash"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_manifest_keeps_the_server_from_starting_in_one_line(
    tmp_path: Path, what: str
) -> None:
    text, reason = BAD[what]
    manifest = tmp_path / "trusted.json"
    if text is not None:
        manifest.write_text(text, "utf-8")
    done = run("serve", data_dir=tmp_path / "data", port=0, trusted_documents=manifest)
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert reason in line
    assert "PORTCARD_TRUSTED_DOCUMENTS" in line


def test_taking_only_registered_documents_needs_a_manifest() -> None:
    with pytest.raises(ValueError, match="PORTCARD_TRUSTED_DOCUMENTS"):
        Settings(only_trusted=True)
