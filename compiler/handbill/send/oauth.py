"""The access token: OAuth client credentials, fetched once and used until it is refused."""

from __future__ import annotations

import re

from ..diagnostic import Failed
from .connection import Connection, Credentials
from .http import Answer, Client, Fault
from .outcome import Outcome
from .problem import Explainer, Problem, json_of, problem_of
from .requests import token_request
from .secret import Redactor, Secret

_TOKEN = re.compile(r"[\x21-\x7e]+")  # what a header can hold


class Tokens:
    """The token of one connection. Every secret that comes by is made known to the redactor."""

    def __init__(
        self, connection: Connection, credentials: Credentials, client: Client, explainer: Explainer, redactor: Redactor
    ) -> None:
        self._request = token_request(connection)
        self._basic = credentials.basic
        self._client = client
        self._explainer = explainer
        self._redactor = redactor
        self._bearer: Secret | None = None
        for secret in (credentials.client_id, credentials.client_secret, self._basic):
            redactor.learn(secret)
        redactor.learn(Secret(self._basic.reveal().removeprefix("Basic ")))

    def bearer(self) -> Secret:
        """The Authorization header of an API call. Raises Failed (login-failed, throttled, not-connected)."""
        if self._bearer is None:
            self._bearer = self._fetch()
        return self._bearer

    def renewed(self) -> Secret:
        """The header with a new token, after a 401. Raises Failed, as `bearer` does."""
        self._bearer = None
        return self.bearer()

    def _fetch(self) -> Secret:
        try:
            answer = self._client.post(self._request, self._basic)
        except Fault as error:
            raise _failed(self._explainer.outcome(Problem("login", fault=error.name))) from None
        token = _token(answer)
        if token is None:
            problem = problem_of(answer, "login") if answer.status != 200 else Problem("login", 200, fault="no-token")
            raise _failed(self._explainer.outcome(problem))
        self._redactor.learn(Secret(token))
        return Secret(f"Bearer {token}")


def _token(answer: Answer) -> str | None:
    body = json_of(answer.body)
    token = body.get("access_token") if answer.status == 200 and isinstance(body, dict) else None
    return token if isinstance(token, str) and _TOKEN.fullmatch(token) else None


def _failed(outcome: Outcome) -> Failed:
    return Failed(*filter(None, [outcome.diagnostic]))
