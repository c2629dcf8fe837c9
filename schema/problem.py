from typing import Any

import strawberry

from models import problem as rules
from models.enums import Severity
from models.texts import Language, say
from schema.says import says


@strawberry.type(description="What is wrong with one value of an application.")
class Problem:
    path: list[str] = says("The place: step, person, field; operators by their id.")
    code: str = says("Stable; listed in docs/refusals.md.")
    message: str = says("For people: Chinese, or English by Accept-Language.")
    severity: Severity = says("An ERROR keeps the step incomplete.")
    key: str = says(
        "Names this very problem: `acknowledgedWarnings` takes it, or the code for all."
    )

    @classmethod
    def of(cls, found: rules.Problem, language: Language) -> "Problem":
        return cls(
            path=list(found.path),
            code=found.code,
            message=say(found.code, language, found.facts),
            severity=found.severity,
            key=found.key,
        )


@strawberry.type(description="A warning that the unit confirmed when it submitted.")
class AcknowledgedWarning:
    path: list[str] = says("The place: step, person, field; operators by their id.")
    code: str = says("Stable; listed in docs/refusals.md.")
    message: str = says("For people: Chinese, or English by Accept-Language.")

    @classmethod
    def of(cls, kept: dict[str, Any], language: Language) -> "AcknowledgedWarning":
        return cls(path=kept["path"], code=kept["code"], message=say(kept["code"], language))
