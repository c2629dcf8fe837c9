"""Pages of docs/ that are written from the tables they tell of."""

from models.texts import TEXTS

REFUSALS = """# Refusals and problems

What `errors` of a payload and `problems` of a step may carry. The codes are stable. This page is
written from `models/texts.py` by `portcard refusals`.

| code | 中文 | English |
|---|---|---|
"""


def refusals() -> str:
    """docs/refusals.md."""
    rows = (f"| `{code}` | {text.zh} | {text.en} |\n" for code, text in sorted(TEXTS.items()))
    return REFUSALS + "".join(rows)
