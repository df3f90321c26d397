"""The API of a made-up channel, on loopback: it answers as it is told, and keeps what it was sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from handbill.channels import Channel
from handbill.diagnostic import Diagnostic
from handbill.send.direct import DirectService
from handbill.send.direct_connection import Direct
from handbill.send.outcome import Outcome
from handbill.send.parcels import Parcel
from handbill.send.requests import Request
from handbill.send.sender import send
from send.fake_genesys import Genesys, Reply, Seen

TOKEN = "123456:canary-token/+"
KEY = "0123456789abcdef0123456789abcdef"
UUID_OF_KEY = "01234567-89ab-5def-8123-456789abcdef"
BODY = {"chat_id": "4711", "text": "Grüß dich 👍"}
RESPONSE = {
    "id": "/id", "code": ["/error/code"], "subcode": "/error/sub", "message": ["/error/none", "/error/message"],
    "context": ["/error/trace"], "retry_after": "/error/wait",
}  # fmt: skip


class Api(Genesys):
    """Answers from `replies[path]`, in order; when they are used up, `answer`."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = Reply(body={"ok": True, "id": "message-1"})

    def reply(self, seen: Seen) -> Reply:
        planned = self.replies[seen.path.partition("?")[0]] or self.replies["*"]
        if planned:
            reply = planned.pop(0)
            return reply if isinstance(reply, Reply) else reply(seen)
        return self.answer

    def bodies(self) -> list[Any]:
        return [json.loads(seen.body) for seen in self.seen]

    def forms(self) -> list[list[tuple[str, str]]]:
        return [parse_qsl(seen.body.decode(), keep_blank_values=True) for seen in self.seen]


def link(data: dict[str, Any], base: str = "", **settings: str) -> Direct:
    """A connection to a channel made up of such data."""
    told = {
        "title": "Pigeon", "direct": True, "endpoint": {"url": "https://api.pigeon.example/v1/send"},
        "auth": {
            "token": {"variable": "PIGEON_TOKEN", "about": "its token"},
            "header": "Authorization", "value": "Bearer {token}",
        },
        "address": {"fields": [{"name": "to", "about": "the perch", "at": "/chat_id"}]}, "response": {"id": "/id"},
        **data,
    }  # fmt: skip
    return Direct(
        name="", gateway="direct", address={}, channels={}, workers=1, batch=1, rate=None, retry={},
        timeouts={"connect": 2, "read": 0.5, "write": 2, "pool": 2},
        channel=Channel("pigeon", told), base=base, variable="PIGEON_TOKEN", settings=settings,
    )  # fmt: skip


def posted(found: Direct, *bodies: Any, address: dict[str, str] | None = None) -> list[Outcome]:
    ready = DirectService(found, {found.variable: TOKEN})
    parcels = [Parcel(json.dumps(body).encode(), address or {}) for body in bodies or (BODY,)]
    return list(send(ready, found.timeouts, parcels))


def made(
    found: Direct, body: Any = BODY, keys: Sequence[str] = (KEY,), address: dict[str, str] | None = None
) -> Request:
    return DirectService(found).request([Parcel(json.dumps(body).encode(), address or {})], keys)


def why(outcome: Outcome) -> Diagnostic:
    assert outcome.diagnostic is not None
    return outcome.diagnostic
