"""What an answer of a channel's own API says of the message: `response`, `errors`, `idempotency` of `channel.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from ..gateways import direct
from ..resources import load
from .direct_body import at
from .direct_connection import Direct
from .http import Answer, Fault
from .outcome import Outcome, State
from .problem import Explainer, Problem, Stage, Verdict, json_of, retry_after
from .requests import SECRET, Request
from .secret import Redactor

_WEIGHTS = {"subcode": 8, "code": 4, "message": 2, "status": 1}  # how much of an answer a row of errors knows


class Reading:
    """Reads the answers to one request."""

    def __init__(self, link: Direct, redactor: Redactor, request: Request) -> None:
        self._stage: Stage = "message" if request.messages else "prepare"
        data = link.channel.data
        self._response: Mapping[str, Any] = data.get("response") or {}
        self._duplicate: Mapping[str, Any] = (data.get("idempotency") or {}).get("duplicate") or {}
        self._errors: list[dict[str, Any]] = data.get("errors") or []
        words = {"channel": link.channel.title, "variable": link.variable}
        host = urlsplit(request.url.replace(SECRET, "")).netloc
        rows = load("direct/connection.json")["errors"]
        self._explainer = Explainer(rows, words, {"message": host, "prepare": host}, redactor, direct.NAME)

    def unanswered(self, fault: Fault) -> Verdict:
        """What the lack of an answer says of the message."""
        return self._problem(Problem(self._stage, fault=fault.name))

    def verdict(self, answer: Answer) -> Verdict:
        if self._duplicate and answer.status == self._duplicate["status"]:
            return self._sent(answer.headers.get(self._duplicate.get("id_header", "").lower(), ""))
        body = json_of(answer.body)
        if not 200 <= answer.status < 300:
            return self._refused(answer, body)
        if not answer.body.strip() and "ok" not in self._response:
            return self._sent("")
        if not isinstance(body, dict | list):
            return self._problem(Problem(self._stage, answer.status, fault="not-json"))
        identity = _text(at(body, self._response.get("id", "")) if "id" in self._response else None)
        if "ok" in self._response:
            said = at(body, self._response["ok"]["at"])
            if said is None:
                return self._problem(Problem(self._stage, answer.status, fault="no-result"))
            return self._sent(identity) if said == self._response["ok"]["is"] else self._refused(answer, body)
        if not identity and "id" in self._response:
            return self._problem(Problem(self._stage, answer.status, fault="no-result"))
        return self._sent(identity)

    def kept(self, answer: Answer, places: Mapping[str, str]) -> dict[str, str] | Verdict:
        """What the answer to a step before the message is good for, by name; a verdict when it is good for nothing."""
        body = json_of(answer.body)
        if not 200 <= answer.status < 300:
            return self._refused(answer, body)
        found = {name: _text(at(body, pointer)) for name, pointer in places.items()}
        return found if all(found.values()) else self._problem(Problem("prepare", answer.status, fault="no-result"))

    def _refused(self, answer: Answer, body: Any) -> Verdict:
        response = self._response
        code, message, context = (_first(body, response.get(name, ())) for name in ("code", "message", "context"))
        subcode = _first(body, response.get("subcode", ()))
        told = self._row(answer.status, code, subcode, message)
        if told.get("outcome") == "sent":
            return self._sent("")
        asked = _text(at(body, response["retry_after"])) if "retry_after" in response else ""
        now = datetime.now(UTC)
        wait = retry_after(answer.headers.get("retry-after", ""), now)
        if wait is None:
            wait = _seconds(asked)
        shown = f"{code}/{subcode}" if code and subcode else code
        return self._problem(Problem(
            self._stage, answer.status, "", shown, message, context, "reference", wait,
            whole=told.get("outcome") != "permission",  # which may be for this recipient only
            told=told,
        ))  # fmt: skip

    def _row(self, status: int, code: str, subcode: str, message: str) -> Mapping[str, Any]:
        """The row of the channel's errors that knows most of this answer; {} when there is none."""
        said = {"status": str(status), "code": code, "subcode": subcode}
        best: tuple[int, Mapping[str, Any]] = (0, {})
        for row in self._errors:
            if not all(_same(row[name], value) for name, value in said.items() if name in row):
                continue
            if "message" in row and row["message"].lower() not in message.lower():
                continue
            weight = sum(_WEIGHTS[name] for name in _WEIGHTS if name in row)
            if weight > best[0]:
                best = weight, row
        return best[1]

    def _sent(self, identity: str) -> Verdict:
        return Verdict(Outcome(State.SENT, self._explainer.shown(identity)))

    def _problem(self, problem: Problem) -> Verdict:
        return Verdict(self._explainer.outcome(problem), problem)


def _same(wanted: object, said: str) -> bool:
    """Whether a row's value is what the answer says; a status may be "5xx"."""
    return str(wanted) in (said, f"{said[:1]}xx" if len(said) == 3 else said)


def _first(body: Any, pointers: str | Iterable[str]) -> str:
    """The first of these places that has a text or a number."""
    for pointer in [pointers] if isinstance(pointers, str) else pointers:
        if text := _text(at(body, pointer)):
            return text
    return ""


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if seconds >= 0 else None
