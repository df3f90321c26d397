"""A message as the neutral JSON it was read from: the inverse of `message.read`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from ..message import (
    Button,
    Card,
    Carousel,
    DatePicker,
    Item,
    ListMessage,
    Location,
    Media,
    Message,
    Notification,
    Parameters,
    QuickReply,
    Section,
    Text,
)
from ..tree import Leaf, Tree, not_empty, walk

_TYPES: dict[type, str] = {
    Text: "text",
    QuickReply: "quick_reply",
    Card: "card",
    Carousel: "carousel",
    ListMessage: "list",
    Media: "media",
    Location: "location",
    DatePicker: "date_picker",
    Notification: "notification",
}


def type_of(message: Message) -> str:
    """Its `template_type`."""
    return _TYPES[type(message)]


def written(message: Message) -> dict[str, Tree]:
    """The tree of a message, its leaves being the same objects; without its fallback."""
    type_ = Leaf(f"{message.pointer}/template_type", type_of(message))
    common = not_empty(header=message.header, footer=message.footer, metadata={**message.metadata})
    return {"template_type": type_, **_own(message), **common}


def leaves_of(tree: Tree) -> list[Leaf]:
    """Every leaf of a tree, in order."""
    found: list[Leaf] = []
    walk(tree, lambda _, node: found.append(node) if isinstance(node, Leaf) else None)
    return found


def _own(message: Message) -> dict[str, Tree]:
    match message:
        case Text():
            return {"text": message.text}
        case QuickReply():
            return {"text": message.text, "buttons": _buttons(message.buttons)}
        case Card():
            return _card(message)
        case Carousel():
            return not_empty(text=message.text, cards=[_card(card) for card in message.cards])
        case ListMessage():
            sections: list[Tree] = [_section(each) for each in message.sections]
            return {"text": message.text, "button": message.button, "sections": sections}
        case Media():
            named = not_empty(caption=message.caption, filename=message.filename, mime=message.mime)
            return {"kind": message.kind, "url": message.url, **named}
        case Location():
            place = not_empty(name=message.name, address=message.address)
            return {"latitude": message.latitude, "longitude": message.longitude, **place}
        case DatePicker():
            slots: list[Tree] = [{"start": slot.start, "duration": slot.duration} for slot in message.slots]
            return not_empty(text=message.text, title=message.title, slots=slots, timezone=message.timezone)
        case Notification():
            parameters = _parameters(message.parameters)
            return not_empty(name=message.name, language=message.language, parameters=parameters)
        case _:
            assert_never(message)


def _buttons(buttons: Sequence[Button]) -> list[Tree]:
    return [not_empty(text=b.text, value=b.value, url=b.url, phone=b.phone, image_url=b.image_url) for b in buttons]


def _card(card: Card) -> dict[str, Tree]:
    return not_empty(
        title=card.title,
        subtitle=card.subtitle,
        image=not_empty(url=card.image.url, alt=card.image.alt) if card.image else None,
        url=card.url,
        buttons=_buttons(card.buttons),
    )


def _section(section: Section) -> dict[str, Tree]:
    def item(each: Item) -> Tree:
        return not_empty(text=each.text, subtitle=each.subtitle, value=each.value, image_url=each.image_url)

    return not_empty(title=section.title, items=[item(each) for each in section.items])


def _parameters(parameters: Parameters) -> dict[str, Tree]:
    header = parameters.header
    return not_empty(
        header=not_empty(values={**header.values}, kind=header.kind, url=header.url, filename=header.filename)
        if header
        else None,
        body={**parameters.body},
        buttons=[not_empty(index=b.index, kind=b.kind, value=b.value) for b in parameters.buttons],
        cards=[_parameters(card) for card in parameters.cards],
    )
