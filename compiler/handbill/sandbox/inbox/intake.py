"""Takes requests into the inbox, beside the answer that they get: on the way of every message, so there is little."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from ...channels import CHANNELS
from ...channels import channel as channel_of
from ...local.events import Events
from ..answers import facts
from ..book import Entry, as_large
from ..check import recipient
from ..endpoints import endpoints, sendable
from ..faults import Fault
from .store import Exchange, Item, Store, Who

# What a request says of itself, and no secret. Of other headers the name is kept, and not what they say.
_OPEN = ("accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "host")
_MORE = ("idempotency-key", "traceparent", "transfer-encoding", "user-agent", "x-request-id")
_HIDDEN = "(not kept)"
NOBODY: Who = ("", "")
BOT = "bot"  # the channel of a bot's replies, which do not say to which channel they go
_SOON = 0.2  # seconds between two events: pages look at many messages at once

# A body of a request, the message that it became, and whether that was delivered; else why it was refused.
Row = tuple[Any, Entry | None, bool | str]


class Intake:
    """The inbox's store, and the pages that are told of news. Lives in the server's event loop."""

    def __init__(self) -> None:
        defaults = facts()["defaults"]
        self.store = Store(defaults["inbox_messages"], defaults["inbox_refused"], defaults["inbox_bytes"])
        self.events = Events()
        self._most: int = defaults["inbox_raw_bytes"]
        self._told = False

    def begun(self, request: Request, gateway: str, path: str, raw: bytes) -> Exchange:
        """A request has come. `path` is without secrets."""
        headers = tuple([_header(name, value) for name, value in request.scope["headers"]])
        return Exchange(time.time(), gateway, request.method, path, headers, size=len(raw))

    def answered(self, exchange: Exchange, answer: Response, outcome: str, fault: Fault | None, since: float) -> None:
        """How it was answered; `since` is of perf_counter."""
        exchange.seconds = time.perf_counter() - since
        exchange.outcome = outcome
        if fault is not None:
            exchange.fault = fault.about
        if fault is None or fault.how in ("error", "throttle", "proxy", "page"):
            exchange.status = answer.status_code
            exchange.answer = bytes(memoryview(answer.body)[: self._most])

    def took(self, exchange: Exchange, rows: Sequence[Row], who: Who | None = None) -> None:
        """What became of each message of a request. `who` is to be told for a channel's own API."""
        for place, (body, entry, became) in enumerate(rows):
            with_whom = who or _who(exchange.gateway, body)
            if entry is not None:
                told: dict[str, Any] = {"entry": entry, "delivered": became}
            else:
                raw = body if isinstance(body, bytes) else _written(body)
                told = {"refused": became, "raw": as_large(raw[: self._most])}
            self.store.add(with_whom, exchange, place=place, of=len(rows), **told)
        self.tell()

    def tapped(self, who: Who, exchange: Exchange, event: Any, text: str) -> Item:
        """A customer has tapped what says `text`."""
        item = self.store.add(who, exchange, inbound=event, said=text)
        self.tell()
        return item

    def clear(self) -> None:
        self.store.clear()
        self.tell()

    def tell(self) -> None:
        """Pages that listen, or are about to, hear of it soon; one event stands for all that comes until then."""
        if self._told:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # it does not serve yet
            return
        self._told = True
        loop.call_later(_SOON, self._tell)

    def _tell(self) -> None:
        self._told = False
        self.events.tell("news", str(self.store.last))


def _written(body: Any) -> bytes:
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:  # nested too deep
        return b""


def _who(gateway: str, body: Any) -> Who:
    """The channel by its name here, or as the body calls it; and the recipient. Nobody where that cannot be told."""
    if not isinstance(body, dict):
        return NOBODY
    try:
        user, _ = recipient(gateway, body)
        told = body["external_conversation_reference"]["provider_id"] if gateway == "genesys-event" else ""
        called = told or body.get("toAddressMessengerType") or BOT
    except (AttributeError, KeyError, TypeError):
        return NOBODY
    return (_names(gateway).get(called, called), user) if user and isinstance(called, str) else NOBODY


@cache
def _names(gateway: str) -> dict[str, str]:
    """Channels by what Genesys Cloud calls them."""
    way = "agentless" if gateway == "genesys-agentless" else "provider_id"
    carried = [each for each in map(channel_of, CHANNELS) if each.genesys]
    return {str(each.genesys[way]): each.name for each in carried if each.genesys.get(way)}


@lru_cache(1000)  # most requests have the same ones, which are kept once
def _header(name: bytes, value: bytes) -> tuple[str, str]:
    return name.decode("latin-1"), value.decode("latin-1") if name in _known() else _HIDDEN


@cache
def _known() -> frozenset[bytes]:
    """Headers that say nothing secret: the usual ones, and those in which a channel has its addresses and keys."""
    own: set[str] = set()
    for name in sendable():
        data = channel_of(name).data
        own |= {each.lower() for endpoint in endpoints(channel_of(name)) for each in endpoint.headers}
        own |= {str((data.get("idempotency") or {}).get("header", "")).lower()}
        own -= {str(data["auth"].get("header", "authorization")).lower()}
    return frozenset(each.encode() for each in {*_OPEN, *_MORE, *own})
