"""How a channel looks: the `look` of its channel.json, what stands in for one, and its colours as CSS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..channels import CHANNELS, Channel, channel
from ..resources import load

THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Cut:
    """What a channel cuts without a word: the fields at `path` ("cards/*/title") that have more than `most`."""

    path: str
    most: int
    lines: bool  # lines are counted, not characters
    said: str  # with {most} and {size}


@dataclass(frozen=True, slots=True)
class Look:
    """How one channel is drawn. Colours are `#rrggbb`, by theme and then by what they are for."""

    family: str  # of HTML templates
    replies: str  # how quick replies stand: chips, buttons, grid, keyboard, rows, inline, links
    corner: str  # of a bubble: round, soft, square
    colours: Mapping[str, Mapping[str, str]]
    alt: bool  # whether it takes a picture's alternative text
    notes: tuple[str, ...]  # what is not known of it, or looks otherwise elsewhere
    cuts: tuple[Cut, ...]


def defaults() -> dict[str, Any]:
    """What a channel without a `look`, or without some part of it, is drawn with."""
    return dict(load("look.json")["look"])


@cache
def look(target: Channel) -> Look:
    """The look of a channel; the default one where its data say nothing."""
    usual, own = defaults(), target.data.get("look") or {}
    told = {**usual, **own}
    colours = {theme: {**usual["colours"][theme], **told["colours"].get(theme, {})} for theme in THEMES}
    alt = _takes_alt(target.message_rules)
    notes = [str(note["text"]) for note in told["notes"]]
    notes += [] if alt else [f"{target.title} takes no alternative text with a picture."]
    return Look(
        told["family"], told["replies"], told["corner"], colours, alt, tuple(notes), tuple(_cuts(target, told["cuts"])),
    )  # fmt: skip


def _cuts(target: Channel, told: Iterable[Mapping[str, str]]) -> Iterator[Cut]:
    for each in told:
        limit = load(target.limits)["$defs"][each["limit"]]
        most = limit.get("x-advised", limit.get("x-maximum"))
        yield Cut(each["path"], most, limit.get("x-unit") == "lines", each["text"])


def _takes_alt(rules: Any) -> bool:
    """Whether the rules on messages leave room for the alternative text of a picture."""
    if isinstance(rules, list):
        return all(map(_takes_alt, rules))
    if not isinstance(rules, Mapping):
        return True
    alt = rules.get("alt")
    if isinstance(alt, Mapping) and "x-unsupported" in alt:
        return False
    return all(map(_takes_alt, rules.values()))


def colours_css(names: Iterable[str] = CHANNELS) -> str:
    """The colours of channels as custom properties, each for light and dark."""
    return "".join(_rule(name, look(channel(name))) for name in names)


def _rule(name: str, each: Look) -> str:
    light, dark = (each.colours[theme] for theme in THEMES)
    pairs = "".join(f"--hb-{part}:light-dark({light[part]},{dark[part]});" for part in light)
    return f".hb-at-{name}{{{pairs}--hb-corner:var(--hb-{each.corner})}}\n"
