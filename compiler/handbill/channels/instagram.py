"""Instagram: the Send API (https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/send-message).

text         {"text"}
quick_reply  {"text", "quick_replies": [{"content_type": "text", "title", "payload"}]}
card         {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": [one]}}}
carousel     the same, an element a card
media        {"attachment": {"type": image | video | audio | file, "payload": {"url"}}}
"""

from __future__ import annotations

from collections.abc import Sequence

from ..message import Button, Card, Carousel, Media, Message, QuickReply, Text
from ..tree import Tree


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    """One request a message."""
    return [{"message": _message(message)} for message in messages]


def _message(message: Message) -> Tree:
    match message:
        case Text():
            return {"text": message.text}
        case QuickReply():
            return {"text": message.text, "quick_replies": [_quick_reply(button) for button in message.buttons]}
        case Card():
            return _generic([message])
        case Carousel():
            return _generic(message.cards)
        case Media():
            return {"attachment": {"type": message.kind, "payload": {"url": message.url}}}
        case _:
            raise TypeError(f"{type(message).__name__} has passed the schema of Instagram")


def _quick_reply(button: Button) -> Tree:
    return {"content_type": "text", "title": button.text, "payload": button.value}


def _generic(cards: Sequence[Card]) -> Tree:
    payload: dict[str, Tree] = {"template_type": "generic", "elements": [_element(card) for card in cards]}
    return {"attachment": {"type": "template", "payload": payload}}


def _element(card: Card) -> Tree:
    element: dict[str, Tree] = {"title": card.title}
    if card.subtitle:
        element["subtitle"] = card.subtitle
    if card.image:
        element["image_url"] = card.image.url
    if card.url:
        element["default_action"] = {"type": "web_url", "url": card.url}
    if card.buttons:
        element["buttons"] = [_button(button) for button in card.buttons]
    return element


def _button(button: Button) -> Tree:
    if button.kind == "link":
        return {"type": "web_url", "url": button.url, "title": button.text}
    return {"type": "postback", "title": button.text, "payload": button.value}
