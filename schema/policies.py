"""What the door decides about every document; the defaults are a laptop's."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policies:
    """`introspection`: whether the schema may be asked for, and whether an error may suggest what
    else was meant, which tells the schema word by word. `seconds`: how long an operation may take.
    """

    introspection: bool = True
    seconds: float = 15.0


LAPTOP = Policies()
