"""How long the texts of a payload are, in the units their limits are given in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from .. import units
from ..channels import Channel
from ..gateways import Gateway
from ..judge import Judge
from ..lowering import Explained
from ..tree import Leaf, Tree, fill_leaf, pointer_of, walk
from ..validate import BASE, Schema, retrieve
from ..violations import judge_of
from .compare import Path, leaves

_UNITS: dict[str, tuple[str, Callable[[str], int | None]]] = {
    "maxLength": ("characters", len),
    "x-maxUtf16": ("UTF-16 units", units.utf16),
    "x-maxBytes": ("bytes", units.utf8),
    "x-maxGraphemes": ("characters", units.graphemes),
    "x-maxSeptets": ("septets", units.septets),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """The most a text may have, and the name of the unit, which is also a keyword's: `maxLength`, `x-maxBytes`."""

    most: int
    keyword: str
    unit: str

    def size(self, text: str) -> int | None:
        return _UNITS[self.keyword][1](text)


class _Spot(str):
    """A text that knows where it stands."""

    __slots__ = ("place",)
    place: Any


def limits_of(channel: Channel, gateway: Gateway, payload: Any, explained: Explained | None) -> dict[str, Limit]:
    """The tightest limit on each text of a payload, by its JSON pointer.

    They are those of the payload itself and of the message that it was made of; of that, only for texts that went
    into the payload as they were.
    """
    judge = Judge(channel, gateway)
    bodies, prefix = (payload, True) if isinstance(payload, list) else ([payload], False)
    found: dict[str, list[Limit]] = {}
    for index, body in enumerate(bodies):
        for path, limit in _met([judge.payload.schema], _spots(body)):
            found.setdefault(pointer_of((index, *path) if prefix else path), []).append(limit)
    if explained is not None:
        by_leaf = dict(_of_message(judge, explained))
        trees = gateway.emit(explained.plan.messages, channel, None)
        for index, tree in enumerate(trees):
            for pointer, leaf in _leaves(tree):
                text = fill_leaf(leaf, explained.values)
                for limit in by_leaf.get((leaf.pointer, text), []):
                    found.setdefault(f"/{index}{pointer}" if prefix else pointer, []).append(limit)
    texts = {pointer_of(path): value for path, value in leaves(payload)}
    return {
        pointer: max(some, key=lambda limit: (limit.size(texts[pointer]) or 0) / max(limit.most, 1))
        for pointer, some in found.items()
        if isinstance(texts.get(pointer), str)
    }


def _of_message(judge: Judge, explained: Explained) -> Iterator[tuple[tuple[str, str], list[Limit]]]:
    """The limits on each text of the messages that go out, by its leaf's pointer and the text."""
    schemas = [judge.neutral.schema, *(rule.schema for rule in judge.message)]
    found: dict[tuple[str, str], list[Limit]] = {}
    for tree in explained.plan.sent:
        texts: dict[Path, Leaf] = {}
        message = _filled(tree, explained.values, texts, ())
        for path, limit in _met(schemas, message):
            if (leaf := texts.get(path)) is not None:
                key = (leaf.pointer, str(fill_leaf(leaf, explained.values)))
                found.setdefault(key, []).append(limit)
    yield from found.items()


def _leaves(tree: Tree) -> list[tuple[str, Leaf]]:
    found: list[tuple[str, Leaf]] = []
    walk(tree, lambda pointer, node: found.append((pointer, node)) if isinstance(node, Leaf) else None)
    return found


def _filled(tree: Tree, values: Sequence[object], texts: dict[Path, Leaf], path: Path) -> Any:
    """A message with its values, in which each text knows its place."""
    if isinstance(tree, dict):
        return {key: _filled(child, values, texts, (*path, key)) for key, child in tree.items()}
    if isinstance(tree, list):
        return [_filled(child, values, texts, (*path, index)) for index, child in enumerate(tree)]
    value = fill_leaf(tree, values) if isinstance(tree, Leaf) else tree
    if isinstance(tree, Leaf) and isinstance(value, str):
        texts[path] = tree
    return _spot(value, path)


def _spots(value: Any, path: Path = ()) -> Any:
    if isinstance(value, dict):
        return {key: _spots(child, (*path, key)) for key, child in value.items()}
    if isinstance(value, list):
        return [_spots(child, (*path, index)) for index, child in enumerate(value)]
    return _spot(value, path)


def _spot(value: Any, path: Path) -> Any:
    if not isinstance(value, str):
        return value
    spot = _Spot(value)
    spot.place = path
    return spot


def _met(schemas: Sequence[Schema], spots: Any) -> list[tuple[Path, Limit]]:
    """Every limit that is asked of a text while schemas are applied, in what is no condition."""
    met: list[tuple[Path, Limit]] = []
    deciding = 0

    def limited(keyword: str, real: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
        def function(validator: Any, most: int, instance: Any, schema: Any) -> Iterator[Any]:
            if isinstance(instance, _Spot) and not deciding:
                unit = schema.get("x-unit") if keyword == "maxLength" else None
                met.append((instance.place, Limit(most, keyword, unit or _UNITS[keyword][0])))
            yield from real(validator, most, instance, schema) or ()

        return function

    def choosing(function: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
        def keyword(validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[Any]:
            nonlocal deciding
            deciding += 1
            try:
                found = list(function(validator, rule, instance, schema) or ())
            finally:
                deciding -= 1
            yield from found

        return keyword

    def condition(validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[Any]:
        nonlocal deciding
        deciding += 1
        holds = validator.evolve(schema=rule).is_valid(instance)
        deciding -= 1
        branch = "then" if holds else "else"
        if branch in schema:
            yield from validator.descend(instance, schema[branch], schema_path=branch)

    base = type(judge_of({}, BASE, retrieve))
    functions = {name: limited(name, base.VALIDATORS[name]) for name in _UNITS}
    functions |= {name: choosing(base.VALIDATORS[name]) for name in ("anyOf", "oneOf", "not", "contains")}
    functions["if"] = condition
    walker: Any = extend(base, functions)  # type: ignore[no-untyped-call]
    for schema in schemas:
        registry: Any = Registry(retrieve=_resource)  # type: ignore[call-arg]
        judge = walker({"$ref": schema.uri}, registry=registry.with_resource(schema.uri, _plain(schema.document)))
        for _ in judge.iter_errors(spots):
            pass
    return met


def _plain(document: Any) -> Any:
    # with `$schema`, jsonschema would take its own validator instead of this one
    if isinstance(document, dict):
        document = {key: value for key, value in document.items() if key != "$schema"}
    return DRAFT202012.create_resource(document)


@cache
def _resource(uri: str) -> Any:
    return _plain(retrieve(uri))
