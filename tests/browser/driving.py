"""A browser that tests drive: pages that may ask nothing but this computer, and whose complaints fail a test."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, expect, sync_playwright

HERE = Path(__file__).parent
HOW = "`make browser` installs one, or says how to get it"
# the shell is Chromium without its windows: the same pages in half the time
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",  # as root there is none
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-lcd-text",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
SECONDS = 15  # before something that a page should show is missed: machines may be busy


def program() -> str | None:
    """Chromium or Chrome on this machine; the variable CHROMIUM names another."""
    named = os.environ.get("CHROMIUM")
    found = (shutil.which(name) for name in ([named] if named else PROGRAMS))
    return next((path for path in found if path is not None), None)


def missing(what: str) -> NoReturn:
    """Skip the test, but in CI fail: there it must run."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}; in CI it must be there")
    pytest.skip(what)


@contextmanager
def running(path: str) -> Iterator[Browser]:
    """The browser, headless, with the fonts of `fonts.conf` alone."""
    env: dict[str, str | float | bool] = {**os.environ, "FONTCONFIG_FILE": str(HERE / "fonts.conf")}
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET), env=env)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """Opens pages for one test, each in a context of its own, and hears what they complain of."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)  # every address that a page asked for
    _expected: list[re.Pattern[str]] = field(default_factory=list)
    _accepted: set[str] = field(default_factory=set)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self, address: str | Path, *, width: int = 1280, height: int = 900, dark: bool = False, scripts: bool = True,
        still: bool = True, touch: bool = False, clipboard: bool = False,
    ) -> Page:  # fmt: skip
        """A page, loaded. `still` is what a person sets who wants no motion; without `scripts` none runs."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, has_touch=touch, java_script_enabled=scripts,
            color_scheme="dark" if dark else "light", reduced_motion="reduce" if still else "no-preference",
            locale="en-GB", timezone_id="UTC",
        )  # fmt: skip
        self._contexts.append(context)
        context.set_default_timeout(SECONDS * 1000)
        if clipboard:
            context.grant_permissions(["clipboard-read", "clipboard-write"])
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(f"script failed: {error.error}"))
        context.on("dialog", self._dialog)
        page = context.new_page()
        page.goto(address.as_uri() if isinstance(address, Path) else address)
        return page

    def expect(self, pattern: str) -> None:
        """Let complaints pass that have `pattern` in them."""
        self._expected.append(re.compile(pattern))

    def accept(self, question: str) -> None:
        """Say yes when a page asks this."""
        self._accepted.add(question)

    def close(self) -> list[str]:
        """Close every page; what they complained of, without what was expected."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()
        return [each for each in self.complaints if not any(expected.search(each) for expected in self._expected)]

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in ("file", "data", "blob", "about") and parts.hostname != "127.0.0.1":
            self.complaints.append(f"asked {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.complaints.append(f"console {message.type}: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        if dialog.message in self._accepted:
            dialog.accept()
            return
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()


def press(page: Page, *keys: str) -> None:
    """Press keys one after another, as a person without a mouse does."""
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, selector: str, *, back: bool = False, most: int = 200) -> None:
    """Press Tab until the focus is on what `selector` names. Raises AssertionError when it never is."""
    for _ in range(most):
        press(page, "Shift+Tab" if back else "Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def overflow(page: Page) -> list[str]:
    """What makes the page scroll sideways: elements over its width, unless something around them scrolls."""
    page.wait_for_load_state()
    found: list[str] = page.evaluate(
        """() => {
            const wide = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= wide && document.body.scrollWidth <= wide) return [];
            const held = (element) => {
                for (let at = element.parentElement; at && at !== document.body; at = at.parentElement)
                    if (getComputedStyle(at).overflowX !== "visible") return true;
                return false;
            };
            const over = [...document.body.querySelectorAll("*")].filter((element) => {
                const box = element.getBoundingClientRect();
                return box.width && (box.right > wide + 1 || box.left < -1) && !held(element);
            });
            const names = over.slice(0, 5).map((each) => `${each.tagName.toLowerCase()}.${each.className}`);
            return [...names, `the page is ${document.documentElement.scrollWidth} wide, its window ${wide}`];
        }"""
    )
    return found


def focus_is_seen(page: Page) -> bool:
    """Whether what has the focus is drawn differently from how it is without it."""
    seen: bool = page.evaluate(
        """() => {
            const drawn = (element) => {
                const {outlineStyle, outlineWidth, outlineColor} = getComputedStyle(element);
                const {boxShadow, borderColor, backgroundColor} = getComputedStyle(element);
                return [outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor].join();
            };
            const element = document.activeElement;
            if (!element || element === document.body) return false;
            const focused = drawn(element);
            element.blur();
            const plain = drawn(element);
            element.focus();
            return focused !== plain;
        }"""
    )
    return seen


def moving(page: Page) -> list[str]:
    """Animations that run longer than one sees."""
    found: list[str] = page.evaluate(
        """() => document.getAnimations({subtree: true})
            .filter((each) => each.effect.getComputedTiming().endTime > 10)
            .map((each) => each.animationName || each.transitionProperty)"""
    )
    return found
