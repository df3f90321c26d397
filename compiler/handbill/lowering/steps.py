"""The steps of a ladder: a message as one of another type, or as several. Each is structural: no text is looked into.

A step may offer several drafts, the one that keeps most first. What a draft does not carry is lost, and `losses`
finds it by comparing; so a step cannot forget to say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

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
    QuickReply,
    Section,
    Text,
)
from ..tree import Leaf
from .prose import Prose, Words, time


@dataclass(frozen=True, slots=True)
class Draft:
    """What a message could become. `carried` are the leaves that its texts have in them."""

    messages: tuple[Message, ...]
    carried: tuple[Leaf, ...] = ()


def drafts(message: Message, rung: str, words: Words) -> Iterator[Draft]:
    """What a message could become on one rung of its ladder; nothing when it has no such step, or not this message."""
    match message, rung:
        case _, "text":
            yield from _as_text(message, words)
        case Carousel(), "list":
            yield from _cards_as_list(message, words)
        case Carousel(), "card":
            yield _cards_apart(message)
        case Carousel(), "quick_reply":
            yield from _cards_as_replies(message, words)
        case Card(), "quick_reply" | "media":
            yield from _card_apart(message, words)
        case QuickReply(), "list":
            yield from _replies_as_list(message, words)
        case QuickReply(), "card":
            yield Draft((Card(title=message.text, buttons=message.buttons, **_common(message)),))
        case ListMessage(), "quick_reply":
            items = [item for section in message.sections for item in section.items]
            buttons = tuple(Button(text=i.text, value=i.value, image_url=i.image_url) for i in items)
            yield Draft((QuickReply(text=message.text, buttons=buttons, **_common(message)),))
        case DatePicker(), "list" | "quick_reply":
            yield _times_to_choose(message, rung, words)


# what `drafts` knows, so that a test can hold the ladders of the channels against it
STEPS = {
    "carousel": ("list", "card", "quick_reply", "text"),
    "card": ("quick_reply", "media", "text"),
    "quick_reply": ("card", "list", "text"),
    "list": ("quick_reply", "text"),
    "date_picker": ("list", "quick_reply", "text"),
    "media": ("text",),
    "location": ("text",),
}


def answers_only(message: Message, words: Words) -> Iterator[Draft]:
    """A question with buttons of several kinds, as one whose buttons only answer: the others written out."""
    if not isinstance(message, QuickReply):
        return
    kept = tuple(button for button in message.buttons if button.value is not None)
    if 0 < len(kept) < len(message.buttons):
        prose = Prose(words, message.text)
        for button in message.buttons:
            prose.written_out(button, gap="\n" if len(prose.carried) > 1 else "\n\n")
        yield Draft((replace(message, text=prose.leaf(message.text), buttons=kept),), tuple(prose.carried))


def _common(message: Message) -> dict[str, Any]:
    return {
        "pointer": message.pointer,
        "header": message.header,
        "footer": message.footer,
        "metadata": message.metadata,
    }


# ---- cards


def _replies(card: Card) -> list[Button]:
    return [button for button in card.buttons if button.value is not None]


def _tell(prose: Prose, card: Card, *, subtitle: bool) -> None:
    """What of a card a row of a list has no place for."""
    links = [button for button in card.buttons if button.value is None]
    told = [card.subtitle] if subtitle and card.subtitle is not None else []
    if not (told or links or card.url):
        return
    prose.add(card.title, gap="\n\n")
    for text in told:
        prose.add(text)
    if card.url is not None:
        prose.add(card.url)
    for button in links:
        prose.written_out(button)


def _cards_as_list(message: Carousel, words: Words) -> Iterator[Draft]:
    """A row a card; of cards with several replies, a section a card."""
    if not any(map(_replies, message.cards)):
        return
    prose = Prose(words, message.text)
    single = all(len(_replies(card)) <= 1 for card in message.cards)
    rows: list[Item] = []
    sections: list[Section] = []
    for card in message.cards:
        replies = _replies(card)
        _tell(prose, card, subtitle=not single or not replies)
        if not replies:
            if card.subtitle is None and card.url is None and not card.buttons:
                prose.add(card.title, gap="\n\n")
        elif single:
            image = card.image.url if card.image else replies[0].image_url
            rows.append(Item(card.title, _value(replies[0]), card.subtitle, image))
        else:
            items = tuple(Item(b.text, _value(b), image_url=b.image_url) for b in replies)
            sections.append(Section(items, card.title))
    at = message.cards[0].title
    made = ListMessage(
        text=prose.leaf(message.text) if prose else words.open_list(at),
        button=words.open_list(at),
        sections=(Section(tuple(rows)),) if single else tuple(sections),
        **_common(message),
    )
    yield Draft((made,), tuple(prose.carried))


def _value(button: Button) -> Leaf:
    assert button.value is not None
    return button.value


def _cards_apart(message: Carousel) -> Draft:
    """One message a card, the text first."""
    common = _common(message)
    footer = common.pop("footer")
    cards: list[Message] = list(message.cards)
    if message.text is not None:
        cards.insert(0, Text(text=message.text, **common))
    else:
        cards[0] = replace(cards[0], header=message.header, metadata=message.metadata)
    cards[-1] = replace(cards[-1], footer=footer)
    return Draft(tuple(cards))


def _cards_as_replies(message: Carousel, words: Words) -> Iterator[Draft]:
    """The cards as text, and a button a card."""
    if any(len(_replies(card)) > 1 for card in message.cards) or not any(map(_replies, message.cards)):
        return
    prose = Prose(words, message.text)
    buttons: list[Button] = []
    for card in message.cards:
        prose.card(card)
        buttons += [Button(card.title, value=reply.value, image_url=reply.image_url) for reply in _replies(card)]
    text = prose.leaf(message.text)
    yield Draft((QuickReply(text=text, buttons=tuple(buttons), **_common(message)),), tuple(prose.carried))


def _card_apart(card: Card, words: Words) -> Iterator[Draft]:
    """The image, then the text with its buttons; where there is no place for that, without the image."""
    picture: list[tuple[Message, ...]] = []
    if card.image is not None:
        at = f"{card.pointer}/image"
        picture = [(Media(pointer=at, kind=Leaf(f"{at}/url", "image"), url=card.image.url),)]
    prose = Prose(words, card.title)
    for line in (card.subtitle, card.url):
        if line is not None:
            prose.add(line)
    main: Message = Text(text=prose.leaf(), **_common(card))
    if card.buttons:
        main = QuickReply(text=prose.leaf(), buttons=card.buttons, **_common(card))
    for first in [*picture, ()]:
        yield Draft((*first, main), tuple(prose.carried))


# ---- choices


def _replies_as_list(message: QuickReply, words: Words) -> Iterator[Draft]:
    """A row a reply; links and calls in the text."""
    prose = Prose(words, message.text)
    rows: list[Item] = []
    for button in message.buttons:
        if button.value is not None:
            rows.append(Item(button.text, button.value, image_url=button.image_url))
        else:
            prose.written_out(button, gap="\n" if len(prose.carried) > 1 else "\n\n")
    if rows:
        opens = words.open_list(message.buttons[0].text)
        text = prose.leaf(message.text)
        made = ListMessage(text=text, button=opens, sections=(Section(tuple(rows)),), **_common(message))
        yield Draft((made,), tuple(prose.carried))


def _times_to_choose(message: DatePicker, rung: str, words: Words) -> Draft:
    """The times as rows or as buttons. What comes back is the time as it was given."""
    prose = _question(message, words)
    text = prose.leaf(message.text)
    if rung == "quick_reply":
        buttons = tuple(Button(time(slot), value=slot.start) for slot in message.slots)
        return Draft((QuickReply(text=text, buttons=buttons, **_common(message)),), tuple(prose.carried))
    rows = tuple(Item(time(slot), slot.start, words.duration(slot)) for slot in message.slots)
    opens = words.open_list(message.slots[0].start)
    made = ListMessage(text=text, button=opens, sections=(Section(rows),), **_common(message))
    return Draft((made,), (*prose.carried, *(slot.duration for slot in message.slots)))


def _question(message: DatePicker, words: Words) -> Prose:
    prose = Prose(words, message.title)
    prose.add(message.text)
    return prose


# ---- everything as text


def _as_text(message: Message, words: Words) -> Iterator[Draft]:
    prose = Prose(words)
    match message:
        case QuickReply():
            prose.add(message.text)
            for at, button in enumerate(message.buttons):
                prose.button(button, gap="\n" if at else "\n\n")
        case Card():
            _card_as_text(prose, message)
        case Carousel():
            if message.text is not None:
                prose.add(message.text)
            for card in message.cards:
                _card_as_text(prose, card)
        case ListMessage():
            _list_as_text(prose, message)
        case Media():
            if message.caption is not None:
                prose.add(message.caption)
            name = message.filename
            prose.add(
                words.say("link", label=name, url=message.url) if name else message.url,
                carries=(message.url, *([name] if name else [])),
            )
        case Location():
            for part in (message.name, message.address):
                if part is not None:
                    prose.add(part)
            prose.add(message.latitude, ", ", message.longitude)
        case DatePicker():
            prose = _question(message, words)
            for at, slot in enumerate(message.slots):
                prose.option(words.slot(slot), gap="\n" if at else "\n\n", carries=(slot.duration,))
        case Text() | Notification():
            return
    yield Draft((Text(text=prose.leaf(), **_common(message)),), tuple(prose.carried))


def _card_as_text(prose: Prose, card: Card) -> None:
    prose.card(card, links=False)
    if card.url is not None:
        prose.add(card.url)
    for button in card.buttons:
        prose.button(button)


def _list_as_text(prose: Prose, message: ListMessage) -> None:
    prose.add(message.text)
    for section in message.sections:
        gap = "\n\n"
        if section.title is not None:
            prose.add(section.title, gap=gap)
            gap = "\n"
        for item in section.items:
            prose.option(item.text, gap=gap)
            gap = "\n"
            if item.subtitle is not None:
                prose.add(item.subtitle)
