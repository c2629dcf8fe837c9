"""Everything that changes something."""

import strawberry

from schema.desk import Desk
from schema.entry import Entry
from schema.filling import Filling


@strawberry.type(description="Everything that changes something.")
class Mutation(Entry, Filling, Desk):
    """The three sides of it, in the order in which they come to a unit."""
