"""Every code says something in both languages, and every text is of a code that is used."""

import ast
import re
from pathlib import Path

import pytest

from models.texts import TEXTS, Language, say

ROOT = Path(__file__).parents[2]
ROOMS = ("models", "resolvers", "subscriptions", "schema", "server")
CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|REQUIRED|INTERNAL|FORBIDDEN|LAGGED")
SAY = {"refuse", "Refusal", "WrongState", "VersionConflict", "RetryLater", "ProblemsRemain", "say"}
SAY |= {"Problem", "FieldProblem"}


def _sources() -> list[Path]:
    files = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    return [file for file in files if file.name not in ("texts.py", "0001_initial.py")]


def _trees() -> list[ast.Module]:
    return [ast.parse(file.read_text("utf-8")) for file in _sources()]


def _literals() -> set[str]:
    """Every text of the sources that looks like a code."""
    nodes = (node for tree in _trees() for node in ast.walk(tree))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and CODE.fullmatch(text)}


def _said() -> set[str]:
    """The codes that are refused or told with."""
    found = set()
    for tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in SAY:
                values = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                found |= {v for v in values if isinstance(v, str) and CODE.fullmatch(v)}
    return found


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def test_everything_that_is_refused_with_has_a_text() -> None:
    assert len(_said()) > 50
    assert _said() - set(TEXTS) == set()


def test_every_text_is_of_a_code_that_is_used() -> None:
    assert set(TEXTS) - _literals() == set()


@pytest.mark.parametrize("code", TEXTS)
def test_a_code_says_the_same_in_both_languages(code: str) -> None:
    text = TEXTS[code]
    assert re.search(r"[\u4e00-\u9fff]", text.zh)
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"[“”]", "", text.en))
    places = [set(re.findall(r"\{(\w+)\}", said)) for said in text]
    assert places[0] == places[1]
    facts = dict.fromkeys(places[0], "7")
    for language in Language:
        assert "{" not in say(code, language, facts)
