"""The peers: what bare parts do with the same bytes, on the same server software.

    python limits.py FOLDER PORT

FOLDER/NAME.json is answered at /bytes/NAME, and FOLDER/list.json over GraphQL at /plain.
"""

import json
import re
import sys
from operator import getitem
from pathlib import Path
from typing import Any

import strawberry
from serving import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
QUERY = """query Applications {
  applications {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      id number kind status submittedAt
      enterprise { name }
      maker { name hotline }
      operators { name status }
      attachments { kind fileName status }
      returnReasons { category code message path hint }
    }
  }
}"""


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Enterprise:
    name: str


@strawberry.type
class Maker:
    name: str
    hotline: str | None


@strawberry.type
class Operator:
    name: str
    status: str


@strawberry.type
class Attachment:
    kind: str
    file_name: str
    status: str


@strawberry.type
class ReturnReason:
    category: str
    code: str
    message: str
    path: list[str]
    hint: str | None


@strawberry.type
class Application:
    id: strawberry.ID
    number: str
    kind: str
    status: str
    submitted_at: str
    enterprise: Enterprise
    maker: Maker
    operators: list[Operator]
    attachments: list[Attachment]
    return_reasons: list[ReturnReason]


@strawberry.type
class Connection:
    total_count: int
    page_info: PageInfo
    nodes: list[Application]


def plain_schema(connection: dict[str, Any]) -> strawberry.Schema:
    """A schema that answers with dictionaries in memory, its documents cached."""

    def applications() -> Connection:
        return connection  # type: ignore[return-value] # read by getitem

    query = strawberry.type(
        type("Query", (), {"applications": strawberry.field(resolver=applications)})
    )
    return strawberry.Schema(
        query=query,
        config=StrawberryConfig(default_resolver=getitem),
        extensions=[lambda: ParserCache(10), lambda: ValidationCache(10)],
    )


def as_python(told: Any) -> Any:
    """The same with the names that Strawberry gives to fields inside."""
    if isinstance(told, list):
        return [as_python(part) for part in told]
    if isinstance(told, dict):
        return {CAPITAL.sub("_", key).lower(): as_python(part) for key, part in told.items()}
    return told


def build_app(folder: Path) -> Starlette:
    stored = {file.stem: file.read_bytes() for file in folder.glob("*.json")}

    async def answer(request: Request) -> Response:
        return Response(stored[request.path_params["name"]], media_type="application/json")

    async def readyz(_request: Request) -> Response:
        return PlainTextResponse("ready")

    routes = [
        Route("/bytes/{name}", answer, methods=["POST"]),
        Route("/readyz", readyz),
    ]
    if "list" in stored:
        connection = as_python(json.loads(stored["list"])["data"]["applications"])
        routes.append(Mount("/plain", GraphQL(plain_schema(connection))))
    return Starlette(routes=routes)


if __name__ == "__main__":
    serve(build_app(Path(sys.argv[1])), int(sys.argv[2]))
