"""Claiming a case at the desk, so that colleagues do not collide on it (requirements, "Pains")."""

from datetime import timedelta

from models.actor import Actor
from models.application import Application
from models.claim import LEASE, LEASE_AWAY, Claim, Seat, claimable_as, good
from models.clock import now
from models.enums import Party, Role
from models.refusals import refuse
from models.workflow import parties_of
from resolvers.office import Office
from resolvers.scope import visible
from resolvers.trail import ACCOUNT, subject_of


async def claim_application(
    office: Office, actor: Actor, application_id: int, *, take_over: bool
) -> Application:
    """Say that the actor works on it; said again, the lease begins anew.

    `take_over`: also if a colleague does, whose claim ends; the audit row names that account too.
    Raises Refused: NOT_FOUND, FORBIDDEN, WRONG_STATE, CLAIMED_BY_ANOTHER.
    """
    async with office.act() as deed:
        application = await _held(actor, application_id)
        party = claimable_as(application, parties_of(actor, application))
        claim = await claim_of(application_id)
        if claim and claim.account_id != actor.account_id:
            if not take_over:
                raise refuse("CLAIMED_BY_ANOTHER", "applicationId", officer=claim.officer_name)
            deed.subject += f" {subject_of(ACCOUNT, claim.account_id)}"
            claim = None
        await _claim(actor, application, party, claim)
    return application


async def release_application(office: Office, actor: Actor, application_id: int) -> Application:
    """Say that the actor works on it no longer; what nobody claims may be released too.

    Raises Refused: NOT_FOUND, FORBIDDEN, CLAIMED_BY_ANOTHER.
    """
    async with office.act():
        application = await _held(actor, application_id)
        if not parties_of(actor, application) & {Party.ISSUER, Party.MAKER}:
            raise refuse("FORBIDDEN", "applicationId")
        await refuse_claimed(actor, application, "applicationId")
        await Claim.filter(application_id=application_id, account_id=actor.account_id).delete()
    return application


async def _held(actor: Actor, application_id: int) -> Application:
    """Locked, as by every act on it: two who claim it at once come one after the other."""
    application = await visible(actor).filter(id=application_id).select_for_update().first()
    if application is None:
        raise refuse("NOT_FOUND", "applicationId")
    return application


async def _claim(actor: Actor, application: Application, party: Party, claim: Claim | None) -> None:
    """Renew `claim`, which is the actor's own, or put a new one in the place of any other."""
    ends = now() + await _lease(actor)
    if claim:
        await Claim.filter(id=claim.id).update(expires_at=ends)
        return
    await Claim.filter(application_id=application.id).delete()
    await Claim.create(
        application_id=application.id,
        account_id=actor.account_id,
        officer_name=actor.name,
        institution_id=actor.institution_id,
        party=party,
        claimed_at=now(),
        expires_at=ends,
    )


async def _lease(actor: Actor) -> timedelta:
    """Shorter for who sits at the desk, whose seat renews it."""
    sits = await Seat.exists(account_id=actor.account_id, expires_at__gt=now())
    return LEASE if sits else LEASE_AWAY


async def claim_of(application_id: int) -> Claim | None:
    """The good claim of an application."""
    return await Claim.filter(good(), application_id=application_id).first()


def may_see_claim(actor: Actor, application: Application) -> bool:
    """An officer of an institution that it lies with: a unit is never told who works on it."""
    return actor.role is Role.RA_OFFICER and bool(parties_of(actor, application))


async def refuse_claimed(actor: Actor, application: Application, place: str) -> None:
    """Raise Refused (CLAIMED_BY_ANOTHER, naming the officer) if a colleague works on it.

    A claim stands between colleagues: who is of another institution cannot take it over, and keeps
    what the workflow gives.
    """
    if actor.role is not Role.RA_OFFICER:
        return
    claim = await claim_of(application.id)
    colleagues = claim and claim.institution_id == actor.institution_id
    if claim and colleagues and claim.account_id != actor.account_id:
        raise refuse("CLAIMED_BY_ANOTHER", place, officer=claim.officer_name)


async def forget_claim(application: Application) -> None:
    """What is submitted is nobody's yet, also if somebody still sits over the last submission."""
    await Claim.filter(application_id=application.id).delete()
