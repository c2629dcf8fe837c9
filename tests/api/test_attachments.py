"""Papers: declared, put to their address, and nothing else."""

import asyncio
import errno
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from models.application import Application
from tests.actors import Unit
from tests.client import PNG, Client
from tests.conftest import Served
from tests.files import raw_pdf
from tests.identities import person

PDF = raw_pdf()
MIB = 2**20


def _declared(**changes: Any) -> dict[str, Any]:
    usual = {"kind": "BUSINESS_LICENCE", "fileName": "执照.png", "contentType": "image/png"}
    return {**usual, "size": len(PNG), **changes}


async def _codes(unit: Unit, **changes: Any) -> list[str]:
    told = _declared(**changes)
    return await unit.client.codes("PrepareAttachment", applicationId=unit.id, **told)


async def _prepared(unit: Unit, **changes: Any) -> dict[str, Any]:
    told = _declared(**changes)
    return await unit.client.do("PrepareAttachment", applicationId=unit.id, **told)


async def _code_of(unit: Unit, prepared: dict[str, Any], content: bytes) -> tuple[int, str]:
    response = await unit.put(prepared["upload"], content)
    errors = response.json()["errors"] if response.content else [{"code": ""}]
    return response.status_code, errors[0]["code"]


async def _papers(unit: Unit) -> list[tuple[str, str]]:
    return [(paper["kind"], paper["status"]) for paper in (await unit.detail())["attachments"]]


# fmt: off
WRONG = [
    ({"contentType": "text/html"},                 "contentType:ATTACHMENT_TYPE"),
    ({"contentType": "image/svg+xml"},             "contentType:ATTACHMENT_TYPE"),
    ({"size": 0},                                  "size:ATTACHMENT_SIZE"),
    ({"size": -1},                                 "size:ATTACHMENT_SIZE"),
    ({"size": 10 * MIB + 1},                       "size:ATTACHMENT_SIZE"),
    ({"fileName": "../../etc/passwd"},             "fileName:ATTACHMENT_NAME"),
    ({"fileName": "  "},                           "fileName:ATTACHMENT_NAME"),
    ({"fileName": ".."},                           "fileName:ATTACHMENT_NAME"),
    ({"fileName": "a.png."},                       "fileName:ATTACHMENT_NAME"),
    ({"fileName": "con.png"},                      "fileName:ATTACHMENT_NAME"),
    ({"fileName": "a.exe"},                        "fileName:ATTACHMENT_EXTENSION"),
    ({"fileName": "a.pdf"},                        "fileName:ATTACHMENT_EXTENSION"),
    ({"kind": "OPERATOR_ID"},                      "operatorId:ATTACHMENT_OPERATOR"),
    ({"operatorId": "opr-1"},                      "operatorId:ATTACHMENT_OPERATOR"),
    ({"kind": "OPERATOR_ID", "operatorId": "x"},   "operatorId:NOT_FOUND"),
    ({"kind": "AGENT_ID"},                         "kind:ATTACHMENT_AGENT"),
]
# fmt: on


async def test_what_may_not_be_uploaded_is_refused_before_it_is_sent(served: Served) -> None:
    unit = await (await served.unit()).start()
    for changes, code in WRONG:
        assert await _codes(unit, **changes) == [code], changes
    assert await _papers(unit) == []


async def test_the_bytes_are_as_many_and_of_the_type_that_was_declared(served: Served) -> None:
    unit = await (await served.unit()).start()
    prepared = await _prepared(unit)
    assert await _code_of(unit, prepared, PNG + b"x") == (413, "UPLOAD_SIZE")
    assert await _code_of(unit, prepared, PNG[:-1]) == (413, "UPLOAD_SIZE")
    assert await _code_of(unit, prepared, b"") == (413, "UPLOAD_SIZE")
    assert await _code_of(unit, prepared, b"\xff" * len(PNG)) == (415, "UPLOAD_TYPE")
    html = b"<html><script>alert(1)</script>".ljust(len(PNG))
    assert await _code_of(unit, prepared, html) == (415, "UPLOAD_TYPE")
    assert await _papers(unit) == [("BUSINESS_LICENCE", "PENDING")]
    assert await _code_of(unit, prepared, PNG) == (204, "")
    assert await _papers(unit) == [("BUSINESS_LICENCE", "STORED")]
    assert await _code_of(unit, prepared, PNG) == (409, "UPLOAD_DONE")


async def test_what_was_uploaded_comes_back_as_it_was_and_cannot_run(served: Served) -> None:
    unit = await (await served.unit()).start()
    told = {"contentType": "application/pdf", "fileName": "执照.pdf", "size": len(PDF)}
    prepared = await _prepared(unit, **told)
    assert (await unit.put(prepared["upload"], PDF)).status_code == 204
    (paper,) = (await unit.detail())["attachments"]
    response = await served.http.get(served.url + paper["url"])
    assert response.content == PDF
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]


@pytest.mark.parametrize("tail", ["x", "%00", "/x", "A" * 500])
async def test_a_forged_address_opens_nothing(served: Served, tail: str) -> None:
    unit = await (await served.unit()).start()
    prepared = await _prepared(unit)
    address = served.url + prepared["upload"]["url"]
    assert (await served.http.put(address + tail, content=PNG)).status_code in (404, 410)
    forged = address.replace("/upload", "")
    assert (await served.http.get(forged)).status_code == 404
    await unit.put(prepared["upload"], PNG)
    url = (await unit.detail())["attachments"][0]["url"]
    assert (await served.http.get(served.url + url + tail)).status_code == 404


async def test_addresses_expire(served: Served) -> None:
    unit = await (await served.unit()).start()
    late = await _prepared(unit)
    await unit.upload("LEGAL_PERSON_ID")
    url = next(paper["url"] for paper in (await unit.detail())["attachments"] if paper["url"])
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        assert await _code_of(unit, late, PNG) == (410, "UPLOAD_EXPIRED")
        assert (await served.http.get(served.url + url)).status_code == 404


async def test_at_most_ten_papers_of_a_kind(served: Served) -> None:
    unit = await (await served.unit()).start()
    told = await asyncio.gather(*(_codes(unit) for _ in range(12)))
    assert told.count([]) == 10
    assert told.count(["kind:ATTACHMENT_LIMIT"]) == 2


async def test_a_paper_is_removed_and_may_be_replaced(served: Served) -> None:
    unit = await (await served.unit()).start()
    paper = await unit.upload("BUSINESS_LICENCE")
    url = (await unit.detail())["attachments"][0]["url"]
    await unit.client.do("RemoveAttachment", attachmentId=paper["id"])
    assert await _papers(unit) == []
    assert (await served.http.get(served.url + url)).status_code == 404
    told = await unit.client.codes("RemoveAttachment", attachmentId=paper["id"])
    assert told == ["attachmentId:NOT_FOUND"]
    await unit.upload("BUSINESS_LICENCE")
    assert await _papers(unit) == [("BUSINESS_LICENCE", "STORED")]


async def test_papers_cannot_change_once_submitted(served: Served) -> None:
    unit = await (await served.unit()).start()
    await unit.fill()
    late = await _prepared(unit)
    await unit.submit()
    paper = (await unit.detail())["attachments"][0]["id"]
    assert await _code_of(unit, late, PNG) == (409, "WRONG_STATE")
    assert await _codes(unit) == ["applicationId:WRONG_STATE"]
    told = await unit.client.codes("RemoveAttachment", attachmentId=paper)
    assert told == ["attachmentId:WRONG_STATE"]


async def test_another_units_application_takes_no_papers(served: Served) -> None:
    one, other = await (await served.unit()).start(), await served.unit()
    other.id = one.id
    assert await _codes(other) == ["applicationId:NOT_FOUND"]


async def test_papers_are_archived_thirty_days_after_the_last_submission(served: Served) -> None:
    unit = await (await served.unit()).start()
    await unit.fill()
    await unit.submit()
    url = (await unit.detail())["attachments"][0]["url"]
    assert (await served.http.get(served.url + url)).status_code == 200
    account = unit.account
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31)):
        login = {"username": account["username"], "password": account["password"]}
        session = await unit.client.do("Login", **login, consents=["TERMS", "PRIVACY"])
        unit.client.token = session["session"]["token"]
        papers = (await unit.detail())["attachments"]
        assert {(paper["status"], paper["url"]) for paper in papers} == {("ARCHIVED", None)}


async def test_while_it_mends_a_returned_application_only_the_unit_sees_its_old_papers(
    served: Served,
) -> None:
    unit = await (await served.unit()).start()
    await unit.fill(operators=0)
    await unit.submit()
    officer = await served.officer("tianjin")
    reason = {"category": "MATERIALS", "code": "SEAL_MISSING", "path": ["unit"]}
    await officer.act("Return", unit, reasons=[reason])
    month_ago = datetime.now(UTC) - timedelta(days=31)
    await Application.all().update(submitted_at=month_ago)

    async def seen(client: Client) -> set[tuple[str, bool]]:
        papers = (await client.ask("ApplicationDetail", id=unit.id))["attachments"]
        return {(paper["status"], paper["url"] is not None) for paper in papers}

    assert await seen(unit.client) == {("STORED", True)}
    assert await seen(officer.client) == {("ARCHIVED", False)}
    await unit.refresh()
    await unit.submit()
    assert await seen(officer.client) == {("STORED", True)}


async def test_bytes_that_have_gone_are_told_before_any_is_sent(served: Served) -> None:
    unit = await (await served.unit()).start()
    await unit.upload("BUSINESS_LICENCE")
    (paper,) = (await unit.detail())["attachments"]
    for file in served.engine.settings.files.iterdir():
        file.unlink()
    response = await served.http.get(served.url + paper["url"])
    assert response.status_code == 503
    assert response.json()["errors"][0]["code"] == "STORAGE_FAILED"


async def test_an_upload_that_takes_for_ever_is_ended(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.files.UPLOAD_WITHIN", 0.2)
    unit = await (await served.unit()).start()
    prepared = await _prepared(unit)

    port = int(served.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told = f"Content-Length: {len(PNG)}\r\nConnection: close"
    writer.write(f"PUT {prepared['upload']['url']} HTTP/1.1\r\nHost: x\r\n{told}\r\n\r\n".encode())
    writer.write(PNG[:10])
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    assert b"UPLOAD_INCOMPLETE" in answer
    assert await _code_of(unit, prepared, PNG) == (204, "")


async def test_a_full_disk_is_told_and_leaves_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = await (await served.unit()).start()
    prepared = await _prepared(unit)

    async def full(_self: object, _key: str, chunks: AsyncIterator[bytes]) -> None:
        async for _ in chunks:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("resolvers.storage.FileStorage.write", full)
        assert await _code_of(unit, prepared, PNG) == (507, "STORAGE_FULL")
    assert await _papers(unit) == [("BUSINESS_LICENCE", "PENDING")]
    assert await _code_of(unit, prepared, PNG) == (204, "")


async def test_a_folder_that_cannot_take_a_file_leaves_no_half_of_it(served: Served) -> None:
    unit = await (await served.unit()).start()
    prepared = await _prepared(unit)
    folder = served.engine.settings.files
    folder.rmdir() if folder.exists() else None
    folder.write_text("in the way")
    assert await _code_of(unit, prepared, PNG) == (503, "STORAGE_FAILED")
    folder.unlink()
    assert await _code_of(unit, prepared, PNG) == (204, "")
    assert len(list(folder.iterdir())) == 1


async def test_an_upload_that_breaks_off_leaves_nothing(served: Served) -> None:
    unit = await (await served.unit()).start()
    prepared = await _prepared(unit, size=MIB)
    host, port = served.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"PUT {prepared['upload']['url']} HTTP/1.1\r\nHost: x\r\nContent-Length: {MIB}\r\n\r\n"
    writer.write(head.encode() + PNG)
    await writer.drain()
    writer.close()
    await asyncio.sleep(0.3)
    folder = served.engine.settings.files
    assert list(folder.iterdir() if folder.exists() else []) == []
    assert await _papers(unit) == [("BUSINESS_LICENCE", "PENDING")]


async def test_an_operators_paper_goes_with_its_operator(served: Served) -> None:
    unit = await (await served.unit()).start()
    payload = await unit.edit("SaveOperator", **person())
    operator = payload["operator"]["id"]
    await unit.upload("OPERATOR_ID", operator)
    assert await _papers(unit) == [("OPERATOR_ID", "STORED")]
    await unit.edit("RemoveOperator", operatorId=operator)
    assert await _papers(unit) == []
    folder = served.engine.settings.files
    assert list(folder.iterdir()) == []
