"""The official text of the remarks (备注), made from the structured delivery (manual §5.1.2)."""

from models.application import Application
from models.enums import DeliveryMethod

LEGAL_CARD_ONLY = "（只要一张法人卡）"


def remarks_of(application: Application, *, has_operators: bool) -> str | None:
    """`邮寄：地址+联系人+电话` or `自取+联系人+电话`; None while the way of delivery is open."""
    parts = _parts(application)
    if parts is None:
        return None
    return parts + ("" if has_operators else LEGAL_CARD_ONLY)


def _parts(application: Application) -> str | None:
    contact = [application.delivery_contact or "", application.delivery_phone or ""]
    if application.delivery_method is DeliveryMethod.MAIL:
        return "邮寄：" + "+".join([application.delivery_address or "", *contact])
    if application.delivery_method is DeliveryMethod.PICKUP:
        return "+".join(["自取", *contact])
    return None
