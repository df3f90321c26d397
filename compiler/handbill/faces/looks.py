"""How a channel looks: the `look` of its channel.json, what stands in for one, and its colours as CSS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..channels import CHANNELS, Channel, channel
from ..resources import load

THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Look:
    """How one channel is drawn. Colours are `#rrggbb`, by theme and then by what they are for."""

    family: str
    replies: str  # how quick replies stand: chips, buttons, keyboard, rows, menu
    corner: int  # of a bubble, in CSS pixels
    colours: Mapping[str, Mapping[str, str]]
    alt: bool | None  # whether its API takes a picture's alternative text; None where nobody knows
    notes: tuple[str, ...]  # what is not known of it, or looks otherwise elsewhere
    cuts: Mapping[str, str]  # what it cuts without a word: a field, and how it does
    drawn: bool  # whether the channel has a look of its own here


@cache
def defaults() -> dict[str, Any]:
    """What a channel without a `look`, or without some part of it, is drawn with."""
    return dict(load("look.json"))


@cache
def look(name: str) -> Look:
    """The look of a channel by its name; the default one where its data say nothing."""
    return of(channel(name))


def of(target: Channel) -> Look:
    own = target.data.get("look") or {}
    told = {**defaults()["look"], **own}
    colours = {theme: {**defaults()["look"]["colours"][theme], **told["colours"][theme]} for theme in THEMES}
    notes = tuple(str(note["text"]) for note in told["notes"])
    return Look(
        told["family"], told["replies"], told["corner"], colours, told["alt"], notes, told["cuts"], bool(own)
    )  # fmt: skip


def colours_css(names: Iterable[str] = CHANNELS) -> str:
    """The colours of channels as custom properties, each for light and dark."""
    return "".join(_rule(name, look(name)) for name in names)


def _rule(name: str, each: Look) -> str:
    light, dark = (each.colours[theme] for theme in THEMES)
    pairs = "".join(f"--hb-{part}:light-dark({light[part]},{dark[part]});" for part in light)
    return f".hb-at-{name}{{{pairs}--hb-corner:{each.corner}px}}\n"
