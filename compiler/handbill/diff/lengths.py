"""How long the texts of a payload are, in the units their limits are given in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from .. import channels, gateways, units
from ..channels import Channel
from ..gateways import Gateway
from ..judge import Judge
from ..lowering import Explained
from ..tree import Leaf, Tree, fill_leaf, pointer_of, walk
from ..validate import BASE, retrieve
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
    meter = _meter(channel.name, gateway.NAME)
    bodies, prefix = (payload, True) if isinstance(payload, list) else ([payload], False)
    found: dict[str, list[Limit]] = {}
    for index, body in enumerate(bodies):
        for path, limit in meter.of_payload(_spots(body)):
            found.setdefault(pointer_of((index, *path) if prefix else path), []).append(limit)
    if explained is not None:
        by_leaf = dict(_of_message(meter, explained))
        trees = gateway.emit(explained.plan.messages, channel, None)
        for index, tree in enumerate(trees):
            for pointer, leaf in _leaves(tree):
                text = fill_leaf(leaf, explained.values)
                for limit in by_leaf.get((leaf.pointer, text), []):
                    found.setdefault(f"/{index}{pointer}" if prefix else pointer, []).append(limit)
    texts = {pointer_of(path): value for path, value in leaves(payload)}
    return {
        pointer: _tightest(texts[pointer], some)
        for pointer, some in found.items()
        if isinstance(texts.get(pointer), str)
    }


def message_limits(explained: Explained, gateway: Gateway) -> list[tuple[str, str, Limit]]:
    """The tightest limit on each text of the messages that go out: its place in the author's message, the text, it."""
    meter = _meter(explained.channel.name, gateway.NAME)
    return [(place, text, _tightest(text, some)) for (place, text), some in _of_message(meter, explained)]


def _tightest(text: str, limits: Sequence[Limit]) -> Limit:
    return max(limits, key=lambda limit: (limit.size(text) or 0) / max(limit.most, 1))


def _of_message(meter: _Meter, explained: Explained) -> Iterator[tuple[tuple[str, str], list[Limit]]]:
    """The limits on each text of the messages that go out, by its leaf's pointer and the text."""
    found: dict[tuple[str, str], list[Limit]] = {}
    for tree in explained.plan.sent:
        texts: dict[Path, Leaf] = {}
        message = _filled(tree, explained.values, texts, ())
        for path, limit in meter.of_message(message):
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


class _Meter:
    """Notes every limit that is asked of a text while the schemas of a channel are applied, in what is no condition."""

    def __init__(self, channel: Channel, gateway: Gateway) -> None:
        judge = Judge(channel, gateway)
        self._met: list[tuple[Path, Limit]] = []
        self._deciding = 0
        usual = type(judge_of({}, BASE, retrieve)).VALIDATORS
        functions = {name: self._limited(name, usual[name]) for name in _UNITS}
        functions |= {name: self._choosing(usual[name]) for name in ("anyOf", "oneOf", "not", "contains")}
        functions["if"] = self._condition
        self._message = [
            judge_of(schema.document, schema.uri, retrieve, functions)
            for schema in (judge.neutral.schema, *(rule.schema for rule in judge.message))
            if _limits(schema.document)
        ]
        payload = judge.payload.schema
        self._payload = [judge_of(payload.document, payload.uri, retrieve, functions)]

    def of_message(self, message: Any) -> list[tuple[Path, Limit]]:
        return self._noted(self._message, message)

    def of_payload(self, body: Any) -> list[tuple[Path, Limit]]:
        return self._noted(self._payload, body)

    def _noted(self, judges: Sequence[Any], value: Any) -> list[tuple[Path, Limit]]:
        self._met.clear()
        for judge in judges:
            for _ in judge.iter_errors(value):
                pass
        return list(self._met)

    def _limited(self, keyword: str, usual: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
        def function(validator: Any, most: int, instance: Any, schema: Any) -> Iterator[Any]:
            if isinstance(instance, _Spot) and not self._deciding:
                unit = schema.get("x-unit") if keyword == "maxLength" else None
                self._met.append((instance.place, Limit(most, keyword, unit or _UNITS[keyword][0])))
            yield from usual(validator, most, instance, schema) or ()

        return function

    def _choosing(self, usual: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
        def function(validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[Any]:
            with self._undecided():
                found = list(usual(validator, rule, instance, schema) or ())
            yield from found

        return function

    def _condition(self, validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[Any]:
        with self._undecided():
            holds = validator.evolve(schema=rule).is_valid(instance)
        branch = "then" if holds else "else"
        if branch in schema:
            yield from validator.descend(instance, schema[branch], schema_path=branch)

    @contextmanager
    def _undecided(self) -> Iterator[None]:
        self._deciding += 1
        try:
            yield
        finally:
            self._deciding -= 1


def _limits(schema: Any) -> bool:
    """Whether a schema, or another that it refers to, may limit a text."""
    if isinstance(schema, list):
        return any(map(_limits, schema))
    if not isinstance(schema, dict):
        return False
    elsewhere = not str(schema.get("$ref", "#")).startswith("#")
    return elsewhere or not _UNITS.keys().isdisjoint(schema) or any(map(_limits, schema.values()))


@cache
def _meter(channel: str, gateway: str) -> _Meter:
    return _Meter(channels.channel(channel), gateways.gateway(gateway))
