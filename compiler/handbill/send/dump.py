"""Requests for review: one JSON object a line, secrets as placeholders. Opens no socket, needs no secret."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from .connection import Connection
from .requests import Request, token_request


def dump(connection: Connection, requests: Iterable[Request]) -> Iterator[bytes]:
    """Every request of a send, the token's first, each as a line of JSON.

    Fields: `method`, `url`, `headers` (an object), `body` (the JSON value; a text where the body is a form).
    Writing a JSON body without spaces, in UTF-8, gives the very bytes that are sent.
    """
    for request in (token_request(connection), *requests):
        yield orjson.dumps(
            {
                "method": request.method,
                "url": request.url,
                "headers": {"Authorization": _placeholder(connection, request), **dict(request.headers)},
                "body": _body(request),
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )


def _placeholder(connection: Connection, request: Request) -> str:
    if request.authorization == "Basic":
        return f"Basic base64(<{connection.client_id}>:<{connection.client_secret}>)"
    return "Bearer <access token>"


def _body(request: Request) -> object:
    if ("Content-Type", "application/json") in request.headers:
        return orjson.Fragment(request.body)
    return request.body.decode()
