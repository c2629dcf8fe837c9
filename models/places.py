"""The places of an application that a return reason may be pinned to (manual §5.4)."""

from collections.abc import Callable

from models.dossier import Dossier
from models.enums import AttachmentKind, Step
from models.public_id import Kind, row_id
from models.wizard import AGENT_FIELDS, FIELDS

ROOTS = {
    "unit": Step.UNIT,
    "legalCard": Step.LEGAL_CARD,
    "operators": Step.OPERATORS,
    "agent": Step.AGENT,
    "delivery": Step.DELIVERY,
}
NAMES = {step.value: root for root, step in ROOTS.items()}
"""A step may also be called by its enum value: LEGAL_CARD is legalCard."""

Path = tuple[str, ...]


def canonical_place(dossier: Dossier, path: Path) -> Path | None:
    """`path` with its step in the one spelling that problems use; None: there is no such place.

    The empty path is the application as a whole.
    """
    if not path:
        return ()
    root, rest = NAMES.get(path[0], path[0]), path[1:]
    if root in BELOW:
        return (root, *rest) if BELOW[root](dossier, rest) else None
    if path[0] in set(AttachmentKind):
        return ("attachments", *path) if _is_paper(dossier, path) else None
    return None


def _fields(step: Step) -> frozenset[str]:
    others = (field for fields in AGENT_FIELDS.values() for field in fields)
    known = FIELDS[step] + (tuple(others) if step is Step.AGENT else ())
    return frozenset(field.name for field in known)


def _in_step(step: Step) -> Callable[[Dossier, Path], bool]:
    def is_place(dossier: Dossier, rest: Path) -> bool:
        return not rest or _is_field(dossier, step, rest)

    return is_place


def _is_field(dossier: Dossier, step: Step, rest: Path) -> bool:
    if rest[0] == "attachments":
        return _is_paper(dossier, rest[1:])
    return len(rest) == 1 and rest[0] in _fields(step)


def _is_operator(dossier: Dossier, rest: Path) -> bool:
    if not rest:
        return True
    known = {operator.id for operator in dossier.operators}
    if row_id(Kind.OPERATOR, rest[0]) not in known:
        return False
    return len(rest) == 1 or _is_field(dossier, Step.OPERATORS, rest[1:])


def _is_paper(dossier: Dossier, rest: Path) -> bool:
    """A kind of paper, one paper by its id, or a kind and then the operator or the paper."""
    if not rest:
        return True
    papers = {paper.id for paper in dossier.attachments}
    operators = {operator.id for operator in dossier.operators}
    known = (
        row_id(Kind.ATTACHMENT, rest[-1]) in papers or row_id(Kind.OPERATOR, rest[-1]) in operators
    )
    if len(rest) == 1:
        return rest[0] in set(AttachmentKind) or known
    return len(rest) == 2 and rest[0] in set(AttachmentKind) and known  # noqa: PLR2004 - kind and id


def _is_remarks(_dossier: Dossier, rest: Path) -> bool:
    return not rest


BELOW: dict[str, Callable[[Dossier, Path], bool]] = {
    "unit": _in_step(Step.UNIT),
    "legalCard": _in_step(Step.LEGAL_CARD),
    "operators": _is_operator,
    "agent": _in_step(Step.AGENT),
    "delivery": _in_step(Step.DELIVERY),
    "attachments": _is_paper,
    "remarks": _is_remarks,
}
