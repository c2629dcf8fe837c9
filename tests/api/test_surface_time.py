"""An operation has its time; whoever takes longer is told so, and nothing is left behind."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models.account import Account
from models.database import connection, dialect
from models.log import append
from schema.time_limit import TimeLimit
from server.media import RESPONSE
from server.settings import Settings
from tests.conftest import Served

START = "mutation { startApplication(input: { kind: NEW_CARDS }) { errors { code } } }"
COUNT = "{ applications { totalCount } }"
SLOW = "query { applications { totalCount nodes { steps { step } enterprise { name } } } }"


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """What a test leaves behind is told in that test, not in whichever comes next."""
    yield
    gc.collect()


@pytest.fixture
def hasty(settings: Settings, serve: Callable[[Settings], Any]) -> Callable[[float], Any]:
    """A server that gives an operation so many seconds."""
    return lambda seconds: serve(settings.model_copy(update={"operation_seconds": seconds}))


def _code(answer: dict[str, Any]) -> str:
    (error,) = answer["errors"]
    code: str = error["extensions"]["code"]
    return code


async def _sleep(*_: object) -> None:
    await asyncio.sleep(5)


async def test_a_query_that_takes_too_long_is_ended_on_both_transports(
    hasty: Callable[[float], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.institutions.regions", _sleep)
    async with hasty(0.2) as served, served.visitor().socket({}) as socket:
        answer = await served.visitor().post("{ regions { code } }", language="en")
        assert _code(answer) == "OPERATION_TIMEOUT"
        assert "0.2 seconds" in answer["errors"][0]["message"]
        message = await (await socket.subscribe("{ regions { code } }")).message(2)
        assert _code({"errors": message["payload"]}) == "OPERATION_TIMEOUT"
        told = await served.http.post(
            f"{served.url}/graphql",
            json={"query": "{ regions { code } }"},
            headers={"accept": RESPONSE},
        )
        assert told.status_code == 503


async def test_an_act_that_has_begun_goes_on_and_can_be_looked_up(
    hasty: Callable[[float], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slowly(*told: Any) -> None:
        await asyncio.sleep(1.5)
        await append(*told)

    async with hasty(1) as served:
        unit = await served.unit()
        monkeypatch.setattr("resolvers.applications.append", slowly)
        assert _code(await unit.client.post(START)) == "OPERATION_TIMEOUT"
        await asyncio.sleep(1)
        assert (await unit.client.query(COUNT))["applications"]["totalCount"] == 1


async def test_a_subscription_lasts_as_long_as_it_is_watched(hasty: Callable[[float], Any]) -> None:
    async with hasty(1) as served:
        unit = await served.unit()
        async with unit.client.socket() as socket:
            watch = await socket.watch("EnterpriseEvents")
            await asyncio.sleep(1.2)
            await unit.start()
            assert await watch.types(1) == ["STARTED"]


# graphql-core has made the siblings' coroutines already when one is ended before they began
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_query_that_is_ended_anywhere_leaves_no_connection_behind(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = await (await served.unit()).start()
    moments = iter(range(1, 1000))

    def init(self: TimeLimit, _: object) -> None:
        self._seconds = next(moments) * 0.0004

    monkeypatch.setattr(TimeLimit, "__init__", init)
    answers = [await unit.client.post(SLOW) for _ in range(60)]
    assert "OPERATION_TIMEOUT" in {_code(answer) for answer in answers if "errors" in answer}
    async with asyncio.timeout(5):
        assert await Account.exists()
    await asyncio.sleep(0.2)  # for what asyncpg cancels at the server
    assert _taken() == 0


def _taken() -> int:
    """How many connections somebody holds."""
    held: Any = connection()
    if dialect() == "sqlite":
        return int(held._lock.locked())
    return int(held._pool.get_size() - held._pool.get_idle_size())
