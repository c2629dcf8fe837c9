"""Which language a client wants (RFC 9110 section 12.5.4): Chinese, unless it prefers English."""

from models.texts import Language


def language_of(header: str) -> Language:
    wanted = [_weighed(part) for part in header.split(",") if part.strip()]
    known = [(weight, language) for weight, language in wanted if language and weight > 0]
    if not known:
        return Language.ZH
    return max(known, key=lambda pair: pair[0])[1]


def _weighed(part: str) -> tuple[float, Language | None]:
    tag, _, parameter = part.strip().partition(";")
    primary = tag.split("-")[0].strip().lower()
    language = Language(primary) if primary in set(Language) else None
    return _weight(parameter), language


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
