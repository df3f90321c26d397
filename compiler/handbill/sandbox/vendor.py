"""Answers as a channel's own API words them: `response` and `errors` of `channel.json` say what stands where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from starlette.responses import Response

from ..channels import Channel
from .answers import facts, json_response
from .pointers import put

Row = Mapping[str, Any]


class Turned(Exception):
    """A request that the API would not take, with its answer. `what` is for the log."""

    def __init__(self, response: Response, what: str) -> None:
        super().__init__(what)
        self.response = response
        self.what = what


class Vendor:
    """The voice of one channel's API."""

    def __init__(self, channel: Channel) -> None:
        self._response: Mapping[str, Any] = channel.data.get("response") or {}
        self._errors: list[dict[str, Any]] = channel.data.get("errors") or []
        self._told: dict[str, Any] = facts()["direct"]

    def has(self, outcome: str) -> bool:
        """Whether the API knows such an outcome."""
        return any(row["outcome"] == outcome for row in self._errors)

    def accepted(self, identity: str, recipient: str) -> Response:
        """The answer to a message that it took."""
        body: dict[str, Any] = {}
        response = self._response
        if "ok" in response:
            put(body, response["ok"]["at"], response["ok"]["is"])
        for name, value in (("id", identity), ("recipient", recipient), ("recipient_id", recipient)):
            if name in response and value:
                put(body, response[name], value)
        return json_response(body) if body else Response()

    def repeated(self, duplicate: Mapping[str, Any], identity: str) -> Response:
        """The answer to a message that it had before, where that is an error."""
        row = next((row for row in self._errors if row["outcome"] == "sent"), {})
        headers = {duplicate["id_header"]: identity} if "id_header" in duplicate else {}
        return self._error(row, duplicate["status"], self._words("sent"), headers=headers)

    def refused(self, outcome: str, words: str = "", *, place: str = "", code: Any = None) -> Turned:
        """A refusal. `code` is that of the row that is meant, when the data name one; `place` is of the body."""
        row = self._row(outcome, code)
        status = self._status(row, outcome)
        said = words or self._words(outcome)
        return Turned(self._error(row, status, said, place=place), self._shown(status, row, outcome))

    def throttled(self, wait: str | None, code: Any = None) -> Turned:
        """Too many requests; `wait` in seconds, where the API tells it."""
        row = self._row("throttled", code)
        status = self._status(row, "throttled")
        return Turned(
            self._error(row, status, self._words("throttled"), wait=wait), self._shown(status, row, "throttled")
        )

    def broken(self, status: int) -> Response:
        """Its own failure, or a token that it does not take any more."""
        if status == self._told["outcomes"]["login"]["status"]:
            return self.refused("login").response
        row = next((row for row in self._errors if _is(row.get("status"), status) and row["outcome"] in _FAILURES), {})
        return self._error(row, status, self._words("transient"))

    def not_here(self, words: str) -> Turned:
        """An address that the API has not."""
        status: int = self._told["outcomes"]["not_found"]["status"]
        return Turned(self._error({}, status, words), f"{status} no such address")

    def _row(self, outcome: str, code: Any) -> Row:
        """The row of errors for an outcome: that with the code, else the first that fits; {} when there is none."""
        if code is not None:
            return next((row for row in self._errors if row.get("code") == code), {})
        return next(self._fitting(outcome), {})

    def _fitting(self, outcome: str) -> Iterator[Row]:
        told = self._told["outcomes"].get(outcome, {})
        yield from (row for row in self._errors if row.get("part") == told.get("part", outcome))
        rows = [row for row in self._errors if row["outcome"] == outcome]
        yield from (row for row in rows if "code" not in row or outcome != "rejected")
        if told.get("else"):
            yield from self._fitting(told["else"])

    def _status(self, row: Row, outcome: str) -> int:
        status = row.get("status")
        if isinstance(status, int):
            return status
        told = self._told["outcomes"]
        return int(told["rejected" if row else outcome]["status"])

    def _words(self, outcome: str) -> str:
        return str(self._told["outcomes"][outcome]["words"])

    def _error(
        self, row: Row, status: int, words: str, *, wait: str | None = None, place: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        response = self._response
        body: dict[str, Any] = {}
        for name in ("code", "subcode"):
            if name in row and name in response:
                put(body, _first(response[name]), row[name])
        if "ok" in response and isinstance(response["ok"]["is"], bool):
            put(body, response["ok"]["at"], not response["ok"]["is"])
        if "http" in response:
            put(body, response["http"], status)
        for pointer in response.get("message", ()):
            put(body, pointer, row.get("message") or words)
        for pointer in response.get("context", ()):
            detail = any(step.isdigit() for step in pointer.split("/"))
            if place or not detail:
                put(body, pointer, place if detail else uuid4().hex)
        given = dict(headers or {})
        if wait is not None and "retry_after" in response:
            put(body, response["retry_after"], int(wait) if wait.isdigit() else wait)
        elif wait is not None and status == self._told["outcomes"]["throttled"]["status"]:
            given["Retry-After"] = wait
        return json_response(body, status, given)

    def _shown(self, status: int, row: Row, outcome: str) -> str:
        code = "/".join(str(row[name]) for name in ("code", "subcode") if name in row)
        return " ".join(filter(None, (str(status), code, outcome.replace("_", " "))))


_FAILURES = ("transient", "unknown")


def _is(told: object, status: int) -> bool:
    return str(told) in (str(status), f"{str(status)[:1]}xx")


def _first(pointers: str | list[str]) -> str:
    return pointers if isinstance(pointers, str) else pointers[0]
