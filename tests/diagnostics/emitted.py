"""The codes that the package can emit, read from its source and its data."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "compiler" / "handbill"
SCHEMAS = ROOT / "schemas"

# where a code is the first argument, where it is the fifth, and where it has a name
_MAKERS = {"Diagnostic": 0, "Problem": 0, "Unreadable": 0, "Refusal": 4, "failed": 0, "_say": 0}
_CLASSES = {"Code"}  # of codes
_TABLES = {"_CODES", "_TOO_MANY"}
_FUNCTIONS = {"_code"}
_KINDS = ("channel", "gateway", "locale")  # of `unknown-{kind}`


def emitted() -> set[str]:
    found = set(_of_schemas())
    for path in PACKAGE.rglob("*.py"):
        found |= set(_of_module(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def _of_module(module: ast.Module) -> Iterator[str]:
    names = {
        target.id: node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            maker = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            place = _MAKERS.get(maker)
            if place is not None and len(node.args) > place:
                yield from _strings(node.args[place], names)
            yield from (s for k in node.keywords if k.arg == "code" for s in _strings(k.value, names))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            targets, values = node.targets[0].elts, getattr(node.value, "elts", [])
            for target, value in zip(targets, values, strict=False):
                if isinstance(target, ast.Name) and target.id == "code":
                    yield from _strings(value, names)
        elif isinstance(node, ast.FunctionDef) and node.name in _FUNCTIONS:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    yield from _strings(inner.value, names)
        elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) and len(node.value.elts) >= 5:
            yield from _strings(node.value.elts[3], names)  # policy: name, reason, hint, code, title
        elif isinstance(node, ast.ClassDef) and node.name in _CLASSES:
            yield from (s for inner in node.body if isinstance(inner, ast.Assign) for s in _strings(inner.value, {}))
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:  # a dataclass's default
                if isinstance(inner, ast.AnnAssign) and getattr(inner.target, "id", "") == "code" and inner.value:
                    yield from _strings(inner.value, names)
    for table in _TABLES & names.keys():
        yield from _strings(names[table], names)


def _strings(node: ast.expr, names: dict[str, ast.expr]) -> Iterator[str]:
    """The texts that an expression may come to, as far as the source tells."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "-" in node.value:
        yield node.value
    elif isinstance(node, ast.Name) and node.id in names and names[node.id] is not node:
        yield from _strings(names[node.id], {})
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body, names)
        yield from _strings(node.orelse, names)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _strings(value, names)
    elif isinstance(node, ast.Call) and len(node.args) == 2:  # table.get(keyword, "what else")
        yield from _strings(node.args[1], names)
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        assert node.values[0].value == "unknown-", "a code made in a way that this test does not know"
        yield from (f"unknown-{kind}" for kind in _KINDS)


def _of_schemas() -> Iterator[str]:
    for path in SCHEMAS.rglob("*.json"):
        yield from _codes_in(json.loads(path.read_text(encoding="utf-8")))
    for path in SCHEMAS.glob("*/connection.json"):
        yield from (row["code"] for row in json.loads(path.read_text(encoding="utf-8"))["errors"])


def _codes_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("x-code"), str):
            yield value["x-code"]
        for child in value.values():
            yield from _codes_in(child)
    elif isinstance(value, list):
        for child in value:
            yield from _codes_in(child)
