"""Events written to the log without an act."""

from models.actor import Actor
from models.application import Application
from models.database import transaction
from models.enterprise import Enterprise
from models.enums import ApplicationEventType, ApplicationKind, IdType, Role, SignInMethod
from models.log import append
from tests.identities import unit

ACTOR = Actor(0, 0, "tester", "测试", Role.ENTERPRISE_ADMIN, SignInMethod.PASSWORD)


async def an_application() -> Application:
    form = unit()
    enterprise = await Enterprise.create(
        uscc=form["unifiedSocialCreditCode"],
        organization_code=form["organizationCode"],
        name=form["name"],
        legal_name="张三",
        legal_id_type=IdType.RESIDENT_ID,
        legal_id_number=form["idNumber"],
        legal_id_valid_from="20200101",
        legal_id_valid_to="20400101",
        legal_country="CHN",
    )
    return await Application.create(kind=ApplicationKind.NEW_CARDS, enterprise=enterprise)


async def append_to(application: Application) -> int:
    """One more event; answers its position."""
    async with transaction():
        return (await append(application, ApplicationEventType.STARTED, ACTOR)).id
