"""What Prometheus reads."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from server import sockets
from server.settings import Settings
from tests.conftest import Served
from tests.watching import MINE, until, watching


async def _read(served: Served) -> dict[str, float]:
    answer = await served.http.get(f"{served.url}/metrics")
    assert answer.status_code == httpx.codes.OK
    families = text_string_to_metric_families(answer.text)
    return {sample.name: sample.value for family in families for sample in family.samples}


async def test_sockets_operations_and_groups_are_counted(served: Served) -> None:
    unit = await served.unit()
    query = "subscription { enterpriseEvents { application { availableActions } } }"
    async with watching(served, unit.client, 3), watching(served, unit.client, 2, query):
        told = await _read(served)
        assert told["portcard_sockets"] == 5
        assert told["portcard_live_operations"] == 5
        assert told["portcard_shared_groups"] == 1
    await until(lambda: len(served.app.state.graphql.sockets) == 0)
    told = await _read(served)
    assert (told["portcard_sockets"], told["portcard_shared_groups"]) == (0, 0)


async def test_deliveries_and_their_latency_are_counted(served: Served) -> None:
    unit = await served.unit()
    async with watching(served, unit.client, 3, after="p0") as watches:
        await unit.start()
        for watch in watches:
            await watch.next()
        told = await _read(served)
    assert told["portcard_deliveries_total"] == 3
    assert told["portcard_publish_to_wire_seconds_count"] == 1
    assert 0 <= told["portcard_publish_to_wire_seconds_sum"] < 20
    assert (told["portcard_lag_events"], told["portcard_lag_seconds"]) == (0, 0)


async def test_clients_that_are_behind_lag_or_are_cut_off_are_counted(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = await served.unit()
    async with unit.client.socket() as opened:
        watch = await opened.subscribe(MINE, {"after": "p0"})
        await unit.start()
        await watch.next()
        (handler,) = served.app.state.graphql.sockets
        handler.protocol.pause_writing()
        await unit.client.do("Discard", applicationId=unit.id, version=unit.version)
        await until(lambda: served.app.state.graphql.live.groups.behind == 1)
        assert (await _read(served))["portcard_clients_behind"] == 1
        monkeypatch.setattr(sockets, "STALLED", 0)
        await until(lambda: len(served.app.state.graphql.sockets) == 0)
    assert (await _read(served))["portcard_aborted_clients_total"] == 1


async def test_who_must_resume_is_counted(served: Served) -> None:
    unit = await served.unit()
    await unit.start()
    served.engine.hub._keeps = timedelta(0)
    async with unit.client.socket() as opened:
        await (await opened.subscribe(MINE, {"after": "p0"})).message()
    assert (await _read(served))["portcard_lagged_clients_total"] == 1


async def test_what_waits_in_the_log_is_a_lag(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub of this process stands still, as one does whose database is slow."""

    async def nothing() -> None:
        return

    unit = await served.unit()
    async with watching(served, unit.client, 1, after="p0"):
        monkeypatch.setattr(served.engine.hub, "_hand_out", nothing)
        await unit.start()
        told = await _read(served)
    assert told["portcard_lag_events"] == 1
    assert told["portcard_lag_seconds"] > 0


async def test_metrics_are_for_who_holds_their_token(
    serve: Callable[..., Any], settings: Settings
) -> None:
    closed = settings.model_copy(update={"metrics_token": SecretStr("t" * 32)})
    async with serve(closed) as served:
        address = f"{served.url}/metrics"
        tokens = {"": 404, "Bearer wrong": 404, f"Bearer {'t' * 32}": 200}
        for token, status in tokens.items():
            answer = await served.http.get(address, headers={"Authorization": token})
            assert answer.status_code == status
