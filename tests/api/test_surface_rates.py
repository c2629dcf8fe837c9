"""Who asks too much is told when to come again; the others are not kept waiting."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from models.refusals import Refused
from server.rates import BY_ADDRESS, RATES, counting
from server.settings import Environment, Settings
from tests.conftest import Served
from tests.engines import Broker

ASK = "{ __typename }"
FACTOR = 0.02
VISITORS, FILES = int(RATES["requests"][0] * FACTOR), int(BY_ADDRESS["files"] * FACTOR)


@pytest.fixture
def strict(settings: Settings, serve: Callable[[Settings], Any]) -> Callable[..., Any]:
    """A server that lets each do a fiftieth of the table, and counts by a clock that we can set."""

    def started(**told: Any) -> Any:
        usual = {"rate_factor": FACTOR, "broadcast_url": "memory://"}
        return serve(settings.model_copy(update={**usual, **told}))

    return started


@pytest.fixture
async def served(strict: Callable[..., Any]) -> AsyncIterator[Served]:
    async with strict() as running:
        yield running


async def _statuses(served: Served, count: int, **headers: str) -> list[int]:
    asked = {
        "json": {"query": ASK},
        "headers": {k.replace("_", "-"): v for k, v in headers.items()},
    }
    answers = [await served.http.post(f"{served.url}/graphql", **asked) for _ in range(count)]
    return [answer.status_code for answer in answers]


async def test_who_asks_too_much_is_told_when_to_come_again_and_then_may(served: Served) -> None:
    assert await _statuses(served, VISITORS) == [200] * VISITORS
    refused = await served.http.post(f"{served.url}/graphql", json={"query": "{"})
    assert refused.status_code == 429
    (error,) = refused.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    wait = datetime.fromisoformat(error["extensions"]["retryAt"]) - datetime.now(UTC)
    assert timedelta(0) < wait <= timedelta(minutes=1)
    assert abs(int(refused.headers["retry-after"]) - wait.total_seconds()) < 2
    assert (await served.http.get(f"{served.url}/healthz")).status_code == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61), tick=True):
        assert await _statuses(served, 1) == [200]


async def test_over_websocket_the_operation_is_refused_and_the_socket_stays(
    served: Served,
) -> None:
    async with served.visitor().socket({}) as socket:
        told = [await (await socket.subscribe(ASK)).message() for _ in range(VISITORS + 1)]
        assert [message["type"] for message in told] == ["next"] * VISITORS + ["error"]
        (error,) = told[-1]["payload"]
        assert error["extensions"]["code"] == "RATE_LIMITED"
        with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61), tick=True):
            assert (await (await socket.subscribe(ASK)).message())["type"] == "next"


async def test_an_account_is_counted_by_itself_and_not_by_its_address(served: Served) -> None:
    officer = await served.officer("tianjin")
    await _statuses(served, VISITORS)
    assert await _statuses(served, 1) == [429]
    assert "errors" not in await officer.client.post(ASK)


LOGIN = 'login(input: { username: "x", password: "y", consents: [TERMS, PRIVACY] })'


async def test_guesses_count_one_by_one_though_they_come_in_one_document(served: Served) -> None:
    guesses = " ".join(f"a{n}: {LOGIN} {{ errors {{ code }} }}" for n in range(20))
    (error,) = (await served.visitor().post(f"mutation {{ {guesses} }}"))["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"


async def test_what_costs_much_is_counted_by_its_cost(served: Served) -> None:
    dear = "{ institutions(first: 90) { nodes { region { code } issuer { id } } } }"
    answers = [await served.visitor().post(dear) for _ in range(3)]
    assert [bool(answer.get("data")) for answer in answers] == [True, True, False]
    assert answers[2]["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_papers_are_counted_too(served: Served) -> None:
    asked = [await served.http.get(f"{served.url}/files/x") for _ in range(FILES)]
    assert {answer.status_code for answer in asked} == {404}
    for method in ("GET", "PUT"):
        path = "/files/x" if method == "GET" else "/files/upload/x"
        refused = await served.http.request(method, served.url + path)
        assert refused.status_code == 429
        assert refused.json()["errors"][0]["code"] == "RATE_LIMITED"
        assert int(refused.headers["retry-after"]) > 0


async def test_behind_a_trusted_proxy_its_clients_are_counted_and_no_other_is_believed(
    strict: Callable[..., Any],
) -> None:
    async with strict(trusted_proxies=["127.0.0.1/32"]) as served:
        assert set(await _statuses(served, VISITORS, x_forwarded_for="9.9.9.9, 1.1.1.1")) == {200}
        assert await _statuses(served, 1, x_forwarded_for="8.8.8.8, 1.1.1.1") == [429]
        assert await _statuses(served, 1, x_forwarded_for="1.1.1.2") == [200]
    async with strict(broadcast_url="memory://") as served:
        told = [
            await _statuses(served, 1, x_forwarded_for=f"1.1.1.{n}") for n in range(VISITORS + 1)
        ]
        assert told[-1] == [429]


async def _count(rates: Any, times: int) -> None:
    for _ in range(times):
        await rates.count("requests", None, "1.2.3.4")


async def test_processes_that_share_a_broker_share_their_counters(
    broker: Broker, tmp_path: Path
) -> None:
    told = Settings(data_dir=tmp_path, broadcast_url=broker.url, rate_factor=FACTOR)
    async with counting(told) as one, counting(told) as other:
        await _count(one, VISITORS)
        with pytest.raises(Refused, match="RATE_LIMITED"):
            await _count(other, 1)
    elsewhere = told.model_copy(update={"data_dir": tmp_path / "other"})
    async with counting(elsewhere) as another:
        await _count(another, 1)


async def test_counters_that_are_away_keep_nobody_waiting(tmp_path: Path) -> None:
    nobody = "redis://127.0.0.1:1"
    told = Settings(data_dir=tmp_path, broadcast_url=nobody, rate_factor=FACTOR)
    async with counting(told) as rates:
        await _count(rates, VISITORS * 3)


async def test_a_factor_of_nothing_counts_nothing(tmp_path: Path) -> None:
    async with counting(Settings(data_dir=tmp_path, rate_factor=0)) as rates:
        await _count(rates, RATES["requests"][0] * 2)


def test_a_laptop_counts_nothing_and_production_does() -> None:
    assert Settings().rates == 0
    told = Settings.model_construct(env=Environment.PRODUCTION, rate_factor=None)
    assert told.rates == 1
    assert Settings(rate_factor=0.5).rates == 0.5
