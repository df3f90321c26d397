"""Sends the bodies of one message, once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .answer import outcomes
from .connection import Connection, Credentials
from .http import Client, Fault
from .oauth import Tokens
from .outcome import Outcome, State
from .problem import Explainer, Problem
from .requests import Request, requests
from .secret import Redactor


def send(connection: Connection, credentials: Credentials, gateway: str, bodies: Sequence[Any]) -> Iterator[Outcome]:
    """The outcome of each body, in order, each as soon as it is known.

    Bodies are a sequence that the customer reads in order, so after one that was not sent the rest stays
    unsent (`State.NEW`). Raises Failed before anything is sent (not-sendable, login-failed, throttled, not-connected),
    and later if a new token is refused.
    """
    todo = requests(connection, gateway, bodies)
    redactor = Redactor()
    explainer = Explainer(connection, gateway, redactor)
    with Client() as client:
        tokens = Tokens(connection, credentials, client, explainer, redactor)
        going = True
        for request in todo:
            results = _post(request, client, tokens, explainer) if going else [Outcome(State.NEW)] * request.messages
            yield from results
            going = going and all(result.state is State.SENT for result in results)


def _post(request: Request, client: Client, tokens: Tokens, explainer: Explainer) -> list[Outcome]:
    """One request; a second time only after a 401, which says that the first was not looked at."""
    bearer = tokens.bearer()
    try:
        answer = client.post(request, bearer)
        if answer.status == 401:
            bearer = tokens.renewed()
            answer = client.post(request, bearer)
    except Fault as fault:
        return [explainer.outcome(Problem("message", fault=fault.name))] * request.messages
    return outcomes(answer, request, explainer)
