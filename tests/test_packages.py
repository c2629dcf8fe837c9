"""Our packages are the ones of this checkout: a package named `schema` exists elsewhere too."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "name", ["hardware", "models", "resolvers", "schema", "server", "subscriptions"]
)
def test_a_package_is_loaded_from_this_checkout(name: str) -> None:
    found = importlib.import_module(name).__file__
    assert found is not None
    assert Path(found).parent == ROOT / name
