"""Viber's Bot API: https://developers.viber.com/docs/api/rest-bot-api/#send-message

One message is one request:

    text         {"type": "text", "text": …}
    quick_reply  the same with "keyboard": {"Type": "keyboard", "Buttons": […]}, a button a row
    card         {"type": "rich_media", "rich_media": {…, "Buttons": […]}}, one block
    carousel     the same with a block a card; its text is a text before it
    media        {"type": "picture", "text": …, "media": …}
    location     {"type": "location", "location": {"lat": …, "lon": …}}

A block is a grid that buttons fill row by row, so all blocks are as high as the highest: what is left over goes to the
texts. `Text` of a button is HTML, a message's text and a caption have signs of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from ..markup import Printer, printed
from ..message import Button, Card, Carousel, Location, Media, Message, QuickReply, Text
from ..resources import load
from ..tree import Leaf, Tree, escaped, joined

_IMAGE_ROWS = 3


def _html(text: str) -> str:
    return escape(text, quote=False)


_TEXT = Printer(bold="*{text}*", italic="_{text}_", code="{text}", link="{text} ({url})", escape=str)
_HTML = Printer(bold="<b>{text}</b>", italic="<i>{text}</i>", code="{text}", link="{text} ({url})", escape=_html)


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    return [body for message in messages for body in _bodies(message)]


def _bodies(message: Message) -> list[dict[str, Tree]]:
    match message:
        case Text():
            return [_text(message.text)]
        case QuickReply():
            rows: list[Tree] = [_button(button) for button in message.buttons]
            return [{**_text(message.text), "keyboard": {"Type": "keyboard", "DefaultHeight": False, "Buttons": rows}}]
        case Card():
            return [_rich_media([message], message.title)]
        case Carousel():
            before = [_text(message.text)] if message.text else []
            return [*before, _rich_media(message.cards, message.text or message.cards[0].title)]
        case Media():
            caption = _prose(message.caption) if message.caption else ""
            return [{"type": "picture", "text": caption, "media": message.url}]
        case Location():
            return [{"type": "location", "location": {"lat": message.latitude, "lon": message.longitude}}]
        case _:
            raise TypeError(type(message).__name__)  # refused by viber/message.schema.json


def _prose(text: Leaf) -> Leaf:
    return printed(text, _TEXT) if text.marked else text


def _text(text: Leaf) -> dict[str, Tree]:
    return {"type": "text", "text": _prose(text)}


def _limit(name: str) -> Any:
    return load("viber/limits.json")["$defs"][name]


def _cell(rows: int, action: str, body: Leaf | str, **shown: Tree) -> dict[str, Tree]:
    """A button as wide as its block."""
    return {
        "Columns": _limit("button_columns")["maximum"],
        "Rows": rows,
        "ActionType": action,
        "ActionBody": body,
        **shown,
    }


def _button(button: Button) -> dict[str, Tree]:
    text = escaped(button.text, _html)
    if button.url:
        return _cell(1, "open-url", button.url, Text=text)
    return _cell(1, "reply", button.value or "", Text=text)


def _rich_media(cards: Sequence[Card], alternative: Leaf) -> dict[str, Tree]:
    rows = max(_rows(card) for card in cards)
    grid: dict[str, Tree] = {
        "Type": "rich_media",
        "ButtonsGroupColumns": _limit("block_columns")["maximum"],
        "ButtonsGroupRows": rows,
        "Buttons": [cell for card in cards for cell in _block(card, rows - _rows(card))],
    }
    version = _limit("rich_media_api_version")["x-advised"]
    return {"min_api_version": version, "type": "rich_media", "alt_text": joined(alternative), "rich_media": grid}


def _rows(card: Card) -> int:
    """How many rows a card fills at least."""
    return (_IMAGE_ROWS if card.image else 0) + (2 if card.subtitle else 1) + len(card.buttons)


def _block(card: Card, spare: int) -> list[dict[str, Tree]]:
    """A card's cells, from above. A tap on anything but a button leads where the card leads."""
    tap: tuple[str, Leaf | str] = ("open-url", card.url) if card.url else ("none", "none")
    cells = [_cell(_IMAGE_ROWS, *tap, Image=card.image.url)] if card.image else []
    title = escaped(card.title, _html)
    if card.subtitle:
        cells.append(_cell(1, *tap, Text=title, TextSize="large", TextHAlign="left"))
        below = printed(card.subtitle, _HTML)
        cells.append(_cell(1 + spare, *tap, Text=below, TextSize="regular", TextHAlign="left"))
    else:
        cells.append(_cell(1 + spare, *tap, Text=title, TextSize="large", TextHAlign="left"))
    return cells + [_button(button) for button in card.buttons]
