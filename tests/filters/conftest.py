"""A project, and a folder of installed packages beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli.conftest import run as run
from filters.packages import importable

PLAIN = '{"template_type": "text", "text": "TEXT"}\n'

Write = Callable[..., Path]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """Where packages are installed; it is on Python's path."""
    folder = tmp_path / "site"
    folder.mkdir()
    with importable(folder):
        yield folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that asks for the filters `acme`; the working folder."""
    folder = tmp_path / "project"
    (folder / "templates").mkdir(parents=True)
    (folder / "handbill.toml").write_text('channels = ["messenger"]\nfilters = ["acme"]\n', encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def write(project: Path) -> Write:
    """Write a template with this text; `params` and `examples` as YAML."""

    def _write(text: str, params: str = "", examples: str = "", name: str = "a") -> Path:
        front = f"---\nparams: {{{params}}}\nexamples:\n  default: {{{examples}}}\n---\n" if params else ""
        path = project / "templates" / f"{name}.json.j2"
        path.write_text(front + PLAIN.replace("TEXT", text), encoding="utf-8")
        return path

    return _write
