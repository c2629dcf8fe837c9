"""What can go wrong with the hardware.

HardwareError
├── ModuleMissing        MODULE_MISSING        no PKCS#11 library: install it
├── ModuleFault          MODULE_FAULT          the library failed or its process died; try again
├── ModuleTimeout        MODULE_TIMEOUT        the library hung and was killed; try again
├── TokenFolderMissing   TOKEN_FOLDER_MISSING  the folder that holds the tokens is gone
├── TokenMissing         TOKEN_MISSING         no token bears that label
├── TokenAmbiguous       TOKEN_AMBIGUOUS       several tokens bear that label
├── PinRefused           PIN_REFUSED           wrong, locked, expired or unset PIN
├── KeyMissing           KEY_MISSING           no complete key pair under that id
├── KeyUnsound           KEY_UNSOUND           a certified key fails its test signature
├── NoProofOfPossession  NO_PROOF_OF_POSSESSION  the request is not signed by its own key
├── SubjectRefused       SUBJECT_REFUSED       a name does not fit a certificate
├── IssuerExpired        ISSUER_EXPIRED        the issuing CA cannot certify that date
└── CertificateMismatch  CERTIFICATE_MISMATCH  a certificate does not belong to the key
"""

# ruff: noqa: N818 - they are named after what happened, as their codes are

from typing import ClassVar


class HardwareError(Exception):
    """A failure with a stable `code` and the `place` it happened at.

    `retryable` says that repeating the same step may succeed without anyone mending anything.
    No message ever holds a PIN. The constructor's arguments are the pickled state, so that the
    error crosses a process boundary whole.
    """

    code: ClassVar[str] = "HARDWARE"
    retryable: ClassVar[bool] = False

    def __init__(self, place: str, detail: str = "") -> None:
        super().__init__(place, detail)
        self.place = place
        self.detail = detail

    def __str__(self) -> str:
        return ": ".join(part for part in (self.code, self.place, self.detail) if part)


class ModuleMissing(HardwareError):
    code = "MODULE_MISSING"


class ModuleFault(HardwareError):
    code = "MODULE_FAULT"
    retryable = True


class ModuleTimeout(HardwareError):
    code = "MODULE_TIMEOUT"
    retryable = True


class TokenFolderMissing(HardwareError):
    code = "TOKEN_FOLDER_MISSING"


class TokenMissing(HardwareError):
    code = "TOKEN_MISSING"


class TokenAmbiguous(HardwareError):
    code = "TOKEN_AMBIGUOUS"


class PinRefused(HardwareError):
    code = "PIN_REFUSED"


class KeyMissing(HardwareError):
    code = "KEY_MISSING"


class KeyUnsound(HardwareError):
    code = "KEY_UNSOUND"


class NoProofOfPossession(HardwareError):
    code = "NO_PROOF_OF_POSSESSION"


class SubjectRefused(HardwareError):
    code = "SUBJECT_REFUSED"


class IssuerExpired(HardwareError):
    code = "ISSUER_EXPIRED"


class CertificateMismatch(HardwareError):
    code = "CERTIFICATE_MISMATCH"
