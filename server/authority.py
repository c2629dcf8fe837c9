"""The CA of a deployment: made once, then read."""

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


def module_of(settings: Settings) -> Module:
    """SoftHSM with its tokens in the data folder. Raises StartFault when it is not installed."""
    try:
        return softhsm(settings.data_dir.resolve() / "tokens", settings.pkcs11_module)
    except ModuleMissing as error:
        raise StartFault(error.detail) from error


async def ensure_authority(hardware: HardwareWorker, keys: Keys) -> Authority:
    """The root and the issuing CA, made where they are missing."""
    return await hardware.init_ca(keys.authority_pins(), NAMES, now().replace(microsecond=0))
