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


def connected(root: Path, url: str) -> dict[str, str]:
    """Let the project send to a sandbox; the credentials that a sender has in its environment."""
    with root.joinpath("handbill.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[connections.default]\nbase_url = "{url}"\nchannels = {{messenger = "page-1"}}\n')
        file.write(f'[connections.telegram]\ngateway = "direct"\nbase_url = "{url}/direct/telegram"\n')
    return {
        "GENESYS_CLOUD_CLIENT_ID": "canary-client-id",
        "GENESYS_CLOUD_CLIENT_SECRET": "canary-client-secret",
        "TELEGRAM_BOT_TOKEN": "123:canary-token",
    }
