"""Asking the verifier about what was saved, and keeping its answers (manual §5.1.3)."""

import asyncio
from collections.abc import Sequence

from models.application import Application, Verification
from models.clock import now
from models.dossier import Dossier, dossier_of
from models.enums import Step, VerificationOutcome
from models.verification import Subject, digest_of, subjects_of
from resolvers.office import Office
from resolvers.verifier import Answer


async def verify(office: Office, application: Application) -> Application:
    """Ask about every subject that has changed since it was last answered for.

    Outside of any transaction: a verifier may be slow, and holds nothing up but its own caller.
    """
    dossier = await dossier_of(application)
    asked = _unanswered(dossier)
    answers = await asyncio.gather(*(office.verifier.verify(subject) for subject in asked))
    if asked:
        await _keep(application, asked, answers)
    return application


def _unanswered(dossier: Dossier) -> list[Subject]:
    known = {
        row.subject: row.digest
        for row in dossier.verifications
        if row.outcome is not VerificationOutcome.UNAVAILABLE
    }
    subjects = (subject for step in Step for subject in subjects_of(dossier, step))
    return [s for s in subjects if known.get(s.key) != digest_of(s)]


async def _keep(
    application: Application, subjects: Sequence[Subject], answers: Sequence[Answer]
) -> None:
    rows = [
        Verification(
            application_id=application.id,
            subject=subject.key,
            digest=digest_of(subject),
            outcome=answer.outcome,
            code=answer.code,
            checked_at=now(),
        )
        for subject, answer in zip(subjects, answers, strict=True)
    ]
    await Verification.bulk_create(
        rows,
        on_conflict=("application_id", "subject"),
        update_fields=("digest", "outcome", "code", "checked_at", "acknowledged_at"),
    )


async def acknowledge(dossier: Dossier) -> None:
    """Stamp the doubts that the unit overrode (确认无误), for the officers to see."""
    ids = [
        row.id
        for row in dossier.verifications
        if row.outcome is VerificationOutcome.MISMATCH and row.acknowledged_at is None
    ]
    await Verification.filter(id__in=ids).update(acknowledged_at=now())
