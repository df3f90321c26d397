"""A message that no agent and no bot sends: text, or a template of Response Management by its id.

https://github.com/MyPureCloud/platform-client-sdk-python/blob/master/build/docs/SendAgentlessOutboundMessageRequest.md

A notification's `name` is the response's id. Its `language` has no field here: a response has its own.
Web messaging is addressed by the contact's id instead of an address.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..channels.base import Channel
from ..diagnostic import Diagnostic
from ..message import Message, Notification, Parameters, Text
from ..tree import Leaf, Tree
from .base import Address, AddressField, through_genesys

NAME = "genesys-agentless"
TITLE = "Genesys Cloud: an outbound message without an agent (text, or an approved template)"
_SCHEMA = "genesys/agentless.schema.json"
_MESSAGE_SCHEMA: str | None = "genesys/agentless.message.schema.json"
_ADDRESS: tuple[AddressField, ...] = (
    AddressField("to", "the customer's number or id on the channel; on web messaging the external contact's id"),
    AddressField("channel_id", "who it comes from: the SMS number, the integration's id, the web deployment's id"),
)

_SOURCE = "https://github.com/MyPureCloud/platform-client-sdk-python/blob/master/build/docs/SendAgentlessOutboundMessageRequest.md"
_CHECKED = "2026-11-22"


def schema(channel: Channel) -> str:
    return _SCHEMA


def message_schema(channel: Channel) -> str | None:
    return _MESSAGE_SCHEMA


def fields(channel: Channel) -> tuple[AddressField, ...]:
    return _ADDRESS


def reaches(channel: Channel) -> Diagnostic | None:
    """Genesys names the channels that agentless messages go to: `toAddressMessengerType`."""
    if channel.genesys.get("agentless"):
        return None
    return through_genesys(channel) or Diagnostic(
        "unsupported-content",
        "Channel out of reach",
        text=f"Genesys Cloud has no agentless messages on {channel.title}.",
        hint="compile this channel with genesys-event or genesys-bot",
        source=_SOURCE,
        checked=_CHECKED,
    )


def emit(messages: Sequence[Message], channel: Channel, address: Address | None) -> list[Tree]:
    """One body a message. Raises KeyError for an address without its required fields, TypeError for a message
    that the message schema refuses, or on a channel that is not reached."""
    return [addressed(_body(message), channel, address) for message in messages]


def addressed(body: dict[str, Tree], channel: Channel, address: Address | None) -> Tree:
    """A body with its messenger type, and with its sender and recipient when there is an address."""
    messenger = str(channel.genesys["agentless"])
    if address is None:
        return {"toAddressMessengerType": messenger, **body}
    recipient = "externalContactId" if messenger == "webmessaging" else "toAddress"
    return {
        "fromAddress": address["channel_id"],
        recipient: address["to"],
        "toAddressMessengerType": messenger,
        **body,
    }


def _body(message: Message) -> dict[str, Tree]:
    match message:
        case Text():
            return {"textBody": message.text}
        case Notification():
            return {"messagingTemplate": {"responseId": message.name, **_substitutions(message.parameters)}}
        case _:
            raise TypeError(f"{NAME} does not carry {type(message).__name__}")


def _substitutions(parameters: Parameters) -> dict[str, Tree]:
    filled: dict[str, Tree] = {}
    if parameters.header and parameters.header.values:
        filled["headerParameters"] = _values(parameters.header.values)
    if parameters.body:
        filled["bodyParameters"] = _values(parameters.body)
    if parameters.cards:
        cards: list[Tree] = [
            {"index": index, "bodyParameters": _values(card.body)} for index, card in enumerate(parameters.cards)
        ]
        filled["carouselParameters"] = {"cardParameters": cards}
    return filled


def _values(values: dict[str, Leaf]) -> list[Tree]:
    return [{"id": name, "value": value} for name, value in values.items()]
