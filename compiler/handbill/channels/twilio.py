"""Twilio: one Content resource a message, or for a template that lies at Twilio the form of its Messages resource.

https://www.twilio.com/docs/content/content-types-overview

| message                   | body                                                                                  |
|---------------------------|---------------------------------------------------------------------------------------|
| text                      | {language, types: {twilio/text: {body}}}                                              |
| quick_reply               | twilio/quick-reply: {body, actions: [{title, id}]}                                    |
| quick_reply, links, calls | twilio/call-to-action: {body, actions: [{type: URL or PHONE_NUMBER, title, url …}]}   |
| card                      | twilio/card: {title, subtitle, media: [url], actions}                                 |
| carousel                  | twilio/carousel: {body, cards: [{title, body, media, actions}]}; without a subtitle   |
|                           | the title is the card's body, which must be there                                     |
| list                      | twilio/list-picker: {body, button, items: [{item, id, description}]}                  |
| media                     | twilio/media: {body, media: [url]}                                                    |
| location                  | twilio/location: {latitude, longitude, label}                                         |
| notification              | {ContentSid, ContentVariables}, the variables as JSON text                            |

A Content resource must name a language, which only an approval asks for. Recipient and sender are no part of it:
they go into the form that sends it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from ..message import (
    Button,
    Card,
    Carousel,
    ListMessage,
    Location,
    Media,
    Message,
    Notification,
    QuickReply,
    Text,
)
from ..tree import Leaf, Tree, escaped, joined, present

LANGUAGE = "en"


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    """One body a message. Raises TypeError for what the schema refuses: a date picker."""
    return [_body(message) for message in messages]


def _body(message: Message) -> dict[str, Tree]:
    if isinstance(message, Notification):
        variables = message.parameters.body
        return {"ContentSid": message.name, **({"ContentVariables": json_text(variables)} if variables else {})}
    kind, content = _content(message)
    return {"language": LANGUAGE, "types": {f"twilio/{kind}": content}}


def _content(message: Message) -> tuple[str, dict[str, Tree]]:
    """The content's type and what stands under it."""
    match message:
        case Text():
            return "text", {"body": message.text}
        case QuickReply() if all(button.value for button in message.buttons):
            return "quick-reply", {
                "body": message.text,
                "actions": [{"title": button.text, "id": button.value} for button in message.buttons],
            }
        case QuickReply():
            return "call-to-action", {"body": message.text, "actions": _actions(message.buttons)}
        case Card():
            return "card", _card(message)
        case Carousel():
            return "carousel", {"body": message.text, "cards": [_slide(card) for card in message.cards]}
        case ListMessage():
            rows = [item for section in message.sections for item in section.items]
            items: list[Tree] = [{"item": row.text, "id": row.value, "description": row.subtitle} for row in rows]
            return "list-picker", {"body": message.text, "button": message.button, "items": items}
        case Media():
            return "media", present(body=message.caption, media=[message.url])
        case Location():
            return "location", present(latitude=message.latitude, longitude=message.longitude, label=message.name)
    raise TypeError(f"Twilio has no {type(message).__name__}")


def _card(card: Card) -> dict[str, Tree]:
    return present(
        title=card.title,
        subtitle=card.subtitle,
        media=[card.image.url] if card.image else None,
        actions=_actions(card.buttons) or None,
    )


def _slide(card: Card) -> dict[str, Tree]:
    """A card of a carousel. Its body is required, its title is not."""
    texts: dict[str, Tree] = {"title": card.title, "body": card.subtitle} if card.subtitle else {"body": card.title}
    return {**texts, **present(media=card.image.url if card.image else None, actions=_actions(card.buttons))}


def _actions(buttons: Sequence[Button]) -> list[Tree]:
    return [_action(button) for button in buttons]


def _action(button: Button) -> dict[str, Tree]:
    if button.kind == "reply":
        return {"type": "QUICK_REPLY", "title": button.text, "id": button.value}
    if button.kind == "link":
        return {"type": "URL", "title": button.text, "url": button.url}
    return {"type": "PHONE_NUMBER", "title": button.text, "phone": button.phone}


def json_text(values: dict[str, Leaf]) -> Leaf:
    """A JSON object of texts, as one text."""
    pieces: list[Leaf | str] = []
    for name, value in values.items():
        pieces += [", " if pieces else "{", _quoted(name), ': "', escaped(value, _inside), '"']
    return joined(*pieces, "}")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _inside(text: str) -> str:
    """A stretch of a text as it stands between the quotes of JSON."""
    return _quoted(text)[1:-1]
