"""A notification as far as it is known: the approved text with its values, or only its name and them."""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup, escape

from ..approved.shape import PLACEHOLDER, Shape, Text
from .fields import Field
from .writing import visible


@dataclass(frozen=True, slots=True)
class Button:
    text: str
    does: str  # reply, link, call
    value: str = ""


_DOES = {"URL": "link", "PHONE_NUMBER": "call", "VOICE_CALL": "call"}
_MEDIA = {"DOCUMENT": "file", "GIF": "video", "IMAGE": "image", "VIDEO": "video"}


@dataclass(frozen=True, slots=True)
class Notice:
    """The text of a notification, or of one of its cards. `known` is false where nobody has it here."""

    known: bool
    given: list[tuple[str, Field]]  # the values, by where they go
    header: Markup | None = None
    media: str = ""
    url: Field | None = None
    body: Markup | None = None
    footer: str = ""
    buttons: list[Button] = field(default_factory=list)
    cards: list[Notice] = field(default_factory=list)


def notice(message: Field, approved: Shape | None) -> Notice:
    """What can be shown of a notification, its values being marked as any field is."""
    return _notice(message["parameters"], approved)


def _notice(given: Field, shape: Shape | None) -> Notice:
    header, body = given["header"], given["body"]
    if shape is None:
        named = [(f"header {{{{{name}}}}}", value) for name, value in header["values"].items]
        named += [(f"{{{{{name}}}}}", value) for name, value in body.items]
        unknown = [_notice(card, None) for card in given["cards"]]
        media = header["kind"].raw
        shown = media if media in _MEDIA.values() else ""
        return Notice(False, named, media=shown, url=header["url"] or None, cards=unknown)
    cards = list(given["cards"])
    missing = Field(None, given.path, given.sheet)
    return Notice(
        True,
        [],
        _filled(shape.header, header["values"]),
        _MEDIA.get(shape.media, "file" if shape.media else ""),
        header["url"] or None,
        _filled(shape.body, body),
        visible(shape.footer),
        [_button(index, b.text, b.kind, given) for index, b in enumerate(shape.buttons)],
        [_notice(cards[i] if i < len(cards) else missing, card) for i, card in enumerate(shape.cards or ())],
    )


def _filled(text: Text | None, values: Field) -> Markup | None:
    """An approved text; a placeholder without a value stays as it is, and is pointed out."""
    if text is None:
        return None
    made: list[Markup] = []
    at = 0
    for match in PLACEHOLDER.finditer(text.text):
        value = values[match[1]]
        gap = Markup('<mark class="hb-gap">{}</mark>').format(match[0])
        made += [escape(visible(text.text[at : match.start()])), value.__html__() if value else gap]
        at = match.end()
    return Markup("").join([*made, escape(visible(text.text[at:]))])


def _button(index: int, text: str, kind: str, given: Field) -> Button:
    value = next((each["value"].raw for each in given["buttons"] if each["index"] == index), "")
    return Button(visible(text), _DOES.get(kind, "reply"), value)
