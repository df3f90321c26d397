"""RCS for Business (Google): one AgentMessage a message.

https://developers.google.com/business-communications/rcs-business-messaging/reference/rest/v1/phones.agentMessages

| message             | contentMessage                                                                                |
|---------------------|-----------------------------------------------------------------------------------------------|
| text                | {text}                                                                                        |
| quick_reply         | {text, suggestions: [{reply: {text, postbackData}}, {action: {…, openUrlAction: {url}}} …]}   |
| card                | {richCard: {standaloneCard: {cardOrientation, cardContent: {title, description, media …}}}}   |
| carousel            | {richCard: {carouselCard: {cardWidth, cardContents: […]}}}                                    |
| media               | {contentInfo: {fileUrl}}; with a caption a card, the caption its description                  |
| location            | {text, suggestions: [{action: {text, viewLocationAction: {latLong, label}}}]}                 |

A reply's value goes out in base64; a link, a call or a place gives back its own text. The recipient and the key
that keeps a message from being sent twice are in the URL.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from ..message import Button, Card, Carousel, Location, Media, Message, QuickReply, Text
from ..tree import Leaf, Tree, encoded, present

ORIENTATION, WIDTH, HEIGHT = "VERTICAL", "MEDIUM", "MEDIUM"


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    """One body a message. Raises TypeError for what the schema refuses: lists, date pickers, notifications."""
    return [{"contentMessage": _content(message)} for message in messages]


def _content(message: Message) -> dict[str, Tree]:
    match message:
        case Text():
            return {"text": message.text}
        case QuickReply():
            return {"text": message.text, "suggestions": _suggestions(message.buttons)}
        case Card():
            return _standalone(_card(message))
        case Carousel():
            cards: list[Tree] = [_card(card) for card in message.cards]
            return {"richCard": {"carouselCard": {"cardWidth": WIDTH, "cardContents": cards}}}
        case Media(caption=None):
            return {"contentInfo": {"fileUrl": message.url}}
        case Media():
            return _standalone(present(description=message.caption, media=_media(message.url)))
        case Location(name=Leaf() as name):
            place: dict[str, Tree] = {"latitude": message.latitude, "longitude": message.longitude}
            action = _action(name, "viewLocationAction", {"latLong": place, "label": name})
            return {"text": message.address or name, "suggestions": [action]}
    raise TypeError(f"RCS has no {type(message).__name__}")


def _standalone(card: dict[str, Tree]) -> dict[str, Tree]:
    return {"richCard": {"standaloneCard": {"cardOrientation": ORIENTATION, "cardContent": card}}}


def _card(card: Card) -> dict[str, Tree]:
    return present(
        title=card.title,
        description=card.subtitle,
        media=_media(card.image.url) if card.image else None,
        suggestions=_suggestions(card.buttons) or None,
    )


def _media(url: Leaf) -> Tree:
    return {"height": HEIGHT, "contentInfo": {"fileUrl": url}}


def _suggestions(buttons: Sequence[Button]) -> list[Tree]:
    return [_suggestion(button) for button in buttons]


def _suggestion(button: Button) -> Tree:
    if button.value:
        return {"reply": {"text": button.text, "postbackData": encoded(button.value, in_base64)}}
    if button.url:
        return _action(button.text, "openUrlAction", {"url": button.url})
    return _action(button.text, "dialAction", {"phoneNumber": button.phone})


def _action(text: Leaf, name: str, what: Tree) -> Tree:
    return {"action": {"text": text, "postbackData": encoded(text, in_base64), name: what}}


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
