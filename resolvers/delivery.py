"""The delivery's step: what the manual wants as free text in a fixed form (备注, §5.1.2)."""

from models.actor import Actor
from models.application import Application
from models.enums import DeliveryMethod
from resolvers.editing import Changes, apply, editing, with_tidy_phone
from resolvers.office import Office

COLUMNS = {
    "method": "delivery_method",
    "contact": "delivery_contact",
    "phone": "delivery_phone",
    "address": "delivery_address",
}


async def save_delivery(
    office: Office, actor: Actor, application_id: int, version: int, changes: Changes
) -> Application:
    """Save what is there of `method`, `contact`, `phone`, `address`; a pickup has no address.

    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, VERSION_CONFLICT.
    """
    async with editing(office, actor, application_id, version) as application:
        apply(application, with_tidy_phone(changes), COLUMNS)
        if application.delivery_method is DeliveryMethod.PICKUP:
            application.delivery_address = None
    return application
