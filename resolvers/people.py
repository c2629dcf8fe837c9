"""Putting a person's fields into a row, as operators and agents have them."""

from typing import Any

from models.enums import IdType
from models.identifiers import COUNTRY, normalized, normalized_id_number
from models.person_columns import PersonColumns
from resolvers.editing import Changes, apply, with_tidy_phone

USUAL = {"id_type": IdType.RESIDENT_ID, "country": COUNTRY}
"""What the manual's forms have chosen already (默认居民身份证, 中国)."""


def put_person(row: PersonColumns, changes: Changes, *, is_new: bool) -> None:
    """Apply `changes`; a new row begins with the usual document of the usual country."""
    told: dict[str, Any] = {**USUAL, **changes} if is_new else dict(changes)
    apply(row, with_tidy_phone(told))
    row.country = normalized(row.country) if row.country else None
    if row.id_number:
        row.id_number = normalized_id_number(row.id_type, row.id_number)
