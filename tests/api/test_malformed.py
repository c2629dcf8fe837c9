"""Requests that are none: told as what they are, never as an error of ours."""

import json
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.conftest import Served

MANY = 5000
DIGITS = "1" * MANY
CHAIN = "{viewer{...F0}}" + "".join(
    f"fragment F{n} on Viewer {{...F{n + 1} ...F{n + 1}}}" for n in range(200)
)

BODIES = [
    b"null",
    b"5",
    b'"x"',
    b"[]",
    b"{",
    b"\xff\xfe",
    b"[" * MANY,
    b'{"query": ' + b"[" * MANY,
    f'{{"query": "{{ viewer {{ name }} }}", "variables": {{"n": {DIGITS}}}}}'.encode(),
    rb'{"query": "{ viewer { name } }", "operationName": "\ud800"}',
    b'{"query": "{ viewer { name } }", "operationName": 5}',
    b'{"query": 5}',
    b"{}",
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
async def test_a_body_that_is_no_request_is_told_so(served: Served, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = await served.http.post(f"{served.url}/graphql", content=body, headers=headers)
    assert response.status_code == 400, response.text


DOCUMENTS = [
    "{ viewer { ...A } }",
    "{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }",
    "{ applications(first: " + DIGITS + ") { totalCount } }",
    "{ institutions(search: " + "[" * 900 + "]" * 900 + ") { totalCount } }",
    "{" + "viewer {" * 1000 + "}" * 1000 + "}",
    CHAIN,
    "query A { viewer { name } } query B { viewer { name } }",
    "mutation { recordDelivery(input: {applicationId: 1, handedOverAt: 5}) { errors { code } } }",
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=range(len(DOCUMENTS)))
async def test_a_document_that_is_none_is_told_so_on_both_transports(
    served: Served, document: str
) -> None:
    body = {"query": document}
    response = await served.http.post(f"{served.url}/graphql", json=body)
    assert response.status_code in (200, 400)
    assert "INTERNAL" not in response.text
    assert "KeyError" not in response.text
    if response.status_code == 200:
        answer = response.json()
        assert answer.get("data") is None
        assert len(answer["errors"][0]["message"]) > len("'A'")
    async with served.visitor().socket({}) as socket:
        watch = await socket.subscribe(document)
        message = await watch.message()
        assert message["type"] == "error", message
        assert "INTERNAL" not in json.dumps(message)


async def test_a_subscription_by_plain_http_is_told_where_to_go(served: Served) -> None:
    unit = await served.unit()
    answer = await unit.client.post("subscription { enterpriseEvents { cursor } }")
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "SUBSCRIPTION_NEEDS_WEBSOCKET"


FRAMES = ["5", "[]", "{", "[" * MANY, f'{{"type": {DIGITS}}}', r'{"type": "\ud800"}']


@pytest.mark.parametrize("frame", FRAMES, ids=range(len(FRAMES)))
async def test_a_frame_that_is_no_message_closes_as_the_protocol_says(
    served: Served, frame: str
) -> None:
    address = served.url.replace("http", "ws", 1) + "/graphql"
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as connection:
        await connection.send(frame)
        with pytest.raises(ConnectionClosed) as closed:
            await connection.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


MOMENTS = ["2024-01-01", "2024-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_moment_has_a_zone_and_a_sane_year(served: Served, moment: str) -> None:
    unit = await served.unit()
    query = """query($since: DateTime) {
        applications(filter: { submittedSince: $since }) { totalCount } }"""
    (error,) = (await unit.client.post(query, {"since": moment}))["errors"]
    assert "zone" in error["message"]


@pytest.mark.parametrize("cursor", ["p2147483648", "p" + "9" * 18])
async def test_a_cursor_beyond_the_end_shows_nothing(served: Served, cursor: str) -> None:
    answer = await served.visitor().query(
        "query($after: String) { institutions(after: $after) { nodes { id } } }", after=cursor
    )
    assert answer["institutions"]["nodes"] == []


TEXTS = {
    "ß" * 40: "idNumber",
    "ß" * 20: "country",
    "ﷺ" * 20: "phone",
    "１" * 20: "idValidFrom",
}


@pytest.mark.parametrize("text", TEXTS)
async def test_letters_that_grow_when_changed_are_kept_as_they_were(
    served: Served, text: str
) -> None:
    unit = await (await served.unit()).start()
    told: dict[str, Any] = {TEXTS[text]: text}
    payload = await unit.edit("SaveOperator", **told)
    path = ["operators", payload["operator"]["id"], TEXTS[text]]
    steps = {step["step"]: step for step in payload["application"]["steps"]}
    assert (
        path in [problem["path"] for problem in steps["OPERATORS"]["problems"]]
        or "id" in (TEXTS[text])
    )
    await unit.edit("SaveAgent", source="OTHER", **told)
