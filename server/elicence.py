"""Whose e-licences are taken, by the settings (docs/elicence.md)."""

import json
import warnings
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, KeySet, RSAKey, import_key

from resolvers.licences import LicenceReader
from server.dev_issuer import dev_issuer
from server.faults import StartFault
from server.settings import Settings

SETTING = "PORTCARD_ELICENCE_KEYS"
SHORTEST_RSA = 2048  # bits; NIST SP 800-131A
CURVE = "P-256"  # of ES256


def reader_of(settings: Settings) -> LicenceReader | None:
    """Of the configured issuer; in development else of the local one; else nobody's.

    Raises StartFault.
    """
    if settings.elicence_keys:
        keys = public_keys(settings.elicence_keys)
        return LicenceReader(settings.elicence_issuer, settings.url, keys)
    issuer = dev_issuer(settings)
    return LicenceReader(issuer.name, settings.url, issuer.public_keys) if issuer else None


def public_keys(path: Path) -> KeySet:
    """The keys of a JWK set (RFC 7517) that verify ES256, RS256 or PS256.

    Raises StartFault when the file is damaged, or holds what only the issuer should have.
    """
    try:
        told = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise StartFault(f"{SETTING}: {path} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise StartFault(f"{SETTING}: {path} is no JSON") from error
    rows = told.get("keys") if isinstance(told, dict) else None
    if not isinstance(rows, list) or not rows:
        raise StartFault(f'{SETTING}: {path} is no JWK set: {{"keys": […]}} with at least one')
    keys = [_public(path, row) for row in rows]
    if len({key.kid for key in keys}) < len(keys) or not all(key.kid for key in keys):
        raise StartFault(f"{SETTING}: each key in {path} needs a kid of its own")
    return KeySet(keys)


def _public(path: Path, row: Any) -> Key:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # the size is judged below
            key = import_key(dict(row))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise StartFault(f"{SETTING}: a key in {path} is damaged") from error
    if key.is_private:
        raise StartFault(
            f"{SETTING}: {path} holds a secret or private key: that is the issuer's alone,"
            " take its public keys"
        )
    if isinstance(key, RSAKey) and key.raw_value.key_size >= SHORTEST_RSA:
        return key
    if isinstance(key, ECKey) and key.curve_name == CURVE:
        return key
    raise StartFault(
        f"{SETTING}: {path} holds a key that is neither {CURVE} nor RSA of {SHORTEST_RSA} bits"
    )
