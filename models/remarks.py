"""The official text of the remarks (备注), made from the structured delivery (manual §5.1.2)."""

from models.application import Application
from models.enums import DeliveryMethod
from models.masking import Datum, Sight

LEGAL_CARD_ONLY = "（只要一张法人卡）"


def remarks_of(application: Application, sight: Sight, *, has_operators: bool) -> str | None:
    """`邮寄：地址+联系人+电话` or `自取+联系人+电话`; None until they are complete."""
    parts = _parts(application, sight)
    if parts is None:
        return None
    return parts + ("" if has_operators else LEGAL_CARD_ONLY)


def _parts(application: Application, sight: Sight) -> str | None:
    phone = sight.of(Datum.DELIVERY_PHONE, application.delivery_phone)
    contact = (application.delivery_contact, phone)
    if application.delivery_method is DeliveryMethod.MAIL:
        address = sight.of(Datum.DELIVERY_ADDRESS, application.delivery_address)
        return _joined("邮寄：", address, *contact)
    if application.delivery_method is DeliveryMethod.PICKUP:
        return _joined("自取+", *contact)
    return None


def _joined(how: str, *told: str | None) -> str | None:
    return how + "+".join(part or "" for part in told) if all(told) else None
