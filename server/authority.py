"""The CA of a deployment: made once on its tokens; its certificates are then at hand in a file."""

import json
from dataclasses import asdict

from hardware.authority import Authority, AuthorityNames
from hardware.errors import ModuleMissing
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
        raise StartFault(error.detail) from error


async def ensure_authority(settings: Settings, hardware: HardwareWorker, keys: Keys) -> Authority:
    """The root and the issuing CA, made where they are missing."""
    made = await hardware.init_ca(keys.authority_pins(), NAMES, now().replace(microsecond=0))
    draft = settings.data_dir / f"{FILE}.draft"
    draft.write_text(json.dumps(asdict(made)), "ascii")
    draft.replace(settings.data_dir / FILE)
    return made


async def authority_of(settings: Settings, hardware: HardwareWorker, keys: Keys) -> Authority:
    """Its certificates, without asking the module when they are at hand."""
    file = settings.data_dir / FILE
    if file.exists():
        return Authority(**json.loads(file.read_text("ascii")))
    return await ensure_authority(settings, hardware, keys)
