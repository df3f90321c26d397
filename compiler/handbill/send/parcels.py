"""What a request is made of: a body, and what of its recipient stands beside it, in the URL or in a header.

A message's line in a run's file of payloads is its body, or the list of its bodies. Where something of the recipient
is not in the body the line holds it as well, so that another process can send it:

    {"address":{"to":"490001"},"payload":{"text":"Hi"}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json import JSONDecoder
from typing import Any, NamedTuple

import orjson

from ..channels import Channel

_ADDRESS = '{"address":'
_PAYLOAD = ',"payload":'


def outside(channel: Channel) -> frozenset[str]:
    """The address fields that the URL or a header of the channel's own API needs."""
    fields = channel.data.get("address", {}).get("fields", ())
    endpoint = channel.data.get("endpoint") or {}
    texts = " ".join((endpoint.get("url", ""), *endpoint.get("headers", {}).values()))
    return frozenset(field["name"] for field in fields if "at" not in field or f"{{{field['name']}}}" in texts)


class Parcel(NamedTuple):
    """A body and whom it is for."""

    json: bytes
    address: Mapping[str, str] = {}  # what of it is not in the body


def parcels(bodies: Sequence[Any], address: Mapping[str, str]) -> list[Parcel]:
    """The parcels of a message that was just compiled."""
    return [Parcel(orjson.dumps(body), address) for body in bodies]


def addressed(payload: bytes, address: Mapping[str, str]) -> bytes:
    """The line of a payload that goes with an address. The payload's bytes stay as they are."""
    return b'{"address":' + orjson.dumps(dict(address)) + b',"payload":' + payload.rstrip(b"\n") + b"}\n"


def parcels_of(line: bytes, with_address: bool = False) -> list[Parcel]:
    """The parcels of a message's line, in the order in which they are sent."""
    payload: bytes = line.strip()
    address: dict[str, str] = {}
    if with_address:
        text = line.decode()
        address, end = JSONDecoder().raw_decode(text, len(_ADDRESS))
        payload = text[end + len(_PAYLOAD) :].strip()[:-1].encode()
    if not payload.startswith(b"["):
        return [Parcel(payload, address)]
    return [Parcel(orjson.dumps(body), address) for body in orjson.loads(payload)]
