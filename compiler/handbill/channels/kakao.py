"""Kakao's chatbot skills: https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format

The payload is the answer of a skill, which Kakao's bot asks for; nothing is posted. All messages of a sequence are
one answer, {"version": "2.0", "template": {"outputs": […], "quickReplies": […]}}, with an output each:

    text         {"simpleText": {"text": …}}
    quick_reply  the same, and the answer's quickReplies
    card         {"basicCard": {"thumbnail": {"imageUrl": …}, …}}, without an image {"textCard": {…}}
    carousel     {"carousel": {"type": "basicCard" or "textCard", "items": […]}}; its text is a simpleText before it
    media        {"basicCard": {"thumbnail": {"imageUrl": …}, "description": …}}

A tap on a reply says its text in the conversation; its value comes to the skill as `action.clientExtra.value`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..message import Button, Card, Carousel, Media, Message, QuickReply, Text
from ..tree import Leaf, Tree


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    outputs: list[Tree] = [output for message in messages for output in _outputs(message)]
    template: dict[str, Tree] = {"outputs": outputs}
    asked = [message for message in messages if isinstance(message, QuickReply)]
    if asked:
        template["quickReplies"] = [_button(button) for message in asked for button in message.buttons]
    return [{"version": "2.0", "template": template}]


def _outputs(message: Message) -> list[dict[str, Tree]]:
    match message:
        case Text() | QuickReply():
            return [_text(message.text)]
        case Card():
            return [{_kind(message): _card(message)}]
        case Carousel():
            items: list[Tree] = [_card(card) for card in message.cards]
            carousel: dict[str, Tree] = {"carousel": {"type": _kind(message.cards[0]), "items": items}}
            return [_text(message.text), carousel] if message.text else [carousel]
        case Media():
            caption: dict[str, Tree] = {"description": message.caption} if message.caption else {}
            return [{"basicCard": {**caption, "thumbnail": {"imageUrl": message.url}}}]
        case _:
            raise TypeError(type(message).__name__)  # refused by kakao/message.schema.json


def _text(text: Leaf) -> dict[str, Tree]:
    return {"simpleText": {"text": text}}


def _kind(card: Card) -> str:
    return "basicCard" if card.image else "textCard"


def _card(card: Card) -> dict[str, Tree]:
    made: dict[str, Tree] = {"title": card.title}
    if card.subtitle:
        made["description"] = card.subtitle
    if card.image:
        link: dict[str, Tree] = {"link": {"web": card.url}} if card.url else {}
        made["thumbnail"] = {"imageUrl": card.image.url, **link}
    if card.buttons:
        made["buttons"] = [_button(button) for button in card.buttons]
    return made


def _button(button: Button) -> dict[str, Tree]:
    match button.kind:
        case "reply":
            extra: dict[str, Tree] = {"value": button.value}
            return {"label": button.text, "action": "message", "messageText": button.text, "extra": extra}
        case "link":
            return {"label": button.text, "action": "webLink", "webLinkUrl": button.url}
        case "call":
            return {"label": button.text, "action": "phone", "phoneNumber": button.phone}
