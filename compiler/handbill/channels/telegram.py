"""Telegram: the body of a Bot API method. https://core.telegram.org/bots/api

    text         {"text"}
    quick_reply  {"text", "reply_markup": {"inline_keyboard": [[{"text", "callback_data" | "url"}], …]}}
    card         {"photo", "caption", "reply_markup"}; without an image {"text", "reply_markup"}
    media        {"photo" | "video" | "audio" | "document", "caption"}
    location     {"latitude", "longitude"}; with a name {…, "title", "address"}

Nothing in a body names its method: `endpoint.methods` of channel.json tells it by the fields. A card's title and
subtitle are one text in two lines. `parse_mode` is there only when a text is marked; then all of it is HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ..markup import Printer, printed
from ..message import Button, Card, Location, Media, Message, QuickReply, Text
from ..tree import Leaf, Tree, joined

_FIELDS = {"image": "photo", "video": "video", "audio": "audio", "file": "document"}


def _as_text(text: str) -> str:
    return escape(text, quote=False)


_HTML = Printer(
    bold="<b>{text}</b>",
    italic="<i>{text}</i>",
    code="<code>{text}</code>",
    link='<a href="{url}">{text}</a>',
    escape=_as_text,
    url=escape,
)


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    return [_body(message) for message in messages]


def _body(message: Message) -> dict[str, Tree]:
    match message:
        case Text():
            return _said("text", message.text)
        case QuickReply():
            return {**_said("text", message.text), **_keyboard(message.buttons)}
        case Card():
            return {**_card(message), **_keyboard(message.buttons)}
        case Media():
            caption = _said("caption", message.caption) if message.caption else {}
            return {_FIELDS[str(message.kind.value)]: message.url, **caption}
        case Location():
            return _place(message)
        case _:
            raise TypeError(f"Telegram has no {type(message).__name__}")


def _said(field: str, *lines: Leaf) -> dict[str, Tree]:
    """A text in a field; as HTML when a line of it is marked."""
    marked = any(line.marked for line in lines)
    shown = [printed(line, _HTML) for line in lines] if marked else lines
    pieces = [piece for line in shown for piece in ("\n", line)][1:]
    text = joined(*pieces) if len(pieces) > 1 else shown[0]
    return {field: text, **({"parse_mode": "HTML"} if marked else {})}


def _card(card: Card) -> dict[str, Tree]:
    lines = [card.title, card.subtitle] if card.subtitle else [card.title]
    if card.image is None:
        return _said("text", *lines)
    return {"photo": card.image.url, **_said("caption", *lines)}


def _keyboard(buttons: Sequence[Button]) -> dict[str, Tree]:
    """One button a row: Telegram cuts a label that is wider than its part of the row."""
    rows: list[Tree] = [[_button(button)] for button in buttons]
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def _button(button: Button) -> Tree:
    return {"text": button.text, **({"url": button.url} if button.url else {"callback_data": button.value})}


def _place(place: Location) -> dict[str, Tree]:
    body: dict[str, Tree] = {"latitude": place.latitude, "longitude": place.longitude}
    return {**body, "title": place.name, "address": place.address} if place.name and place.address else body
