"""How far the cards of an application are, as of a place in the log."""

from dataclasses import dataclass

from models.card import Card
from models.enums import ApplicationEventType as Type
from models.event import Event


@dataclass(frozen=True)
class Progress:
    """How many of an application's cards were made and given up, and the one last told of."""

    done: int
    failed: int
    total: int
    card: Card | None

    @property
    def is_over(self) -> bool:
        return self.total > 0 and self.done >= self.total


async def progress_of(application_id: int, position: int) -> Progress:
    """As it was when the log had come to `position`: told in order, and no card twice."""
    cards = {card.id: card for card in await Card.filter(application_id=application_id)}
    events = await Event.filter(
        application_id=application_id, id__lte=position, card_id__isnull=False
    ).order_by("id")
    last = {event.card_id: event.type for event in events}
    return Progress(
        done=sum(what is Type.CARD_ISSUED for what in last.values()),
        failed=sum(what is Type.CARD_FAILED for what in last.values()),
        total=len(cards),
        card=cards.get(events[-1].card_id or 0) if events else None,
    )
