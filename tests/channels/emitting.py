"""What a channel's module makes of a message, and what a schema says of it, in few words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from handbill.channels import channel
from handbill.markup import marked_up
from handbill.message import read
from handbill.pipeline import Compiler, Result, to_json
from handbill.project import open_project
from handbill.tree import Leaf, Tree, fill
from handbill.validate import Schema


def sent(name: str, message: dict[str, Any], *values: Any, markup: bool = True) -> Any:
    """The body of a message whose texts may have markup; {0} in one of them is the hole for the first value."""
    tree = leaves(message)
    return fill(channel(name).emitter.emit([read(marked_up(tree) if markup else tree)])[0], values)


def leaves(value: Any, pointer: str = "") -> Tree:
    if isinstance(value, dict):
        return {key: leaves(child, f"{pointer}/{key}") for key, child in value.items()}
    if isinstance(value, list):
        return [leaves(child, f"{pointer}/{index}") for index, child in enumerate(value)]
    if isinstance(value, str) and "{0}" in value:
        before, after = value.split("{0}")
        return Leaf(pointer, parts=tuple(part for part in (before, 0, after) if part != ""))
    return Leaf(pointer, value)


def said(rules: Schema, body: Any) -> list[tuple[str, str]]:
    """Each finding's place and keyword."""
    found = rules.violations(body)
    assert rules.is_clean(body) == (not found)
    return [("/".join(map(str, v.path)), v.keyword) for v in found]


def streamed(folder: Path, name: str, template: str, contexts: Sequence[dict[str, Any]]) -> list[bytes | Result]:
    """Messages as a campaign makes them; each that has a body is what `compile` makes of the same context."""
    file = folder / "templates" / "message.json.j2"
    file.parent.mkdir(parents=True)
    file.write_text(template, encoding="utf-8")
    compiler = Compiler(open_project(folder))
    made = list(compiler.many("message", name, "direct", contexts))
    for body, context in zip(made, contexts, strict=True):
        alone = compiler.compile("message", name, "direct", context)
        assert body == (to_json(alone.payload, compact=True) if isinstance(body, bytes) else alone)
    return made
