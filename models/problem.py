"""What is wrong with one value of an application."""

from dataclasses import dataclass, field

from models.enums import Severity


@dataclass(frozen=True)
class Problem:
    """A wizard's finding: the place (step, person, field), a stable code, and how grave it is."""

    path: tuple[str, ...]
    code: str
    severity: Severity = Severity.ERROR
    facts: dict[str, str | int] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> str:
        """Names this very problem, for `acknowledgedWarnings`: `operators.op-7.name:CODE`."""
        return f"{'.'.join(self.path)}:{self.code}"

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR
