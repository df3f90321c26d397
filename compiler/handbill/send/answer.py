"""What an answer says of each message in the request.

{"id": "…"}, {"messageId": "…"}     one message, accepted
[{"id": "…"}, {"error": {…}}]       the tutorial's list: one result a message, in order
nothing                             accepted, without an id (Genesys' 202, and some 200)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .http import Answer, Fault
from .outcome import Outcome, State
from .problem import Explainer, Problem, json_of, problem_of, said_of
from .requests import Request


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one message, and the problem it had, if it had one."""

    outcome: Outcome
    problem: Problem | None = None


def verdicts(answer: Answer, request: Request, explainer: Explainer) -> list[Verdict]:
    """A verdict on each message of the request, in order."""
    if not 200 <= answer.status < 300:
        return _all(problem_of(answer, "message"), request, explainer)
    if not answer.body.strip():
        return [Verdict(Outcome(State.SENT))] * request.messages
    body = json_of(answer.body)
    if not isinstance(body, dict | list):
        return _all(Problem("message", answer.status, fault="not-json"), request, explainer)
    items = body if isinstance(body, list) else [body]
    return list(_results(items, answer, request, explainer))


def unanswered(fault: Fault, request: Request, explainer: Explainer) -> list[Verdict]:
    """What the lack of an answer says of each message."""
    return _all(Problem("message", fault=fault.name), request, explainer)


def _all(problem: Problem, request: Request, explainer: Explainer) -> list[Verdict]:
    return [Verdict(explainer.outcome(problem), problem)] * request.messages


def _results(items: list[Any], answer: Answer, request: Request, explainer: Explainer) -> Iterator[Verdict]:
    for index in range(request.messages):
        item = items[index] if index < len(items) and isinstance(items[index], dict) else {}
        error = item.get("error")
        identity = item.get("id") or item.get("messageId")
        if error:
            code, message = said_of(error if isinstance(error, dict) else {"message": str(error)})
            problem = Problem("message", fault="item", code=code, message=message, whole=False)
            yield Verdict(explainer.outcome(problem), problem)
        elif isinstance(identity, str | int):
            yield Verdict(Outcome(State.SENT, explainer.shown(str(identity))))
        else:
            problem = Problem("message", answer.status, fault="no-result", whole=False)
            yield Verdict(explainer.outcome(problem), problem)
