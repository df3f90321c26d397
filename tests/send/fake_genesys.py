"""A Genesys Cloud of our own, on loopback: a token endpoint, a list endpoint, and every fault on request."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

EVENTS = "/api/v2/messaging/messagingevents"
TOKEN = "/oauth/token"


@dataclass
class Reply:
    """What the server does with one request. `fault`: "hang" (until the test is over) or "close"."""

    status: int = 200
    body: Any = b""  # bytes as they are, anything else as JSON
    headers: dict[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass
class Seen:
    """One request as it came in. Header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Genesys(ThreadingHTTPServer):
    """Answers from `replies[path]`, in order; when they are used up, as Genesys does when all is well."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: dict[str, list[Reply | Callable[[Seen], Reply]]] = defaultdict(list)
        self.seen: list[Seen] = []
        self.tokens = 0
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]

    def reply(self, seen: Seen) -> Reply:
        planned = self.replies[seen.path.partition("?")[0]] or self.replies["*"]
        if planned:
            reply = planned.pop(0)
            return reply if isinstance(reply, Reply) else reply(seen)
        if seen.path == TOKEN:
            self.tokens += 1
            token = f"canary-token-{self.tokens}"
            return Reply(body={"access_token": token, "token_type": "bearer", "expires_in": 86399})
        messages = json.loads(seen.body)
        if isinstance(messages, list):
            return Reply(body=[{"id": f"event-{n}"} for n, _ in enumerate(messages, 1)])
        return Reply(body={"id": "message-1"})


_Kind = TypeVar("_Kind", bound=Genesys)


@contextmanager
def serving(server: _Kind) -> Iterator[_Kind]:
    """The server, answering in a thread of its own until the test is over."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes, and the second would wait
    server: Genesys

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, body)
        self.server.seen.append(seen)
        reply = self.server.reply(seen)
        if reply.fault == "hang":
            self.server.over.wait(10)
        if reply.fault:
            self.close_connection = True
            return
        raw = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST  # a followed redirect would come as GET

    def log_message(self, *_: object) -> None:
        pass
