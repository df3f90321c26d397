"""What a tap becomes: the event that the vendor would send, as the channel's data tell it; else a plain one."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from ...channels import CHANNELS
from ...channels import channel as channel_of
from ...message import ALIASES
from ...resources import load
from .store import Item

SENDER = "sandbox"  # who received it, where a request does not say
_WHOLE = re.compile(r"\{([a-z_0-9]+)\}")
_NAMED = {"botVersion": "bot_version", "languageCode": "language"}  # of a bot's reply


@dataclass(frozen=True, slots=True)
class Tap:
    """What was tapped: a button or a row of a list, or a time."""

    template_type: str
    text: str  # what it says
    value: str  # what it sends back


@dataclass(frozen=True, slots=True)
class Inbound:
    """An event. `vendor` is false where nobody knows here how the vendor words it; `note` says what else is known."""

    event: dict[str, Any]
    vendor: bool
    note: str = ""
    source: str = ""


def inbound(tap: Tap, item: Item, number: int, now: float | None = None) -> Inbound:
    """The event for a tap on something of a message that was accepted. `number` makes its ids unique."""
    told = _told(item)
    kind = ALIASES.get(tap.template_type, tap.template_type)
    row = next((row for row in told.get("rows", ()) if kind in row["of"]), None)
    words = _words(tap, item, number, time.time() if now is None else now)
    if row is None:
        event = {"from": words["to"], "message": words["id"], "text": tap.text, "value": tap.value}
        return Inbound({**event, "time": words["time"]}, vendor=False)
    return Inbound(_filled(row["event"], words), True, told.get("x-note", ""), told.get("x-source", ""))


def _told(item: Item) -> Mapping[str, Any]:
    gateway = item.exchange.gateway
    if gateway == "direct":
        name = item.who[0]
        return channel_of(name).data.get("inbound") or {} if name in CHANNELS else {}
    gateways: dict[str, Any] = load("genesys/inbound.json")["gateways"]
    told: dict[str, Any] = gateways.get(gateway, {})
    return gateways[told["same"]] if "same" in told else told


def _words(tap: Tap, item: Item, number: int, now: float) -> dict[str, Any]:
    """What stands for each name in the data."""
    entry = item.entry
    to = item.who[1]
    own = entry.channel if entry is not None and item.exchange.gateway != "direct" else ""
    seconds = int(now)
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    bot = {name: _said(item, field) for field, name in _NAMED.items()}
    return {
        **bot,
        "to": to,
        "digits": to.lstrip("+"),
        "chat": int(to) if re.fullmatch(r"-?[0-9]{1,18}", to) else to,
        "sender": own or SENDER,
        "id": entry.ids[0] if entry is not None else "",
        "event": f"inbound-{number}",
        "number": number,
        "text": tap.text,
        "value": tap.value,
        "value64": base64.b64encode(tap.value.encode("utf-8", "replace")).decode("ascii"),
        "time": f"{at}.{int(now * 1000) % 1000:03}Z",
        "seconds": seconds,
        "seconds_text": str(seconds),
        "millis": int(now * 1000),
        "millis_text": str(int(now * 1000)),
    }


def _said(item: Item, field: str) -> str:
    """A field of a bot's reply."""
    if item.exchange.gateway != "genesys-bot" or not item.body:
        return ""
    body = orjson.loads(item.body)
    return str(body.get(field, "")) if isinstance(body, dict) else ""


def _filled(template: Any, words: Mapping[str, Any]) -> Any:
    """The data with the words in place of their names. Raises KeyError for a name that is none."""
    if isinstance(template, dict):
        return {key: _filled(child, words) for key, child in template.items()}
    if isinstance(template, list):
        return [_filled(child, words) for child in template]
    found = _WHOLE.fullmatch(template) if isinstance(template, str) else None
    return words[found[1]] if found else template
