"""The pictures of the README, taken of a running Handbill; `make pictures` takes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from handbill.sandbox.server import Sandbox
from playwright.sync_api import Page, expect

from browser.conftest import LooksLike
from browser.driving import HERE, Visitor
from browser.serving import run, served
from browser.shop import connected, copied

PICTURES = HERE / "pictures"
COLOURS = 96
FEW = 40  # cells of some 13,000 that may differ
LARGEST = 150_000  # bytes
# a letter that reads well when it is small; the policy of the pages allows no style element
LETTERS = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("*:not(code, pre, kbd, pre *) { font-family: Inter, 'Noto Color Emoji', sans-serif !important }");
    document.adoptedStyleSheets = [sheet];
}"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return copied(tmp_path)


def taken(page: Page, name: str, looks_like: LooksLike) -> None:
    page.evaluate(LETTERS)
    page.evaluate("() => document.querySelectorAll('time').forEach((each) => (each.textContent = '14:02:07'))")
    page.evaluate("() => document.fonts.ready.then(() => true)")
    page.evaluate("() => document.activeElement.blur()")
    try:
        looks_like(page, PICTURES / name, colours=COLOURS, few=FEW)
    finally:
        page.context.close()  # before its server is gone, of which it would complain
    assert PICTURES.joinpath(name).stat().st_size <= LARGEST


def test_picture_of_the_preview(shop: Path, visitor: Visitor, looks_like: LooksLike) -> None:
    with served("preview", "--port", "0", folder=shop) as url:
        page = visitor.open(f"{url}/t/delivery?example=long", width=1280, height=860)
        expect(page.locator("#templates .badge")).to_have_count(6)
        expect(page.locator("#templates .pv-wait")).to_have_count(0)
        taken(page, "preview.png", looks_like)


def test_picture_of_the_inbox(shop: Path, visitor: Visitor, looks_like: LooksLike) -> None:
    with Sandbox() as sandbox:
        env = connected(shop, sandbox.url)

        def send(name: str, channel: str, to: str, *more: str) -> None:
            done = run("send", name, "--channel", channel, "--to", to, *more, folder=shop, env=env)
            assert done.returncode == 0, done.stdout + done.stderr

        send("on_its_way", "telegram", "4711", "--connection", "telegram", "--example", "emoji")
        send("pick_up", "whatsapp", "491701234567", "--channel-id", "shop", "--example", "default")
        send("delivery", "messenger", "7215550199", "--example", "default")
        page = visitor.open(f"{sandbox.url}/?channel=messenger&to=7215550199", width=1100, height=880)
        page.get_by_role("button", name="Later, please").click()
        expect(page.locator(".ib-tapped")).to_be_visible()
        send("new_arrivals", "messenger", "7215550199")
        expect(page.locator(".hb-card")).to_have_count(4)
        page.reload()  # as it is when nothing has just arrived
        expect(page.locator(".hb-card")).to_have_count(4)
        page.evaluate("() => scrollTo(0, 0)")
        taken(page, "inbox.png", looks_like)
