"""Every answer tells a browser to run nothing, guess nothing and be framed by nobody."""

import httpx
import pytest

from server.app import build_app
from server.headers import GRAPHIQL, HEADERS, headers_of
from server.settings import Settings
from tests.conftest import Served

PATHS = [
    "/graphql?query={__typename}",
    "/graphql",
    "/healthz",
    "/pki/ca.pem",
    "/nowhere",
    "/files/x",
]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_has_the_headers_of_the_table(served: Served, path: str) -> None:
    told = (await served.http.get(served.url + path, headers={"accept": "*/*"})).headers
    assert [name for name in HEADERS if name not in told] == []
    assert told["x-content-type-options"] == "nosniff"
    assert told["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in told["content-security-policy"]
    assert "strict-transport-security" not in told


async def test_the_answer_to_a_bug_has_them_too() -> None:
    app = build_app(Settings())  # never started: nothing behind its paths is there
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport) as http:
        told = await http.get("http://here/pki/ca.pem")
    assert told.status_code == 500
    assert told.headers["x-frame-options"] == "DENY"


async def test_only_the_page_of_graphiql_may_run_its_scripts(served: Served) -> None:
    page = await served.http.get(f"{served.url}/graphql", headers={"accept": "text/html"})
    assert page.headers["content-security-policy"] == GRAPHIQL
    assert page.headers["x-frame-options"] == "DENY"


def test_a_browser_is_held_to_tls_where_there_is_tls() -> None:
    assert "Strict-Transport-Security" in headers_of("https://ra.example")
    assert "Strict-Transport-Security" not in headers_of("http://127.0.0.1:8000")
