"""Wiring: which adapter stands behind each port, by the settings."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import urlsplit

import httpx

from hardware.authority import Authority
from hardware.card_proof import Trust
from resolvers.addresses import Addresses
from resolvers.inspecting import Inspector
from resolvers.office import CardDesk, Office, Terms
from resolvers.passwords import Passwords
from resolvers.storage import FileStorage
from resolvers.trail import Trail
from resolvers.verifier import HttpVerifier, RulesVerifier, Verifier
from server.elicence import reader_of
from server.keys import Keys
from server.settings import Settings
from server.single_window import single_window
from subscriptions.courier import Courier
from subscriptions.mail import LocalMailer, Mailer, SmtpMailer
from subscriptions.sms import HttpSms, LocalSms, SmsGateway


def office_of(
    settings: Settings,
    keys: Keys,
    client: httpx.AsyncClient,
    authority: Authority,
    wake: Callable[[], Awaitable[None]],
    trail: Trail,
) -> Office:
    return Office(
        verifier=_verifier(settings, client),
        storage=FileStorage(settings.files),
        passwords=Passwords(),
        addresses=Addresses(keys.derived("addresses")),
        card_desk=_card_desk(settings, authority),
        trail=trail,
        wake=wake,
        terms=_terms(settings),
        inspector=Inspector(takes_damaged=settings.takes_damaged_papers),
        single_window=single_window(settings, client),
        licences=reader_of(settings),
    )


def _terms(settings: Settings) -> Terms:
    return Terms(
        session=timedelta(hours=settings.session_hours),
        session_idle=timedelta(minutes=settings.session_idle_minutes),
        sms_per_address=settings.most_sms_per_address,
        officer_second_factor=settings.requires_second_factor,
        four_eyes=settings.demands_four_eyes,
    )


def _card_desk(settings: Settings, authority: Authority) -> CardDesk:
    url = urlsplit(settings.url)
    return CardDesk(
        audience=settings.url,
        origin=f"{url.scheme}://{url.netloc}",
        other_origins=frozenset(settings.allowed_origins),
        trust=Trust.of(authority),
    )


def _verifier(settings: Settings, client: httpx.AsyncClient) -> Verifier:
    if settings.verifier_url:
        return HttpVerifier(settings.verifier_url, client)
    return RulesVerifier()


def courier_of(settings: Settings, client: httpx.AsyncClient) -> Courier:
    return Courier(_mailer(settings), _sms(settings, client), keep_bodies=settings.is_development)


def _mailer(settings: Settings) -> Mailer:
    if settings.smtp_url:
        return SmtpMailer(settings.smtp_url, settings.mail_from)
    return LocalMailer()


def _sms(settings: Settings, client: httpx.AsyncClient) -> SmsGateway:
    if settings.sms_url:
        token = settings.sms_token.get_secret_value() if settings.sms_token else None
        return HttpSms(settings.sms_url, client, token)
    return LocalSms()
