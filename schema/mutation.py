"""Everything that changes something."""

import strawberry

from schema.accounts import Accounts
from schema.desk import Desk
from schema.elicence import ELicenceDoor
from schema.entry import Entry
from schema.filling import Filling
from schema.single_window import SingleWindow


@strawberry.type(description="Everything that changes something.")
class Mutation(Entry, SingleWindow, ELicenceDoor, Accounts, Filling, Desk):
    """The sides of it, in the order in which they come to a unit."""
