"""The PKCS#11 module as the one process sees it that owns it."""

from collections import defaultdict
from functools import cache
from typing import Any

from pkcs11.constants import TokenFlag

from hardware.cryptoki import Cryptoki
from hardware.errors import TokenFolderMissing, TokenMissing
from hardware.keepsake import mend_tokens
from hardware.library import load
from hardware.module import Module


class OwnedModule:
    """A module with the slots of its tokens by label; knows when that view is stale.

    SoftHSM lists its tokens when it is initialised; tokens made by another process show only
    after the next time. The folder's modification time tells that there is something new. Looking
    through all tokens takes 0.1 ms for each, so it is done once for a view.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self.place = module.folder or module.library
        self._seen = self._changed_at()
        mend_tokens(module)
        self._library = load(module)
        self._slots: dict[str, list[Any]] | None = None

    @property
    def raw(self) -> Cryptoki:
        return self._library.raw

    def refresh(self) -> None:
        """Take a fresh view if tokens came or went behind our back; no session may be open.

        :raises TokenFolderMissing: the folder is gone
        """
        if self._changed_at() != self._seen:
            self.renew()

    def renew(self) -> None:
        """Take a fresh view whatever the folder tells; no session may be open.

        :raises TokenFolderMissing: the folder is gone
        """
        changed_at = self._changed_at()
        mend_tokens(self.module)
        self._library.reinitialize()
        self._seen, self._slots = changed_at, None

    def tokens(self, label: str) -> list[Any]:
        """The tokens of that label."""
        unwatched = self.module.tokens is None  # then only another look shows what is new
        if self._slots is None or (unwatched and label not in self._slots):
            self._slots = self._looked_through()
        tokens = [slot.get_token() for slot in self._slots[label]]
        return [token for token in tokens if token.label == label]

    def empty_slot(self) -> Any:
        """A slot whose token is not initialised.

        :raises TokenMissing: there is none
        """
        for slot in reversed(self._all_slots()):  # SoftHSM keeps its one empty slot at the end
            if not slot.get_token().flags & TokenFlag.TOKEN_INITIALIZED:
                return slot
        raise TokenMissing(self.place, "no empty slot is left for a new token")

    def settle(self, label: str, slot: Any) -> None:
        """The latest change was our own: a token of that label in that slot."""
        self._seen = self._changed_at()
        if self._slots is not None:
            self._slots[label].append(slot)

    def _looked_through(self) -> dict[str, list[Any]]:
        slots: dict[str, list[Any]] = defaultdict(list)
        for slot in self._all_slots():
            token = slot.get_token()
            if token.flags & TokenFlag.TOKEN_INITIALIZED:
                slots[token.label].append(slot)
        return slots

    def _all_slots(self) -> list[Any]:
        return list(self._library.get_slots(token_present=True))

    def _changed_at(self) -> int:
        tokens = self.module.tokens
        if tokens is None:
            return 0
        if not tokens.is_dir():
            raise TokenFolderMissing(str(tokens), "the token folder is gone")
        return tokens.stat().st_mtime_ns


@cache
def owned(module: Module) -> OwnedModule:
    """The module, loaded at the first call and kept: a process initialises it once.

    :raises ModuleMissing: no such library; the message says what to install
    :raises TokenFolderMissing: the token folder is gone
    :raises ModuleFault: it cannot be initialised, or this process owns another one
    """
    return OwnedModule(module)
