"""The unit's step (manual §5.1.2, Fig 12): place, data centre, maker, issuer."""

from models.actor import Actor
from models.application import Application
from models.geography import normalized_region_code
from models.refusals import refuse
from models.wizard import maker_is_locked
from resolvers.editing import Changes, apply, editing
from resolvers.institutions import data_centre_of, maker_of
from resolvers.office import Office
from resolvers.verification import verify

MAKER_COLUMNS = ("maker_scope", "maker_id")


async def save_unit(
    office: Office, actor: Actor, application_id: int, version: int, changes: Changes
) -> Application:
    """Save what is there of `region_code`, `street`, `maker_scope`, `maker_id`.

    The data centre follows from the region, the issuer from the maker. Raises Refused: NOT_FOUND,
    FORBIDDEN, WRONG_STATE, VERSION_CONFLICT, MAKER_UNKNOWN, MAKER_LOCKED.
    """
    async with editing(office, actor, application_id, version) as application:
        await _refuse_locked(application, changes)
        apply(application, changes)
        if application.region_code:
            application.region_code = normalized_region_code(application.region_code)
        await match_institutions(application)
    return await verify(office, application)


async def _refuse_locked(application: Application, changes: Changes) -> None:
    maker = await maker_of(application.maker_id) if application.maker_id else None
    if not maker_is_locked(application, maker):
        return
    for name in MAKER_COLUMNS:
        if name in changes and changes[name] != getattr(application, name):
            raise refuse("MAKER_LOCKED", "makerId" if name == "maker_id" else "makerScope")


async def match_institutions(application: Application) -> None:
    """Set data centre and issuer from what was chosen: a centre issues what it makes."""
    centre = await data_centre_of(application.region_code)
    application.data_centre_id = centre.id if centre else None
    if application.maker_id is None:
        application.issuer_id = None
        return
    maker = await maker_of(application.maker_id)
    if maker is None:
        raise refuse("MAKER_UNKNOWN", "makerId")
    application.issuer_id = maker.issuer_id or maker.id
