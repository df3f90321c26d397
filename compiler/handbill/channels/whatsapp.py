"""WhatsApp Cloud API: one message a request.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages

| message       | `type`, and what stands under its name                                                          |
|---------------|-------------------------------------------------------------------------------------------------|
| text          | text: {body}                                                                                    |
| quick_reply   | interactive: type button, body, action {buttons: [{type: reply, reply: {id, title}}]}           |
|               | with a link button: type cta_url, body, action {name: cta_url, parameters: {display_text, url}} |
| card          | the same with the image as header; the body is the title and, on the next line, the subtitle    |
| carousel      | interactive: type carousel, body, action {cards: [{card_index, type, header, body, action}]}    |
| list          | interactive: type list, body, action {button, sections: [{title, rows: [{id, title, …}]}]}      |
| media         | image, video, audio, document: {link, caption, filename}; `mime` is checked, not sent           |
| location      | location: {latitude, longitude, name, address}, the degrees as text                             |
| notification  | template: {name, language: {code}, components: [header, body, button…, carousel]}               |

`metadata` goes out as JSON text in `biz_opaque_callback_data`, which comes back with each status of the message.
WhatsApp has no sign that prevents its formatting, so that only a text with inline markup is rewritten.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import assert_never

from ..markup import Printer, printed
from ..message import (
    Button,
    ButtonValue,
    Card,
    Carousel,
    DatePicker,
    HeaderValues,
    ListMessage,
    Location,
    Media,
    Message,
    Notification,
    Parameters,
    QuickReply,
    Text,
)
from ..tree import Leaf, Tree, encoded, escaped, joined, present

_PRINTER = Printer(bold="*{text}*", italic="_{text}_", code="```{text}```", link="{text}: {url}", escape=str)
_MEDIA = {"image": "image", "video": "video", "audio": "audio", "file": "document"}


def emit(messages: Sequence[Message]) -> list[dict[str, Tree]]:
    """One body a message."""
    return [_body(message) for message in messages]


def _body(message: Message) -> dict[str, Tree]:
    kind, content = _content(message)
    return present(
        messaging_product="whatsapp",
        recipient_type="individual",
        type=kind,
        **{kind: content},
        biz_opaque_callback_data=_callback_data(message.metadata) if message.metadata else None,
    )


def _content(message: Message) -> tuple[str, Tree]:
    """The message's type, and what stands under its name."""
    match message:
        case Text():
            return "text", {"body": _text(message.text)}
        case QuickReply():
            return "interactive", _with_buttons(_text(message.text), message, _text_header(message))
        case Card():
            header = _image(message) if message.image else _text_header(message)
            return "interactive", _with_buttons(_words(message), message, header)
        case Carousel():
            return "interactive", _carousel(message)
        case ListMessage():
            return "interactive", _list(message)
        case Media():
            kind = _MEDIA[str(message.kind.value)]
            caption = _text(message.caption) if message.caption else None
            return kind, present(link=message.url, caption=caption, filename=message.filename)
        case Location():
            latitude, longitude = encoded(message.latitude, _degrees), encoded(message.longitude, _degrees)
            place = present(latitude=latitude, longitude=longitude, name=message.name, address=message.address)
            return "location", place
        case Notification():
            return "template", _template(message)
        case DatePicker():
            raise TypeError("WhatsApp has no date picker")
        case _:
            assert_never(message)


def _text(leaf: Leaf) -> Leaf:
    return leaf if leaf.marked is None else printed(leaf, _PRINTER)


def _callback_data(metadata: dict[str, Leaf]) -> Leaf:
    """The metadata as JSON text without blanks."""
    pieces: list[Leaf | str] = []
    for name, value in metadata.items():
        pieces += [f'{"," if pieces else "{"}"{_quoted(name)}":"', escaped(value, _quoted), '"']
    return joined(*pieces, "}")


def _quoted(text: str) -> str:
    """As JSON writes it, in ASCII: whether the field's limit is of characters or of bytes is not settled."""
    return json.dumps(text)[1:-1]


def _degrees(number: str) -> str:
    """A number in digits, without an exponent: Python writes 0.00001 as 1e-05."""
    try:
        return format(Decimal(number), "f")
    except InvalidOperation:
        return number


# ---- interactive messages


def _words(card: Card) -> Leaf:
    return joined(card.title, "\n", _text(card.subtitle)) if card.subtitle else card.title


def _text_header(message: Message) -> Tree:
    return {"type": "text", "text": message.header} if message.header else None


def _image(card: Card) -> Tree:
    return {"type": "image", "image": {"link": card.image.url}} if card.image else None


def _with_buttons(body: Leaf, message: QuickReply | Card, header: Tree) -> Tree:
    first = message.buttons[0]
    return present(
        type="cta_url" if first.kind == "link" else "button",
        header=header,
        body={"text": body},
        footer=_footer(message),
        action=_link(first) if first.kind == "link" else {"buttons": _replies(message.buttons, "reply")},
    )


def _footer(message: Message) -> Tree:
    return {"text": message.footer} if message.footer else None


def _link(button: Button) -> Tree:
    return {"name": "cta_url", "parameters": {"display_text": button.text, "url": button.url}}


def _replies(buttons: Sequence[Button], kind: str) -> list[Tree]:
    return [{"type": kind, kind: {"id": button.value, "title": button.text}} for button in buttons]


def _carousel(message: Carousel) -> Tree:
    cards: list[Tree] = [
        {
            "card_index": index,
            "type": "cta_url",  # of cards with reply buttons too
            "header": _image(card),
            "body": {"text": _words(card)},
            "action": _link(card.buttons[0])
            if card.buttons[0].kind == "link"
            else {"buttons": _replies(card.buttons, "quick_reply")},
        }
        for index, card in enumerate(message.cards)
    ]
    if message.text is None:
        raise TypeError("the message schema asks for the carousel's text")
    return {"type": "carousel", "body": {"text": _text(message.text)}, "action": {"cards": cards}}


def _list(message: ListMessage) -> Tree:
    sections: list[Tree] = [
        present(
            title=section.title,
            rows=[present(id=row.value, title=row.text, description=row.subtitle) for row in section.items],
        )
        for section in message.sections
    ]
    return present(
        type="list",
        header=_text_header(message),
        body={"text": _text(message.text)},
        footer=_footer(message),
        action={"button": message.button, "sections": sections},
    )


# ---- approved templates


def _template(message: Notification) -> Tree:
    components = _components(message.parameters)
    return present(name=message.name, language={"code": message.language}, components=components or None)


def _components(parameters: Parameters) -> list[Tree]:
    header = _header(parameters.header) if parameters.header else []
    made: list[Tree] = [{"type": "header", "parameters": header}] if header else []
    if parameters.body:
        made.append({"type": "body", "parameters": _values(parameters.body)})
    made += [_button(button) for button in parameters.buttons]
    if parameters.cards:
        cards: list[Tree] = [
            {"card_index": index, "components": _components(card)} for index, card in enumerate(parameters.cards)
        ]
        made.append({"type": "carousel", "cards": cards})
    return made


def _header(header: HeaderValues) -> list[Tree]:
    if header.kind is None:
        return _values(header.values)
    kind = _MEDIA[str(header.kind.value)]
    return [{"type": kind, kind: present(link=header.url, filename=header.filename)}]


def _values(values: dict[str, Leaf]) -> list[Tree]:
    """Named values as they come, numbered ones in the order of their numbers, which WhatsApp fills them in."""
    if all(name.isdigit() for name in values):
        return [{"type": "text", "text": values[name]} for name in sorted(values, key=int)]
    return [{"type": "text", "parameter_name": name, "text": value} for name, value in values.items()]


def _button(button: ButtonValue) -> Tree:
    if button.kind is None:
        raise TypeError("the message schema asks for the kind of a template's button")
    reply = str(button.kind.value) == "reply"
    filled: Tree = {"type": "payload", "payload": button.value} if reply else {"type": "text", "text": button.value}
    return {
        "type": "button",
        "sub_type": "quick_reply" if reply else "url",
        "index": encoded(button.index, str),
        "parameters": [filled],
    }
