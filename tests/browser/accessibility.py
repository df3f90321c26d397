"""axe-core, from npm, reads a page: what it finds against WCAG 2, levels A and AA."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "node" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Axe(Protocol):
    def __call__(self, page: Page, *, colours: bool = False) -> list[str]: ...


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page, *, colours: bool = False) -> list[str]:
    """A line for each element at fault; with `colours`, of contrast alone: what a dark page has of its own.

    Raises AssertionError when axe found nothing to look at.
    """
    page.wait_for_load_state()
    page.evaluate(_axe())
    only = {"type": "rule", "values": ["color-contrast"]} if colours else {"type": "tag", "values": TAGS}
    found: dict[str, Any] = page.evaluate(
        "runOnly => axe.run({runOnly, resultTypes: ['violations'], preload: false})", only
    )
    assert found["passes"], "axe had nothing to look at"
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {' '.join(node['failureSummary'].split())}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
