"""The official text of the remarks (备注), made from the structured delivery (manual §5.1.2)."""

from models.application import Application
from models.enums import DeliveryMethod

LEGAL_CARD_ONLY = "（只要一张法人卡）"


def remarks_of(application: Application, *, has_operators: bool) -> str | None:
    """`邮寄：地址+联系人+电话` or `自取+联系人+电话`; None until they are complete."""
    parts = _parts(application)
    if parts is None:
        return None
    return parts + ("" if has_operators else LEGAL_CARD_ONLY)


def _parts(application: Application) -> str | None:
    contact = (application.delivery_contact, application.delivery_phone)
    if application.delivery_method is DeliveryMethod.MAIL:
        return _joined("邮寄：", application.delivery_address, *contact)
    if application.delivery_method is DeliveryMethod.PICKUP:
        return _joined("自取+", *contact)
    return None


def _joined(how: str, *told: str | None) -> str | None:
    return how + "+".join(part or "" for part in told) if all(told) else None
