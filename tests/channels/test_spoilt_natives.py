"""A native payload with one mistake in it: nothing to say, or one thing, whichever of its values it is."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from channels.cases import FOLDER
from handbill.channels import channel
from handbill.keywords import node_at
from handbill.tree import pointer_of
from handbill.validate import schema

CHANNELS = ("telegram", "discord", "googlechat")
FILES = [file for name in CHANNELS for file in sorted((FOLDER / name / "native").glob("*.json"))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.parent.name}-{file.stem}")
def test_one_mistake_is_one_finding(file: Path) -> None:
    rules = schema(channel(file.parent.parent.name).payload_schema)
    body = json.loads(file.read_bytes())
    found = {what: rules.violations(wrong) for what, wrong in spoiled(body) if not rules.is_valid(wrong)}
    assert len(found) > 1
    assert {what: [v.path for v in said] for what, said in found.items() if len(said) != 1} == {}


def spoiled(body: Any) -> Iterator[tuple[str, Any]]:
    for path, value in places(body):
        at = pointer_of(path)
        yield f"{at} null", changed(body, path, None)
        yield f"{at} of another kind", changed(body, path, ["x"] if isinstance(value, str) else "nonsense")
        if isinstance(value, dict):
            yield f"{at} with a stranger", changed(body, path, {**value, "nonsense": 1})
        if isinstance(path[-1], str):
            gone = copy.deepcopy(body)
            del node_at(gone, path[:-1])[path[-1]]
            yield f"{at} gone", gone


def changed(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    made = copy.deepcopy(body)
    node_at(made, path[:-1])[path[-1]] = value
    return made


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    for key, child in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key), child
        yield from places(child, (*path, key))
