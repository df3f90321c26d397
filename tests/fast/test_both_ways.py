"""Whatever the fast way gives, the ordinary way gives too: the same bytes, or the same findings."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fast.templates import FILES, HEAD, body, contexts
from handbill.pipeline import Compiler, Result, to_json
from handbill.project import Project, open_project, shipped
from hypothesis import event, given, settings
from hypothesis import strategies as st


def project(folder: Path, body: str, front: str = "") -> Project:
    templates = folder / "templates"
    templates.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (templates / name).write_text(text, encoding="utf-8")
    (templates / "t.json.j2").write_text(front + body, encoding="utf-8")
    return open_project(folder)


def both(compiler: Compiler, name: str, channel: str, given: list[dict[str, Any]]) -> tuple[int, str]:
    """Compare the ways for contexts that come again and again; how many went fast, and why if none can."""
    for context, fast in zip(given * 3, compiler.many(name, channel, None, given * 3), strict=True):
        slow = compiler.compile(name, channel, None, context)
        if isinstance(fast, Result):
            assert [(d.code, d.pointer, d.label) for d in fast.diagnostics] == [
                (d.code, d.pointer, d.label) for d in slow.diagnostics
            ]
            assert fast.bodies == slow.bodies
            assert slow.diagnostics
        else:
            assert not slow.diagnostics
            assert fast == to_json(slow.payload, compact=True)
    (line,) = compiler._lines.values()
    why = line.uncovered.what if line.uncovered else ""
    assert "the walk" not in why, why
    return sum(line.fill(context, None) is not None for context in given), why


def test_shipped_templates() -> None:
    for name in shipped().names():
        template = shipped().template(name)
        given = [example.values for example in template.contract.examples.values()] or [{}]
        compiler = Compiler(shipped())
        for channel in compiler.targets(template):
            compiler = Compiler(shipped())
            assert both(compiler, name, channel, given) == (len(given), "")


def check_any(folder: Path, seed: int, depth: int) -> None:
    random = Random(seed)
    text = json.dumps("\0").replace("\\u0000", HEAD + body(random, depth))
    made = project(folder, f'{{"template_type": "text", "text": {text}}}')
    went, why = both(Compiler(made), "t", "messenger", contexts(random))
    event("fast" if went else f"ordinary: {why}" if why else "with findings")


@given(seed=st.integers(0, 1 << 30))
@settings(max_examples=60)
def test_any_template(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    check_any(tmp_path_factory.getbasetemp() / "any", seed, 2)


@pytest.mark.slow
@given(seed=st.integers(0, 1 << 30))
@settings(max_examples=3000)
def test_very_many_templates(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    check_any(tmp_path_factory.getbasetemp() / "many", seed, 3)
