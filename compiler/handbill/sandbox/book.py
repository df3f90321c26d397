"""What was accepted: every message, how often it came, and a log that can be read after the sandbox has gone."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import orjson

from .answers import Refused, facts


@dataclass(slots=True)
class Entry:
    """One message. Two are the same when they have the same key, or, without keys, recipient and body."""

    gateway: str
    recipient: str
    channel: str  # its id in Genesys Cloud; for a channel's own API its name
    key: str
    raw: bytes  # the body as JSON; empty when it is no longer kept
    ids: list[str] = field(default_factory=list)  # one for each time it was delivered
    arrived: int = 0  # how often it was accepted
    delivered: int = 0  # how often the customer got it: once where keys are honoured

    @property
    def body(self) -> Any:
        """The message itself; None when it is no longer kept."""
        return orjson.loads(self.raw) if self.raw else None

    def shown(self) -> dict[str, Any]:
        return {
            "id": self.ids[0], "gateway": self.gateway, "recipient": self.recipient, "channel": self.channel,
            "key": self.key, "arrived": self.arrived, "delivered": self.delivered, "ids": self.ids, "body": self.body,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Memory:
    """How a server knows a message that it has had before, by its key."""

    scope: str  # within which keys are told apart
    seconds: float = inf  # for which it remembers
    strict: bool = True  # another message under a known key is refused; else it counts as the first


class Book:
    """Written by the server, read by tests from their own thread."""

    def __init__(
        self, log: Path | None = None, clock: Callable[[], float] = monotonic, most: int | None = None
    ) -> None:
        self._most: int = facts()["defaults"]["book_bytes"] if most is None else most
        self._whole: deque[Entry] = deque()  # those whose bodies are kept, the oldest first
        self._size = 0  # bytes of those bodies
        self.dropped = 0  # bodies that are not kept any more
        self._entries: dict[Any, Entry] = {}
        self._known: dict[tuple[str, str], tuple[Entry, float]] = {}  # by scope and key, and since when
        self._clock = clock
        self._arrivals: list[tuple[Entry, str, bool]] = []  # in order: the message, its id, whether it was delivered
        self._lock = threading.Lock()
        self._file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if log is not None else None

    def accept(
        self, gateway: str, recipient: str, channel: str, key: str, body: Any, memory: Memory | None = None
    ) -> tuple[Entry, str, bool]:
        """Take a message: what is known of it, its id, and whether it is delivered.

        Raises Refused for another message under a known key.
        """
        digest = blake2b(orjson.dumps([recipient, channel, body], option=orjson.OPT_SORT_KEYS), digest_size=16).digest()
        name = (gateway, key, digest)
        with self._lock:
            if memory is not None and key:
                known, since = self._known.get((memory.scope, key), (None, 0.0))
                if known is not None and self._clock() - since < memory.seconds:
                    if memory.strict and self._entries.get(name) is not known:
                        raise Refused("idempotency.key.reused")
                    return self._note(known, delivered=False)
            entry = self._entries.get(name)
            if entry is None:
                entry = self._entries[name] = Entry(gateway, recipient, channel, key, as_large(orjson.dumps(body)))
                self._keep(entry)
            if memory is not None and key:
                self._known[memory.scope, key] = entry, self._clock()
            return self._note(entry, delivered=True)

    def _keep(self, entry: Entry) -> None:
        """The newest bodies are kept, up to so many bytes; of the others only that they were there."""
        self._whole.append(entry)
        self._size += len(entry.raw)
        while self._size > self._most and len(self._whole) > 1:
            oldest = self._whole.popleft()
            self._size -= len(oldest.raw)
            oldest.raw = b""
            self.dropped += 1

    def _note(self, entry: Entry, delivered: bool) -> tuple[Entry, str, bool]:
        entry.arrived += 1
        if delivered:
            entry.delivered += 1
            entry.ids.append(str(uuid4()))
        identity = entry.ids[-1]
        self._arrivals.append((entry, identity, delivered))
        if self._file is not None:
            os.write(self._file, orjson.dumps(_line(entry, identity, delivered), option=orjson.OPT_APPEND_NEWLINE))
        return entry, identity, delivered

    def messages(self) -> list[dict[str, Any]]:
        """Every message, in the order in which each first came."""
        with self._lock:
            return [entry.shown() for entry in self._entries.values()]

    def arrivals(self) -> list[dict[str, Any]]:
        """Every acceptance, in order; `delivered` is false where a message was known by its key."""
        with self._lock:
            return [_line(entry, identity, delivered, at=False) for entry, identity, delivered in self._arrivals]

    def clear(self) -> None:
        """Forget everything. The log file keeps what it has."""
        with self._lock:
            self._entries.clear()
            self._known.clear()
            self._arrivals.clear()
            self._whole.clear()
            self._size = self.dropped = 0

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None


def as_large(raw: bytes) -> bytes:
    """The same in as much memory as it needs: what orjson makes has kilobytes to spare."""
    return bytes(memoryview(raw))


def _line(entry: Entry, identity: str, delivered: bool, at: bool = True) -> dict[str, Any]:
    line: dict[str, Any] = {"at": time.time()} if at else {}
    return line | {
        "id": identity, "gateway": entry.gateway, "recipient": entry.recipient, "channel": entry.channel,
        "key": entry.key, "delivered": delivered, "body": entry.body,
    }  # fmt: skip
