"""Answers that break off: what ASGI has no word for is done on the connection itself."""

from __future__ import annotations

import asyncio
import socket
import struct

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_NO_LINGER = struct.pack("ii", 1, 0)  # closing sends a reset, and drops what was not sent yet


class Protocol(H11Protocol):
    """uvicorn's, with the transport in the request's `state`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


def _transport(scope: Scope) -> asyncio.Transport:
    transport: asyncio.Transport = scope["state"]["transport"]
    return transport


async def _gone(receive: Receive) -> None:
    """Until the connection is closed, from whichever side."""
    while (await receive())["type"] != "http.disconnect":
        pass


class Reset(Response):
    """No answer, and a TCP reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = _transport(scope)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
        await _gone(receive)


class Closed(Response):
    """No answer: the connection is closed in good order."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _transport(scope).close()
        await _gone(receive)


class Cut(Response):
    """The first half of an answer's body, and then the end of the connection."""

    def __init__(self, whole: Response) -> None:
        super().__init__(whole.body, whole.status_code, media_type=whole.media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": half, "more_body": True})
        _transport(scope).close()
        await _gone(receive)


class Held(Response):
    """An answer that comes late, or not at all when the client has gone by then."""

    def __init__(self, answer: Response, seconds: float) -> None:
        super().__init__()
        self._answer = answer
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.wait_for(_gone(receive), self._seconds)
        except TimeoutError:
            await self._answer(scope, receive, send)
