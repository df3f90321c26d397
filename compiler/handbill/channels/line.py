"""LINE's Messaging API: https://developers.line.biz/en/reference/messaging-api/#send-push-message

One request takes several messages (`messages` in limits.json says how many), so a sequence shares its pushes:

    text         {"type": "text", "text": …}
    quick_reply  the same with "quickReply": {"items": [{"type": "action", "action": …}]}
    card         {"type": "template", "altText": …, "template": {"type": "buttons", "text": …, "actions": […]}}
    carousel     the same with {"type": "carousel", "columns": […]}; its text is a text before it
    media        {"type": "image", "originalContentUrl": …, "previewImageUrl": …}
    location     {"type": "location", "title": …, "address": …, "latitude": …, "longitude": …}

A reply is a postback action that shows its label in the conversation; a link or a call is a uri action.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from ..message import Button, Card, Carousel, Location, Media, Message, QuickReply, Text
from ..resources import load
from ..tree import Leaf, Tree, joined


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    shown = [each for message in messages for each in _messages(message)]
    most: int = load("line/limits.json")["$defs"]["messages"]["maxItems"]
    return [{"messages": cast("list[Tree]", shown[start : start + most])} for start in range(0, len(shown), most)]


def _messages(message: Message) -> list[dict[str, Tree]]:
    match message:
        case Text():
            return [_text(message.text)]
        case QuickReply():
            items: list[Tree] = [_quick_reply(button) for button in message.buttons]
            return [{**_text(message.text), "quickReply": {"items": items}}]
        case Card():
            return [_template(_alternative(message), {"type": "buttons", **_card(message)})]
        case Carousel():
            return _carousel(message)
        case Media():
            return [{"type": "image", "originalContentUrl": message.url, "previewImageUrl": message.url}]
        case Location():
            place = {"title": message.name, "address": message.address}
            return [{"type": "location", **place, "latitude": message.latitude, "longitude": message.longitude}]
        case _:
            raise TypeError(type(message).__name__)  # refused by line/message.schema.json


def _text(text: Leaf) -> dict[str, Tree]:
    return {"type": "text", "text": text}


def _quick_reply(button: Button) -> dict[str, Tree]:
    image: dict[str, Tree] = {"imageUrl": button.image_url} if button.image_url else {}
    return {"type": "action", **image, "action": _action(button)}


def _template(alternative: Leaf, template: dict[str, Tree]) -> dict[str, Tree]:
    return {"type": "template", "altText": alternative, "template": template}


def _alternative(card: Card) -> Leaf:
    """What notifications and the list of chats show of a card."""
    return joined(card.title, ": ", card.subtitle) if card.subtitle else card.title


def _carousel(message: Carousel) -> list[dict[str, Tree]]:
    template: dict[str, Tree] = {"type": "carousel", "columns": [_card(card) for card in message.cards]}
    if message.text:
        return [_text(message.text), _template(message.text, template)]
    first, *others = (card.title for card in message.cards)
    titles = [piece for title in others for piece in (", ", title)]
    return [_template(joined(first, *titles, at=first), template)]


def _card(card: Card) -> dict[str, Tree]:
    """A buttons template or a column. Without a subtitle the title is its text, which it must have."""
    made: dict[str, Tree] = {"thumbnailImageUrl": card.image.url} if card.image else {}
    made |= {"title": card.title, "text": card.subtitle} if card.subtitle else {"text": card.title}
    if card.url:
        made["defaultAction"] = {"type": "uri", "label": _tap(card.buttons), "uri": card.url}
    made["actions"] = [_action(button) for button in card.buttons]
    return made


def _tap(buttons: Sequence[Button]) -> Leaf:
    """What a screen reader says of a tap on the card: LINE wants a short label, a link's is the nearest."""
    return next((button.text for button in buttons if button.kind == "link"), buttons[0].text)


def _action(button: Button) -> dict[str, Tree]:
    if button.value:
        return {"type": "postback", "label": button.text, "data": button.value, "displayText": button.text}
    uri = button.url or joined("tel:", cast(Leaf, button.phone))
    return {"type": "uri", "label": button.text, "uri": uri}
