"""The CA of a deployment: made once on its tokens; its certificates are then at hand in a file."""

import json
from dataclasses import asdict

from hardware.authority import Authority, AuthorityNames
from hardware.errors import ModuleMissing, PinRefused
from hardware.module import Module, softhsm
from hardware.worker import HardwareWorker
from models.clock import now
from server.faults import StartFault
from server.keys import Keys
from server.settings import Settings

NAMES = AuthorityNames(
    organization="Portcard", root="Portcard Root CA", issuing="Portcard Issuing CA"
)
FILE = "authority.json"


def module_of(settings: Settings) -> Module:
    """SoftHSM with its tokens in the data folder. Raises StartFault when it is not installed."""
    try:
        return softhsm(settings.data_dir.resolve() / "tokens", settings.pkcs11_module)
    except ModuleMissing as error:
        raise StartFault(f"{error.detail}: see PORTCARD_PKCS11_MODULE") from error


async def ensure_authority(settings: Settings, hardware: HardwareWorker, keys: Keys) -> Authority:
    """The root and the issuing CA, made where they are missing.

    Raises StartFault when the tokens are another deployment's, or when they have gone: a new CA
    would not be the one that the cards were issued by.
    """
    known = known_authority(settings)
    if known and not any(settings.data_dir.glob("tokens/tokens/*")):
        raise StartFault(
            f"the CA's tokens have gone from {settings.data_dir / 'tokens'}: restore them, or"
            f" remove {FILE} to begin with a new CA"
        )
    try:
        made = await hardware.init_ca(keys.authority_pins(), NAMES, now().replace(microsecond=0))
    except PinRefused as refused:
        raise StartFault(
            "the CA's tokens were made with another secret: restore secret.key of the data folder,"
            " or PORTCARD_SECRET_KEY"
        ) from refused
    draft = settings.data_dir / f"{FILE}.draft"
    draft.write_text(json.dumps(asdict(made)), "ascii")
    draft.replace(settings.data_dir / FILE)
    return made


async def authority_of(settings: Settings, hardware: HardwareWorker, keys: Keys) -> Authority:
    """Its certificates, without asking the module when they are at hand."""
    return known_authority(settings) or await ensure_authority(settings, hardware, keys)


def known_authority(settings: Settings) -> Authority | None:
    """The certificates of the CA that was made before, or None. Raises StartFault when the file is
    damaged.
    """
    file = settings.data_dir / FILE
    if not file.exists():
        return None
    try:
        return Authority(**json.loads(file.read_text("ascii")))
    except (ValueError, TypeError) as error:
        raise StartFault(
            f"{file} is damaged: remove it, it is written anew from the CA's tokens"
        ) from error
