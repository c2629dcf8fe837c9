"""Signing in by legal card (manual §2.3): a challenge signed on the card (docs/card-sign-in.md)."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hardware.card_proof import (
    Flaw,
    canonical,
    certificate_in,
    flaw_of,
    is_signed,
    signed_bytes,
)
from models.account import Account
from models.actor import Actor
from models.card import Card, Certificate
from models.card_challenge import CardChallenge
from models.clock import now
from models.enums import CardKind, CardStatus, Consent, Role, SignInMethod
from models.refusals import Refusal, refuse, refuse_any
from resolvers.office import Office
from resolvers.registration import BOTH_CONSENTS, wrong_consents
from resolvers.sessions import SignedIn, open_session

KEPT = timedelta(minutes=10)  # after its end, so that a late answer is told that it is late
FLAWS = {
    Flaw.UNTRUSTED: "CARD_CERTIFICATE_UNTRUSTED",
    Flaw.WRONG_USE: "CARD_CERTIFICATE_UNTRUSTED",
    Flaw.EXPIRED: "CARD_CERTIFICATE_EXPIRED",
}


@dataclass(frozen=True)
class Challenge:
    """What is told of a challenge; who does not know `id` cannot answer it."""

    id: str
    payload: str
    expires_at: datetime


@dataclass(frozen=True)
class Proof:
    """The card's answer: which challenge, its certificate (PEM), the signature (base64), and the
    origin of the page that asked the agent; None stands for the server's own.
    """

    challenge_id: str
    certificate: str
    signature: str
    origin: str | None


async def request_card_challenge(office: Office, viewer: Actor | None) -> Challenge:
    """A fresh challenge, for one answer by who asked, in the session in which it was asked. Those
    that ended some time ago are swept.
    """
    await CardChallenge.filter(expires_at__lt=now() - KEPT).delete()
    challenge_id, issued_at = secrets.token_urlsafe(24), now().replace(microsecond=0)
    row = await CardChallenge.create(
        id_hash=_hash(challenge_id),
        audience=office.card_desk.audience,
        nonce=secrets.token_urlsafe(32),
        requester=_requester(challenge_id, viewer),
        operation=_operation(BOTH_CONSENTS),
        issued_at=issued_at,
        expires_at=issued_at + office.terms.card_challenge,
    )
    return Challenge(challenge_id, canonical(row.bound), row.expires_at)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _requester(challenge_id: str, viewer: Actor | None) -> str:
    """A visitor has no session: the id, which nobody else has been told, stands for it."""
    return _hash(f"{challenge_id}|{viewer.session_id if viewer else ''}")


def _operation(consents: Iterable[Consent]) -> str:
    """The digest of what the signature asks for: signing in, with these consents."""
    return _hash(canonical({"act": "loginWithCard", "consents": " ".join(sorted(set(consents)))}))


async def login_with_card(
    office: Office,
    viewer: Actor | None,
    proof: Proof,
    consents: Iterable[Consent],
    address: str = "",
) -> SignedIn:
    """Sign the unit's administrator in. The challenge is used up first, whatever comes out.

    Raises Refused: CARD_CHALLENGE_UNKNOWN, CARD_CHALLENGE_EXPIRED, CONSENT_REQUIRED,
    CARD_CHALLENGE_DIFFERS, CARD_ORIGIN_REFUSED, CARD_CERTIFICATE_MALFORMED,
    CARD_CERTIFICATE_UNTRUSTED, CARD_CERTIFICATE_EXPIRED, CARD_CERTIFICATE_REVOKED, CARD_NOT_LEGAL,
    CARD_SIGNATURE_WRONG.
    """
    challenge = await _consumed(proof.challenge_id)
    consented = frozenset(consents)
    refuse_any(wrong_consents(consented))
    origin = proof.origin or office.card_desk.origin
    refuse_any(_differences(office, challenge, _requester(proof.challenge_id, viewer), consented))
    if origin not in office.card_desk.origins:
        raise refuse("CARD_ORIGIN_REFUSED", "origin")
    certificate = _trusted(office, proof.certificate)
    signed = signed_bytes(challenge.bound, certificate, origin)
    async with office.act():
        row, card = await _in_use(certificate)
        if not is_signed(certificate, proof.signature, signed):
            raise refuse("CARD_SIGNATURE_WRONG", "signature")
        account = await Account.get(enterprise_id=card.enterprise_id, role=Role.ENTERPRISE_ADMIN)
        return await open_session(office, account, SignInMethod.CARD, row.id, address)


async def _consumed(challenge_id: str) -> CardChallenge:
    """The challenge, used up in the statement that finds it unused: of many at once, one wins."""
    waiting = CardChallenge.filter(id_hash=_hash(challenge_id), consumed_at__isnull=True)
    if not await waiting.update(consumed_at=now()):
        raise refuse("CARD_CHALLENGE_UNKNOWN", "challengeId")
    row = await CardChallenge.get(id_hash=_hash(challenge_id))
    if row.expires_at <= now():
        raise refuse("CARD_CHALLENGE_EXPIRED", "challengeId")
    return row


def _differences(
    office: Office, challenge: CardChallenge, requester: str, consents: frozenset[Consent]
) -> Iterable[Refusal]:
    """Whether it was made here, for this session and for this act."""
    kept = (challenge.audience, challenge.requester, challenge.operation)
    if kept != (office.card_desk.audience, requester, _operation(consents)):
        yield Refusal("CARD_CHALLENGE_DIFFERS", ("challengeId",))


def _trusted(office: Office, pem: str) -> x509.Certificate:
    certificate = certificate_in(pem)
    if certificate is None:
        raise refuse("CARD_CERTIFICATE_MALFORMED", "certificate")
    if flaw := flaw_of(certificate, office.card_desk.trust, now()):
        raise refuse(FLAWS[flaw], "certificate")
    return certificate


async def _in_use(certificate: x509.Certificate) -> tuple[Certificate, Card]:
    """Our record of that very certificate, held so that nobody revokes it meanwhile, and its card,
    if it is a legal card in use.
    """
    serial = f"{certificate.serial_number:032X}"
    row = await Certificate.filter(serial_number=serial).select_for_update().first()
    if row is None or not _is_same(row, certificate):
        raise refuse("CARD_CERTIFICATE_UNTRUSTED", "certificate")
    card = await Card.get(id=row.card_id)
    if row.revoked_at or card.status is not CardStatus.ISSUED:
        raise refuse("CARD_CERTIFICATE_REVOKED", "certificate")
    if card.kind is not CardKind.LEGAL:
        raise refuse("CARD_NOT_LEGAL", "certificate")
    return row, card


def _is_same(row: Certificate, certificate: x509.Certificate) -> bool:
    kept = x509.load_pem_x509_certificate(row.pem.encode())
    return kept.public_bytes(Encoding.DER) == certificate.public_bytes(Encoding.DER)
