"""The few Cryptoki functions that python-pkcs11 0.10.1 does not offer, called by ctypes.

It has no C_InitToken, calls C_Initialize without CKF_OS_LOCKING_OK although it releases the GIL,
and leaks the session of a refused login. Places in CK_FUNCTION_LIST, values of the return codes
and of the flags: PKCS#11 Base Specification 2.40, sections 3.6, 5.1 and 5.4.
"""

import ctypes
from enum import IntEnum
from typing import Any, Final

from hardware.errors import ModuleFault

CKF_OS_LOCKING_OK: Final = 0x02
# place in CK_FUNCTION_LIST, counted behind its version
PLACES: Final = {
    "C_Initialize": 0,
    "C_Finalize": 1,
    "C_InitToken": 9,
    "C_Login": 18,
    "C_Logout": 19,
}
LABEL_BYTES: Final = 32


class Answer(IntEnum):
    """The CKR_ codes that are told apart."""

    OK = 0x00
    CANT_LOCK = 0x0A
    PIN_INCORRECT = 0xA0
    PIN_INVALID = 0xA1
    PIN_LEN_RANGE = 0xA2
    PIN_EXPIRED = 0xA3
    PIN_LOCKED = 0xA4
    USER_ALREADY_LOGGED_IN = 0x100
    USER_PIN_NOT_INITIALIZED = 0x102
    CRYPTOKI_NOT_INITIALIZED = 0x190
    CRYPTOKI_ALREADY_INITIALIZED = 0x191


class _InitializeArguments(ctypes.Structure):
    """CK_C_INITIALIZE_ARGS; no mutex functions of our own."""

    _fields_ = (
        ("create_mutex", ctypes.c_void_p),
        ("destroy_mutex", ctypes.c_void_p),
        ("lock_mutex", ctypes.c_void_p),
        ("unlock_mutex", ctypes.c_void_p),
        ("flags", ctypes.c_ulong),
        ("reserved", ctypes.c_void_p),
    )


class Cryptoki:
    """The function list of one loaded library; every method answers the raw CKR_ code."""

    def __init__(self, library: str) -> None:
        pointer = ctypes.c_void_p()
        answer = ctypes.CDLL(library).C_GetFunctionList(ctypes.byref(pointer))
        if answer != Answer.OK or pointer.value is None:
            raise ModuleFault(library, f"C_GetFunctionList answered {answer:#x}")
        self._list = pointer.value

    def initialize(self, flags: int = CKF_OS_LOCKING_OK) -> int:
        arguments = _InitializeArguments(flags=flags)
        return self._call("C_Initialize", ctypes.byref(arguments))

    def finalize(self) -> int:
        return self._call("C_Finalize", None)

    def init_token(self, slot: int, so_pin: str, label: str) -> int:
        pin = so_pin.encode()
        padded = label.encode().ljust(LABEL_BYTES)
        return self._call(
            "C_InitToken", ctypes.c_ulong(slot), pin, ctypes.c_ulong(len(pin)), padded
        )

    def login(self, session: int, user: int, pin: str) -> int:
        secret = pin.encode()
        handle, role, length = map(ctypes.c_ulong, (session, user, len(secret)))
        return self._call("C_Login", handle, role, secret, length)

    def logout(self, session: int) -> int:
        return self._call("C_Logout", ctypes.c_ulong(session))

    def _call(self, name: str, *arguments: Any) -> int:
        # CK_FUNCTION_LIST: CK_VERSION, padded to a pointer's width, then the pointers
        width = ctypes.sizeof(ctypes.c_void_p)
        place = self._list + width * (1 + PLACES[name])
        address = ctypes.c_void_p.from_address(place).value
        if address is None:
            raise ModuleFault(name, "the library does not offer it")
        function = ctypes.CFUNCTYPE(ctypes.c_ulong)(address)
        return int(function(*arguments))
