from typing import Any

import strawberry

from models.enums import ReturnCategory
from models.reasons import CATALOGUE, find_reason
from models.texts import Language
from schema.says import says


@strawberry.type(description="Why an application was returned (退单原因, manual §5.4).")
class ReturnReason:
    category: ReturnCategory = says("One of the six cases.")
    code: str = says("From the catalogue: see `returnReasonCatalogue`.")
    message: str = says("For people: what is wrong, and the officer's note.")
    path: list[str] = says("The place it is pinned to, spelled as in `problems`; empty: the whole.")
    note: str | None = says("The officer's own words.")
    hint: str | None = says("How to mend it.")

    @classmethod
    def of(cls, kept: dict[str, Any], language: Language) -> "ReturnReason":
        category = ReturnCategory(kept["category"])
        reason = find_reason(category, kept["code"])
        note = kept.get("note")
        return cls(
            category=category,
            code=kept["code"],
            message=_message(reason.says.in_(language) if reason else "", kept["code"], note),
            path=kept["path"],
            note=note,
            hint=reason.hint.in_(language) if reason else None,
        )


def _message(says_: str, code: str, note: str | None) -> str:
    if code == "OTHER":
        return note or says_
    return f"{says_}：{note}" if note else says_


@strawberry.type(description="A line of the catalogue of return reasons. Anyone may see it.")
class CatalogueReason:
    category: ReturnCategory = says("One of the six cases. OTHER/OTHER serves every category.")
    code: str = says("For `ReturnReasonInput.code`.")
    message: str = says("What is wrong.")
    hint: str = says("How the unit mends it.")


def catalogue(language: Language) -> list[CatalogueReason]:
    return [
        CatalogueReason(
            category=reason.category,
            code=reason.code,
            message=reason.says.in_(language),
            hint=reason.hint.in_(language),
        )
        for reason in CATALOGUE
    ]
