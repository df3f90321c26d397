"""OAuth clients and their tokens: client credentials, by Basic or in the form (RFC 6749, sections 2.3.1 and 4.4)."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping
from time import monotonic
from urllib.parse import parse_qsl

from starlette.responses import Response

from .answers import Refused, json_response, login_refused

_FORM = "application/x-www-form-urlencoded"


class Access:
    """Who may come in. Without `clients` (secrets by id) any id and secret will do."""

    def __init__(self, clients: Mapping[str, str], clock: Callable[[], float] = monotonic) -> None:
        self._clients = dict(clients)
        self._clock = clock
        self._tokens: dict[str, tuple[str, float]] = {}  # by token: the client's id, and when it ends
        self.given = 0  # tokens so far

    def token(self, headers: Mapping[str, str], body: bytes, seconds: float) -> Response:
        """The answer to a token request. The token lives for `seconds`."""
        if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            return login_refused("bad-form")
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        pair = _basic(headers.get("authorization", "")) or (form.get("client_id", ""), form.get("client_secret", ""))
        if form.get("grant_type") != "client_credentials":
            return login_refused("bad-grant")
        client, secret = pair
        if not client or (self._clients and client not in self._clients):
            return login_refused("no-client")
        if not secret or (
            self._clients and not secrets.compare_digest(self._clients[client].encode(), secret.encode())
        ):
            return login_refused("bad-secret")
        token = secrets.token_urlsafe(48)
        self._tokens[token] = (client, self._clock() + seconds)
        self.given += 1
        answer = {"access_token": token, "token_type": "bearer", "expires_in": int(seconds)}
        return json_response(answer, headers={"Cache-Control": "no-store"})

    def client(self, authorization: str) -> str:
        """The id of the client whose token it is. Raises Refused."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise Refused("authentication.required")
        client, end = self._tokens.get(token.strip(), ("", 0.0))
        if not client:
            raise Refused("bad.credentials")
        if self._clock() >= end:
            raise Refused("credentials.expired")
        return client

    def expire(self) -> int:
        """End every token now. How many there were."""
        now = self._clock()
        live = [token for token, (_, end) in self._tokens.items() if end > now]
        for token in live:
            self._tokens[token] = (self._tokens[token][0], now)
        return len(live)


def _basic(authorization: str) -> tuple[str, str] | None:
    kind, _, coded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(coded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client, secret
