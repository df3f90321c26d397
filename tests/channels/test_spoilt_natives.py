"""A native payload with one mistake in it: nothing to say, or one thing, whichever of its values it is."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from channels.cases import FOLDER
from handbill.channels import CHANNELS, channel
from handbill.keywords import node_at
from handbill.tree import pointer_of
from handbill.validate import schema

DIRECT = [name for name in CHANNELS if channel(name).direct]


@pytest.mark.parametrize("name", DIRECT)
def test_one_mistake_is_one_finding(name: str) -> None:
    rules = schema(channel(name).payload_schema)
    known: set[Any] = set()
    told: dict[str, list[Any]] = {}
    for file in sorted((FOLDER / name / "native").glob("*.json")):
        body = json.loads(file.read_bytes())
        for what, wrong in spoiled(body, known):
            if not rules.is_valid(wrong):
                told[f"{file.stem} {what}"] = [violation.path for violation in rules.violations(wrong)]
    assert told
    assert {what: said for what, said in told.items() if len(said) != 1} == {}


def spoiled(body: Any, known: set[Any]) -> Iterator[tuple[str, Any]]:
    """A body with one mistake, wherever one can be; not what was done to one like it already."""
    for path, value in places(body):
        like = likeness(body, path)
        if like in known:
            continue
        known.add(like)
        at = pointer_of(path)
        yield f"{at} of another kind", changed(body, path, ["x"] if isinstance(value, str) else "nonsense")
        if isinstance(value, dict):
            yield f"{at} with a stranger", changed(body, path, {**value, "nonsense": 1})
        if isinstance(path[-1], str):
            gone = copy.deepcopy(body)
            del node_at(gone, path[:-1])[path[-1]]
            yield f"{at} gone", gone


def likeness(body: Any, path: tuple[Any, ...]) -> tuple[Any, ...]:
    """The way to a place: the keys of each object on it, and the kind it says it is; of a list nothing."""
    way: list[Any] = []
    for step in path:
        if isinstance(body, dict):
            way += [tuple(body), str(body.get("type")), str(body.get("template_type")), step]
        body = body[step]
    return (*way, type(body))


def changed(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    made = copy.deepcopy(body)
    node_at(made, path[:-1])[path[-1]] = value
    return made


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every place below the top; of the items of a list the first and the last, which any between is like."""
    for key, child in value.items() if isinstance(value, dict) else _ends(value) if isinstance(value, list) else ():
        yield (*path, key), child
        yield from places(child, (*path, key))


def _ends(items: list[Any]) -> list[tuple[int, Any]]:
    return [each for each in enumerate(items) if each[0] in (0, len(items) - 1)]
