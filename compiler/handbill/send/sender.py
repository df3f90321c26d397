"""Sends the bodies of one message, once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .answer import Verdict, unanswered, verdicts
from .connection import Connection, Credentials
from .http import Client, Fault
from .oauth import Tokens
from .outcome import Outcome, State
from .problem import Explainer
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
    with Client(connection.timeouts) as client:
        tokens = Tokens(connection, credentials, client, explainer, redactor)
        going = True
        for request in todo:
            results = [Outcome(State.NEW)] * request.messages
            if going:
                results = [verdict.outcome for verdict in posted(request, client, tokens, explainer)]
            yield from results
            going = going and all(result.state is State.SENT for result in results)


def posted(request: Request, client: Client, tokens: Tokens, explainer: Explainer) -> list[Verdict]:
    """One request, and a verdict on each of its messages; a second time only after a 401, which says that the first
    was not looked at. Raises Failed when there is no token."""
    bearer = tokens.bearer()
    try:
        answer = client.post(request, bearer)
    except Fault as fault:
        return unanswered(fault, request, explainer)
    if answer.status != 401:
        return verdicts(answer, request, explainer)
    bearer = tokens.renewed(bearer)
    try:
        answer = client.post(request, bearer)
    except Fault as fault:
        return unanswered(fault, request, explainer)
    return verdicts(answer, request, explainer)
