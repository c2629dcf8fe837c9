"""A unit with its legal card, and the card's holder."""

import pytest

from models.card import Card
from tests.actors import Unit
from tests.cards import Holder, holder_of, make_card
from tests.conftest import Served


@pytest.fixture
async def card_unit(served: Served) -> Unit:
    return await served.unit()


@pytest.fixture
async def card(served: Served, card_unit: Unit) -> Card:
    return await make_card(served, card_unit)


@pytest.fixture
async def holder(served: Served, card: Card, monkeypatch: pytest.MonkeyPatch) -> Holder:
    return await holder_of(served, card, monkeypatch)
