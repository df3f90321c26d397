"""A project with a list of approved templates, and what is said of a notification in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from handbill.diagnostic import Diagnostic
from handbill.pipeline import Compiler
from handbill.project import open_project
from send.fake_channel import Api
from send.fake_genesys import serving

Told = Callable[..., list[Diagnostic]]


def listed(*components: Any, **fields: Any) -> dict[str, Any]:
    """A template as the vendor lists it. A text is its body."""
    parts = [{"type": "BODY", "text": each} if isinstance(each, str) else each for each in components]
    return {
        "name": "order_shipped", "language": "en_US", "status": "APPROVED", "category": "UTILITY", "components": parts,
        **fields,
    }  # fmt: skip


def buttons(*each: tuple[str, str]) -> dict[str, Any]:
    """Buttons by kind; of a link its address."""
    return {
        "type": "BUTTONS",
        "buttons": [{"type": kind, "text": "Go", **({"url": url} if url else {})} for kind, url in each],
    }


def write(folder: Path, *templates: Any) -> None:
    folder.joinpath("whatsapp.lock.json").write_text(json.dumps({"data": templates}, indent=1), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("templates").mkdir()
    tmp_path.joinpath("handbill.toml").write_text('channels = ["whatsapp"]\n', encoding="utf-8")
    return tmp_path


@pytest.fixture
def told(folder: Path) -> Told:
    """What is said of a notification with these parameters, held against this template."""

    def _told(template: Any, parameters: Any = None, via: str = "direct", **fields: Any) -> list[Diagnostic]:
        if template is not None:
            write(folder, *(template if isinstance(template, list) else [template]))
        message = {"template_type": "notification", "name": "order_shipped", "language": "en_US", **fields}
        message |= {"parameters": parameters} if parameters is not None else {}
        path = folder / "templates" / "m.json.j2"
        path.write_text(json.dumps(message, indent=1), encoding="utf-8")
        return Compiler(open_project(folder)).compile("m", "whatsapp", via, {}).diagnostics

    return _told


@pytest.fixture
def api() -> Iterator[Api]:
    """WhatsApp's own API, on loopback."""
    with serving(Api()) as server:
        yield server
