"""Pages of docs/ that are written from the tables they tell of."""

from collections.abc import Iterable

from models.enums import Role
from models.texts import TEXTS
from resolvers.paging import MOST, USUAL
from schema.limits import LIMITS, LONGEST, MOST_TOKENS
from schema.prices import ACT, BUDGETS, COUNTED, PAYLOAD_ERRORS, SIZES
from server.admission import MOST_BODY
from server.rates import BY_ADDRESS, RATES, ROLES

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


PAGE = """# Limits

What one client may ask for. This page is written from `schema/limits.py`, `schema/prices.py` and
`server/rates.py` by `portcard limits`.

## Of a document

At most {body} bytes in all, {longest} characters and {tokens} tokens of document; an operation,
with its fragments in place:

| | at most |
|---|---|
{limits}
An operation takes at most 15 seconds (`PORTCARD_OPERATION_SECONDS`); then it is
`OPERATION_TIMEOUT`.

## Cost

Judged before anything is read, and told in `extensions.cost` (`requested`, `limit`). An object, and
each item of a list, costs 1 and what is asked of it; a mutation {act} more; what is no object
nothing; {counted} more, for they count.
A page has `first` items ({usual}, never more than {most}; asking for more than 1,000 is refused).
`errors` count as {errors}; other lists as:

| list | items |
|---|---|
{sizes}
What costs more than one may spend on an operation, or an event of a subscription, is `COST_LIMIT`:

| who | may spend |
|---|---|
{budgets}
## Rates

In a minute; then it is `RATE_LIMITED` with `retryAt`, over HTTP status 429 with `Retry-After`.
`PORTCARD_RATE_FACTOR` multiplies them; in development nothing
is counted unless it is set. Of an account, or of a visitor's address (of IPv6, its /64):

| | {roles} |
|---|{lines}
{rates}
Of an address, whoever is signed in:

| | a minute |
|---|---|
{by_address}"""
WHO = {
    None: "visitor",
    Role.ENTERPRISE_ADMIN: "unit",
    Role.RA_OFFICER: "officer",
    Role.PLATFORM_ADMIN: "platform",
}


def limits() -> str:
    """docs/limits.md."""
    return PAGE.format(
        body=MOST_BODY,
        tokens=MOST_TOKENS,
        longest=LONGEST,
        limits=_rows(LIMITS.items()),
        act=ACT,
        counted=", ".join(f"`{name}` {price}" for name, price in COUNTED.items()),
        usual=USUAL,
        most=MOST,
        errors=PAYLOAD_ERRORS,
        sizes=_rows((f"`{name}`", size) for name, size in SIZES.items()),
        budgets=_rows((WHO[role], budget) for role, budget in BUDGETS.items()),
        roles=" | ".join(WHO[role] for role in ROLES),
        lines="---|" * len(ROLES),
        rates=_rows((name, *amounts) for name, amounts in RATES.items()),
        by_address=_rows((f"`{name}`", amount) for name, amount in BY_ADDRESS.items()),
    )


def _rows(rows: Iterable[tuple[object, ...]]) -> str:
    return "".join("| " + " | ".join(str(cell) for cell in row) + " |\n" for row in rows)
