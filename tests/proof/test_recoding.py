"""Every function that writes a text in another form is known to the proof, and makes none longer than it says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import handbill
import pytest
from handbill.proof.recoding import _BY_NAME, recoding
from handbill.proof.sizes import of_text
from hypothesis import given, settings
from hypothesis import strategies as st
from proof.test_bounds import held

FOLDER = Path(handbill.__file__).parent
MODULES = sorted([*FOLDER.glob("channels/*.py"), *FOLDER.glob("gateways/*.py"), *FOLDER.glob("lowering/*.py")])
_SIGNS = "aZ1. -#>+*_~`|<&\"'\\[]():/\n\x00\x1f\x7f€é😀"
_TIMES = ["2026-12-26T08:27Z", "2026-12-26T08:27:59+01:00", "2026-12-26T08:27-11:30"]


def names(tree: ast.AST) -> Iterator[str]:
    """What is given to `escaped`, `encoded` and a Printer."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = node.args[1:2] if node.func.id in ("escaped", "encoded") else []
            if node.func.id in ("Printer", "Leaf"):
                given = [each.value for each in node.keywords if each.arg in ("escape", "encode", "url", "literal")]
            yield from (each.id for each in given if isinstance(each, ast.Name))


def used() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in MODULES:
        module = import_module(".".join(("handbill", *path.relative_to(FOLDER).with_suffix("").parts)))
        for name in names(ast.parse(path.read_text("utf-8"))):
            function = getattr(module, name, str if name == "str" else None)
            if callable(function):  # a parameter that is handed on is none
                found[f"{function.__module__}.{function.__qualname__}".removeprefix("handbill.")] = function
    return found


USED = used()


def test_every_function_is_known() -> None:
    assert sorted(USED) == sorted(_BY_NAME)


@pytest.mark.parametrize("name", USED)
@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=12), st.text(_SIGNS, max_size=12), st.sampled_from(_SIGNS).map(lambda c: c * 9)))
def test_no_text_is_longer_than_is_said(name: str, text: str) -> None:
    if name in ("channels.apple.start_time", "lowering.prose._readable"):
        for time in _TIMES:
            held(USED[name](time), _said(name, time))
    elif name == "channels.whatsapp._degrees":
        for number in ("-90.0", "5e-324", "1e-05", "12", "0.1234567890123456"):
            held(USED[name](number), _said(name, number))
    elif name == "lowering.prose._minutes":
        for seconds in ("1", "86399", "99999999999", "123456789012345", "1" + "0" * 300):
            held(USED[name](seconds), _said(name, seconds))
    else:
        held(USED[name](text), _said(name, text))


def _said(name: str, text: str) -> Any:
    known = recoding(USED[name])
    assert known is not None
    return known.effect(of_text(text))
