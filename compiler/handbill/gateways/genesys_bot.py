"""Digital Bot Connector: what a bot replies, the one way structured content leaves Genesys Cloud.

https://github.com/MyPureCloud/platform-client-sdk-python/blob/master/build/docs/OutgoingMessageRequest.md

All messages of a sequence go into one body, as `replyMessages`. Choices that Genesys leaves open:

- Quick replies are one content element each, with the prompt in `text`: web messaging has no QuickReplyV2.
- `text` is always there; clients that cannot show the content show it. Where a message has no text of
  its own it is the message's `fallback`, if that is a text, else its most telling field.
- A card always has a `description`, which may be empty, and a default action its `text`: Genesys' mobile
  client cannot read a card without them
  (https://github.com/MyPureCloud/genesys-messenger-transport-mobile-sdk, StructuredMessage.kt).
- A section of a list needs a title, so one without takes the text of the list's button.
- A notification's `id` is the template's name, behind `namespace@` when the address names one. An author
  who means a response of Response Management writes `cannedresponse@<id>` as the name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from ..channels.base import Channel
from ..message import (
    Button,
    ButtonValue,
    Card,
    Carousel,
    DatePicker,
    HeaderValues,
    ListMessage,
    Location,
    Media,
    Message,
    Notification,
    QuickReply,
    Section,
    Text,
)
from ..tree import Leaf, Tree, joined, present
from .base import Address, AddressField, through_genesys

NAME = "genesys-bot"
TITLE = "Genesys Cloud: a bot's reply (Digital Bot Connector, Bot Connector)"
_SCHEMA = "genesys/bot.schema.json"
_MESSAGE_SCHEMA: str | None = "genesys/bot.message.schema.json"
_ADDRESS: tuple[AddressField, ...] = (
    AddressField("to", "the id of the bot session, `botSessionId` of the incoming message"),
    AddressField("channel_id", "the id of the bot, `botId`"),
    AddressField("bot_version", "the version of the bot, `botVersion`"),
    AddressField("language", "the language of the session, as en-us"),
    AddressField(
        "namespace", "what stands before @ in a notification's id: the account that owns the templates", False
    ),
)

_MEDIA_TYPES = {"image": "Image", "video": "Video", "audio": "Audio", "file": "File"}
_BUTTON_TYPES = {"reply": "QuickReply", "link": "Url"}
reaches = through_genesys


def schema(channel: Channel) -> str:
    return _SCHEMA


def message_schema(channel: Channel) -> str | None:
    return _MESSAGE_SCHEMA


def fields(channel: Channel) -> tuple[AddressField, ...]:
    return _ADDRESS


def emit(messages: Sequence[Message], channel: Channel, address: Address | None) -> list[Tree]:
    """One body with every message. Raises KeyError for an address without its required fields."""
    namespace = address.get("namespace") if address is not None else None
    replies = [_reply(message, place, namespace) for place, message in enumerate(messages, 1)]
    return [addressed({"replyMessages": replies}, channel, address)]


def addressed(body: dict[str, Tree], channel: Channel, address: Address | None) -> Tree:
    """A body with its session; as it is without an address, or when it is the answer to a Bot Connector's call."""
    if address is None or "replymessages" in body:
        return body
    return {
        "botId": address["channel_id"],
        "botVersion": address["bot_version"],
        "botSessionId": address["to"],
        "botState": "MoreData",
        "languageCode": address["language"],
        **body,
    }


def _reply(message: Message, place: int, namespace: Leaf | str | None) -> Tree:
    """`place` is the message's place in its sequence, from 1."""
    match message:
        case Text():
            return {"type": "Text", "text": message.text}
        case QuickReply():
            return _structured(message.text, *(_quick_reply(button) for button in message.buttons))
        case Card():
            text = _fallback(message) or message.title
            return _structured(text, {"contentType": "Card", "card": card(message)})
        case Carousel():
            text = message.text or _fallback(message) or _joined([each.title for each in message.cards], ", ")
            content: Tree = {"cards": [card(each) for each in message.cards]}
            return _structured(text, {"contentType": "Carousel", "carousel": content})
        case ListMessage():
            content = _list_picker(message, place)
            return _structured(message.text, {"contentType": "ListPicker", "listPicker": content})
        case Media():
            text = _fallback(message) or message.caption or message.filename or message.url
            return _structured(text, {"contentType": "Attachment", "attachment": _attachment(message)})
        case Location():
            degrees = _joined([message.latitude, message.longitude], ", ")
            text = _fallback(message) or message.name or message.address or degrees
            return _structured(text, {"contentType": "Location", "location": _location(message)})
        case DatePicker():
            content = _date_picker(message, place)
            return _structured(message.text, {"contentType": "DatePicker", "datePicker": content})
        case Notification():
            text = _fallback(message) or message.name
            content = _notification(message, namespace)
            return _structured(text, {"contentType": "Notification", "template": content})
        case _:
            assert_never(message)


def _structured(text: Leaf, *content: Tree) -> Tree:
    return {"type": "Structured", "text": text, "content": list(content)}


def _fallback(message: Message) -> Leaf | None:
    return message.fallback if isinstance(message.fallback, Leaf) else None


def _joined(leaves: Sequence[Leaf | str], between: str) -> Leaf:
    """One text of several, which counts as the last one that came from the message."""
    pieces = [piece for index, leaf in enumerate(leaves) for piece in ((between, leaf) if index else (leaf,))]
    own = [leaf for leaf in leaves if isinstance(leaf, Leaf) and leaf.pointer]
    return joined(*pieces, at=own[-1] if own else None)


def _quick_reply(button: Button) -> Tree:
    reply = present(text=button.text, payload=button.value, image=button.image_url, action="Message")
    return {"contentType": "QuickReply", "quickReply": reply}


def card(message: Card) -> Tree:
    """A `ConversationContentCard`."""
    tap: Tree = {"type": "Link", "text": message.title, "url": message.url} if message.url else None
    return present(
        title=message.title,
        description=message.subtitle or "",
        image=message.image.url if message.image else None,
        defaultAction=tap,
        actions=[_action(button) for button in message.buttons],
    )


def _action(button: Button) -> Tree:
    if button.url:
        return {"type": "Link", "text": button.text, "url": button.url}
    return {"type": "Postback", "text": button.text, "payload": button.value}


def _list_picker(message: ListMessage, place: int) -> Tree:
    def section(each: Section) -> Tree:
        rows: list[Tree] = [
            present(id=row.value, title=row.text, subtitle=row.subtitle, imageUrl=row.image_url) for row in each.items
        ]
        return {"title": each.title or message.button, "multipleSelection": False, "items": rows}

    return {
        "id": f"list_picker_{place}",
        "sections": [section(each) for each in message.sections],
        "receivedMessage": present(header=message.header, title=message.text, buttonLabel=message.button),
    }


def _attachment(message: Media) -> Tree:
    return present(
        mediaType=_media_type(message.kind),
        url=message.url,
        mime=message.mime,
        text=message.caption,
        filename=message.filename,
    )


def _media_type(kind: Leaf) -> Leaf:
    return Leaf(kind.pointer, value=_MEDIA_TYPES[str(kind.value)])


def _location(message: Location) -> Tree:
    return present(address=message.address, text=message.name, latitude=message.latitude, longitude=message.longitude)


def _date_picker(message: DatePicker, place: int) -> Tree:
    times: list[Tree] = [{"dateTime": slot.start, "duration": slot.duration} for slot in message.slots]
    return present(
        id=f"date_picker_{place}",
        title=message.title or message.text,
        subtitle=message.text if message.title else None,
        availableTimes=times,
    )


def _notification(message: Notification, namespace: Leaf | str | None) -> Tree:
    parameters = message.parameters
    return present(
        id=message.name if namespace is None else _joined([namespace, message.name], "@"),
        language=message.language,
        header=_header(parameters.header) if parameters.header else None,
        body={"parameters": _values(parameters.body)},
        buttons=[_template_button(button) for button in parameters.buttons] or None,
    )


def _header(header: HeaderValues) -> Tree:
    if header.kind:
        media = present(mediaType=_media_type(header.kind), url=header.url, filename=header.filename)
        return {"type": "Media", "media": media}
    return {"type": "Text", "parameters": _values(header.values)} if header.values else None


def _values(values: dict[str, Leaf]) -> list[Tree]:
    return [{"name": name, "text": value} for name, value in values.items()]


def _template_button(button: ButtonValue) -> Tree:
    if button.kind is None:
        raise TypeError("the message schema asks for the kind of a template's button")
    kind = str(button.kind.value)
    filled: dict[str, Tree] = {"payload": button.value} if kind == "reply" else {"parameters": [{"text": button.value}]}
    return {"type": Leaf(button.kind.pointer, value=_BUTTON_TYPES[kind]), "index": button.index, **filled}
