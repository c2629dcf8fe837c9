"""Short spellings for fields that carry their description, as every field must."""

from typing import Any

import strawberry


def says(description: str) -> Any:
    """A field with its description."""
    return strawberry.field(description=description)


def may(description: str) -> Any:
    """A field of an input that may be absent: then the value stays as it is; null empties it."""
    return strawberry.field(default=strawberry.UNSET, description=description)
