"""Requests for review, in three forms, secrets as placeholders. Opens no socket, needs no secret.

jsonl   one JSON object a line
curl    a shell script that would send them: it takes the secrets from the environment
har     an HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/), for the tools that read it
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Literal

import orjson

from .. import __version__
from .connection import Connection
from .requests import Request, token_request

Form = Literal["jsonl", "curl", "har"]

_TAKEN = r's/.*"access_token" *: *"\([^"]*\)".*/\1/p'  # a token, out of the JSON around it


def dump(
    connection: Connection, requests: Iterable[Request], form: Form = "jsonl", moment: datetime | None = None
) -> Iterator[bytes]:
    """Every request of a send, the token's first, a piece at a time.

    jsonl has the fields `method`, `url`, `headers` (an object), `body` (the JSON value; a text where the body is a
    form). Writing a JSON body without spaces, in UTF-8, gives the very bytes that are sent. `moment` is when a HAR
    says that it was made; now, when nothing else is said.
    """
    every = chain([token_request(connection)], requests)
    match form:
        case "jsonl":
            yield from (_line(connection, request) for request in every)
        case "curl":
            yield from _script(connection, every)
        case "har":
            yield from _archive(connection, every, moment or datetime.now(UTC))


def _line(connection: Connection, request: Request) -> bytes:
    return orjson.dumps(
        {
            "method": request.method,
            "url": request.url,
            "headers": _headers(connection, request),
            "body": _body(request),
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )


def _headers(connection: Connection, request: Request) -> dict[str, str]:
    return {"Authorization": _placeholder(connection, request), **dict(request.headers)}


def _placeholder(connection: Connection, request: Request) -> str:
    if request.authorization == "Basic":
        return f"Basic base64(<{connection.client_id}>:<{connection.client_secret}>)"
    return "Bearer <access token>"


def _body(request: Request) -> object:
    return orjson.Fragment(request.body) if _is_json(request) else request.body.decode()


def _is_json(request: Request) -> bool:
    return ("Content-Type", "application/json") in request.headers


# ---- curl


def _script(connection: Connection, requests: Iterable[Request]) -> Iterator[bytes]:
    yield b"#!/bin/sh\nset -eu\n"
    for request in requests:
        yield (_token_call(connection, request) if request.authorization == "Basic" else _call(request)).encode()


def _call(request: Request) -> str:
    return _curl(request, 'header = "Authorization: Bearer $ACCESS_TOKEN"')


def _token_call(connection: Connection, request: Request) -> str:
    call = _curl(request, f'user = "${connection.client_id}:${connection.client_secret}"')
    return f"ANSWER=$({call})\nACCESS_TOKEN=$(printf %s \"$ANSWER\" | sed -n '{_TAKEN}')\n"


def _curl(request: Request, secret: str) -> str:
    """A call of curl. The secret goes in by standard input, since everybody on the computer sees a command's words."""
    words = [
        f"curl --silent --show-error --fail-with-body --request {request.method} {shlex.quote(request.url)}",
        *(f"--header {shlex.quote(f'{name}: {value}')}" for name, value in request.headers),
        f"--data-raw {shlex.quote(request.body.decode())}",
        "--config - <<EOF",
    ]
    return " \\\n  ".join(words) + f"\n{secret}\nEOF\n"


# ---- HAR


def _archive(connection: Connection, requests: Iterable[Request], moment: datetime) -> Iterator[bytes]:
    creator = orjson.dumps({"name": "handbill", "version": __version__})
    yield b'{"log":{"version":"1.2","creator":' + creator + b',"entries":['
    for place, request in enumerate(requests):
        yield (b",\n" if place else b"\n") + orjson.dumps(_entry(connection, request, moment))
    yield b"\n]}}\n"


def _entry(connection: Connection, request: Request, moment: datetime) -> dict[str, Any]:
    """One request. There is no answer yet: a status of 0 says so."""
    headers = {**_headers(connection, request), "Content-Length": str(len(request.body))}
    _, _, query = request.url.partition("?")
    none: dict[str, Any] = {"cookies": [], "headers": [], "headersSize": -1, "bodySize": -1}
    return {
        "startedDateTime": moment.isoformat(timespec="milliseconds"),
        "time": 0,
        "request": {
            **none,
            "method": request.method,
            "url": request.url,
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
            "queryString": [
                {"name": name, "value": value} for name, _, value in (p.partition("=") for p in query.split("&") if p)
            ],
            "postData": {"mimeType": headers["Content-Type"], "text": request.body.decode()},
            "bodySize": len(request.body),
        },
        "response": {
            **none,
            "status": 0,
            "statusText": "not sent",
            "httpVersion": "HTTP/1.1",
            "content": {"size": 0, "mimeType": "x-unknown"},
            "redirectURL": "",
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
    }
