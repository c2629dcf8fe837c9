"""A unit's people who may get a card (操作员账号)."""

from models.actor import Actor
from models.database import alone
from models.enterprise import Enterprise, OperatorAccount
from models.enums import Role
from models.persons import COLUMNS, Person, same_person
from models.public_id import Kind
from models.refusals import Refusal, refuse, refuse_any
from resolvers.office import Office
from resolvers.operators import has_card
from resolvers.registration import USERNAME, columns_of, wrong_person
from resolvers.rights import refuse_without_card
from resolvers.usernames import NAMING, is_taken


async def create_operator_account(
    office: Office, actor: Actor, username: str, person: Person
) -> OperatorAccount:
    """Enter a person of the actor's unit. Raises Refused with everything that is wrong at once; by
    FORBIDDEN, or CARD_NEEDED in a session without the unit's legal card, before looking at it.
    """
    if actor.role is not Role.ENTERPRISE_ADMIN or actor.enterprise_id is None:
        raise refuse("FORBIDDEN")
    await refuse_without_card(actor)
    refuse_any(_wrong_form(username, person))
    row = OperatorAccount(enterprise_id=actor.enterprise_id, username=username)
    for name, value in columns_of(person).items():
        setattr(row, name, value)
    async with office.act() as deed:
        await alone(NAMING)
        refuse_any(await _taken(actor.enterprise_id, username, person))
        row.has_card = await has_card(actor.enterprise_id, row.person)
        await row.save()
        deed.concerns(Kind.OPERATOR_ACCOUNT, row.id)
    return row


def _wrong_form(username: str, person: Person) -> list[Refusal]:
    wrong = list(wrong_person((), person, COLUMNS))
    if not USERNAME.fullmatch(username):
        wrong.insert(0, Refusal("USERNAME_FORMAT", ("username",)))
    return wrong


async def _taken(enterprise_id: int, username: str, person: Person) -> list[Refusal]:
    wrong = []
    if await is_taken(username):
        wrong.append(Refusal("USERNAME_TAKEN", ("username",)))
    unit = await Enterprise.get(id=enterprise_id)
    if same_person(person, unit.legal_person):
        wrong.append(Refusal("OPERATOR_IS_LEGAL_PERSON", ("idNumber",)))
    others = await OperatorAccount.filter(enterprise_id=enterprise_id)
    if any(same_person(person, other.person) for other in others):
        wrong.append(Refusal("OPERATOR_DUPLICATE", ("idNumber",)))
    return wrong


async def operator_accounts(
    enterprise_id: int, *, without_card: bool | None
) -> list[OperatorAccount]:
    """The unit's people; only those without a card (or only those with one) if asked."""
    rows = OperatorAccount.filter(enterprise_id=enterprise_id)
    if without_card is not None:
        rows = rows.filter(has_card=not without_card)
    return await rows.order_by("id")
