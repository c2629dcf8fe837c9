"""Sealing: what goes in comes out, in its own column only, and nothing that was altered does."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.keyring import MARK, CannotOpen, DataKeys, KeyRing, key_of

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
texts = st.text(st.characters(codec="utf-8"), max_size=300)


def _ring(**keys: bytes) -> KeyRing:
    known = DataKeys(keys or {"old": OLD, "new": NEW})
    return KeyRing(lambda: known, b"lookup")


RING = _ring()


def _box(sealed: str) -> bytearray:
    return bytearray(urlsafe_b64decode(sealed.rpartition(".")[2]))


@given(texts)
def test_what_is_sealed_opens_and_is_sealed_differently_each_time(text: str) -> None:
    sealed = RING.seal("operator.phone", text)
    assert RING.open("operator.phone", sealed) == text
    assert sealed != RING.seal("operator.phone", text)
    assert sealed.startswith(f"{MARK}new.")
    assert len(text) < 4 or text not in sealed


@given(texts, st.integers(min_value=0), st.integers(1, 255))
def test_an_altered_byte_does_not_open(text: str, at: int, change: int) -> None:
    sealed = RING.seal("operator.phone", text)
    box = _box(sealed)
    box[at % len(box)] ^= change
    altered = f"{MARK}new.{urlsafe_b64encode(box).decode()}"
    with pytest.raises(CannotOpen, match=r"operator\.phone: altered"):
        RING.open("operator.phone", altered)


@given(texts)
def test_a_value_does_not_open_in_another_column_or_under_another_key(text: str) -> None:
    sealed = RING.seal("operator.phone", text)
    with pytest.raises(CannotOpen):
        RING.open("agent.phone", sealed)
    with pytest.raises(CannotOpen):
        RING.open("operator.phone", sealed.replace(".new.", ".old."))


@pytest.mark.parametrize("cell", [MARK, "v1.new", "v1.new.", "v1.new.%%%", "v1.new.AAAA", "v1..x"])
def test_what_is_no_sealed_text_does_not_open(cell: str) -> None:
    with pytest.raises(CannotOpen):
        RING.open("operator.phone", cell)


def test_an_older_key_opens_and_a_missing_one_is_named() -> None:
    sealed = _ring(old=OLD).seal("operator.phone", "13800000000")
    assert RING.open("operator.phone", sealed) == "13800000000"
    assert not RING.is_current(sealed)
    with pytest.raises(CannotOpen, match=r"^operator\.phone: the key old is not in the ring$"):
        _ring(new=NEW).open("operator.phone", sealed)
    assert key_of(sealed) == "old"


def test_a_ring_that_is_turned_seals_by_the_new_key_at_once() -> None:
    kept = [DataKeys({"old": OLD})]
    ring = KeyRing(lambda: kept[-1], b"lookup")
    before = ring.seal("a.b", "x")
    kept.append(DataKeys({"old": OLD, "new": NEW}))
    assert key_of(ring.seal("a.b", "x")) == "new"
    other = KeyRing(lambda: kept[0], b"lookup")
    kept[0] = kept[1]
    assert other.open("a.b", ring.seal("a.b", "y")) == "y"
    assert ring.open("a.b", before) == "x"


@given(texts, texts)
def test_hashes_are_alike_for_the_same_text_in_the_same_place_only(one: str, other: str) -> None:
    told = RING.keyed_hash("card.number", one)
    assert told == _ring(other=OLD).keyed_hash("card.number", one)  # whatever the ring's keys
    assert (told == RING.keyed_hash("card.number", other)) is (one == other)
    assert told != RING.keyed_hash("agent.number", one)
    assert told != KeyRing(lambda: DataKeys({"new": NEW}), b"other").keyed_hash("card.number", one)


@pytest.mark.parametrize("keys", [{}, {"short": b"x"}])
def test_a_ring_without_whole_keys_is_none(keys: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="keys of 32 bytes"):
        DataKeys(keys)
