"""Loading in bulk: a list costs a constant number of statements.

A set of loaders lives for one field of a root, or one event, never longer: an act or event that
follows must see what has changed.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from strawberry.dataloader import DataLoader
from tortoise.models import Model

from models.actor import Actor
from models.application import Application
from models.audit import Entry, Who
from models.card import Card, Certificate, Issuance
from models.claim import Claimed, good_claims
from models.dossier import Dossier, dossiers_of
from models.enterprise import Enterprise
from models.enums import AuditKind
from models.institution import Institution
from models.region import Region
from resolvers.rights import needs_card, units_with_legal_card
from resolvers.trail import Trail

PERSONAL = "personalData"
Row = TypeVar("Row", bound=Model)
Key = TypeVar("Key", int, str)


def _by(
    table: type[Row], column: str
) -> Callable[[Sequence[Key]], Awaitable[Sequence[Row | None]]]:
    async def load(keys: Sequence[Key]) -> list[Row | None]:
        rows = await table.in_bulk(keys, column)
        return [rows.get(key) for key in keys]

    return load


async def _cards(ids: Sequence[int]) -> list[list[Card]]:
    grouped: dict[int, list[Card]] = defaultdict(list)
    for card in await Card.filter(application_id__in=ids).order_by("id"):
        grouped[card.application_id].append(card)
    return [grouped[key] for key in ids]


async def _certificates(card_ids: Sequence[int]) -> list[Certificate | None]:
    newest = {
        row.card_id: row for row in await Certificate.filter(card_id__in=card_ids).order_by("id")
    }
    return [newest.get(key) for key in card_ids]


async def _with_legal_card(units: Sequence[int]) -> list[bool]:
    found = await units_with_legal_card(units)
    return [unit in found for unit in units]


async def _claims(ids: Sequence[int]) -> list[Claimed | None]:
    found = {row.application_id: row for row in (await good_claims(ids)).rows}
    return [found.get(application) for application in ids]


async def _need_cards(viewers: Sequence[Actor]) -> list[bool]:
    return [await needs_card(viewer) for viewer in viewers]


@dataclass(frozen=True)
class View:
    """Somebody is about to read what is personal in `subject`."""

    trail: Trail
    who: Who
    subject: str


async def _views(views: Sequence[View]) -> list[None]:
    """One row for all that are looked at together."""
    first = views[0]
    subjects = " ".join(view.subject for view in views)
    await first.trail.count(Entry(first.who, AuditKind.VIEW, PERSONAL, subjects))
    return [None for _ in views]


class Loaders:
    """What one root field loads, and for whom."""

    def __init__(self, viewer: Actor | None) -> None:
        self.viewer = viewer
        self.views: DataLoader[View, None] = DataLoader(_views)
        self.needs_card: DataLoader[Actor, bool] = DataLoader(_need_cards)
        self.dossier: DataLoader[Application, Dossier] = DataLoader(
            dossiers_of, cache_key_fn=lambda row: row.id
        )
        self.application: DataLoader[int, Application | None] = DataLoader(_by(Application, "id"))
        self.enterprise: DataLoader[int, Enterprise | None] = DataLoader(_by(Enterprise, "id"))
        self.institution: DataLoader[int, Institution | None] = DataLoader(_by(Institution, "id"))
        self.region: DataLoader[str, Region | None] = DataLoader(_by(Region, "code"))
        self.cards: DataLoader[int, list[Card]] = DataLoader(_cards)
        self.issuance: DataLoader[int, Issuance | None] = DataLoader(_by(Issuance, "card_id"))
        self.has_legal_card: DataLoader[int, bool] = DataLoader(_with_legal_card)
        self.claim: DataLoader[int, Claimed | None] = DataLoader(_claims)
        self.certificate: DataLoader[int, Certificate | None] = DataLoader(_certificates)
