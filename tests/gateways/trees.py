"""Messages from plain JSON, without a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handbill.channels.base import Channel
from handbill.gateways import gateway
from handbill.message import Message, read
from handbill.tree import Leaf, Tree, escape, fill, origins

MESSENGER = Channel("messenger", {"title": "Messenger", "genesys": {"provider_id": "messenger", "agentless": None}})
WHATSAPP = Channel("whatsapp", {"title": "WhatsApp", "genesys": {"provider_id": "whatsapp", "agentless": "whatsapp"}})
WEB = Channel("webmessaging", {"title": "Web", "genesys": {"provider_id": "web", "agentless": "webmessaging"}})
SMS = Channel("sms", {"title": "SMS", "genesys": {"provider_id": "sms", "agentless": "sms"}})

FIXED = {"template_type", "kind"}  # never a hole


def tree(value: Any, pointer: str = "") -> Tree:
    """The tree of a JSON value, every scalar a constant."""
    if isinstance(value, dict):
        return {key: tree(child, f"{pointer}/{escape(key)}") for key, child in value.items()}
    if isinstance(value, list):
        return [tree(child, f"{pointer}/{index}") for index, child in enumerate(value)]
    return Leaf(pointer, value=value)


def holed(value: Any, values: list[object], pointer: str = "") -> Tree:
    """The same, every scalar a hole into `values`, which grows."""
    if isinstance(value, dict):
        return {
            key: tree(child, f"{pointer}/{key}") if key in FIXED else holed(child, values, f"{pointer}/{escape(key)}")
            for key, child in value.items()
        }
    if isinstance(value, list):
        return [holed(child, values, f"{pointer}/{index}") for index, child in enumerate(value)]
    values.append(value)
    return Leaf(pointer, parts=(len(values) - 1,), bare=not isinstance(value, str))


def messages(*documents: dict[str, Any]) -> list[Message]:
    """One message, or a sequence."""
    if len(documents) == 1:
        return [read(tree(documents[0]))]
    return [read(tree(each, f"/{i}"), f"/{i}") for i, each in enumerate(documents)]


def trees(name: str, *documents: dict[str, Any], channel: Channel, address: Mapping[str, str] | None) -> list[Tree]:
    return gateway(name).emit(messages(*documents), channel, address)


def bodies(
    name: str,
    *documents: dict[str, Any],
    channel: Channel = MESSENGER,
    address: Mapping[str, str] | None = None,
) -> list[Any]:
    """What a gateway makes of these messages, as plain JSON."""
    return [fill(each, ()) for each in trees(name, *documents, channel=channel, address=address)]


def arrived(payloads: Sequence[Tree]) -> set[str]:
    """The pointers into the message whose values are in a payload."""
    return {pointer for payload in payloads for pointer in origins(payload).values()}


def scalars(value: Any, pointer: str = "") -> set[str]:
    """The pointers of every scalar."""
    if isinstance(value, dict):
        return {p for key, child in value.items() for p in scalars(child, f"{pointer}/{escape(key)}")}
    if isinstance(value, list):
        return {p for index, child in enumerate(value) for p in scalars(child, f"{pointer}/{index}")}
    return {pointer}
