"""The e-licence issuer of a laptop: it vouches for whoever asks. Production never knows it."""

import json
import secrets
from collections.abc import Mapping

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from models.clock import now
from models.enums import IdType
from models.identifiers import organization_check, resident_check, uscc_check
from models.licence import CLAIMS
from resolvers.licences import TYPE
from server.faults import StartFault
from server.folder import kept_once
from server.settings import DEV_ISSUER, Settings

FILE = "elicence-issuer.json"
LIFETIME = 300  # seconds


class DevIssuer:
    """`name` is the `iss` of what it signs, for the server at `audience`."""

    def __init__(self, name: str, audience: str, key: ECKey) -> None:
        self.name, self._audience, self._key = name, audience, key

    @property
    def public_keys(self) -> KeySet:
        return KeySet([ECKey.import_key(self._key.as_dict(private=False))])

    def issue(self, told: Mapping[str, str]) -> str:
        """An assertion of an invented unit, but for what is told, which may be anything.

        Raises ValueError for what is no claim of a licence.
        """
        if unknown := sorted(set(told) - set(CLAIMS)):
            raise ValueError(f"no claim of a licence: {', '.join(unknown)}")
        began = int(now().timestamp())
        about = {"iss": self.name, "aud": self._audience, "jti": secrets.token_urlsafe(16)}
        claims = {**about, "iat": began, "exp": began + LIFETIME, **invented(), **told}
        return jwt.encode({"alg": "ES256", "kid": self._key.kid, "typ": TYPE}, claims, self._key)


def dev_issuer(settings: Settings) -> DevIssuer | None:
    """In development, unless another issuer is configured; its key is made once.

    Raises StartFault when the key is damaged.
    """
    if not settings.is_development or settings.elicence_issuer:
        return None
    path = settings.data_dir / FILE
    try:
        key = ECKey.import_key(json.loads(kept_once(path, _new_key)))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise StartFault(f"{path} is damaged: remove it, another is made") from error
    return DevIssuer(settings.url + DEV_ISSUER, settings.url, key)


def _new_key() -> str:
    return json.dumps(ECKey.generate_key("P-256", auto_kid=True).as_dict(private=True))


def invented() -> dict[str, str]:
    """The claims of a unit that is not there, whose numbers pass every check."""
    number = secrets.randbelow(10**6)
    body = f"MA{number:06d}"
    unit = "91220101" + body + organization_check(body)
    person = f"22010219800101{number % 1000:03d}"
    return {
        "uscc": unit + uscc_check(unit),
        "name": f"长春示例{number:06d}号有限公司",
        "licence_number": f"DEV-{number:06d}",
        "legal_person_name": "王示例",
        "legal_person_id_type": IdType.RESIDENT_ID.value,
        "legal_person_id_number": person + resident_check(person),
        "legal_person_id_valid_from": "20200101",
        "legal_person_id_valid_to": "20400101",
        "legal_person_country": "CHN",
    }
