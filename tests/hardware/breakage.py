"""Ways to break a card, run in the worker process: what a crash or another program may leave."""

from pkcs11 import Attribute, ObjectClass

from hardware.certificates import COMMON, _template
from hardware.keypair import find_halves, generate_key, objects
from hardware.keys import KeyKind
from hardware.module import Module
from hardware.owned import owned
from hardware.token import Pins, _make, session


def destroy_half(module: Module, label: str, key_id: bytes, pin: str, half: str) -> None:
    with session(module, label, pin) as opened:
        for found in getattr(find_halves(opened, key_id), half):
            found.destroy()


def make_half(module: Module, label: str, key_id: bytes, pin: str, half: str) -> None:
    """A pair of which only that half is left, as a SIGKILL in C_GenerateKeyPair leaves it."""
    with session(module, label, pin) as opened:
        generate_key(opened, key_id, KeyKind.P256)
    other = "public" if half == "private" else "private"
    destroy_half(module, label, key_id, pin, other)


def mix_halves(module: Module, label: str, key_id: bytes, pin: str) -> None:
    """Put the public half of another pair in the place of this pair's."""
    with session(module, label, pin) as opened:
        generate_key(opened, b"other", KeyKind.P256)
        find_halves(opened, b"other").private[0].destroy()
        find_halves(opened, key_id).public[0].destroy()
        find_halves(opened, b"other").public[0][Attribute.ID] = key_id


def add_certificate(module: Module, label: str, key_id: bytes, pin: str, der: bytes) -> None:
    """One more certificate object, as a crash between writing and destroying leaves it."""
    with session(module, label, pin) as opened:
        opened.create_object(_template(opened, key_id, der))


def make_token_without_pin(module: Module, label: str, pins: Pins) -> None:
    """A token as a crash between C_InitToken and C_InitPIN leaves it."""
    own = owned(module)
    slot = own.empty_slot()
    assert own.raw.init_token(slot.slot_id, pins.so, label) == 0
    own.settle(label, slot)


def make_token(module: Module, label: str, pins: Pins) -> None:
    """A token, whether or not there is one of that label."""
    _make(owned(module), label, pins)


def torn_object(module: Module, label: str, pin: str, kind: int) -> None:
    """An object without id, as a SIGKILL in C_GenerateKeyPair or C_CreateObject leaves it."""
    with session(module, label, pin) as opened:
        if kind == ObjectClass.CERTIFICATE:
            opened.create_object(COMMON | {Attribute.SUBJECT: b"", Attribute.VALUE: b"torn"})
        else:
            generate_key(opened, b"", KeyKind.P256)
            for half in find_halves(opened, b"").private:
                half.destroy()


def classes(module: Module, label: str, pin: str) -> list[str]:
    """The classes of all objects on a card."""
    with session(module, label, pin) as opened:
        return sorted(found[Attribute.CLASS].name for found in opened.get_objects({}))


def private_attributes(module: Module, label: str, key_id: bytes, pin: str) -> dict[str, bool]:
    with session(module, label, pin) as opened:
        (private,) = objects(opened, ObjectClass.PRIVATE_KEY, key_id)
        names = ("SENSITIVE", "ALWAYS_SENSITIVE", "EXTRACTABLE", "NEVER_EXTRACTABLE", "PRIVATE")
        return {name: bool(private[Attribute[name]]) for name in names}


def read_private_value(module: Module, label: str, key_id: bytes, pin: str) -> bytes:
    with session(module, label, pin) as opened:
        (private,) = objects(opened, ObjectClass.PRIVATE_KEY, key_id)
        return bytes(private[Attribute.VALUE])


def finalize(module: Module) -> None:
    """End the module underneath its owner."""
    owned(module).raw.finalize()
