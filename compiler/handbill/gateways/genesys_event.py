"""The `MessagingEvent` of the tutorial: one event a message, in the neutral message's own words.

https://forum.sggu.com/t/sending-structured-messages-quick-replies-cards-via-the-open-messaging-api/10492

Genesys' official SDK (269.0.0) has no such model. The tutorial shows a quick reply and a carousel; the
rest is the same vocabulary carried on, so that nothing of a message is lost:

    text        {"type": "text", "text"}
    quick_reply {"type": "template", "template_type", "content": [text], "buttons"}
    card        template_type "generic", "cards": [one card]
    carousel    "content": [text] when there is a text, "cards"
    list        "content": [text], "button", "sections": [{"title", "items"}]
    media       "kind", "url", "caption", "filename", "mime"
    location    "latitude", "longitude", "name", "address"
    date_picker "content": [text], "title", "slots": [{"start", "duration"}], "timezone"
    notification "name", "language", "parameters"

`header`, `footer` and `metadata` close the content of every type. A button is {"type": "button", "text"}
with `value`, `url` or `phone`, and `image_url`. `fallback` is not emitted: it is what another message is
made of where this one cannot be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from ..channels.base import Channel
from ..message import (
    Button,
    Card,
    Carousel,
    DatePicker,
    Image,
    Item,
    ListMessage,
    Location,
    Media,
    Message,
    Notification,
    Parameters,
    QuickReply,
    Section,
    Text,
)
from ..tree import Leaf, Tree, not_empty
from .base import Address, AddressField, through_genesys

NAME = "genesys-event"
TITLE = "Genesys Cloud: a MessagingEvent, as in the tutorial"
_SCHEMA = "genesys/event.schema.json"
_MESSAGE_SCHEMA: str | None = None
_ADDRESS: tuple[AddressField, ...] = (
    AddressField("to", "the user's id on the channel (a page-scoped id on Messenger)"),
    AddressField("channel_id", "the id of the channel in Genesys Cloud"),
)
reaches = through_genesys


def schema(channel: Channel) -> str:
    return _SCHEMA


def message_schema(channel: Channel) -> str | None:
    return _MESSAGE_SCHEMA


def fields(channel: Channel) -> tuple[AddressField, ...]:
    return _ADDRESS


def emit(messages: Sequence[Message], channel: Channel, address: Address | None) -> list[Tree]:
    """One event a message. Raises KeyError for an address without its required fields."""
    return [addressed({"type": "send", "content": _content(message)}, channel, address) for message in messages]


def addressed(body: dict[str, Tree], channel: Channel, address: Address | None) -> Tree:
    """A body with its recipient; as it is when there is no address."""
    if address is None:
        return body
    reference: dict[str, Tree] = {
        "id": address["to"],
        "channel_id": address["channel_id"],
        "provider_id": str(channel.genesys["provider_id"]),
    }
    return {**body, "external_conversation_reference": reference}


def _content(message: Message) -> Tree:
    closing = not_empty(header=message.header, footer=message.footer, metadata={**message.metadata})
    match message:
        case Text():
            return {**_said(message.text), **closing}
        case QuickReply():
            body = not_empty(content=[_said(message.text)], buttons=_buttons(message.buttons))
            return {**_template("quick_reply"), **body, **closing}
        case Card():
            return {**_template("generic"), "cards": [_card(message)], **closing}
        case Carousel():
            body = not_empty(content=[_said(message.text)] if message.text else None)
            return {**_template("carousel"), **body, "cards": [_card(card) for card in message.cards], **closing}
        case ListMessage():
            return {**_template("list"), **_list(message), **closing}
        case Media():
            body = not_empty(
                kind=message.kind,
                url=message.url,
                caption=message.caption,
                filename=message.filename,
                mime=message.mime,
            )
            return {**_template("media"), **body, **closing}
        case Location():
            body = not_empty(
                latitude=message.latitude, longitude=message.longitude, name=message.name, address=message.address
            )
            return {**_template("location"), **body, **closing}
        case DatePicker():
            return {**_template("date_picker"), **_date_picker(message), **closing}
        case Notification():
            body = not_empty(name=message.name, language=message.language, parameters=_parameters(message.parameters))
            return {**_template("notification"), **body, **closing}
        case _:
            assert_never(message)


def _template(template_type: str) -> dict[str, Tree]:
    return {"type": "template", "template_type": template_type}


def _said(text: Leaf) -> dict[str, Tree]:
    return {"type": "text", "text": text}


def _buttons(buttons: Sequence[Button]) -> list[Tree]:
    return [
        not_empty(type="button", text=b.text, value=b.value, url=b.url, phone=b.phone, image_url=b.image_url)
        for b in buttons
    ]


def _card(card: Card) -> Tree:
    return not_empty(
        type="card",
        title=card.title,
        subtitle=card.subtitle,
        image=_image(card.image),
        url=card.url,
        buttons=_buttons(card.buttons),
    )


def _image(image: Image | None) -> Tree:
    return not_empty(url=image.url, alt=image.alt) if image else None


def _list(message: ListMessage) -> dict[str, Tree]:
    def item(each: Item) -> Tree:
        return not_empty(text=each.text, subtitle=each.subtitle, value=each.value, image_url=each.image_url)

    def section(each: Section) -> Tree:
        return not_empty(title=each.title, items=[item(row) for row in each.items])

    return not_empty(
        content=[_said(message.text)],
        button=message.button,
        sections=[section(each) for each in message.sections],
    )


def _date_picker(message: DatePicker) -> dict[str, Tree]:
    slots: list[Tree] = [{"start": slot.start, "duration": slot.duration} for slot in message.slots]
    return not_empty(content=[_said(message.text)], title=message.title, slots=slots, timezone=message.timezone)


def _parameters(parameters: Parameters) -> Tree:
    header = parameters.header
    shown = (
        not_empty(values={**header.values}, kind=header.kind, url=header.url, filename=header.filename)
        if header
        else None
    )
    return not_empty(
        header=shown,
        body={**parameters.body},
        buttons=[not_empty(index=b.index, kind=b.kind, value=b.value) for b in parameters.buttons],
        cards=[_parameters(card) for card in parameters.cards],
    )
