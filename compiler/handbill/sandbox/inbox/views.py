"""An item of the inbox as a page shows it: the message drawn, and what is to be said of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from markupsafe import Markup

from ...channels import CHANNELS, Channel
from ...channels import channel as channel_of
from ...faces import draw
from ...faces.writing import visible
from ...reading import Read, read_body
from .inbound import Inbound
from .intake import BOT
from .store import Item, Who

_DRAWN_AS = "webmessaging"  # what Genesys Cloud's own channel shows, where it is not known which it is
_MANY = 20  # texts that are told besides a drawing


@dataclass(frozen=True, slots=True)
class View:
    number: int
    kind: str  # message, refused, inbound
    at: float
    when: str
    drawings: tuple[Markup, ...] = ()
    notes: tuple[str, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    told: str = ""  # the outcome, in a few words
    repeated: str = ""  # how often it came
    event: str = ""  # what a tap became, as JSON
    vendor: bool = True  # as the vendor words it


def view(item: Item) -> View:
    when = time.strftime("%H:%M:%S", time.localtime(item.exchange.at))
    if item.inbound is not None:
        made: Inbound = item.inbound
        notes = tuple(filter(None, (made.note, f"Source: {made.source}" if made.source else "")))
        return View(
            item.number, "inbound", item.exchange.at, when, notes=notes, told=visible(item.said),
            event=pretty(made.event), vendor=made.vendor,
        )  # fmt: skip
    kind = "message" if item.entry is not None else "refused"
    read, notes = messages(item)
    target, _ = drawn_as(item.who)
    drawings = tuple(
        draw(
            message,
            target,
            ids=f"m{item.number}-{place}-",
            live=item.entry is not None,
            texts=read.texts[place] if read.texts else {},
        )
        for place, message in enumerate(read.messages)
    )
    return View(
        item.number, kind, item.exchange.at, when, drawings, notes, read.unread[:_MANY], _told(item), _repeated(item)
    )  # fmt: skip


def messages(item: Item) -> tuple[Read, tuple[str, ...]]:
    """What an item's body shows, and what is to be said of that."""
    if not item.body:
        gone = item.entry is not None
        return Read(()), ("Its body is not kept any more: there were too many after it.",) if gone else ()
    target, notes = drawn_as(item.who)
    try:
        read = _read(item.body, target.name, item.exchange.gateway)
    except ValueError:
        return Read(()), ("The body is no JSON, or not all of it was kept.",)
    if not read.known:
        notes = (
            *notes,
            "Its form is not one that is recognised here: these are the texts, pictures and buttons found in it.",
        )
    return read, notes


@lru_cache(200)
def _read(raw: bytes, name: str, gateway: str) -> Read:
    return read_body(_parsed(raw), channel_of(name), gateway)


def _parsed(raw: bytes) -> Any:
    """A body; a form is an object of its fields. Raises ValueError."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        from ..asked import _form

        if b"=" not in raw[:100] or raw[:1] in b"{[":
            raise
        return _form(raw)


def drawn_as(who: Who) -> tuple[Channel, tuple[str, ...]]:
    """The channel whose look a conversation has, and what is to be said when that is a guess."""
    name = who[0]
    if name in CHANNELS:
        return channel_of(name), ()
    target = channel_of(_DRAWN_AS)
    if name == BOT:
        return target, (f"A bot's reply does not say which channel it goes to: drawn as {target.title} shows it.",)
    return target, (
        f"Handbill does not know the channel “{visible(name)}”: drawn as {target.title} shows it.",
    ) if name else ()


def title_of(who: Who) -> str:
    name = who[0]
    return channel_of(name).title if name in CHANNELS else {BOT: "Bot", "": ""}.get(name, visible(name))


def _told(item: Item) -> str:
    exchange = item.exchange
    if item.entry is None:
        return item.refused or exchange.fault or f"answered {exchange.status}"
    if exchange.fault:
        return exchange.fault
    return "" if item.delivered else "known by its key: not delivered again"


def _repeated(item: Item) -> str:
    entry = item.entry
    if entry is None or entry.arrived < 2:
        return ""
    return f"arrived {_times(entry.arrived)}, delivered {_times(entry.delivered)}"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def pretty(value: Any) -> str:
    return visible(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def pretty_body(raw: bytes) -> str:
    """A body for reading; what is no JSON as it is."""
    try:
        return pretty(orjson.loads(raw))
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return visible(raw.decode("utf-8", "replace"))


def tapped(message: Mapping[str, Any], path: str) -> tuple[str, str] | None:
    """What the thing at a JSON pointer says, and what it sends back; None when a tap there sends nothing."""
    found: Any = message
    for step in path.split("/")[1:]:
        if isinstance(found, list):
            found = found[int(step)] if step.isdigit() and int(step) < len(found) else None
        else:
            found = found.get(step) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping):
        return None
    value = found.get("value") or found.get("start")
    text = found.get("text") or found.get("start") or found.get("value")
    return (str(text), str(value)) if value else None
