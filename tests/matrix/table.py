"""The matrix as a table of text: who sees and may what, in words that are compared and reviewed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from tests.matrix.scene import VIEWERS

FILE = Path(__file__).with_name("expected.txt")
Key: TypeAlias = tuple[str, str, str]
"""What, how it was reached, and the application's state."""
Words: TypeAlias = tuple[str, ...]
"""One a viewer, in the order of VIEWERS."""
Matrix: TypeAlias = dict[Key, Words]
Told: TypeAlias = tuple[bool, ...]
Row: TypeAlias = tuple[str, ...]
TOLD = "told"
ROOTS = ("Query.", "Subscription.")
EVERYBODY: Told = (True,) * len(VIEWERS)
STATES = ("SUBMITTED", "RETURNED", "DRAFT", "COMPLETED", "any")


def word(seen: list[Any], owners: list[Any]) -> str:
    """What a viewer sees of a field, beside what its owner sees: the same, some of it, masks of it,
    something else; `more` where the owner sees nothing.
    """
    mine, theirs = _told(seen), _told(owners)
    if not mine:
        return "-"
    if mine == theirs:
        return "full"
    if not theirs:
        return "more"
    if any("*" in str(value) for value in mine - theirs):
        return "masked"
    return "part" if mine < theirs else "differs"


def _told(values: list[Any]) -> set[Any]:
    return {value for value in values if value is not None}


def differences(found: Matrix, expected: Matrix) -> list[str]:
    """Each by its name: a field without a row, a row without a field, another word."""
    lines = []
    for key in sorted(found.keys() | expected.keys()):
        if key not in expected:
            lines.append(f"{' '.join(key)}: no row is committed; found {named(found[key])}")
        elif key not in found:
            lines.append(f"{' '.join(key)}: a row of what is not there")
        else:
            lines += _other_words(key, found[key], expected[key])
    return lines


def named(words: Iterable[str]) -> str:
    return " ".join(f"{who}={word}" for who, word in zip(VIEWERS, words, strict=True))


def _other_words(key: Key, found: tuple[str, ...], expected: tuple[str, ...]) -> list[str]:
    both = zip(VIEWERS, expected, found, strict=True)
    return [f"{' '.join(key)}: {who} {was} -> {now}" for who, was, now in both if was != now]


def written(matrix: Matrix) -> str:
    """Rows that say the same of one field are one; aligned, to be read. A way by which somebody is
    told nothing at all (its own row says so) is no reason for another row.
    """
    rows = [("field", "by", "state", *VIEWERS), *_joined(matrix)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _joined(matrix: Matrix) -> list[Row]:
    merged: dict[tuple[str, str], list[tuple[str, Words, Told]]] = defaultdict(list)
    told = _told_to(matrix)
    for (what, way, state), words in sorted(matrix.items()):
        _merge(merged[what, state], (way, words, told.get((way, state), EVERYBODY)))
    by_way: dict[tuple[str, str, Words], list[str]] = defaultdict(list)
    for (what, state), rows in merged.items():
        for ways, words, _ in rows:
            by_way[what, ways, words].append(state)
    return sorted(
        (what, ways, ",".join(sorted(states, key=STATES.index)), *words)
        for (what, ways, words), states in by_way.items()
    )


def _told_to(matrix: Matrix) -> dict[tuple[str, str], Told]:
    """Who is told anything at all, by way and state."""
    return {
        (way, state): tuple(word == TOLD for word in words)
        for (what, way, state), words in matrix.items()
        if what.startswith(ROOTS)
    }


def _merge(rows: list[tuple[str, Words, Told]], new: tuple[str, Words, Told]) -> None:
    """Into the first row that says the same to whom both ways tell anything."""
    way, words, told = new
    for index, (ways, others, also) in enumerate(rows):
        three = list(zip(words, others, told, also, strict=True))
        if all(mine == theirs or not (here and there) for mine, theirs, here, there in three):
            both = tuple(mine if here else theirs for mine, theirs, here, _ in three)
            either = tuple(here or there for _, _, here, there in three)
            rows[index] = (f"{ways},{way}", both, either)
            return
    rows.append(new)


def read(text: str) -> Matrix:
    """The same from its text. Who is told nothing by a way sees nothing by it."""
    matrix: Matrix = {}
    for line in text.splitlines()[1:]:
        what, ways, states, *words = line.split()
        keys = [(what, way, state) for way in ways.split(",") for state in states.split(",")]
        matrix.update(dict.fromkeys(keys, tuple(words)))
    told = _told_to(matrix)
    return {
        key: words if key[0].startswith(ROOTS) else _seen(words, told.get(key[1:], EVERYBODY))
        for key, words in matrix.items()
    }


def _seen(words: Words, told: Told) -> Words:
    return tuple(word if here else "-" for word, here in zip(words, told, strict=True))


def expected() -> Matrix:
    return read(FILE.read_text("utf-8"))


def by_viewer(words: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(words[who] for who in VIEWERS)
