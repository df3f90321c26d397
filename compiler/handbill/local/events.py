"""Server-sent events: what happens on the server, told to every page that listens.

https://html.spec.whatwg.org/multipage/server-sent-events.html
A page says what it saw last (`Last-Event-ID`, or `?since=`); one that may have missed something is told `missed`, and
looks at everything again. So nothing is kept for pages that are gone, and a slow page costs a bounded queue.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from secrets import token_hex

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

HEARTBEAT = 15.0  # seconds of silence after which a comment is sent: so both ends see whether the other is there
_QUEUE = 64  # events a page may be behind
_PAGES = 100  # pages that may listen at once
_RETRY = 500  # milliseconds until a page asks again


@dataclass(slots=True, eq=False)
class _Page:
    waiting: deque[bytes] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, event: bytes, missed: bytes = b"") -> None:
        if len(self.waiting) >= _QUEUE:
            self.waiting.clear()
            event = missed
        self.waiting.append(event)
        self.news.set()


class Events:
    """What is told, and to whom. Lives in one event loop."""

    def __init__(self, heartbeat: float = HEARTBEAT) -> None:
        self._heartbeat = heartbeat
        self._start = token_hex(4)  # another start of the server, other names of events
        self._count = 0
        self._pages: set[_Page] = set()

    @property
    def last(self) -> str:
        """The name of the last event: a page carries it, so that nothing is missed until it listens."""
        return f"{self._start}-{self._count}"

    @property
    def listening(self) -> int:
        """How many pages listen."""
        return len(self._pages)

    def tell(self, name: str, data: str = "") -> None:
        """An event, to every page that listens. In the loop's own thread."""
        self._count += 1
        event, missed = self._written(name, data), self._written("missed")
        for page in self._pages:
            page.put(event, missed)

    def answer(self, request: Request) -> Response:
        """The stream of events for one page."""
        if len(self._pages) >= _PAGES:
            return Response("too many pages listen\n", 503, media_type="text/plain")
        return _Stream(self, request.headers.get("last-event-id") or request.query_params.get("since"))

    def begin(self, seen: str | None) -> _Page:
        """A page that has seen everything up to that event."""
        page = _Page()
        self._pages.add(page)
        if seen is not None and seen != self.last:
            page.put(self._written("missed"))
        return page

    def end(self, page: _Page) -> None:
        self._pages.discard(page)

    def _written(self, name: str, data: str = "") -> bytes:
        lines = "".join(f"data: {line}\n" for line in (data.splitlines() or [""]))
        return f"id: {self.last}\nevent: {name}\n{lines}\n".encode()

    async def feed(self, page: _Page, send: Send) -> None:
        """Everything that is told, until cancelled."""
        await _send(send, f"retry: {_RETRY}\n\n".encode())
        while True:
            try:
                await asyncio.wait_for(page.news.wait(), self._heartbeat)
            except TimeoutError:
                await _send(send, b":\n\n")
            page.news.clear()
            while page.waiting:
                await _send(send, page.waiting.popleft())


class _Stream(Response):
    """Events until the page goes, or the server stops."""

    def __init__(self, events: Events, seen: str | None) -> None:
        super().__init__(media_type="text/event-stream")
        self._events = events
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = self._events.begin(self._seen)
        headers = [pair for pair in self.raw_headers if pair[0] != b"content-length"]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        feeding = asyncio.ensure_future(self._events.feed(page, send))
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self._events.end(page)
            feeding.cancel()
            await asyncio.wait([feeding])


async def _send(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})
