"""SMS: by an HTTP gateway, or to nowhere in development."""

from http import HTTPStatus
from typing import Protocol

import httpx

from models.message import Message
from subscriptions.sending import SendFailed

MAY_PASS = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class SmsGateway(Protocol):
    """Sends one SMS."""

    async def send(self, message: Message) -> str:
        """Answer the id that the gateway gave it. Raises SendFailed."""


class LocalSms:
    """Sends nothing: in development the outbox itself is where SMS are read."""

    async def send(self, message: Message) -> str:
        return f"local-{message.key}"


class HttpSms:
    """Sends by a gateway that takes `POST {"to", "body", "key"}` and answers 2xx `{"id"}`.

    The key is also the Idempotency-Key header
    (draft-ietf-httpapi-idempotency-key-header): the gateway sends an SMS it has seen only once.
    The client brings the time-out.

    :param token: goes along as a bearer token (RFC 6750), if there is one
    """

    def __init__(self, url: str, client: httpx.AsyncClient, token: str | None = None) -> None:
        self._url, self._client = url, client
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def send(self, message: Message) -> str:
        """Answer the gateway's id. Raises SendFailed.

        4xx is final, except 408 and 429; everything else may pass, and the key protects from
        sending twice.
        """
        told = {"to": message.recipient, "body": message.body, "key": message.key}
        headers = {**self._headers, "Idempotency-Key": message.key}
        try:
            answer = await self._client.post(self._url, json=told, headers=headers)
        except httpx.RequestError as error:
            detail = f"no answer from the SMS gateway: {type(error).__name__}"
            raise SendFailed(detail, retryable=True) from error
        return _id(answer)


def _id(answer: httpx.Response) -> str:
    status = answer.status_code
    if not answer.is_success:
        final = answer.is_client_error and status not in MAY_PASS
        raise SendFailed(f"the SMS gateway answered {status}", retryable=not final)
    try:
        return str(answer.json()["id"])
    except (ValueError, KeyError, TypeError) as error:
        raise SendFailed(f"the SMS gateway answered {status} and no id", retryable=True) from error
