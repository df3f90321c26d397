"""What an approved template is made of, as far as a message must fit it: its placeholders, buttons and cards."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Text:
    """A text as approved. `path` leads to it in its file."""

    text: str
    names: tuple[str, ...]  # of its placeholders, each once: "1", "first_name"
    path: tuple[str | int, ...]

    @property
    def numbered(self) -> bool:
        return all(name.isdigit() for name in self.names)

    def filled(self, values: Mapping[str, str]) -> str:
        return PLACEHOLDER.sub(lambda match: str(values.get(match[1], match[0])), self.text)


@dataclass(frozen=True, slots=True)
class Button:
    kind: str  # QUICK_REPLY, URL, PHONE_NUMBER, …
    text: str
    url: Text | None
    path: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A template, or a card of one. Words of the vendor are in capitals."""

    path: tuple[str | int, ...]
    media: str = ""  # of the header: IMAGE, VIDEO, GIF, DOCUMENT, LOCATION, PRODUCT; "" when it is text or not there
    header: Text | None = None
    body: Text | None = None
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    cards: tuple[Shape, ...] | None = None
    offer: bool = False  # for a limited time
    expires: bool = False  # and the message must say until when


def shape(components: Sequence[Any], path: tuple[str | int, ...]) -> Shape:
    """The shape of components, which stand at `path` in their file. What is not as it should be is left out."""
    found: dict[str, Any] = {}
    for index, component in enumerate(components):
        if isinstance(component, dict):
            found |= _part(component, (*path, index))
    return Shape(path, **found)


def _part(component: Mapping[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
    match kind_of(component):
        case "HEADER":
            media = kind_of(component, "format")
            if media in ("TEXT", ""):
                return {"header": _text(component, "text", path)}
            return {"media": media}
        case "BODY":
            return {"body": _text(component, "text", path)}
        case "FOOTER":
            return {"footer": str(component.get("text") or "")}
        case "BUTTONS":
            buttons = component.get("buttons")
            if isinstance(buttons, list):
                return {"buttons": tuple(_button(b, (*path, "buttons", i)) for i, b in enumerate(buttons) if b)}
        case "CAROUSEL":
            cards = component.get("cards")
            if isinstance(cards, list):
                return {"cards": tuple(_card(c, (*path, "cards", i)) for i, c in enumerate(cards))}
        case "LIMITED_TIME_OFFER":
            offer = component.get("limited_time_offer")
            return {"offer": True, "expires": isinstance(offer, dict) and offer.get("has_expiration") is True}
    return {}


def kind_of(component: Mapping[str, Any], field: str = "type") -> str:
    """The vendor writes these words in capitals, and takes them in small letters too."""
    return str(component.get(field) or "").upper()


def _button(button: Any, path: tuple[str | int, ...]) -> Button:
    if not isinstance(button, dict):
        return Button("", "", None, path)
    return Button(kind_of(button), str(button.get("text") or ""), _text(button, "url", path), path)


def _card(card: Any, path: tuple[str | int, ...]) -> Shape:
    components = card.get("components") if isinstance(card, dict) else None
    return shape(components if isinstance(components, list) else [], (*path, "components"))


def _text(owner: Mapping[str, Any], field: str, path: tuple[str | int, ...]) -> Text | None:
    text = owner.get(field)
    if not isinstance(text, str):
        return None
    return Text(text, tuple(dict.fromkeys(PLACEHOLDER.findall(text))), (*path, field))
