"""Why a send failed, in words: what the server said, the cause and the fix from connection.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any, Literal

import orjson

from ..diagnostic import Diagnostic
from .ledger_file import data
from .outcome import Outcome, State
from .secret import Redactor

Stage = Literal["login", "prepare", "message"]  # `prepare`: a call that has to go before the message


@dataclass(frozen=True, slots=True)
class Problem:
    """A failure: an answer (`status`, and what its body says) or the lack of one (`fault`)."""

    stage: Stage
    status: int = 0
    fault: str = ""
    code: str = field(default="", repr=False)  # the server's own, not yet cleaned of secrets, as the two below
    message: str = field(default="", repr=False)
    context: str = field(default="", repr=False)  # what the server's support asks for
    reference: str = "contextId"  # what the server calls that
    wait: float | None = None  # seconds the server asks to wait
    whole: bool = True  # the request as a whole failed, not one of its messages
    told: Mapping[str, Any] = field(default_factory=dict)  # what the channel's own table of errors says of it

    @property
    def codes(self) -> set[str]:
        """What a row may match: the code, and the code with its message where one code has several meanings."""
        return {self.code, f"{self.code}: {self.message}"} if self.code else set()


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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one message, and the problem it had, if it had one."""

    outcome: Outcome
    problem: Problem | None = None


class Explainer:
    """Turns problems into outcomes with a diagnostic each, by the rows of a table.

    `words` fill the rows' texts, {host}, {wait}, {nothing} and {said} apart; `hosts` is who answers, by stage, and
    `whose` is put behind it.
    """

    def __init__(
        self, rows: Sequence[Mapping[str, Any]], words: Mapping[str, str], hosts: Mapping[Stage, str],
        redactor: Redactor, gateway: str, whose: str = "",
    ) -> None:  # fmt: skip
        self._rows = rows
        self._given = words
        self._hosts = hosts
        self._redactor = redactor
        self._gateway = gateway
        self._whose = whose

    def outcome(self, problem: Problem) -> Outcome:
        """The state a problem leaves a message in, and why. Everything the server said is cleaned of secrets."""
        row = _row(self._rows, problem)
        words = self._words(problem)
        told = problem.told
        cause = str(told["x-note"]) if "x-note" in told else row["cause"].format_map(words)
        answered = self._answered(problem)
        proof = told if "x-source" in told else row
        diagnostic = Diagnostic(
            row["code"], row["title"],
            text=f"{answered}\n{cause}" if answered else cause,
            hint=row["fix"].format_map(words),
            source=proof["x-source"] if answered else "", checked=proof["x-checked"] if answered else "",
            gateway=self._gateway,
        )  # fmt: skip
        return Outcome(State(row["state"]), diagnostic=diagnostic)

    def shown(self, text: str) -> str:
        """What a server said, on one line, without secrets, and not endless."""
        most: int = data()["answer"]["shown"]
        text = " ".join(self._redactor.clean(text).split())
        return text if len(text) <= most else f"{text[:most]}…"

    def _words(self, problem: Problem) -> dict[str, str]:
        host = self._hosts[problem.stage]
        return {
            "region": host,
            **self._given,
            "host": host,
            "wait": _waiting(problem.wait),
            "nothing": "Nothing was sent." if problem.whole else "This message was not sent.",
        }

    def _answered(self, problem: Problem) -> str:
        """ "api.mypurecloud.com answered 403 missing.permissions: … (contextId …)"; empty when nothing came back."""
        code, message, context = (self.shown(text) for text in (problem.code, problem.message, problem.context))
        if not problem.status and not code and not message:
            return ""
        where = self._hosts[problem.stage] + self._whose
        said = " ".join(filter(None, (str(problem.status or ""), code)))
        answered = f"{where} answered {said}".rstrip() + (f": {message}" if message else "")
        return answered + (f" ({problem.reference} {context})" if context else "")


def _row(rows: Sequence[Mapping[str, Any]], problem: Problem) -> Mapping[str, Any]:
    """The first row that fits. The last of each stage has no conditions, so there always is one."""
    return next(
        row
        for row in rows
        if problem.stage in row["stage"] and (not row["when"] or any(_fits(when, problem) for when in row["when"]))
    )


def _fits(when: Mapping[str, Any], problem: Problem) -> bool:
    """Whether all that a condition names is so: `status` (403, or 4xx), `code`, `fault`, `outcome`."""
    if "status" in when and not {str(problem.status), f"{problem.status // 100}xx"} & set(when["status"]):
        return False
    if "code" in when and not problem.codes & set(when["code"]):
        return False
    if "outcome" in when and problem.told.get("outcome") not in when["outcome"]:
        return False
    return "fault" not in when or problem.fault in when["fault"]


def _waiting(seconds: float | None) -> str:
    if seconds is None:
        return "a minute"
    if not isfinite(seconds):
        return "as long as it says"
    whole = max(1, round(seconds))
    return f"{whole:,} second{'' if whole == 1 else 's'} (Retry-After)"


def text_of(values: Mapping[str, Any], key: str) -> str:
    """A text or a number of an answer, as text; "" when it is neither."""
    value = values.get(key)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
