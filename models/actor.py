"""Who acts: a signed-in account as the acts see it."""

from dataclasses import dataclass

from models.enums import Role, SignInMethod


@dataclass(frozen=True)
class Actor:
    """A signed-in account with what decides its rights: role, unit, institution, way of sign-in.

    `may_only_enrol`: an officer who has no second factor where one is required.
    """

    account_id: int
    session_id: int
    username: str
    name: str
    role: Role
    signed_in_by: SignInMethod
    enterprise_id: int | None = None
    institution_id: int | None = None
    may_only_enrol: bool = False
