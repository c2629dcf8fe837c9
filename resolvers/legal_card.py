"""The legal card's step (manual §5.1.2, Fig 13): the person comes from the registration."""

from models.actor import Actor
from models.application import Application
from resolvers.editing import Changes, apply, editing, with_tidy_phone
from resolvers.office import Office
from resolvers.verification import verify

COLUMNS = {"phone": "legal_phone", "email": "legal_email", "media_type": "legal_media_type"}


async def save_legal_card(
    office: Office, actor: Actor, application_id: int, version: int, changes: Changes
) -> Application:
    """Save what is there of `phone`, `email`, `media_type`.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, VERSION_CONFLICT.
    """
    async with editing(office, actor, application_id, version) as application:
        apply(application, with_tidy_phone(changes), COLUMNS)
    return await verify(office, application)
