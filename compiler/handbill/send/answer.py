"""What an answer says of each message in the request.

{"id": "…"}, {"messageId": "…"}     one message, accepted
[{"id": "…"}, {"error": {…}}]       the tutorial's list: one result a message, in order
nothing                             accepted, without an id (Genesys' 202, and some 200)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .http import Answer
from .outcome import Outcome, State
from .problem import Explainer, Problem, json_of, problem_of, said_of
from .requests import Request


def outcomes(answer: Answer, request: Request, explainer: Explainer) -> list[Outcome]:
    """One outcome for each message of the request, in order."""
    if not 200 <= answer.status < 300:
        return [explainer.outcome(problem_of(answer, "message"))] * request.messages
    if not answer.body.strip():
        return [Outcome(State.SENT)] * request.messages
    body = json_of(answer.body)
    if not isinstance(body, dict | list):
        return [explainer.outcome(Problem("message", answer.status, fault="not-json"))] * request.messages
    items = body if isinstance(body, list) else [body]
    return list(_results(items, answer, request, explainer))


def _results(items: list[Any], answer: Answer, request: Request, explainer: Explainer) -> Iterator[Outcome]:
    for index in range(request.messages):
        item = items[index] if index < len(items) and isinstance(items[index], dict) else {}
        error = item.get("error")
        identity = item.get("id") or item.get("messageId")
        if error:
            code, message = said_of(error if isinstance(error, dict) else {"message": str(error)})
            yield explainer.outcome(Problem("message", fault="item", code=code, message=message, whole=False))
        elif isinstance(identity, str | int):
            yield Outcome(State.SENT, explainer.shown(str(identity)))
        else:
            yield explainer.outcome(Problem("message", answer.status, fault="no-result", whole=False))
