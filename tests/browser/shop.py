"""A small project of a shop that the pages are tried with: it has a text too long, a carousel, a list, and Arabic."""

from __future__ import annotations

import shutil
from pathlib import Path

from browser.driving import HERE

FOLDER = HERE / "shop"
TEMPLATES = ("delivery", "new_arrivals", "note", "on_its_way", "pick_up", "service/visit")


def copied(folder: Path) -> Path:
    """A copy that a test may change."""
    root = folder / "shop"
    shutil.copytree(FOLDER, root)
    return root
