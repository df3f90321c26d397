"""Why a send failed, in words: what the server said, the cause and the fix from connection.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any, Literal
from urllib.parse import urlsplit

import orjson

from ..diagnostic import Diagnostic
from .connection import Connection, data
from .http import Answer
from .outcome import Outcome, State
from .secret import Redactor

Stage = Literal["login", "message"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A failure: an answer (`status`, and what its body says) or the lack of one (`fault`)."""

    stage: Stage
    status: int = 0
    fault: str = ""
    code: str = field(default="", repr=False)  # the server's own, not yet cleaned of secrets, as the two below
    message: str = field(default="", repr=False)
    context: str = field(default="", repr=False)  # Genesys' contextId, which its support asks for
    wait: float | None = None  # seconds the server asks to wait
    whole: bool = True  # the request as a whole failed, not one of its messages

    @property
    def codes(self) -> set[str]:
        """What a row may match: the code, and the code with its message where one code has several meanings."""
        return {self.code, f"{self.code}: {self.message}"} if self.code else set()


def problem_of(answer: Answer, stage: Stage) -> Problem:
    """The failure an answer reports: Genesys' ErrorBody, or OAuth's `error` and `error_description`."""
    body = json_of(answer.body)
    said = body if isinstance(body, dict) else {}
    correlation = answer.headers.get("inin-correlation-id") or answer.headers.get("genesys-correlation-id", "")
    problem = Problem(stage, answer.status, wait=retry_after(answer.headers.get("retry-after", ""), datetime.now(UTC)))
    if stage == "login" and isinstance(said.get("error"), str):
        description = _text(said, "error_description") or _text(said, "description")
        return replace(problem, code=said["error"], message=description, context=correlation)
    code, message = said_of(said)
    return replace(problem, code=code, message=message, context=_text(said, "contextId") or correlation)


def said_of(error: Mapping[str, Any]) -> tuple[str, str]:
    """Code and message of an ErrorBody; the fields it names are put after its message."""
    details = error.get("details")
    named = [
        f"{_text(detail, 'fieldName')}: {_text(detail, 'errorCode')}".strip(": ")
        for detail in (details if isinstance(details, list) else [])
        if isinstance(detail, dict)
    ]
    message = _text(error, "message")
    return _text(error, "code"), " ".join([message, *(f"[{n}]" for n in named if n)]).strip()


def json_of(body: bytes) -> Any:
    """The JSON value of a body; None when it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds to wait, from a Retry-After in seconds or as a date (RFC 9110, section 10.2.3).

    None when it says neither.
    """
    header = header.strip()
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


class Explainer:
    """Turns problems of one connection and gateway into outcomes with a diagnostic each."""

    def __init__(self, connection: Connection, gateway: str, redactor: Redactor) -> None:
        self._connection = connection
        self._gateway = gateway
        self._redactor = redactor

    def outcome(self, problem: Problem) -> Outcome:
        """The state a problem leaves a message in, and why. Everything the server said is cleaned of secrets."""
        row = _row(problem)
        words = self._words(problem)
        cause = row["cause"].format_map(words)
        answered = self._answered(problem)
        diagnostic = Diagnostic(
            row["code"], row["title"],
            text=f"{answered}\n{cause}" if answered else cause,
            hint=row["fix"].format_map(words),
            source=row["x-source"] if answered else "", checked=row["x-checked"] if answered else "",
            gateway=self._gateway,
        )  # fmt: skip
        return Outcome(State(row["state"]), diagnostic=diagnostic)

    def shown(self, text: str) -> str:
        """What a server said, on one line, without secrets, and not endless."""
        most: int = data()["answer"]["shown"]
        text = " ".join(self._redactor.clean(text).split())
        return text if len(text) <= most else f"{text[:most]}…"

    def _words(self, problem: Problem) -> dict[str, str]:
        connection = self._connection
        host = self._host(problem)
        return {
            "host": host,
            "region": connection.region or host,
            "permission": data()["gateways"].get(self._gateway, {}).get("permission", "the permission"),
            "client_id": connection.client_id,
            "client_secret": connection.client_secret,
            "wait": _waiting(problem.wait),
            "nothing": "Nothing was sent." if problem.whole else "This message was not sent.",
        }

    def _host(self, problem: Problem) -> str:
        return urlsplit(self._connection.login if problem.stage == "login" else self._connection.api).netloc

    def _answered(self, problem: Problem) -> str:
        """ "api.mypurecloud.com answered 403 missing.permissions: … (contextId …)"; empty when nothing came back."""
        code, message, context = (self.shown(text) for text in (problem.code, problem.message, problem.context))
        if not problem.status and not code and not message:
            return ""
        where = self._host(problem)
        if self._connection.organization:
            where += f" (organization {self._connection.organization})"
        said = " ".join(filter(None, (str(problem.status or ""), code)))
        answered = f"{where} answered {said}".rstrip() + (f": {message}" if message else "")
        return answered + (f" (contextId {context})" if context else "")


def _row(problem: Problem) -> dict[str, Any]:
    """The first row that fits. The last of each stage has no conditions, so there always is one."""
    rows: list[dict[str, Any]] = data()["errors"]
    return next(
        row
        for row in rows
        if problem.stage in row["stage"] and (not row["when"] or any(_fits(when, problem) for when in row["when"]))
    )


def _fits(when: Mapping[str, Any], problem: Problem) -> bool:
    """Whether all that a condition names is so: `status` (403, or 4xx), `code`, `fault`."""
    if "status" in when and not {str(problem.status), f"{problem.status // 100}xx"} & set(when["status"]):
        return False
    if "code" in when and not problem.codes & set(when["code"]):
        return False
    return "fault" not in when or problem.fault in when["fault"]


def _waiting(seconds: float | None) -> str:
    if seconds is None:
        return "a minute"
    if not isfinite(seconds):
        return "as long as it says"
    whole = max(1, round(seconds))
    return f"{whole:,} second{'' if whole == 1 else 's'} (Retry-After)"


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
