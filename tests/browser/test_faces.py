"""Every channel's messages, drawn: readable by everybody, on every width, and a stranger's text stays text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.accessibility import Axe
from browser.drawn import message, messages, page
from browser.driving import Visitor, focus_is_seen, overflow, press, tab_to

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "'><svg/onload=alert(3)>",
    "</p></article></main><style>*{display:none}</style><h1>gone</h1>",
    "javascript:alert(4)",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;&#60;script&#62;",
    "<!--",
    "]]><![CDATA[",
    "\u202e\u2066drow\x00\x1b[2J\ud800",
)
ADDRESSES = (
    "javascript:alert(5)",
    "data:text/html,<script>alert(6)</script>",
    "vbscript:x",
    'https://a.example/"onclick="x',
)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_has_nothing_against_a_message(visitor: Visitor, axe: Axe, tmp_path: Path, dark: bool) -> None:
    opened = visitor.open(page(tmp_path, messages()), dark=dark)
    assert axe(opened, colours=dark) == []


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_is_wider_than_the_window(visitor: Visitor, tmp_path: Path, width: int, direction: str) -> None:
    assert overflow(visitor.open(page(tmp_path, messages(), dir=direction), width=width)) == []


# ---- what moves


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_carousel_turns(visitor: Visitor, tmp_path: Path, direction: str) -> None:
    opened = visitor.open(
        page(tmp_path, [("webmessaging", message("webmessaging", "carousel"))], dir=direction), width=320
    )
    cards = opened.locator(".hb-cards")
    assert cards.evaluate("each => each.scrollLeft") == 0
    opened.get_by_role("button", name="Next card").click()
    opened.wait_for_function("() => document.querySelector('.hb-cards').scrollLeft !== 0")
    turned = cards.evaluate("each => each.scrollLeft")
    assert turned < 0 if direction == "rtl" else turned > 0
    opened.get_by_role("button", name="Previous card").click()
    opened.wait_for_function("() => document.querySelector('.hb-cards').scrollLeft === 0")


def test_who_wants_no_motion_sees_the_next_card_at_once(visitor: Visitor, tmp_path: Path) -> None:
    file = page(tmp_path, [("webmessaging", message("webmessaging", "carousel"))])
    turned = """() => {
        document.querySelector("[data-hb-turn='1']").click();
        return document.querySelector(".hb-cards").scrollLeft;
    }"""
    assert visitor.open(file, width=320).evaluate(turned) > 0
    assert visitor.open(file, width=320, still=False).evaluate(turned) == 0


def test_a_carousel_that_is_seen_whole_has_nothing_to_turn(visitor: Visitor, tmp_path: Path) -> None:
    opened = visitor.open(page(tmp_path, [("webmessaging", message("webmessaging", "carousel"))]), width=1280)
    bar = opened.locator(".hb-turn")
    expect(bar).to_be_hidden()
    opened.set_viewport_size({"width": 320, "height": 800})
    expect(bar).to_be_visible()
    bar.evaluate("each => (each.hidden = true)")  # as a page does that becomes another
    expect(bar).to_be_visible()


def test_a_carousel_turns_by_keyboard(visitor: Visitor, tmp_path: Path) -> None:
    opened = visitor.open(page(tmp_path, [("webmessaging", message("webmessaging", "carousel"))]), width=320)
    tab_to(opened, ".hb-cards")
    assert focus_is_seen(opened)
    press(opened, "ArrowRight", "ArrowRight", "ArrowRight")
    opened.wait_for_function("() => document.querySelector('.hb-cards').scrollLeft > 0")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_list_opens_by_keyboard(visitor: Visitor, tmp_path: Path, scripts: bool) -> None:
    given = message("webmessaging", "list")
    opened = visitor.open(page(tmp_path, [("webmessaging", given)]), scripts=scripts)
    first = opened.get_by_text(given["sections"][0]["items"][0]["text"], exact=True)
    expect(first).to_be_hidden()
    if scripts:
        tab_to(opened, ".hb-list > summary")
        assert focus_is_seen(opened)
        press(opened, "Enter")
    else:
        opened.locator(".hb-list > summary").click()
    expect(first).to_be_visible()


def test_the_theme_is_switched_and_kept(visitor: Visitor, tmp_path: Path) -> None:
    opened = visitor.open(page(tmp_path, [("messenger", message("messenger", "text"))]))
    paper = "() => getComputedStyle(document.body).backgroundColor"
    light = opened.evaluate(paper)
    tab_to(opened, "[data-hb-theme]")
    press(opened, "Enter")
    dark = opened.evaluate(paper)
    assert dark != light
    opened.reload()
    assert opened.evaluate(paper) == dark
    tab_to(opened, "[data-hb-theme]")
    press(opened, "Space")
    assert opened.evaluate(paper) == light


def test_without_a_script_everything_is_read(visitor: Visitor, tmp_path: Path) -> None:
    given = message("webmessaging", "carousel")
    opened = visitor.open(page(tmp_path, [("webmessaging", given)]), scripts=False)
    for card in given["cards"]:
        expect(opened.get_by_text(card["title"]).first).to_be_attached()
    for button in opened.locator("button").all():
        expect(button).to_be_hidden()  # none that would do nothing


# ---- strangers


def test_a_strangers_text_is_text(visitor: Visitor, tmp_path: Path) -> None:
    """No element, no attribute that runs, no address but https; and each text can be read on the page."""
    texts = iter(HOSTILE * 1000)

    def spoilt(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: spoilt(child, key) for key, child in value.items()}
        if isinstance(value, list):
            return [spoilt(child, name) for child in value]
        if not isinstance(value, str) or name in ("template_type", "kind"):
            return value
        return next(texts)

    given = [(name, spoilt(each)) for name, each in messages()]
    opened = visitor.open(page(tmp_path, given, live=True))
    assert _ran(opened) == []
    opened.set_viewport_size({"width": 320, "height": 800})
    assert overflow(opened) == []
    seen = opened.locator("main").inner_text()
    assert "<script>alert(1)</script>" in seen
    assert '"><img src=x onerror=alert(2)>' in seen
    assert "{{ 7 * 7 }}{% raw %}" in seen


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_strangers_address_is_no_link(visitor: Visitor, tmp_path: Path, address: str) -> None:
    def spoilt(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: spoilt(child, key) for key, child in value.items()}
        if isinstance(value, list):
            return [spoilt(child, name) for child in value]
        return address if "url" in name else value

    given = [(name, spoilt(each)) for name, each in messages("card", "carousel", "media", "quick_reply")]
    opened = visitor.open(page(tmp_path, given))
    assert _ran(opened) == []
    for link in opened.locator("main a[target]").all():
        assert str(link.get_attribute("href")).startswith("https://")
    assert address in opened.locator("main").inner_text()


def test_a_text_without_end_stays_in_its_box(visitor: Visitor, tmp_path: Path) -> None:
    given = {"template_type": "text", "text": "<b>" * 33_000 + "x" * 1000}
    opened = visitor.open(page(tmp_path, [("messenger", given)]), width=320)
    assert overflow(opened) == []
    assert opened.evaluate("() => document.documentElement.scrollHeight") < 3000
    assert opened.locator("main").inner_text().count("<b>") == 33_000


def _ran(page: Page) -> list[str]:
    """Elements and attributes that a message must not make."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("main *")].flatMap((each) => {
            const tag = each.tagName.toLowerCase();
            const bad = "script img style iframe object embed link form base meta h3".split(" ");
            const run = each.getAttributeNames().filter((name) => name.startsWith("on") || name === "style");
            if (tag === "svg" && each.getAttribute("aria-hidden") !== "true") return [tag];
            return [...(bad.includes(tag) ? [tag] : []), ...run.map((name) => `${tag} ${name}`)];
        })"""
    )
    return found
