"""A project made of the files that a test gives, and what a check says of a template in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from handbill.checking.asked import Asked
from handbill.checking.work import compiler_for, examine
from handbill.diagnostic import Diagnostic
from handbill.project import open_project

Check = Callable[..., list[Diagnostic]]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Check the template `m` of these files: names as keywords, with `__` for a dot; `m` is m.json.j2."""
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("templates").mkdir()

    def _check(m: str = "", **files: str) -> list[Diagnostic]:
        texts = {"m": m, **files} if m else files
        for name, text in texts.items():
            file = f"{name.replace('__', '.')}.j2" if name.startswith("_") else f"{name.replace('__', '.')}.json.j2"
            tmp_path.joinpath("templates", file).write_text(text, encoding="utf-8")
        tmp_path.joinpath("handbill.toml").write_text('channels = ["messenger"]\n', encoding="utf-8")
        project, asked = open_project(tmp_path), Asked()
        return list(examine(compiler_for(project, asked), "m", asked).found)

    return _check
