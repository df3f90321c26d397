"""What the inbox keeps: requests with their answers, by conversation, the newest; how many it let go of.

Taking a request in costs next to nothing. What it says is read when a page asks for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..book import Entry

Who = tuple[str, str]  # the channel as it is called in the conversation, and the recipient; ("", "") is nobody


@dataclass(slots=True, eq=False)
class Exchange:
    """A request about messages and what it was answered. No secret is in it."""

    at: float  # seconds since 1970
    gateway: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    seconds: float = 0.0  # until the answer was made
    outcome: str = ""  # the status, or the name of the fault
    status: int = 0  # 0: there was no answer
    answer: bytes = b""
    fault: str = ""  # what went wrong by intent, in words
    size: int = 0  # bytes of the request's body


@dataclass(slots=True, eq=False)
class Item:
    """One thing in a conversation: a message that was accepted, one that was refused, or what a customer tapped."""

    number: int
    who: Who
    exchange: Exchange
    place: int = 0  # of the message in its request, from 0
    of: int = 1  # messages in the request
    entry: Entry | None = None
    delivered: bool = True  # false: it was known by its key
    refused: str = ""  # why, in the API's words
    raw: bytes = b""  # of what was refused, its beginning
    inbound: Any = None  # an event, for what was tapped
    said: str = ""  # by what was tapped

    @property
    def body(self) -> bytes:
        return self.entry.raw if self.entry is not None else self.raw


@dataclass(slots=True, eq=False)
class Conversation:
    who: Who
    items: dict[int, Item] = field(default_factory=dict)  # by number, in order


class Store:
    """Conversations, each as new as its last item; at most so many items, and so many bytes of them."""

    def __init__(self, most: int, refusals: int, size: int) -> None:
        self._most = {"message": most, "refused": refusals, "inbound": refusals}
        self._size = size
        self.clear()

    def clear(self) -> None:
        self._queues: dict[str, deque[Item]] = {kind: deque() for kind in self._most}
        self._conversations: dict[Who, Conversation] = {}
        self._bytes = 0
        self.last = 0
        self.dropped = 0  # items that were let go of
        self.total = 0  # all that there were

    def add(self, who: Who, exchange: Exchange, **told: Any) -> Item:
        self.last += 1
        self.total += 1
        item = Item(self.last, who, exchange, **told)
        queue = self._queues[_kind(item)]
        queue.append(item)
        self._bytes += _weight(item)
        conversation = self._conversations.pop(who, None) or Conversation(who)
        self._conversations[who] = conversation  # the last is the newest
        conversation.items[item.number] = item
        while len(queue) > self._most[_kind(item)]:
            self._drop(queue)
        while self._bytes > self._size and len(queue) > 1:
            self._drop(queue)
        return item

    def _drop(self, queue: deque[Item]) -> None:
        item = queue.popleft()
        self.dropped += 1
        self._bytes -= _weight(item)
        conversation = self._conversations[item.who]
        del conversation.items[item.number]
        if not conversation.items:
            del self._conversations[item.who]

    def forget_inbound(self) -> None:
        for item in list(self._queues["inbound"]):
            self._drop(self._queues["inbound"])
            self.dropped -= 1
            self.total -= 1
            assert item.inbound is not None

    # ---- what there is

    def get(self, number: int) -> Item | None:
        return next((item for queue in self._queues.values() for item in queue if item.number == number), None)

    def conversation(self, who: Who) -> Conversation | None:
        return self._conversations.get(who)

    def conversations(self) -> Iterator[Conversation]:
        """The newest first."""
        return reversed(self._conversations.values())

    def inbound(self) -> Iterable[Item]:
        """What customers tapped, in order."""
        return self._queues["inbound"]

    def counts(self) -> dict[str, int]:
        kept = {kind: len(queue) for kind, queue in self._queues.items()}
        return {**kept, "conversations": len(self._conversations), "dropped": self.dropped, "last": self.last}

    def found(self, needle: str) -> Iterator[Conversation]:
        """Conversations in which a text occurs, in who it is with or in what was sent; the newest first."""
        wanted = needle.casefold()
        for conversation in self.conversations():
            name = " ".join(conversation.who).casefold()
            if wanted in name or any(wanted in said(item) for item in reversed(conversation.items.values())):
                yield conversation


def said(item: Item) -> str:
    """What can be searched for in an item."""
    return f"{item.body.decode('utf-8', 'replace')} {item.refused} {item.said} {item.exchange.fault}".casefold()


def _kind(item: Item) -> str:
    return "inbound" if item.inbound is not None else "refused" if item.entry is None else "message"


def _weight(item: Item) -> int:
    return len(item.raw) + (len(item.exchange.answer) if item.place == 0 else 0) + 500
