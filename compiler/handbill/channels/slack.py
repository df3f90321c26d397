"""Slack's own JSON: the body of chat.postMessage, in blocks (https://docs.slack.dev/reference/block-kit/blocks).

    text          section
    quick_reply   section, actions [button …]
    card          card {hero_image, title, body, actions}
    carousel      section (its text), carousel [card …]
    list          section, actions [static_select]
    media         image, section (its caption)

A header is a `header` block above them, a footer a `context` block below. An unmarked text is a `plain_text`, of
which Slack formats nothing; a marked one is a `rich_text` block, in a card an `mrkdwn` text. The top `text` is what
notifications and screen readers say; there Slack asks for `&`, `<` and `>` to be escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from ..markup import Piece, Printer, Span, pieces_of, printed
from ..message import Button, Card, Carousel, ListMessage, Media, Message, QuickReply, Section, Text
from ..tree import Leaf, Part, Tree, escaped

METADATA = "handbill_message"  # metadata has a type of its own in Slack; ours is the same for every message


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    """One body a message."""
    return [_body(message) for message in messages]


def _body(message: Message) -> dict[str, Tree]:
    blocks = _blocks(message, count(1))
    header: list[Tree] = [{"type": "header", "text": _plain(message.header)}] if message.header else []
    footer: list[Tree] = [{"type": "context", "elements": [_plain(message.footer)]}] if message.footer else []
    body: dict[str, Tree] = {
        "text": escaped(_said(message), _escape),
        "mrkdwn": False,
        "blocks": [*header, *blocks, *footer],
    }
    if message.metadata:
        body["metadata"] = {"event_type": METADATA, "event_payload": {**message.metadata}}
    return body


def _said(message: Message) -> Leaf:
    """What a notification says."""
    match message:
        case Text() | QuickReply() | ListMessage():
            return message.text
        case Card():
            return message.title
        case Carousel():
            return message.text or message.cards[0].title
        case Media():
            return message.caption or message.url
        case _:
            raise TypeError(type(message).__name__)


def _blocks(message: Message, numbers: Iterator[int]) -> list[Tree]:
    match message:
        case Text():
            return [_text(message.text)]
        case QuickReply():
            return [_text(message.text), {"type": "actions", "elements": _buttons(message.buttons, numbers)}]
        case Card():
            return [_card(message, numbers)]
        case Carousel():
            cards: list[Tree] = [_card(card, numbers) for card in message.cards]
            return [*([_text(message.text)] if message.text else []), {"type": "carousel", "elements": cards}]
        case ListMessage():
            return [_text(message.text), {"type": "actions", "elements": [_menu(message, numbers)]}]
        case Media():
            about = message.caption or message.kind  # Slack wants a text for those who cannot see it
            image: Tree = {"type": "image", "image_url": message.url, "alt_text": about}
            return [image, *([_text(message.caption)] if message.caption else [])]
        case _:
            raise TypeError(type(message).__name__)


def _card(card: Card, numbers: Iterator[int]) -> Tree:
    made: dict[str, Tree] = {"type": "card"}
    if card.image:
        made["hero_image"] = {"type": "image", "image_url": card.image.url, "alt_text": card.image.alt or card.title}
    made["title"] = _plain(card.title)
    if card.subtitle:
        made["body"] = _plain_or_mrkdwn(card.subtitle)
    if card.buttons:
        made["actions"] = _buttons(card.buttons, numbers)
    return made


def _buttons(buttons: Iterable[Button], numbers: Iterator[int]) -> list[Tree]:
    return [_button(button, next(numbers)) for button in buttons]


def _button(button: Button, number: int) -> Tree:
    does: dict[str, Tree] = {"value": button.value} if button.value else {"url": button.url}
    return {"type": "button", "action_id": f"{button.kind}_{number}", "text": _plain(button.text), **does}


def _menu(message: ListMessage, numbers: Iterator[int]) -> Tree:
    first, *more = message.sections
    grouped = bool(more or first.title)
    choices: dict[str, Tree] = (
        {"option_groups": [_group(section) for section in message.sections]}
        if grouped
        else {"options": _options(first)}
    )
    menu: dict[str, Tree] = {"type": "static_select", "action_id": f"list_{next(numbers)}"}
    return {**menu, "placeholder": _plain(message.button), **choices}


def _group(section: Section) -> Tree:
    return {"label": _plain(section.title), "options": _options(section)}


def _options(section: Section) -> list[Tree]:
    return [
        {
            "text": _plain(item.text),
            "value": item.value,
            **({"description": _plain(item.subtitle)} if item.subtitle else {}),
        }
        for item in section.items
    ]


# ---- texts


def _text(leaf: Leaf) -> Tree:
    """A paragraph, as a block."""
    if leaf.marked is None:
        return {"type": "section", "text": _plain(leaf)}
    section: Tree = {"type": "rich_text_section", "elements": list(_rich(leaf.pointer, pieces_of(leaf), {}, None))}
    return {"type": "rich_text", "elements": [section]}


def _plain(leaf: Leaf | None) -> Tree:
    return {"type": "plain_text", "text": leaf, "emoji": False}  # `:tada:` stays what it is


def _rich(pointer: str, pieces: Iterable[Piece], style: dict[str, Tree], url: Leaf | None) -> Iterator[Tree]:
    """Stretches of one style each, with the style of what they stand in."""
    for piece in pieces:
        if not isinstance(piece, Span):
            stretch: dict[str, Tree] = {"type": "link", "url": url} if url else {"type": "text"}
            stretch["text"] = _of(pointer, [piece])
            yield {**stretch, "style": {**style}} if style else stretch
        elif piece.kind == "link":
            yield from _rich(pointer, piece.content, style, _of(pointer, piece.url))
        else:
            yield from _rich(pointer, piece.content, {**style, piece.kind: True}, url)


def _of(pointer: str, parts: Sequence[Part]) -> Leaf:
    if all(isinstance(part, str) for part in parts):
        return Leaf(pointer, "".join(map(str, parts)))
    return Leaf(pointer, parts=tuple(parts))


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _address(text: str) -> str:
    return _escape(text).replace("|", "%7C")  # what parts it from the link's text


MRKDWN = Printer("*{text}*", "_{text}_", "`{text}`", "<{url}|{text}>", escape=_escape, url=_address)


def _plain_or_mrkdwn(leaf: Leaf) -> Tree:
    """A text of a card, where no rich_text can be. What mrkdwn formats has no escape, so only a marked one is that."""
    return _plain(leaf) if leaf.marked is None else {"type": "mrkdwn", "text": printed(leaf, MRKDWN)}
