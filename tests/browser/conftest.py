"""A browser for each process of the tests, and for each test a visitor whose pages must not complain."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, Locator, Page

from browser import accessibility, looks
from browser.driving import HOW, Visitor, missing, program, running

FONTS = ("DejaVu Sans", "Inter", "Noto Color Emoji")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, started once. Not for the whole session: Playwright keeps the event loop of its thread."""
    with running(program() or missing(f"no browser: {HOW}")) as browser:
        yield browser


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Opens pages. What they complain of fails the test."""
    visitor = Visitor(browser)
    yield visitor
    complaints = visitor.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def axe() -> accessibility.Axe:
    """What is against WCAG 2 A and AA in a page."""
    if not accessibility.AXE.exists():
        missing("npm's axe-core is not installed: `make judges` does")
    return accessibility.violations


@pytest.fixture(scope="package")
def fonts() -> None:
    """The fonts that pictures are made with."""
    lister = shutil.which("fc-list")
    for font in FONTS if lister else ():
        if not subprocess.run([str(lister), font], capture_output=True, check=True).stdout:
            missing(f"no font {font}: {HOW}")


class LooksLike(Protocol):
    """Compares a picture with the golden one; with --snapshot-update it writes that. `few` cells may differ."""

    def __call__(self, what: Page | Locator, golden: Path, *, colours: int = 48, few: int = looks.FEW) -> None: ...


@pytest.fixture
def looks_like(request: pytest.FixtureRequest, fonts: None) -> LooksLike:
    update: bool = request.config.getoption("--snapshot-update")

    def compare(what: Page | Locator, golden: Path, *, colours: int = 48, few: int = looks.FEW) -> None:
        seen = what.screenshot(animations="disabled", caret="hide")
        looks.check(seen, golden, update=update, colours=colours, few=few)

    return compare
