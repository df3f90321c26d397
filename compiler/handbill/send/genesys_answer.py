"""What an answer of Genesys Cloud says of each message in the request.

{"id": "…"}, {"messageId": "…"}     one message, accepted
[{"id": "…"}, {"error": {…}}]       the tutorial's list: one result a message, in order
nothing                             accepted, without an id (Genesys' 202, and some 200)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from .genesys_connection import Genesys, data
from .http import Answer, Fault
from .outcome import Outcome, State
from .problem import Explainer, Problem, Stage, Verdict, json_of, retry_after, text_of
from .requests import Request
from .secret import Redactor


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


def problem_of(answer: Answer, stage: Stage) -> Problem:
    """The failure an answer reports: Genesys' ErrorBody, or OAuth's `error` and `error_description`."""
    body = json_of(answer.body)
    said = body if isinstance(body, dict) else {}
    correlation = answer.headers.get("inin-correlation-id") or answer.headers.get("genesys-correlation-id", "")
    problem = Problem(stage, answer.status, wait=retry_after(answer.headers.get("retry-after", ""), datetime.now(UTC)))
    if stage == "login" and isinstance(said.get("error"), str):
        description = text_of(said, "error_description") or text_of(said, "description")
        return replace(problem, code=said["error"], message=description, context=correlation)
    code, message = said_of(said)
    return replace(problem, code=code, message=message, context=text_of(said, "contextId") or correlation)


def said_of(error: Mapping[str, Any]) -> tuple[str, str]:
    """Code and message of an ErrorBody; the fields it names are put after its message."""
    details = error.get("details")
    named = [
        f"{text_of(detail, 'fieldName')}: {text_of(detail, 'errorCode')}".strip(": ")
        for detail in (details if isinstance(details, list) else [])
        if isinstance(detail, dict)
    ]
    message = text_of(error, "message")
    return text_of(error, "code"), " ".join([message, *(f"[{n}]" for n in named if n)]).strip()


def explainer(link: Genesys, gateway: str, redactor: Redactor) -> Explainer:
    """What the problems of a connection and gateway mean: `errors` of connection.json."""
    permission = data()["gateways"].get(gateway, {}).get("permission", "the permission")
    words = {"permission": permission, "client_id": link.client_id, "client_secret": link.client_secret}
    if link.region:
        words["region"] = link.region
    hosts: dict[Stage, str] = {"login": urlsplit(link.login).netloc, "message": urlsplit(link.api).netloc}
    whose = f" (organization {link.organization})" if link.organization else ""
    return Explainer(data()["errors"], words, hosts, redactor, gateway, whose)
