"""The access token: OAuth client credentials. One token for all workers; many that want a new one cause one request."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from ..diagnostic import Failed
from .connection import Again
from .genesys_answer import problem_of
from .genesys_connection import Credentials
from .http import Answer, Client, Fault
from .ledger_file import data
from .problem import Explainer, Problem, json_of
from .requests import Request
from .secret import Redactor, Secret

_TOKEN = re.compile(r"[\x21-\x7e]+")  # what a header can hold


@dataclass(slots=True)
class _Held:
    token: Secret
    renew: float  # from this moment of the monotonic clock on a new one is fetched
    ends: float  # from this one on it is refused


class Tokens:
    """The token of one connection, for any number of threads.

    `request` asks for it. Every secret that comes by is made known to the redactor. `again` is asked after each
    failure whether to try once more: it waits as long as it should, and says True; by default nothing is tried twice.
    """

    def __init__(
        self, request: Request, credentials: Credentials, client: Client, explainer: Explainer,
        redactor: Redactor,
        again: Again = lambda problem, attempts: False,
        clock: Callable[[], float] = monotonic,
    ) -> None:  # fmt: skip
        self._request = request
        self._basic = credentials.basic
        self._client = client
        self._explainer = explainer
        self._redactor = redactor
        self._again = again
        self._clock = clock
        self._lock = Lock()
        self._held: _Held | None = None
        self._failures = 0
        self._failed: Failed | None = None
        for secret in (credentials.client_id, credentials.client_secret, self._basic):
            redactor.learn(secret)

    def token(self) -> Secret:
        """The token of an API call. Raises Failed (login-failed, throttled, not-connected)."""
        held = self._held
        now = self._clock()
        if held is not None and now < held.renew:
            return held.token
        if held is None or now >= held.ends:
            return self._renewed(held)
        if self._lock.acquire(blocking=False):  # else somebody renews it, and it still serves meanwhile
            try:
                if self._held is held:
                    self._held = self._fetched()
            except Failed:
                held.renew = (now + held.ends) / 2
            finally:
                self._lock.release()
        return self._held.token if self._held is not None else held.token

    def renewed(self, refused: Secret) -> Secret:
        """Another token than the one that got a 401. Raises Failed, as `token` does."""
        held = self._held
        if held is not None and held.token is not refused:
            return held.token
        return self._renewed(held)

    def _renewed(self, old: _Held | None) -> Secret:
        failures = self._failures
        with self._lock:
            if self._held is not None and self._held is not old:
                return self._held.token
            if self._failed is not None and self._failures != failures:
                raise Failed(*self._failed.diagnostics)  # whoever had the lock has just tried
            self._held = None
            try:
                self._held = self._fetched()
            except Failed as failed:
                self._failures += 1
                self._failed = failed
                raise
            return self._held.token

    def _fetched(self) -> _Held:
        attempts = 0
        while True:
            attempts += 1
            found = self._fetch()
            if not isinstance(found, Problem):
                return found
            if not self._again(found, attempts):
                raise Failed(*filter(None, [self._explainer.outcome(found).diagnostic]))

    def _fetch(self) -> _Held | Problem:
        try:
            answer = self._client.post(self._request, self._basic)
        except Fault as error:
            return Problem("login", fault=error.name)
        token, seconds = _token(answer)
        if token is None:
            return problem_of(answer, "login") if answer.status != 200 else Problem("login", 200, fault="no-token")
        secret = Secret(token)
        self._redactor.learn(secret)
        now = self._clock()
        share: float = data()["campaign"]["refresh"]
        return _Held(secret, now + seconds * share, now + seconds)


def _token(answer: Answer) -> tuple[str | None, float]:
    """The token, and the seconds it lives: for ever when the answer does not say (RFC 6749, section 5.1)."""
    body = json_of(answer.body)
    if answer.status != 200 or not isinstance(body, dict):
        return None, 0
    token, seconds = body.get("access_token"), body.get("expires_in")
    life = float(seconds) if isinstance(seconds, int | float) and not isinstance(seconds, bool) else 0.0
    usable = isinstance(token, str) and _TOKEN.fullmatch(token)
    return token if usable else None, life if life > 0 else float("inf")
