"""A message as HTML: one template a family of channels, filled from the neutral message and the channel's look."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..approved.shape import Shape
from ..channels import Channel
from ..message import ALIASES, TEMPLATE_TYPES
from .fields import Field, Sheet, leaves
from .looks import look
from .marking import SEVERITIES, Mark
from .notices import notice
from .times import direction, slot
from .writing import Pieces, address, folded, position, ticked, visible

HTML = Path(__file__).parent / "html"
_INDEX = re.compile("[0-9]{1,9}")
NAMES = {
    "text": "text",
    "quick_reply": "text with replies",
    "card": "card",
    "carousel": "cards side by side",
    "list": "list to choose from",
    "media": "media",
    "location": "place",
    "date_picker": "times to choose from",
    "notification": "approved template",
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """One message as it is drawn, in parts."""

    name: str  # what it is, in words
    screen: Markup
    rest: list[tuple[str, Field]]  # what is not seen of it, by where that stands


def draw(
    message: Mapping[str, Any],
    channel: Channel,
    *,
    locale: str = "",
    marks: Sequence[Mark] = (),
    ids: str = "",
    live: bool = False,
    bare: bool = False,
    texts: Mapping[str, Pieces] | None = None,
    approved: Shape | None = None,
) -> Markup:
    """One neutral message (schemas/message.schema.json, its holes filled) as an HTML fragment, an <article>.

    It never fails, whatever the message holds: what has no place in the drawing stands in a list below it.
    `marks` point out fields; `ids` begins every id, so that several drawings may stand on a page; `live` makes
    buttons that can be tapped (`<button name="tap">`, with what they do in `data-kind`, `data-value` and so on);
    `bare` leaves out the notes. `texts` are those with inline markup, by JSON pointer, and `approved` is what a
    notification's vendor has approved.
    """
    notes: list[Mark] = []
    drawing = drawn(
        message, channel, notes, locale=locale, marks=() if bare else marks, ids=ids, live=live, texts=texts,
        approved=approved,
    )  # fmt: skip
    return together([drawing], channel, notes, ids=ids, bare=bare)


def drawn(
    message: Mapping[str, Any],
    channel: Channel,
    notes: list[Mark],
    *,
    locale: str = "",
    marks: Sequence[Mark] = (),
    ids: str = "",
    live: bool = False,
    texts: Mapping[str, Pieces] | None = None,
    approved: Shape | None = None,
) -> Drawing:
    """The same in parts; what is said of it goes to `notes`, each thing once."""
    sheet = Sheet(marks, texts or {}, ids, notes)
    kind = str(message.get("template_type", ""))
    kind = ALIASES.get(kind, kind)
    field = Field(message, "", sheet)
    known = kind in TEMPLATE_TYPES
    screen = environment().get_template(f"{look(channel).family}.html").render(
        m=field, kind=kind if known else "other", look=look(channel), channel=channel, live=live,
        lang=locale.replace("_", "-"), dir=direction(locale), slot=lambda each, zone: _slot(each, zone, locale),
        notice=notice(field, approved) if kind == "notification" else None,
    )  # fmt: skip
    sheet.shown.update(("/template_type",) if known else ())
    sheet.finish()
    rest = [(where(path), Field(value, path, sheet)) for path, value in leaves(message) if path not in sheet.shown]
    return Drawing(NAMES.get(kind, "message"), Markup(screen), rest)


def together(
    drawings: Sequence[Drawing],
    channel: Channel,
    notes: Sequence[Mark] = (),
    *,
    ids: str = "",
    frame: bool = False,
    bare: bool = False,
    told: bool = True,
    empty: str = "",
    refused: bool = False,
) -> Markup:
    """Drawings with their notes; in the frame of a phone when `frame`, else one, as an article.

    `told` is false where findings stand beside it already. `empty` is what a phone says that has nothing to show;
    with `refused` it says that what it shows does not go out.
    """
    numbered = [
        (number, f"{ids}n{number}" if ids else "", note)
        for number, note in enumerate(notes, 1)
        if told or note.kind not in SEVERITIES
    ]
    made = environment().get_template("notes.html").render(
        drawings=drawings, channel=channel, look=look(channel), frame=frame, bare=bare, numbered=numbered,
        folded=_folded, empty=empty, refused=refused,
    )  # fmt: skip
    return Markup(made)


def _slot(each: Field, zone: Field, locale: str) -> str:
    return slot(each["start"].text, each["duration"].value, zone.value, locale)


def _folded(text: str) -> Markup:
    shown = visible(text)
    return folded(escape(shown), len(shown))


def where(path: str) -> str:
    """A JSON pointer in words: `/buttons/0/value` is "button 1, value"."""
    words: list[str] = []
    for part in path.split("/")[1:]:
        if _INDEX.fullmatch(part) and words:
            words[-1] = f"{words[-1].removesuffix('s')} {int(part) + 1}"
        else:
            words.append(part.replace("~1", "/").replace("~0", "~").replace("_", " "))
    return visible(", ".join(words))


@cache
def environment() -> Environment:
    """Every value that a template prints is escaped, and a name it does not have is a fault of ours."""
    made = Environment(
        loader=FileSystemLoader(HTML), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters.update(visible=visible, ticked=ticked, where=where, https=address, position=position)
    return made
