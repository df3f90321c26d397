"""A project made of the files that a test gives, and what a check says of a template in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from handbill.checking.kept import kept
from handbill.diagnostic import Diagnostic
from handbill.pipeline import Compiler
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
        compiler = Compiler(open_project(tmp_path))
        checked = list(compiler.check(["m"]))
        found = [d for each in checked for d in each.result.diagnostics]
        return [*found, *(kept(compiler, "m", found) if any(each.channel for each in checked) else [])]

    return _check
