"""The custom payload of a Dialogflow or Lex bot that Genesys Cloud runs: the `genesys_…` short form.

https://help.mypurecloud.com/articles/work-with-carousels-in-bot-conversations/

Text, quick replies and carousels have keys. The key of a single card was not found in any page that
could be read, so a card goes out as a carousel of one. Lex V1 takes at most so many characters of JSON
(`lex_v1_json` in `schemas/genesys/limits.json`); Dialogflow, which this gateway is for, has no such limit.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..channels.base import Channel
from ..message import Card, Carousel, Message, QuickReply, Text
from ..tree import Tree
from .base import Address, AddressField, through_genesys
from .genesys_bot import card

NAME = "genesys-dialogflow"
TITLE = "Genesys Cloud: the custom payload of a Dialogflow or Lex bot"
_SCHEMA = "genesys/dialogflow.schema.json"
_MESSAGE_SCHEMA: str | None = "genesys/dialogflow.message.schema.json"
_ADDRESS: tuple[AddressField, ...] = ()  # the bot answers whoever wrote to it
reaches = through_genesys


def schema(channel: Channel) -> str:
    return _SCHEMA


def message_schema(channel: Channel) -> str | None:
    return _MESSAGE_SCHEMA


def fields(channel: Channel) -> tuple[AddressField, ...]:
    return _ADDRESS


def emit(messages: Sequence[Message], channel: Channel, address: Address | None) -> list[Tree]:
    """One payload a message. Raises TypeError for a message that the message schema refuses."""
    return [_payload(message) for message in messages]


def addressed(body: dict[str, Tree], channel: Channel, address: Address | None) -> Tree:
    """The body as it is."""
    return body


def _payload(message: Message) -> Tree:
    match message:
        case Text():
            return {"genesys_prompt": message.text}
        case QuickReply():
            replies: list[Tree] = [{"text": button.text, "payload": button.value} for button in message.buttons]
            return {"genesys_prompt": message.text, "genesys_quick_replies": replies}
        case Card():
            return {"genesys_carousel": [card(message)]}
        case Carousel():
            prompt: dict[str, Tree] = {"genesys_prompt": message.text} if message.text else {}
            return {**prompt, "genesys_carousel": [card(each) for each in message.cards]}
        case _:
            raise TypeError(f"{NAME} does not carry {type(message).__name__}")
