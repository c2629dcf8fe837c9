"""What the door decides about every document; the defaults are a laptop's."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policies:
    """`introspection`: whether the schema may be asked for, and whether an error may suggest what
    else was meant, which tells the schema word by word.
    """

    introspection: bool = True


LAPTOP = Policies()
