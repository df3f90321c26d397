"""How channels look, as data: whole, with colours that can be read, and one that has none is drawn all the same."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from faces.pages import Html, strange
from handbill.channels import CHANNELS, Channel, channel
from handbill.faces import draw, stylesheet
from handbill.faces.drawing import HTML
from handbill.faces.looks import THEMES, defaults, look
from handbill.resources import load

CONTRAST = 4.5  # WCAG 2.2, 1.4.3, AA: https://www.w3.org/TR/WCAG22/#contrast-minimum
FAMILIES = {path.stem for path in HTML.glob("*.html") if "{% extends" in path.read_text(encoding="utf-8")}
REPLIES = {"chips", "buttons", "grid", "keyboard", "rows", "inline", "links", "none"}
CORNERS = {"round", "soft", "square"}


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_counted_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", CHANNELS)
def test_every_text_of_every_channel_can_be_read(name: str, theme: str) -> None:
    colours = look(channel(name)).colours[theme]
    weak = {
        f"{text} on {paper}": round(contrast(colours[text], colours[paper]), 2)
        for text, paper in product(("ink", "quiet", "accent"), ("screen", "bubble"))
        if contrast(colours[text], colours[paper]) < CONTRAST
    }
    assert weak == {}


def page_colours(theme: int) -> dict[str, str]:
    """The colours of pages themselves, by the name of their custom property."""
    pairs = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", stylesheet())
    return {name: colours[theme] for name, *colours in pairs}


@pytest.mark.parametrize("theme", [0, 1], ids=THEMES)
def test_every_text_of_a_page_can_be_read(theme: int) -> None:
    colours = page_colours(theme)
    pairs = list(product(("ink", "quiet", "link"), ("paper", "card", "code")))
    pairs += [(name, f"{name}-paper") for name in ("error", "warning", "fine")]
    pairs += [(name, "card") for name in ("error", "warning", "fine")]
    pairs += list(product(("ink", "quiet"), ("error-paper", "warning-paper")))
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: found for pair, found in weak.items() if found < CONTRAST} == {}


def lacking(told: dict[str, Any]) -> list[str]:
    """What the look of a channel lacks, or has and nobody knows."""
    usual = defaults()
    lacks = [f"look: {name}" for name in ("family", "replies", "corner", "colours", "notes") if name not in told]
    parts = usual["colours"]["light"]
    colours = told.get("colours", {})
    lacks += [f"look: colours.{t}.{p}" for t, p in product(THEMES, parts) if p not in colours.get(t, {})]
    lacks += [f"`{told['family']}` among {sorted(FAMILIES)}"] if told.get("family") not in FAMILIES else []
    lacks += [f"`{told['replies']}` among {sorted(REPLIES)}"] if told.get("replies") not in REPLIES else []
    lacks += [f"`{told['corner']}` among {sorted(CORNERS)}"] if told.get("corner") not in CORNERS else []
    lacks += [f"`{name}`, which nobody reads" for name in told if name not in usual and not name.startswith("x-")]
    lacks += ["x-checked, and x-source or x-status"] if not {"x-checked", "x-status"} <= told.keys() else []
    return lacks


@pytest.mark.parametrize("name", CHANNELS)
def test_the_look_of_a_channel_is_whole(name: str) -> None:
    told = channel(name).data.get("look")
    assert told is not None, f'no "look" in schemas/{name}/channel.json'
    assert lacking(told) == []
    sourced = [note for note in told["notes"] if not note.keys() & {"x-source", "x-status"}]
    assert sourced == [], "a note without a source says how it is known"


def test_what_a_look_lacks_is_named() -> None:
    told = {"family": "clouds", "replies": "chips", "corner": "round", "colours": {"light": {"ink": "#000000"}}, "x": 1}
    assert "`clouds` among ['attached', 'bubbles', 'feed', 'plain']" in lacking(told)
    assert "look: notes" in lacking(told)
    assert "look: colours.dark.ink" in lacking(told)
    assert "`x`, which nobody reads" in lacking(told)


def test_a_channel_without_a_look_is_drawn_all_the_same() -> None:
    """Adding a channel is adding a folder of data, and its look may come later."""
    data = {name: value for name, value in channel("messenger").data.items() if name != "look"}
    new = Channel("messenger", data)
    assert "no drawing of its own" in look(new).notes[0]
    html = Html(draw({"template_type": "text", "text": "Hello"}, new))
    assert strange(html) == []
    assert "Hello" in html.text


def test_part_of_a_look_is_enough() -> None:
    new = Channel("messenger", {**channel("messenger").data, "look": {"colours": {"dark": {"ink": "#ffffff"}}}})
    assert look(new).colours["dark"]["ink"] == "#ffffff"
    assert look(new).colours["light"] == defaults()["colours"]["light"]


@pytest.mark.parametrize("name", CHANNELS)
def test_what_is_cut_has_its_number_among_the_limits(name: str) -> None:
    for cut in look(channel(name)).cuts:
        assert cut.most > 0
        assert cut.said.format(most=cut.most, size=cut.most + 1)


def test_alternative_text_is_known_from_the_rules_of_a_channel() -> None:
    takes = {name for name in CHANNELS if look(channel(name)).alt}
    assert {"slack", "teams", "googlechat"} <= takes
    assert takes.isdisjoint({"messenger", "whatsapp", "telegram"})


def test_the_stylesheet_has_the_colours_of_every_channel_and_asks_nobody() -> None:
    css = stylesheet()
    for name in CHANNELS:
        assert f".hb-at-{name}{{" in css
    assert "url(" not in css
    assert "@import" not in css


def test_the_default_look_says_where_it_comes_from() -> None:
    assert load("look.json")["x-checked"]
    assert lacking({**defaults(), "x-checked": "", "x-status": ""}) == []
