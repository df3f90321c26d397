"""`/_sandbox`: what arrived, and what is to go wrong. For tests and demos; Genesys Cloud has nothing like it.

GET    /_sandbox/messages   every message: body, recipient, key, how often it arrived and was delivered; `dropped` of
                            the oldest have no body any more
DELETE /_sandbox/messages   forget them, and the counts
GET    /_sandbox/inbound    what customers tapped in the inbox: see inbox/routes.py
GET    /_sandbox/faults     how the sandbox behaves
PUT    /_sandbox/faults     change some of it: {"fail": {"429": 0.1}, "seed": 1}, {"next": ["drop", "", "500"]}
DELETE /_sandbox/faults     nothing goes wrong any more
GET    /_sandbox/requests   how many requests came, how many tokens were given, how the answers were
DELETE /_sandbox/tokens     every token has expired
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .answers import Refused, json_response

if TYPE_CHECKING:
    from .app import Server


def routes(server: Server) -> list[Route]:
    async def messages(request: Request) -> Response:
        if request.method == "DELETE":
            server.clear()
            return Response(status_code=204)
        found = server.book.messages()
        totals = {total: sum(each[total] for each in found) for total in ("arrived", "delivered")}
        return json_response({"messages": found, **totals, "dropped": server.book.dropped})

    async def faults(request: Request) -> Response:
        if request.method == "PUT":
            server.change(await _values(request))
        elif request.method == "DELETE":
            server.change({"fail": {}, "next": []})
        return json_response(server.settings.shown())

    async def requests(_request: Request) -> Response:
        return json_response(server.counts())

    async def tokens(_request: Request) -> Response:
        return json_response({"expired": server.access.expire()})

    async def guarded_faults(request: Request) -> Response:
        try:
            return await faults(request)
        except ValueError as error:
            raise Refused("invalid.value", str(error)) from None

    return [
        Route("/_sandbox/messages", messages, methods=["GET", "DELETE"]),
        Route("/_sandbox/faults", guarded_faults, methods=["GET", "PUT", "DELETE"]),
        Route("/_sandbox/requests", requests, methods=["GET"]),
        Route("/_sandbox/tokens", tokens, methods=["DELETE"]),
    ]


async def _values(request: Request) -> dict[str, object]:
    try:
        values: object = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise ValueError("the body is no JSON") from None
    if not isinstance(values, dict):
        raise ValueError("the body is an object")
    return values
