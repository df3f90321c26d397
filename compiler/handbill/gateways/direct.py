"""The channel's own API, without Genesys Cloud in between.

The payload is written by the channel's module (`channels/<name>.py`) and judged by
`schemas/<name>/payload.schema.json`. Where the recipient goes is data: `address.fields` of `channel.json`, each
with `at`, a JSON pointer into the body. A field without one goes into the request's URL or a header, which is the
sender's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ..channels.base import Channel
from ..diagnostic import Diagnostic
from ..message import Message
from ..tree import Leaf, Tree
from .base import Address, AddressField

NAME = "direct"
TITLE = "the channel's own API, without Genesys Cloud"


def schema(channel: Channel) -> str:
    return channel.payload_schema


def message_schema(channel: Channel) -> str | None:
    return channel.direct_schema


def fields(channel: Channel) -> tuple[AddressField, ...]:
    told = channel.data.get("address", {}).get("fields", ())
    return tuple(AddressField(each["name"], each["about"], each.get("required", True)) for each in told)


def reaches(channel: Channel) -> Diagnostic | None:
    if channel.direct:
        return None
    return Diagnostic(
        "unsupported-content",
        "Channel without an API of its own",
        text=f"{channel.title} is reached through Genesys Cloud only.",
        hint="compile this channel with --via genesys-event",
        source=str(channel.data.get("docs", "")),
    )


def emit(messages: Sequence[Message], channel: Channel, address: Address | None) -> list[Tree]:
    """The channel's bodies. Raises KeyError for an address without its required fields."""
    return [addressed(body, channel, address) for body in channel.emitter.emit(messages)]


def addressed(body: dict[str, Tree], channel: Channel, address: Address | None) -> Tree:
    """A body with what of its recipient belongs into it, in front; as it is when there is no address."""
    if address is None:
        return body
    made: dict[str, Tree] = {}
    for each in channel.data["address"]["fields"]:
        name = each["name"]
        if "at" in each and (each.get("required", True) or name in address):
            _put(made, each["at"].split("/")[1:], address[name])
    return _merged(made, body)


def _put(tree: dict[str, Tree], path: Sequence[str], value: Leaf | str) -> None:
    *above, last = path
    for step in above:
        tree = cast("dict[str, Tree]", tree.setdefault(step, {}))
    tree[last] = value


def _merged(address: dict[str, Tree], body: dict[str, Tree]) -> dict[str, Tree]:
    """Both; what only the address has comes first. Of what both have the address's counts: the body's is a default."""
    made = {key: value for key, value in address.items() if key not in body}
    for key, value in body.items():
        own = address.get(key, value)
        made[key] = _merged(own, value) if isinstance(own, dict) and isinstance(value, dict) else own
    return made
