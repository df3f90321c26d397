"""A message as HTML: one template a family of channels, filled from the neutral message and the channel's look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..approved.shape import Shape
from ..channels import Channel
from ..message import ALIASES, TEMPLATE_TYPES
from .fields import Field, Sheet, leaves
from .looks import of
from .marking import Mark
from .notices import notice
from .times import slot
from .writing import Pieces, visible

HTML = Path(__file__).parent / "html"
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
_OWN = ("/template_type",)  # said by the drawing itself


def draw(
    message: Mapping[str, Any],
    channel: Channel,
    *,
    locale: str = "",
    marks: Sequence[Mark] = (),
    ids: str = "",
    live: bool = False,
    texts: Mapping[str, Pieces] | None = None,
    approved: Shape | None = None,
) -> Markup:
    """One neutral message (schemas/message.schema.json, its holes filled) as an HTML fragment.

    It never fails, whatever the message holds: what has no place in the drawing stands in a list below it.
    `marks` point out fields; `ids` begins every id, so that several drawings may stand on a page; `live` makes
    buttons that can be tapped (`<button name="tap">`, with what they do in `data-kind`, `data-value` and so on).
    `texts` are those with inline markup, by JSON pointer, and `approved` what a notification's vendor has approved.
    """
    sheet = Sheet(marks, texts or {}, ids)
    kind = str(message.get("template_type", ""))
    kind = ALIASES.get(kind, kind)
    look = of(channel)
    field = Field(message, "", sheet)
    body = environment().get_template(f"{look.family}.html").render(
        m=field, kind=kind if kind in TEMPLATE_TYPES else "", type_name=NAMES.get(kind, "message"), look=look,
        channel=channel, locale=locale.replace("_", "-"), live=live, ids=ids,
        notice=notice(field, approved) if kind == "notification" else None,
        slot=lambda start, duration, zone: slot(start.value, duration.value, zone.value, locale),
        behind=lambda: _behind(message, sheet), notes=sheet.rest, note_id=sheet.note,
    )  # fmt: skip
    return Markup(body)


def _behind(message: Mapping[str, Any], sheet: Sheet) -> list[tuple[str, Field]]:
    """What the message has and the drawing does not show, by where it stands."""
    hidden = [(path, value) for path, value in leaves(message) if path not in sheet.shown and path not in _OWN]
    return [(_where(path), Field(value, path, sheet)) for path, value in hidden]


def _where(path: str) -> str:
    """`/buttons/0/value` is "button 1, value"."""
    words: list[str] = []
    for part in path.split("/")[1:]:
        if part.isdigit() and words:
            words[-1] = f"{words[-1].removesuffix('s')} {int(part) + 1}"
        else:
            words.append(part.replace("~1", "/").replace("~0", "~").replace("_", " "))
    return visible(", ".join(words))


@cache
def environment() -> Environment:
    """Every value that a template prints is escaped, and a name it does not have is a fault of ours."""
    return Environment(
        loader=FileSystemLoader(HTML), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
