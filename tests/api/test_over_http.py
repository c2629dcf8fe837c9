"""GraphQL over HTTP to the letter, and what is refused before it is read."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from server.media import JSON, RESPONSE, media_type
from server.settings import Settings
from tests.conftest import Served, serving

JUDGES = Path(__file__).parent.parent / "judges"
VIEWER = "{ viewer { username } }"


async def test_the_audit_of_graphql_http_finds_nothing(served: Served) -> None:
    node = await asyncio.create_subprocess_exec(
        "node", str(JUDGES / "audit.js"), f"{served.url}/graphql", stdout=asyncio.subprocess.PIPE
    )
    told, _ = await node.communicate()
    assert told.decode().splitlines() == ["61 of 61"]


@pytest.mark.parametrize(
    ("accept", "answer"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (RESPONSE, RESPONSE),
        (f"{JSON}, {RESPONSE}", RESPONSE),
        (f"{RESPONSE}, {JSON};q=0.9", RESPONSE),
        (f"{RESPONSE};q=0.5, {JSON}", JSON),
        (f"{RESPONSE};q=0, {JSON}", JSON),
        (f"{RESPONSE};charset=utf-8", RESPONSE),
        ("text/html", None),
        (f"{JSON};q=0", None),
        (f"{JSON};q=x", None),
    ],
)
def test_an_answer_has_the_type_that_is_wanted_most(accept: str, answer: str | None) -> None:
    assert media_type(accept) == answer


async def ask(served: Served, **request: Any) -> Any:
    told = {"url": f"{served.url}/graphql", "method": "POST", **request}
    return await served.http.request(**told)


LOGOUT = "mutation { logout { errors { code } } }"
EVIL = {"origin": "https://evil.example"}
REFUSED = {
    "a type not ours": (406, {"json": {"query": VIEWER}, "headers": {"accept": "text/plain"}}),
    "a form": (415, {"data": {"query": LOGOUT}}),
    "plain text": (415, {"content": b"{}", "headers": {"content-type": "text/plain"}}),
    "no type": (415, {"content": b"{}"}),
    "a batch": (400, {"json": [{"query": VIEWER}] * 200}),
    "20 MB": (413, {"content": b"{" + b" " * 20_000_000, "headers": {"content-type": JSON}}),
    "a mutation by GET": (405, {"method": "GET", "params": {"query": LOGOUT}}),
    "another method": (405, {"method": "DELETE"}),
    "a foreign page": (403, {"json": {"query": VIEWER}, "headers": EVIL}),
    "a page without origin": (403, {"json": {"query": VIEWER}, "headers": {"origin": "null"}}),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_no_request_is_refused_with_its_status(served: Served, what: str) -> None:
    status, request = REFUSED[what]
    response = await ask(served, **request)
    assert response.status_code == status, response.text
    (error,) = response.json()["errors"]
    assert error["message"]
    assert ("allow" in response.headers) is (status == 405)
    assert (await served.http.get(f"{served.url}/readyz")).status_code == 200


async def test_a_body_without_end_is_read_no_further_than_allowed(served: Served) -> None:
    sent = 0

    async def chunks() -> Any:
        nonlocal sent
        for _ in range(400):
            sent += 2**16
            yield b" " * 2**16

    headers = {"content-type": JSON}
    response = await ask(served, content=chunks(), headers=headers)
    assert response.status_code == 413


async def test_a_page_of_ours_may_ask(served: Served) -> None:
    response = await ask(served, json={"query": VIEWER}, headers={"origin": served.url})
    assert response.json()["data"] == {"viewer": None}


async def test_a_query_by_get_is_answered(served: Served) -> None:
    query = "query($parent: String) { regions(parentCode: $parent) { name } }"
    params = {"query": query, "variables": json.dumps({"parent": "11"})}
    response = await ask(served, method="GET", params=params)
    assert "朝阳区" in response.text or response.json()["data"]["regions"]


async def test_chinese_is_sent_as_it_is_written(served: Served) -> None:
    response = await ask(served, json={"query": "{ regions { name } }"})
    assert response.headers["content-type"] == f"{JSON}; charset=utf-8"
    assert "北京市" in response.text


async def test_what_was_not_executed_has_no_data_and_is_a_client_s_error(served: Served) -> None:
    for document in (
        "{",
        "{ nothing }",
        "query($x: Int!) { institutions(first: $x) { totalCount } }",
    ):
        response = await ask(served, json={"query": document}, headers={"accept": RESPONSE})
        assert response.status_code == 400
        assert "data" not in response.json()


async def test_an_error_of_a_field_leaves_the_data(served: Served) -> None:
    document = (
        '{ viewer { username } application(id: "x") { id } institutions(first: -1) { totalCount } }'
    )
    response = await ask(served, json={"query": document}, headers={"accept": RESPONSE})
    assert response.status_code == 200
    assert response.json()["data"] is None
    assert response.json()["errors"][0]["path"] == ["institutions"]


async def test_a_body_that_says_it_is_too_long_is_refused_before_it_has_come(
    served: Served,
) -> None:
    headers = {"content-type": JSON, "content-length": "20000000"}
    reader, writer = await asyncio.open_connection("127.0.0.1", int(served.url.rsplit(":", 1)[1]))
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"POST /graphql HTTP/1.1\r\nhost: x\r\n{told}\r\n".encode())
    assert b"413" in await reader.readline()
    writer.close()


async def test_a_page_of_an_allowed_origin_may_ask_and_upload(settings: Settings) -> None:
    friend = {"origin": "https://portal.example"}
    allowed = settings.model_copy(update={"allowed_origins": ["https://portal.example"]})
    async with serving(allowed) as served:
        asked = {**friend, "access-control-request-method": "POST"}
        preflight = await served.http.options(
            f"{served.url}/graphql",
            headers={**asked, "access-control-request-headers": "authorization,content-type"},
        )
        assert preflight.status_code == 200
        response = await ask(served, json={"query": VIEWER}, headers=friend)
        assert response.status_code == 200
        for answer in (preflight, response):
            assert answer.headers["access-control-allow-origin"] == "https://portal.example"
        foreign = await ask(served, json={"query": VIEWER}, headers=EVIL)
        assert foreign.status_code == 403
        assert "access-control-allow-origin" not in foreign.headers


async def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_error(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    for _ in range(3):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(head + b"Content-Length: 5000\r\n\r\n{")
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.close()
    await asyncio.sleep(0.3)
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.exc_info]
