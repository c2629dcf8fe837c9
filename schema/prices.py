"""What an operation costs, as data. docs/limits.md shows these tables.

An object costs 1, each item of a list what it is, an act ACT more, a count what COUNTED says. A page
has `first` items, a list without pages as many as are assumed here; what is no object costs nothing.
"""

from models.enums import Role

ACT = 10
# fmt: off
BUDGETS: dict[Role | None, int] = {
    None:                  1_000,  # visitors
    Role.ENTERPRISE_ADMIN: 10_000,
    Role.RA_OFFICER:       20_000,
    Role.PLATFORM_ADMIN:   20_000,
}
"""What one operation may cost; of a subscription, one event."""

SIZES = {
    "Application.acknowledgedWarnings": 5,
    "Application.attachments":         20,
    "Application.cards":               10,
    "Application.operators":           10,
    "Application.returnReasons":       10,
    "Application.steps":                6,
    "Application.verifications":       10,
    "ApplicationEvent.returnReasons":   5,
    "DeskClaims.changes":              20,
    "DeskSummary.statuses":             7,
    "Enterprise.operatorAccounts":     20,
    "ProblemsRemain.problems":         10,
    "Query.makers":                    40,
    "Query.regions":                   40,
    "Query.returnReasonCatalogue":     40,
    "Upload.headers":                   3,
    "Viewer.mayStart":                  3,
    "Viewer.sessions":                 10,
    "WizardStep.fields":               10,
    "WizardStep.problems":              5,
}
COUNTED = {
    "Query.deskSummary":               50,
    "Subscription.deskSummary":        50,
}
"""What is not read but counted costs so much more: every application of a desk is looked at."""
# fmt: on
PAYLOAD_ERRORS = 2
"""Of `errors` in any payload."""
