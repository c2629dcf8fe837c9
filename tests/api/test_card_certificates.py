"""Which certificates sign in by card: the one of the unit's legal card, while it is good."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from hardware.issuance import build_tbs
from hardware.names import Holder as Subject
from hardware.profiles import Profiles
from models.card import Card, Certificate
from models.enums import CardKind, CardStatus, RevocationReason
from resolvers.revoking import certificates_called, revoke_certificate
from tests.actors import Unit
from tests.cards import Holder, answer, ask, codes_of, holder_of, make_card, sign_in_by, to_sign
from tests.conftest import Served


def _like(
    certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, issuer: x509.Name | None = None
) -> x509.Certificate:
    """One with the same subject, serial number and extensions, but signed by `key`."""
    builder = x509.CertificateBuilder(
        issuer_name=issuer or certificate.subject,
        subject_name=certificate.subject,
        public_key=key.public_key(),
        serial_number=certificate.serial_number,
        not_valid_before=certificate.not_valid_before_utc,
        not_valid_after=certificate.not_valid_after_utc,
        extensions=list(certificate.extensions),
    )
    return builder.sign(key, hashes.SHA256())


async def test_only_a_certificate_of_our_ca_is_believed(served: Served, holder: Holder) -> None:
    client = served.visitor()
    key = ec.generate_private_key(ec.SECP256R1())
    ours = holder.certificate
    for made in (_like(ours, key), _like(ours, key, ours.issuer)):
        challenge = await ask(client)
        signature = key.sign(to_sign(challenge, made), ec.ECDSA(hashes.SHA256()))
        pem = made.public_bytes(Encoding.PEM).decode()
        told = answer(challenge, pem, base64.b64encode(signature).decode())
        assert await codes_of(client, told) == ["certificate:CARD_CERTIFICATE_UNTRUSTED"]


async def test_a_certificate_of_our_ca_that_we_have_no_card_for_is_not_believed(
    served: Served, holder: Holder
) -> None:
    workshop, key = served.engine.issuing._workshop, ec.generate_private_key(ec.SECP256R1())
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    for serial in (holder.certificate.serial_number, 4711):
        tbs = build_tbs(
            csr.sign(key, hashes.SHA256()).public_bytes(Encoding.DER),
            serial,
            Subject("单位", "91110105MA000000XX", "张三", "XB-1"),
            Profiles.LEGAL,
            issuer_pem=workshop.issuer_pem,
            base_url=workshop.base_url,
            not_before=datetime.now(UTC).replace(microsecond=0),
        )
        der = await workshop.hardware.sign_tbs(workshop.issuing_pin, tbs)
        certificate = x509.load_der_x509_certificate(der)
        client = served.visitor()
        challenge = await ask(client)
        signature = key.sign(to_sign(challenge, certificate), ec.ECDSA(hashes.SHA256()))
        pem = certificate.public_bytes(Encoding.PEM).decode()
        told = answer(challenge, pem, base64.b64encode(signature).decode())
        assert await codes_of(client, told) == ["certificate:CARD_CERTIFICATE_UNTRUSTED"]


async def test_another_key_does_not_sign_for_a_card(served: Served, holder: Holder) -> None:
    client = served.visitor()
    challenge = await ask(client)
    key = ec.generate_private_key(ec.SECP256R1())
    signature = key.sign(to_sign(challenge, holder.certificate), ec.ECDSA(hashes.SHA256()))
    told = answer(challenge, holder.pem, base64.b64encode(signature).decode())
    assert await codes_of(client, told) == ["signature:CARD_SIGNATURE_WRONG"]


async def test_a_certificate_is_of_use_only_while_it_is_valid(
    served: Served, holder: Holder
) -> None:
    client = served.visitor()
    for days in (-1, 366 * 10):
        with time_machine.travel(datetime.now(UTC) + timedelta(days=days)):
            told = holder.answer(await ask(client))
            assert await codes_of(client, told) == ["certificate:CARD_CERTIFICATE_EXPIRED"]


async def test_an_operator_card_signs_nobody_in(
    served: Served, card_unit: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await make_card(served, card_unit, CardKind.OPERATOR)
    operator = await holder_of(served, card, monkeypatch)
    client = served.visitor()
    told = operator.answer(await ask(client))
    assert await codes_of(client, told) == ["certificate:CARD_NOT_LEGAL"]


async def test_a_revoked_certificate_signs_nobody_in_and_its_sessions_end(
    served: Served, card: Card, holder: Holder
) -> None:
    client = served.visitor()
    await sign_in_by(client, holder)
    (row,) = await certificates_called(card.number)
    first = await revoke_certificate(
        served.engine.office.trail, row.id, RevocationReason.KEY_COMPROMISE
    )
    assert await client.ask("Viewer") is None
    told = holder.answer(await ask(client))
    assert await codes_of(client, told) == ["certificate:CARD_CERTIFICATE_REVOKED"]
    again = await revoke_certificate(
        served.engine.office.trail, row.id, RevocationReason.SUPERSEDED
    )
    assert again.revoked_at == first.revoked_at
    assert again.revocation_reason is RevocationReason.KEY_COMPROMISE


async def test_a_card_out_of_use_signs_nobody_in(
    served: Served, card: Card, holder: Holder
) -> None:
    client = served.visitor()
    await Card.filter(id=card.id).update(status=CardStatus.PENDING)
    told = holder.answer(await ask(client))
    assert await codes_of(client, told) == ["certificate:CARD_CERTIFICATE_REVOKED"]


async def test_signing_in_and_revoking_at_once_leaves_no_session(
    served: Served, card: Card, holder: Holder
) -> None:
    (row,) = await Certificate.filter(card_id=card.id)
    clients = [served.visitor() for _ in range(6)]
    answers = [holder.answer(await ask(client)) for client in clients]
    attempts = [
        client.attempt("CardLogin", **told) for client, told in zip(clients, answers, strict=True)
    ]
    payloads = await asyncio.gather(
        *attempts[:3],
        revoke_certificate(served.engine.office.trail, row.id, RevocationReason.UNSPECIFIED),
        *attempts[3:],
    )
    for client, payload in zip(clients, [*payloads[:3], *payloads[4:]], strict=True):
        client.token = (payload["session"] or {}).get("token", "x")
        assert await client.ask("Viewer") is None
