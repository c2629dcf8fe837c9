"""Asking the verifier about what was saved, and keeping its answers (manual §5.1.3)."""

import asyncio
from collections.abc import Iterator, Sequence

from models.application import Application, Verification
from models.clock import now
from models.database import transaction
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
        await _keep(application.id, asked, answers)
    return application


def _unanswered(dossier: Dossier) -> list[Subject]:
    known = {
        row.subject: row.digest
        for row in dossier.verifications
        if row.outcome is not VerificationOutcome.UNAVAILABLE
    }
    return [s for s in _subjects(dossier) if known.get(s.key) != digest_of(s)]


def _subjects(dossier: Dossier) -> Iterator[Subject]:
    return (subject for step in Step for subject in subjects_of(dossier, step))


async def _keep(application_id: int, asked: Sequence[Subject], answers: Sequence[Answer]) -> None:
    """Keep what is an answer about the data as they are by now; a late one about older is none."""
    async with transaction():
        present = await Application.filter(id=application_id).select_for_update().first()
        if present is None or present.discarded_at:
            return
        still = {(s.key, digest_of(s)) for s in _subjects(await dossier_of(present))}
        rows = [
            _row(application_id, subject, answer)
            for subject, answer in zip(asked, answers, strict=True)
            if (subject.key, digest_of(subject)) in still
        ]
        if rows:
            await Verification.bulk_create(rows, on_conflict=UNIQUE, update_fields=UPDATED)


UNIQUE = ("application_id", "subject")
UPDATED = ("digest", "outcome", "code", "checked_at", "acknowledged_at")


def _row(application_id: int, subject: Subject, answer: Answer) -> Verification:
    return Verification(
        application_id=application_id,
        subject=subject.key,
        digest=digest_of(subject),
        outcome=answer.outcome,
        code=answer.code,
        checked_at=now(),
    )


async def acknowledge(dossier: Dossier) -> None:
    """Stamp the doubts that the unit overrode (确认无误), for the officers to see."""
    ids = [
        row.id
        for row in dossier.verifications
        if row.outcome is VerificationOutcome.MISMATCH and row.acknowledged_at is None
    ]
    await Verification.filter(id__in=ids).update(acknowledged_at=now())
