"""Teams' own JSON: an activity of the Bot Framework, with the cards that Teams shows.

https://learn.microsoft.com/en-us/microsoftteams/platform/bots/how-to/format-your-bot-messages

    text          {text, textFormat}
    quick_reply   {text, textFormat, suggestedActions: [imBack …]}
    card          {attachments: [hero {title, text, images, buttons, tap}]}
    carousel      {text, attachmentLayout: "carousel", attachments: [hero …]}
    list          {attachments: [adaptive]}, a ShowCard with a Container for each item, which is tapped
    media         {attachments: [adaptive]}, an Image and its caption
    date_picker   {attachments: [adaptive]}, a Container for each slot, which is tapped

An unmarked text goes with textFormat `plain`; a marked one as `xml`, where everything can be escaped. A hero card's
text is HTML in any case. In Adaptive Cards a TextBlock reads Markdown, so that texts are RichTextBlocks, which do not.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence

from ..markup import Piece, Printer, Span, pieces_of, printed
from ..message import (
    Button,
    Card,
    Carousel,
    DatePicker,
    Item,
    ListMessage,
    Media,
    Message,
    QuickReply,
    Section,
    Slot,
    Text,
)
from ..tree import Leaf, Part, Tree, joined

HERO = "application/vnd.microsoft.card.hero"
ADAPTIVE = "application/vnd.microsoft.card.adaptive"
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
VERSION = "1.5"


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    """One body a message."""
    return [{"type": "message", **_activity(message)} for message in messages]


def _activity(message: Message) -> dict[str, Tree]:
    match message:
        case Text():
            return _text(message.text)
        case QuickReply():
            actions: list[Tree] = [{"type": "imBack", "title": b.text, "value": b.value} for b in message.buttons]
            answers: Tree = {"actions": actions}
            return {**_text(message.text), "inputHint": "expectingInput", "suggestedActions": answers}
        case Card():
            return {"summary": message.title, "attachments": [_hero(message)]}
        case Carousel():
            cards: list[Tree] = [_hero(card) for card in message.cards]
            before = _text(message.text) if message.text else {"summary": message.cards[0].title}
            return {**before, "attachmentLayout": "carousel", "attachments": cards}
        case ListMessage():
            opened: Tree = {"type": "AdaptiveCard", "body": [e for s in message.sections for e in _section(s)]}
            button: Tree = {"type": "Action.ShowCard", "title": message.button, "card": opened}
            return _adaptive(message, message.text, [_paragraph(message.text)], [button])
        case Media():
            image: dict[str, Tree] = {"type": "Image", "url": message.url}
            if message.caption is None:
                return _adaptive(message, message.url, [image])
            shown: Tree = {**image, "altText": message.caption}
            return _adaptive(message, message.caption, [shown, _paragraph(message.caption)])
        case DatePicker():
            title: list[Tree] = [_paragraph(message.title, size="large", weight="bolder")] if message.title else []
            slots = [_slot(slot) for slot in message.slots]
            return _adaptive(message, message.text, [*title, _paragraph(message.text), *slots])
        case _:
            raise TypeError(type(message).__name__)


# ---- texts


def _html(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


HTML = Printer(
    "<strong>{text}</strong>", "<em>{text}</em>", "<code>{text}</code>", '<a href="{url}">{text}</a>', escape=_html
)


def _text(leaf: Leaf) -> dict[str, Tree]:
    if leaf.marked is None:
        return {"text": leaf, "textFormat": "plain"}
    return {"text": printed(leaf, HTML), "textFormat": "xml"}


# ---- hero cards


def _hero(card: Card) -> Tree:
    content: dict[str, Tree] = {"title": card.title}
    if card.subtitle:
        content["text"] = printed(card.subtitle, HTML)
    if card.image:
        alt: dict[str, Tree] = {"alt": card.image.alt} if card.image.alt else {}
        content["images"] = [{"url": card.image.url, **alt}]
    if card.buttons:
        content["buttons"] = [_button(button) for button in card.buttons]
    if card.url:
        content["tap"] = {"type": "openUrl", "title": card.title, "value": card.url}
    return {"contentType": HERO, "content": content}


def _button(button: Button) -> Tree:
    if button.url:
        return {"type": "openUrl", "title": button.text, "value": button.url}
    return {"type": "messageBack", "title": button.text, **_back(button.text, button.value)}


def _back(shown: Leaf, value: Leaf | None) -> dict[str, Tree]:
    """What the chat shows when something is tapped, and what the bot gets."""
    return {"displayText": shown, "text": value, "value": value}


# ---- Adaptive Cards


def _adaptive(message: Message, said: Leaf, body: Sequence[Tree], actions: Sequence[Tree] = ()) -> dict[str, Tree]:
    """`said` is what a notification says, and what stands there where the card cannot be shown."""
    header: list[Tree] = [_paragraph(message.header, weight="bolder")] if message.header else []
    footer: list[Tree] = [_paragraph(message.footer, size="small", isSubtle=True)] if message.footer else []
    content: dict[str, Tree] = {
        "type": "AdaptiveCard",
        "$schema": SCHEMA,
        "version": VERSION,
        "fallbackText": said,
        "body": [*header, *body, *footer],
    }
    if actions:
        content["actions"] = list(actions)
    return {"summary": said, "attachments": [{"contentType": ADAPTIVE, "content": content}]}


def _paragraph(leaf: Leaf, **style: Tree) -> Tree:
    pieces: Iterable[Piece] = pieces_of(leaf) if leaf.marked else (leaf,)
    return {"type": "RichTextBlock", "inlines": list(_runs(leaf.pointer, pieces, style))}


STYLES: dict[str, dict[str, Tree]] = {
    "bold": {"weight": "bolder"},
    "italic": {"italic": True},
    "code": {"fontType": "monospace"},
}


def _runs(pointer: str, pieces: Iterable[Piece], style: dict[str, Tree]) -> Iterator[Tree]:
    """Stretches of one style each, with the style of what they stand in."""
    for piece in pieces:
        if not isinstance(piece, Span):
            yield {"type": "TextRun", "text": _of(pointer, [piece]), **style}
        elif piece.kind == "link":
            opens: Tree = {"type": "Action.OpenUrl", "url": _of(pointer, piece.url)}
            yield from _runs(pointer, piece.content, {**style, "underline": True, "selectAction": opens})
        else:
            yield from _runs(pointer, piece.content, {**style, **STYLES[piece.kind]})


def _of(pointer: str, parts: Sequence[Part]) -> Leaf:
    if len(parts) == 1 and isinstance(parts[0], Leaf):
        return parts[0]
    if all(isinstance(part, str) for part in parts):
        return Leaf(pointer, "".join(map(str, parts)))
    return Leaf(pointer, parts=tuple(parts))


def _section(section: Section) -> Iterator[Tree]:
    if section.title:
        yield _paragraph(section.title, weight="bolder")
    for item in section.items:
        yield _item(item)


def _item(item: Item) -> Tree:
    texts: list[Tree] = [_paragraph(item.text)]
    if item.subtitle:
        texts.append(_paragraph(item.subtitle, size="small", isSubtle=True))
    if item.image_url is None:
        return _tapped(texts, {"type": "messageBack", **_back(item.text, item.value)}, item.text)
    image: Tree = {"type": "Image", "url": item.image_url, "altText": item.text, "size": "small"}
    columns: list[Tree] = [
        {"type": "Column", "width": "auto", "items": [image]},
        {"type": "Column", "width": "stretch", "items": texts},
    ]
    beside: Tree = {"type": "ColumnSet", "columns": columns}
    return _tapped([beside], {"type": "messageBack", **_back(item.text, item.value)}, item.text)


def _slot(slot: Slot) -> Tree:
    """A time in the words of the reader's language, in the reader's time zone: Teams puts it into them."""
    time = joined("{{DATE(", slot.start, ", SHORT)}} {{TIME(", slot.start, ")}}", at=slot.start)
    value: Tree = {"start": slot.start, "duration": slot.duration}
    chosen: Tree = {"type": "messageBack", "text": slot.start, "value": value}
    return _tapped([{"type": "TextBlock", "text": time, "wrap": True}], chosen)


def _tapped(items: Sequence[Tree], chosen: Tree, title: Leaf | None = None) -> Tree:
    """A row that answers when it is tapped."""
    named: dict[str, Tree] = {"title": title} if title else {}
    action: Tree = {"type": "Action.Submit", **named, "data": {"msteams": chosen}}
    return {"type": "Container", "separator": True, "selectAction": action, "items": list(items)}
