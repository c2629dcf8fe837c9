"""Which language a client wants (RFC 9110 section 12.5.4): Chinese, unless it prefers English."""

from models.texts import Language
from server.accept import weighed

KNOWN = frozenset(Language)


def language_of(header: str) -> Language:
    known = [
        (weight, tag.split("-")[0]) for tag, weight in weighed(header) if tag.split("-")[0] in KNOWN
    ]
    return Language(max(known, key=lambda pair: pair[0])[1]) if known else Language.ZH
