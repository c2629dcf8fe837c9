"""Which PKCS#11 library to use, and where its tokens are kept."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hardware.errors import ModuleMissing

SOFTHSM_PLACES: Final = (
    "/usr/lib/softhsm/libsofthsm2.so",  # Debian, Ubuntu
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",  # Fedora
    "/usr/lib/pkcs11/libsofthsm2.so",  # Arch
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",  # macOS, arm64
    "/usr/local/lib/softhsm/libsofthsm2.so",  # macOS, x86_64; built from source
)
HOW_TO_INSTALL: Final = (
    "SoftHSM 2 is not installed: `apt-get install softhsm2` or `brew install softhsm`"
)
CONFIGURATION: Final = """\
directories.tokendir = {tokens}
objectstore.backend = file
log.level = ERROR
slots.removable = false
"""


@dataclass(frozen=True)
class Module:
    """A PKCS#11 library and, for SoftHSM, the folder of its configuration and tokens."""

    library: str
    folder: str | None = None

    @property
    def configuration(self) -> Path | None:
        """The file that SOFTHSM2_CONF names in the process that owns the module."""
        return Path(self.folder) / "softhsm2.conf" if self.folder else None

    @property
    def tokens(self) -> Path | None:
        return Path(self.folder) / "tokens" if self.folder else None


def find_softhsm() -> Path | None:
    """The installed SoftHSM library, or None."""
    return next((Path(place) for place in SOFTHSM_PLACES if Path(place).is_file()), None)


def softhsm(folder: Path, library: Path | None = None) -> Module:
    """SoftHSM with its tokens under `folder`, which is made and configured if need be.

    :raises ModuleMissing: the library is not there; the message says what to install
    """
    found = library or find_softhsm()
    if found is None:
        raise ModuleMissing("libsofthsm2.so", HOW_TO_INSTALL)
    if not found.is_file():
        raise ModuleMissing(str(found), f"there is no PKCS#11 library {found}")
    tokens = folder.resolve() / "tokens"
    tokens.mkdir(parents=True, exist_ok=True, mode=0o700)
    module = Module(str(found), str(tokens.parent))
    configuration = tokens.parent / "softhsm2.conf"
    wanted = CONFIGURATION.format(tokens=tokens)
    if not configuration.is_file() or configuration.read_text("utf-8") != wanted:
        configuration.write_text(wanted, "utf-8")
    return module
