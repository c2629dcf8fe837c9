import strawberry

from models.actor import Actor
from resolvers.progress import Progress
from schema.card import Card
from schema.loaders import Loaders
from schema.says import says


@strawberry.type(description="How far the cards of an application are.")
class IssuanceProgress:
    done: int = says("Cards made.")
    failed: int = says("Cards that were given up: the maker may issue again.")
    total: int = says("Cards in all.")
    card: Card | None = says("The one that was told of last; null before the first.")

    @classmethod
    def of(cls, progress: Progress, viewer: Actor) -> "IssuanceProgress":
        card = Card.of(progress.card, Loaders(viewer)) if progress.card else None
        return cls(done=progress.done, failed=progress.failed, total=progress.total, card=card)
