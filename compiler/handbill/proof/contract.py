"""What a contract says of the values that a template is given."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from .patterns import widest
from .sizes import ENDLESS, ESCAPED, Size, of_points
from .texts import Given
from .values import UNDEFINED, Exact, Flag, Items, Number, Opaque, Record, Value, Words, one_of

_LOWEST = frozenset(
    ["maxLength", "maxItems", "maximum", "exclusiveMaximum", "x-maxUtf16", "x-maxBytes", "x-maxGraphemes"]
)
_HIGHEST = frozenset(["minimum", "exclusiveMinimum"])


def of_contract(params: Mapping[str, Any]) -> dict[str, Value]:
    """What a contract says of each parameter."""
    return {name: of_schema(name, rule) for name, rule in params.items()}


def of_schema(path: str, rule: Any) -> Value:
    """What a schema says of a value. Whatever is not understood is left out, which leaves more values possible."""
    if not isinstance(rule, dict):
        return Opaque(f"`{path}`")
    rule = _whole(rule)
    if "const" in rule:
        return Exact(rule["const"])
    if isinstance(rule.get("enum"), list):
        return one_of(Exact(value) for value in rule["enum"])
    kinds = rule.get("type")
    if kinds is None:
        return Opaque(f"`{path}`, which has no `type`")
    return one_of(_of_type(path, rule, kind) for kind in (kinds if isinstance(kinds, list) else [kinds]))


def _whole(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule with what its `allOf` says, where both are about the same."""
    made = dict(rule)
    for part in rule.get("allOf", ()) if isinstance(rule.get("allOf"), list) else ():
        if not isinstance(part, dict):
            continue
        for key, value in _whole(part).items():
            if key in _LOWEST and key in made:
                made[key] = min(made[key], value)
            elif key in _HIGHEST and key in made:
                made[key] = max(made[key], value)
            else:
                made.setdefault(key, value)
    return made


def _of_type(path: str, rule: dict[str, Any], kind: str) -> Value:
    if kind == "string":
        return Words(Given(path, _text(rule)))
    if kind in ("integer", "number"):
        low = max(rule.get("minimum", -inf), rule.get("exclusiveMinimum", -inf))
        high = min(rule.get("maximum", inf), rule.get("exclusiveMaximum", inf))
        return Number(path, low, high, "whole" if kind == "integer" else "real")
    if kind == "boolean":
        return Flag(path)
    if kind == "array":
        item = of_schema(f"{path}[]", rule["items"]) if "items" in rule else Opaque(f"`{path}[]`")
        if "prefixItems" in rule:
            item = Opaque(f"`{path}[]`")
        return Items(path, item, rule.get("maxItems", inf))
    if kind == "object":
        return _object(path, rule)
    return Exact(None)


def _text(rule: dict[str, Any]) -> Size:
    points = min(rule.get("maxLength", inf), rule.get("x-maxUtf16", inf), rule.get("x-maxBytes", inf))
    highest, lowest = 0x10FFFF, 0
    if isinstance(rule.get("pattern"), str):
        most, highest, lowest = widest(rule["pattern"])
        points = min(points, most)
    found = of_points(points, highest, lowest)
    if points == inf:
        return ENDLESS
    utf16 = min(found.utf16, rule.get("x-maxUtf16", inf), rule.get("x-maxBytes", inf))
    bytes_ = min(found.bytes, rule.get("x-maxBytes", inf), 3 * utf16)
    graphemes = min(found.graphemes, rule.get("x-maxGraphemes", inf))
    json = min(found.json, rule.get("x-maxBytes", inf) * ESCAPED)
    return found._replace(utf16=utf16, bytes=bytes_, graphemes=graphemes, json=json)


def _object(path: str, rule: dict[str, Any]) -> Value:
    needed = rule.get("required", ())
    fields: dict[str, Value] = {}
    for name, part in rule.get("properties", {}).items():
        found = of_schema(f"{path}.{name}", part)
        fields[name] = found if name in needed else one_of([found, UNDEFINED])
    return Record(path, fields, rule.get("additionalProperties") is False and "patternProperties" not in rule)
