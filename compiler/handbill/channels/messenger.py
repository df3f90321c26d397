"""Facebook Messenger: the Send API (https://developers.facebook.com/docs/messenger-platform/reference/send-api).

    text         {"text"}
    quick_reply  {"text", "quick_replies": [{"content_type": "text", "title", "payload", "image_url"}]}
    card         {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": [one]}}}
    carousel     the same, an element a card
    media        {"attachment": {"type": image | video | audio | file, "payload": {"url"}}}

`metadata` becomes `message.metadata`, JSON as text, which the echo of the message brings back. A body says that it
is a response, until the address says another `messaging_type`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ..message import Button, Card, Carousel, Media, Message, QuickReply, Text
from ..tree import Leaf, Tree, escaped, joined, present


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    """One request a message."""
    return [{"messaging_type": "RESPONSE", "message": _message(message)} for message in messages]


def _message(message: Message) -> dict[str, Tree]:
    closing = present(metadata=_as_text(message.metadata, Leaf(f"{message.pointer}/metadata")))
    match message:
        case Text():
            return {"text": message.text, **closing}
        case QuickReply():
            return {"text": message.text, "quick_replies": [_quick_reply(b) for b in message.buttons], **closing}
        case Card():
            return {**_generic([message]), **closing}
        case Carousel():
            return {**_generic(message.cards), **closing}
        case Media():
            return {"attachment": {"type": message.kind, "payload": {"url": message.url}}, **closing}
        case _:
            raise TypeError(f"{type(message).__name__} has passed the schema of Messenger")


def _quick_reply(button: Button) -> Tree:
    said = present(title=button.text, payload=button.value, image_url=button.image_url)
    return {"content_type": "text", **said}


def _generic(cards: Sequence[Card]) -> dict[str, Tree]:
    payload: dict[str, Tree] = {"template_type": "generic", "elements": [_element(card) for card in cards]}
    return {"attachment": {"type": "template", "payload": payload}}


def _element(card: Card) -> Tree:
    return present(
        title=card.title,
        subtitle=card.subtitle,
        image_url=card.image.url if card.image else None,
        default_action={"type": "web_url", "url": card.url} if card.url else None,
        buttons=[_button(button) for button in card.buttons] or None,
    )


def _button(button: Button) -> Tree:
    match button.kind:
        case "link":
            return {"type": "web_url", "url": button.url, "title": button.text}
        case "call":
            return {"type": "phone_number", "title": button.text, "payload": button.phone}
        case "reply":
            return {"type": "postback", "title": button.text, "payload": button.value}


def _as_text(values: Mapping[str, Leaf], at: Leaf) -> Leaf | None:
    """An object of texts as JSON text; None when it is empty. It can be too long as a whole, so it stands at `at`."""
    if not values:
        return None
    pieces: list[Leaf | str] = []
    for name, value in values.items():
        pieces += ["," if pieces else "{", json.dumps(name, ensure_ascii=False), ':"', escaped(value, _quoted), '"']
    return joined(*pieces, "}", at=at)


def _quoted(text: str) -> str:
    """A text as it stands between the quotes of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
