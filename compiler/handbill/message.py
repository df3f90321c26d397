"""The neutral message: what an author means, before any channel has its say.

`schemas/message.schema.json` is the definition; these classes are the same thing for code that
matches on it. Leaves stay `Leaf`s, holes and all. `read` expects a tree that has passed the schema.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, cast

from .tree import Leaf, Tree


@dataclass(frozen=True, slots=True)
class Image:
    url: Leaf
    alt: Leaf | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A reply (`value`), a link (`url`) or a call (`phone`): exactly one of the three."""

    text: Leaf
    value: Leaf | None = None
    url: Leaf | None = None
    phone: Leaf | None = None
    image_url: Leaf | None = None

    @property
    def kind(self) -> Literal["reply", "link", "call"]:
        return "reply" if self.value else "link" if self.url else "call"


@dataclass(frozen=True, slots=True)
class Item:
    """A row of a list."""

    text: Leaf
    value: Leaf
    subtitle: Leaf | None = None
    image_url: Leaf | None = None


@dataclass(frozen=True, slots=True)
class Section:
    items: tuple[Item, ...]
    title: Leaf | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    start: Leaf  # ISO 8601
    duration: Leaf  # seconds


@dataclass(frozen=True, slots=True)
class HeaderValues:
    """What an approved template's header takes: values by name, or one medium."""

    values: dict[str, Leaf] = field(default_factory=dict)
    kind: Leaf | None = None  # image, video, file
    url: Leaf | None = None
    filename: Leaf | None = None


@dataclass(frozen=True, slots=True)
class ButtonValue:
    """What the button at `index` (from 0) of an approved template takes: the payload of a reply, the end of a link."""

    index: Leaf
    value: Leaf
    kind: Leaf | None = None  # reply, link


@dataclass(frozen=True, slots=True)
class Parameters:
    """What fills an approved template, or one card of it. Names are as approved: "1" or "first_name"."""

    header: HeaderValues | None = None
    body: dict[str, Leaf] = field(default_factory=dict)
    buttons: tuple[ButtonValue, ...] = ()
    cards: tuple[Parameters, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    pointer: str = ""  # of the message in its document: "" or, in a sequence, "/0"
    header: Leaf | None = None
    footer: Leaf | None = None
    metadata: dict[str, Leaf] = field(default_factory=dict)
    fallback: Leaf | Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(_Common):
    text: Leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickReply(_Common):
    text: Leaf
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card(_Common):
    title: Leaf
    subtitle: Leaf | None = None
    image: Image | None = None
    url: Leaf | None = None  # where a tap on the card leads
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Carousel(_Common):
    cards: tuple[Card, ...]
    text: Leaf | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMessage(_Common):
    text: Leaf
    button: Leaf  # the label of the button that opens the list
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Media(_Common):
    kind: Leaf  # image, video, audio, file
    url: Leaf
    caption: Leaf | None = None
    filename: Leaf | None = None
    mime: Leaf | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Location(_Common):
    latitude: Leaf  # degrees
    longitude: Leaf  # degrees
    name: Leaf | None = None
    address: Leaf | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatePicker(_Common):
    text: Leaf
    slots: tuple[Slot, ...]
    title: Leaf | None = None
    timezone: Leaf | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification(_Common):
    """An approved template, by name."""

    name: Leaf
    language: Leaf
    parameters: Parameters = field(default_factory=Parameters)


Message: TypeAlias = Text | QuickReply | Card | Carousel | ListMessage | Media | Location | DatePicker | Notification

ALIASES = {"generic": "card"}  # the tutorial's name for a single card


class Missing(KeyError):
    """A tree was read that its schema should have refused."""


_Object: TypeAlias = "dict[str, Tree]"


def read(tree: Tree, pointer: str = "") -> Message:
    """The message that a valid tree describes."""
    obj = _object(tree)
    kind = _leaf(obj, "template_type").value
    build: Callable[[_Object, str], Message] = _READERS[ALIASES.get(str(kind), str(kind))]
    return build(obj, pointer)


def _object(tree: Tree) -> _Object:
    if not isinstance(tree, dict):
        raise Missing("object")
    return tree


def _objects(obj: _Object, key: str) -> list[_Object]:
    return [_object(child) for child in cast("list[Tree]", obj.get(key) or [])]


def _leaf(obj: _Object, key: str) -> Leaf:
    value = obj.get(key)
    if not isinstance(value, Leaf):
        raise Missing(key)
    return value


def _maybe(obj: _Object, key: str) -> Leaf | None:
    return _leaf(obj, key) if key in obj else None


def _leaves(obj: _Object, key: str) -> dict[str, Leaf]:
    values = _object(obj.get(key) or {})
    return {name: _leaf(values, name) for name in values}


def _common(obj: _Object, pointer: str) -> dict[str, object]:
    fallback = obj.get("fallback")
    return {
        "pointer": pointer,
        "header": _maybe(obj, "header"),
        "footer": _maybe(obj, "footer"),
        "metadata": _leaves(obj, "metadata"),
        "fallback": read(fallback, f"{pointer}/fallback") if isinstance(fallback, dict) else fallback,
    }


def _button(obj: _Object) -> Button:
    return Button(
        text=_leaf(obj, "text"),
        value=_maybe(obj, "value"),
        url=_maybe(obj, "url"),
        phone=_maybe(obj, "phone"),
        image_url=_maybe(obj, "image_url"),
    )


def _buttons(obj: _Object) -> tuple[Button, ...]:
    return tuple(_button(child) for child in _objects(obj, "buttons"))


def _section(obj: _Object) -> Section:
    items = tuple(
        Item(
            text=_leaf(child, "text"),
            value=_leaf(child, "value"),
            subtitle=_maybe(child, "subtitle"),
            image_url=_maybe(child, "image_url"),
        )
        for child in _objects(obj, "items")
    )
    return Section(items=items, title=_maybe(obj, "title"))


def _parameters(obj: _Object) -> Parameters:
    header = _object(obj["header"]) if "header" in obj else None
    return Parameters(
        header=HeaderValues(
            values=_leaves(header, "values"),
            kind=_maybe(header, "kind"),
            url=_maybe(header, "url"),
            filename=_maybe(header, "filename"),
        )
        if header is not None
        else None,
        body=_leaves(obj, "body"),
        buttons=tuple(
            ButtonValue(index=_leaf(child, "index"), value=_leaf(child, "value"), kind=_maybe(child, "kind"))
            for child in _objects(obj, "buttons")
        ),
        cards=tuple(_parameters(child) for child in _objects(obj, "cards")),
    )


def _text(obj: _Object, pointer: str) -> Message:
    return Text(text=_leaf(obj, "text"), **_common(obj, pointer))  # type: ignore[arg-type]


def _quick_reply(obj: _Object, pointer: str) -> Message:
    return QuickReply(text=_leaf(obj, "text"), buttons=_buttons(obj), **_common(obj, pointer))  # type: ignore[arg-type]


def _card(obj: _Object, pointer: str) -> Card:
    image = _object(obj["image"]) if "image" in obj else None
    return Card(
        title=_leaf(obj, "title"),
        subtitle=_maybe(obj, "subtitle"),
        image=Image(url=_leaf(image, "url"), alt=_maybe(image, "alt")) if image is not None else None,
        url=_maybe(obj, "url"),
        buttons=_buttons(obj),
        **_common(obj, pointer),  # type: ignore[arg-type]
    )


def _carousel(obj: _Object, pointer: str) -> Message:
    cards = tuple(_card(child, f"{pointer}/cards/{i}") for i, child in enumerate(_objects(obj, "cards")))
    return Carousel(cards=cards, text=_maybe(obj, "text"), **_common(obj, pointer))  # type: ignore[arg-type]


def _list(obj: _Object, pointer: str) -> Message:
    return ListMessage(
        text=_leaf(obj, "text"),
        button=_leaf(obj, "button"),
        sections=tuple(_section(child) for child in _objects(obj, "sections")),
        **_common(obj, pointer),  # type: ignore[arg-type]
    )


def _media(obj: _Object, pointer: str) -> Message:
    return Media(
        kind=_leaf(obj, "kind"),
        url=_leaf(obj, "url"),
        caption=_maybe(obj, "caption"),
        filename=_maybe(obj, "filename"),
        mime=_maybe(obj, "mime"),
        **_common(obj, pointer),  # type: ignore[arg-type]
    )


def _location(obj: _Object, pointer: str) -> Message:
    return Location(
        latitude=_leaf(obj, "latitude"),
        longitude=_leaf(obj, "longitude"),
        name=_maybe(obj, "name"),
        address=_maybe(obj, "address"),
        **_common(obj, pointer),  # type: ignore[arg-type]
    )


def _date_picker(obj: _Object, pointer: str) -> Message:
    slots = tuple(Slot(start=_leaf(c, "start"), duration=_leaf(c, "duration")) for c in _objects(obj, "slots"))
    return DatePicker(
        text=_leaf(obj, "text"),
        slots=slots,
        title=_maybe(obj, "title"),
        timezone=_maybe(obj, "timezone"),
        **_common(obj, pointer),  # type: ignore[arg-type]
    )


def _notification(obj: _Object, pointer: str) -> Message:
    return Notification(
        name=_leaf(obj, "name"),
        language=_leaf(obj, "language"),
        parameters=_parameters(_object(obj.get("parameters") or {})),
        **_common(obj, pointer),  # type: ignore[arg-type]
    )


_READERS = {
    "text": _text,
    "quick_reply": _quick_reply,
    "card": _card,
    "carousel": _carousel,
    "list": _list,
    "media": _media,
    "location": _location,
    "date_picker": _date_picker,
    "notification": _notification,
}

TEMPLATE_TYPES = tuple(_READERS)
