"""Answers as Genesys Cloud words them: `ErrorBody`, with the codes and texts of its own API description."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from starlette.responses import Response

Details = Sequence[Mapping[str, str]]


@cache
def facts() -> dict[str, Any]:
    """The sandbox's data: error codes and their texts, what each gateway needs, defaults. Not to be changed."""
    data: dict[str, Any] = json.loads(Path(__file__).with_name("answers.json").read_bytes())
    return data


class Refused(Exception):
    """A request, or one message of it, that Genesys Cloud would not take. `words` fill the `%s` of the code's text."""

    def __init__(
        self,
        code: str,
        *words: str,
        details: Details = (),
        limit: Mapping[str, Any] | None = None,
        retry_after: str | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
        self.limit = limit
        self.retry_after = retry_after
        row = facts()["errors"][code]
        self.status: int = row["status"]
        self._pattern: str = row["message"]
        self._words = words

    @property
    def message(self) -> str:
        return self._pattern % self._words if self._words else self._pattern

    def item(self) -> dict[str, Any]:
        """The result of one message in a list."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = list(self.details)
        return {"error": error}

    def body(self) -> dict[str, Any]:
        """An `ErrorBody`."""
        body: dict[str, Any] = {"message": self.message, "code": self.code, "status": self.status}
        if self._words:
            body["messageWithParams"] = self._pattern
            body["messageParams"] = {str(place): word for place, word in enumerate(self._words)}
        body |= {"contextId": str(uuid4()), "details": list(self.details), "errors": []}
        if self.limit is not None:
            body["limit"] = dict(self.limit)
        return body

    def response(self) -> Response:
        body = self.body()
        headers = {"ININ-Correlation-Id": body["contextId"]}
        if self.retry_after is not None:
            headers["Retry-After"] = self.retry_after
        return json_response(body, self.status, headers)


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, "application/json")


def login_refused(reason: str) -> Response:
    """An OAuth error (RFC 6749, section 5.2), in the words Genesys Cloud has been seen to use."""
    row = facts()["login_errors"][reason]
    body = {"error": row["error"], "description": row["description"], "error_description": row["description"]}
    headers = {"Cache-Control": "no-store"}
    if row["status"] == 401:
        headers["WWW-Authenticate"] = 'Basic realm="sandbox"'
    return json_response(body, row["status"], headers)


def page(status: int, title: str) -> Response:
    """What a proxy in front of the API answers: a page, not JSON."""
    return Response(
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>", status, None, "text/html"
    )
