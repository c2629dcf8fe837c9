"""The operators' step (manual §5.1.3, Fig 14–16)."""

from collections.abc import Iterable, Iterator

from models.actor import Actor
from models.application import Agent, Application, Attachment, Operator
from models.card import Card
from models.clock import today
from models.enterprise import Enterprise, OperatorAccount
from models.enums import CardKind, CardStatus, MediaType, OperatorStatus
from models.person_columns import PERSON_FIELDS
from models.persons import COLUMNS, FieldProblem, Person, is_another, person_problems, same_person
from models.refusals import Refusal, refuse, refuse_any
from models.wizard import MOST_OPERATORS, operator_problems
from resolvers.editing import Changes, editing
from resolvers.office import Office
from resolvers.papers import forget, forgotten
from resolvers.people import put_person
from resolvers.verification import verify


async def save_operator(
    office: Office,
    actor: Actor,
    application_id: int,
    version: int,
    operator_id: int | None,
    changes: Changes,
    *,
    confirm: bool,
) -> tuple[Application, Operator]:
    """Enter or edit an operator: 暂存 leaves a DRAFT, 确定录入 (`confirm`) a CONFIRMED one. An
    operator who becomes another person loses the first one's papers.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, VERSION_CONFLICT, OPERATOR_LIMIT,
    OPERATOR_DUPLICATE, OPERATOR_IS_LEGAL_PERSON, OPERATOR_HAS_CARD; when confirming, each problem
    of the operator.
    """
    keys: list[str] = []
    async with editing(office, actor, application_id, version) as application:
        operator = await _found(application, operator_id)
        before = operator.person
        put_person(operator, changes, is_new=operator_id is None)
        await _refuse_repeated(application, operator.person, operator_id)
        await _let_go_of_account(operator)
        if confirm:
            refuse_any(_unconfirmable(operator))
        operator.status = OperatorStatus.CONFIRMED if confirm else OperatorStatus.DRAFT
        await operator.save()
        if is_another(before, operator.person):
            keys = await forget(Attachment.filter(operator_id=operator.id))
    await forgotten(office, keys)
    return await verify(office, application), operator


async def _found(application: Application, operator_id: int | None) -> Operator:
    if operator_id is None:
        await _refuse_more(application, 1)
        return Operator(application_id=application.id)
    found = await Operator.get_or_none(id=operator_id, application_id=application.id)
    if found is None:
        raise refuse("NOT_FOUND", "operatorId")
    return found


async def _refuse_more(application: Application, more: int) -> None:
    """At most ten operator cards in a first application (requirements, rule 10)."""
    if await Operator.filter(application_id=application.id).count() + more > MOST_OPERATORS:
        raise refuse("OPERATOR_LIMIT", limit=MOST_OPERATORS)


async def _refuse_repeated(
    application: Application, person: Person, except_id: int | None, *path: str
) -> None:
    """One operator card a person and unit; the legal person gets none (manual §5.1.3)."""
    place = path or ("idNumber",)
    unit = await Enterprise.get(id=application.enterprise_id)
    if same_person(person, unit.legal_person):
        raise refuse("OPERATOR_IS_LEGAL_PERSON", *place)
    for other in await Operator.filter(application_id=application.id).exclude(id=except_id or 0):
        if same_person(person, other.person):
            raise refuse("OPERATOR_DUPLICATE", *place)
    if person.id_number and await has_card(application.enterprise_id, person):
        raise refuse("OPERATOR_HAS_CARD", *place)


async def has_card(enterprise_id: int, person: Person) -> bool:
    return await Card.exists(
        enterprise_id=enterprise_id,
        kind=CardKind.OPERATOR,
        status=CardStatus.ISSUED,
        holder_id_type=person.id_type,
        holder_id_number_hash=person.id_number,
    )


async def _let_go_of_account(operator: Operator) -> None:
    """An operator that was edited into another person is no longer the account's."""
    if operator.account_id is None:
        return
    account = await OperatorAccount.get(id=operator.account_id)
    if not same_person(account.person, operator.person):
        operator.account_id = None


def _unconfirmable(operator: Operator) -> Iterable[Refusal]:
    """What keeps it from 确定录入, placed in the input: the field alone."""
    for problem in operator_problems(operator, today()):
        if problem.is_error:
            yield Refusal(problem.code, problem.path[-1:], problem.facts)


async def remove_operator(
    office: Office, actor: Actor, application_id: int, version: int, operator_id: int
) -> Application:
    """Delete an operator with their papers; an agent who was this operator is reset.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, VERSION_CONFLICT.
    """
    async with editing(office, actor, application_id, version) as application:
        operator = await _found(application, operator_id)
        keys = await drop_operators([operator.id])
    await forgotten(office, keys)
    return application


async def drop_operators(ids: list[int]) -> list[str]:
    """Inside an act: delete the operators and all that hangs on them; the papers' keys remain."""
    keys = await forget(Attachment.filter(operator_id__in=ids))
    await Agent.filter(operator_id__in=ids).delete()
    await Operator.filter(id__in=ids).delete()
    return keys


async def add_existing_operators(
    office: Office, actor: Actor, application_id: int, version: int, account_ids: list[int | None]
) -> Application:
    """选择已有未制卡操作员: accounts of the unit become operators, with nothing to re-enter.

    Who is complete is CONFIRMED at once, with the legal card's kind of medium, or else a USB key.
    Raises Refused as `save_operator`, and NOTHING_CHOSEN.
    """
    if not account_ids:
        raise refuse("NOTHING_CHOSEN", "operatorAccountIds")
    async with editing(office, actor, application_id, version) as application:
        await _refuse_more(application, len(account_ids))
        for index, account_id in enumerate(account_ids):
            path = ("operatorAccountIds", str(index))
            account = await _account(application, account_id, path)
            await _refuse_repeated(application, account.person, None, *path)
            await _from_account(application, account).save()
    return await verify(office, application)


async def _account(
    application: Application, account_id: int | None, path: tuple[str, ...]
) -> OperatorAccount:
    account = await OperatorAccount.get_or_none(
        id=account_id or 0, enterprise_id=application.enterprise_id
    )
    if account is None:
        raise refuse("NOT_FOUND", *path)
    if account.has_card:
        raise refuse("OPERATOR_HAS_CARD", *path)
    return account


def _errors(problems: Iterable[FieldProblem]) -> Iterator[FieldProblem]:
    return (problem for problem in problems if problem.severity == "ERROR")


def _from_account(application: Application, account: OperatorAccount) -> Operator:
    operator = Operator(application_id=application.id, account_id=account.id)
    for name in PERSON_FIELDS:
        setattr(operator, name, getattr(account, name))
    operator.media_type = application.legal_media_type or MediaType.USB_KEY
    wrong = any(_errors(person_problems(account.person, COLUMNS, today())))
    operator.status = OperatorStatus.DRAFT if wrong else OperatorStatus.CONFIRMED
    return operator
