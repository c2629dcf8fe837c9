"""The PKCS#11 library, loaded and initialised for threads."""

import os
from pathlib import Path

from pkcs11 import _pkcs11
from pkcs11.exceptions import PKCS11Error

from hardware.cryptoki import Answer, Cryptoki
from hardware.errors import ModuleFault, ModuleMissing
from hardware.module import HOW_TO_INSTALL, Module


class Library(_pkcs11.lib):
    """python-pkcs11's library, initialised with CKF_OS_LOCKING_OK.

    Even so, use it from one thread: SoftHSM errs now and then when one thread creates objects
    while another lists them.
    """

    def __init__(self, so: str) -> None:
        self.raw = Cryptoki(so)
        super().__init__(so)

    def initialize(self) -> None:
        answer = self.raw.initialize()
        if answer == Answer.CANT_LOCK:
            answer = self.raw.initialize(flags=0)
        if answer == Answer.CRYPTOKI_ALREADY_INITIALIZED:
            raise ModuleFault(self.so, "this process already owns the module")
        if answer != Answer.OK:
            raise ModuleFault(self.so, f"C_Initialize answered {answer:#x}")

    def finalize(self) -> None:
        answer = self.raw.finalize()
        if answer not in (Answer.OK, Answer.CRYPTOKI_NOT_INITIALIZED):
            raise ModuleFault(self.so, f"C_Finalize answered {answer:#x}")

    def reinitialize(self) -> None:
        self.finalize()
        self.initialize()


def load(module: Module) -> Library:
    """Load and initialise the module's library, its configuration named by the environment.

    :raises ModuleMissing: no such library; the message says what to install
    :raises ModuleFault: it cannot be initialised, or this process owns another one
    """
    if not Path(module.library).is_file():
        raise ModuleMissing(module.library, HOW_TO_INSTALL)
    if module.configuration:
        os.environ["SOFTHSM2_CONF"] = str(module.configuration)
    try:
        return Library(module.library)
    except (PKCS11Error, OSError) as error:
        raise ModuleFault(module.library, f"cannot be loaded: {error}") from error
