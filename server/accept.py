"""What a client prefers, as headers say it with weights (RFC 9110 section 12.4.2)."""

from collections.abc import Iterator


def weighed(header: str) -> Iterator[tuple[str, float]]:
    """Each value of a list such as `en;q=0.5, zh`, in small letters, with its weight; what weighs
    nothing is not wanted and left out.
    """
    for part in header.split(","):
        value, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = _weight(parameters)
        if value and weight > 0:
            yield value, weight


def _weight(parameters: list[str]) -> float:
    told = [value for name, _, value in (p.partition("=") for p in parameters) if name == "q"]
    try:
        return float(told[0]) if told else 1.0
    except ValueError:
        return 0.0
