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
from urllib.parse import quote_plus

import orjson

from .. import __version__
from .connection import Service
from .direct_body import kept
from .requests import JSON, SECRET, Blank, Request

Form = Literal["jsonl", "curl", "har"]

_TAKEN = r's/.*"%s" *: *"\([^"]*\)".*/\1/p'  # a value, out of the JSON around it


def dump(
    service: Service, requests: Iterable[Request], form: Form = "jsonl", moment: datetime | None = None
) -> Iterator[bytes]:
    """Every request of a send, the token's first, a piece at a time.

    jsonl has the fields `method`, `url`, `headers` (an object), `body` (the JSON value; a text where the body is a
    form). Writing a JSON body without spaces, in UTF-8, gives the very bytes that are sent. `moment` is when a HAR
    says that it was made; now, when nothing else is said.
    """
    every = _each(chain(service.first(), requests))
    match form:
        case "jsonl":
            yield from map(_line, every)
        case "curl":
            yield from _script(every)
        case "har":
            yield from _archive(every, moment or datetime.now(UTC))


def _each(requests: Iterable[Request]) -> Iterator[Request]:
    """Each request, behind the one that has to go before it, which is shown once."""
    shown: bytes | None = None
    for request in requests:
        if request.before is not None and request.before.body != shown:
            shown = request.before.body
            yield request.before
        yield request


def _line(request: Request) -> bytes:
    return orjson.dumps(
        {"method": request.method, "url": _url(request), "headers": _headers(request), "body": _body(request)},
        option=orjson.OPT_APPEND_NEWLINE,
    )


def _url(request: Request) -> str:
    return request.url.replace(SECRET, request.blank.shown)


def _headers(request: Request) -> dict[str, str]:
    return {name: value.replace(SECRET, request.blank.shown) for name, value in request.headers}


def _body(request: Request) -> object:
    return orjson.Fragment(request.body) if request.kind == JSON else _text(request)


# ---- curl


def _script(requests: Iterable[Request]) -> Iterator[bytes]:
    yield b"#!/bin/sh\nset -eu\n"
    for request in requests:
        call = _curl(request)
        if not request.messages:
            places = [(name, pointer[1:]) for name, pointer in request.keeps] or [("access_token", "access_token")]
            call = f"ANSWER=$({call})\n" + "".join(
                f"{name.upper()}=$(printf %s \"$ANSWER\" | sed -n '{_TAKEN % field}')\n" for name, field in places
            )
        yield call.encode()


def _curl(request: Request) -> str:
    """A call of curl. The secret goes in by standard input, since everybody on the computer sees a command's words."""
    inside = [_config(name, value, request.blank) for name, value in request.headers if SECRET in value]
    address = f" {shlex.quote(request.url)}"
    if SECRET in request.url:
        inside.append(f'url = "{_shell(request.url, request.blank)}"')
        address = ""
    words = [
        f"curl --silent --show-error --fail-with-body --request {request.method}{address}",
        *(f"--header {shlex.quote(f'{name}: {value}')}" for name, value in request.headers if SECRET not in value),
        f"--data-raw {_data(request)}",
    ]
    if not inside:
        return " \\\n  ".join(words) + "\n"
    return " \\\n  ".join([*words, "--config - <<EOF"]) + "\n" + "\n".join(inside) + "\nEOF\n"


def _data(request: Request) -> str:
    """The body, in which the shell puts what the call before it gave."""
    text = shlex.quote(request.body.decode())
    for name, _ in request.before.keeps if request.before is not None else ():
        text = text.replace(quote_plus(kept(name)), f"'\"${name.upper()}\"'")
    return text


def _text(request: Request) -> str:
    """The body as a text in which what is not known yet has its name."""
    text = request.body.decode()
    for name, _ in request.before.keeps if request.before is not None else ():
        text = text.replace(quote_plus(kept(name)), f"<{name}>")
    return text


def _config(name: str, value: str, blank: Blank) -> str:
    if value == f"Basic {SECRET}":
        return f'user = "{blank.shell}"'
    return f'header = "{name}: {_shell(value, blank)}"'


def _shell(text: str, blank: Blank) -> str:
    """A text of curl's configuration, in a here-document in which the shell puts in the secret."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    for sign in "\\$`":
        quoted = quoted.replace(sign, f"\\{sign}")
    return quoted.replace(SECRET, blank.shell)


# ---- HAR


def _archive(requests: Iterable[Request], moment: datetime) -> Iterator[bytes]:
    creator = orjson.dumps({"name": "handbill", "version": __version__})
    yield b'{"log":{"version":"1.2","creator":' + creator + b',"entries":['
    for place, request in enumerate(requests):
        yield (b",\n" if place else b"\n") + orjson.dumps(_entry(request, moment))
    yield b"\n]}}\n"


def _entry(request: Request, moment: datetime) -> dict[str, Any]:
    """One request. There is no answer yet: a status of 0 says so."""
    headers = {**_headers(request), "Content-Length": str(len(request.body))}
    _, _, query = _url(request).partition("?")
    none: dict[str, Any] = {"cookies": [], "headers": [], "headersSize": -1, "bodySize": -1}
    return {
        "startedDateTime": moment.isoformat(timespec="milliseconds"),
        "time": 0,
        "request": {
            **none,
            "method": request.method,
            "url": _url(request),
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
            "queryString": [
                {"name": name, "value": value} for name, _, value in (p.partition("=") for p in query.split("&") if p)
            ],
            "postData": {"mimeType": headers["Content-Type"], "text": _text(request)},
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
