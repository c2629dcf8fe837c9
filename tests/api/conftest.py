"""A unit with its legal card, the card's holder, and a Single Window of our own."""

from collections.abc import AsyncIterator

import pytest

from models.card import Card
from tests.actors import Unit
from tests.cards import Holder, holder_of, make_card
from tests.conftest import Served
from tests.providers import TinyProvider, tiny_provider


@pytest.fixture
async def card_unit(served: Served) -> Unit:
    return await served.unit()


@pytest.fixture
async def card(served: Served, card_unit: Unit) -> Card:
    return await make_card(served, card_unit)


@pytest.fixture
async def holder(served: Served, card: Card, monkeypatch: pytest.MonkeyPatch) -> Holder:
    return await holder_of(served, card, monkeypatch)


@pytest.fixture
async def tiny() -> AsyncIterator[TinyProvider]:
    async with tiny_provider() as provider:
        yield provider
