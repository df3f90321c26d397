"""The words of the JSON Schema vocabulary in `schemas/`: which there are, and what ours check.

Ours are what JSON Schema cannot say: lengths in the units channels count in, and rules across nodes.
Each is a pure function of the keyword's value and the instance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

import jsonschema_rs
import orjson

from . import units

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What a keyword found. Paths start at the instance that the keyword was given."""

    path: Path = ()  # the node at fault
    others: tuple[Path, ...] = ()  # nodes it clashes with
    measured: int | None = None
    allowed: int | None = None  # in the unit of `measured`
    unit: str = ""
    key: str = ""  # of an object: the key that is unknown, missing or unlike
    warning: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


Check: TypeAlias = Callable[[Any, Any], Sequence[Problem]]
_FINE: tuple[Problem, ...] = ()


def nodes(instance: Any, path: Sequence[str]) -> Iterator[tuple[Path, Any]]:
    """Every node that `path` reaches, with the way to it; `*` is every item of a list, `**` any number of steps.

    A step that is not there, or does not fit what is there, reaches nothing.
    """
    if not path:
        yield (), instance
        return
    step, rest = path[0], path[1:]
    if step == "**":
        yield from nodes(instance, rest)
    children: Iterable[tuple[str | int, Any]] = ()
    if step == "**":
        rest = path
        if isinstance(instance, dict | list):
            children = instance.items() if isinstance(instance, dict) else enumerate(instance)
    elif step == "*":
        children = enumerate(instance) if isinstance(instance, list) else ()
    elif isinstance(instance, dict) and step in instance:
        children = ((step, instance[step]),)
    for key, child in children:
        for below, node in nodes(child, rest):
            yield (key, *below), node


def node_at(instance: Any, path: Path) -> Any:
    """The node that a path leads to, which must be there."""
    for step in path:
        instance = instance[step]
    return instance


def _max_utf16(limit: int, instance: Any) -> Sequence[Problem]:
    if not isinstance(instance, str) or 2 * len(instance) <= limit:
        return _FINE
    size = units.utf16(instance)
    return (Problem(measured=size, allowed=limit, unit="UTF-16 units"),) if size > limit else _FINE


def _max_bytes(limit: int, instance: Any) -> Sequence[Problem]:
    if not isinstance(instance, str) or 4 * len(instance) <= limit:
        return _FINE
    size = units.utf8(instance)
    return (Problem(measured=size, allowed=limit, unit="bytes"),) if size > limit else _FINE


def _max_graphemes(limit: int, instance: Any) -> Sequence[Problem]:
    # a grapheme is at least one code point
    if not isinstance(instance, str) or len(instance) <= limit:
        return _FINE
    size = units.graphemes(instance)
    return (Problem(measured=size, allowed=limit, unit="graphemes"),) if size > limit else _FINE


def _max_septets(limit: int, instance: Any) -> Sequence[Problem]:
    """A text that GSM-7 cannot write takes two octets a UTF-16 unit in the same room."""
    if not isinstance(instance, str):
        return _FINE
    size = units.septets(instance)
    if size is not None:
        return (Problem(measured=size, allowed=limit, unit="septets"),) if size > limit else _FINE
    size, room = units.utf16(instance), units.ucs2_room(limit)
    if size <= room:
        return _FINE
    outside = units.not_gsm(instance)
    return (Problem(measured=size, allowed=room, unit="UTF-16 units", extra={"outside": outside}),)


def _unique_by(value: dict[str, Any], instance: Any) -> Sequence[Problem]:
    fields: list[str] = value["fields"]
    seen: dict[Any, list[tuple[Path, Any]]] = {}
    for path, node in nodes(instance, value["path"]):
        if fields and not (isinstance(node, dict) and any(name in node for name in fields)):
            continue
        mark = tuple((name in node, _frozen(node.get(name))) for name in fields) if fields else _frozen(node)
        seen.setdefault(mark, []).append((path, node))
    return [
        Problem(path=same[1][0], others=(same[0][0], *(path for path, _ in same[2:])), extra={"node": same[1][1]})
        for same in seen.values()
        if len(same) > 1
    ]


def _frozen(value: Any) -> Any:
    """A hashable stand-in that is equal when the JSON values are: 1 is 1.0 and is not true."""
    if isinstance(value, dict):
        return ("object", frozenset((key, _frozen(child)) for key, child in value.items()))
    if isinstance(value, list):
        return ("array", tuple(_frozen(child) for child in value))
    return ("boolean", value) if isinstance(value, bool) else ("scalar", value)


def _max_total(value: dict[str, Any], instance: Any) -> Sequence[Problem]:
    found = [path for path, _ in nodes(instance, value["path"])]
    limit: int = value["max"]
    if len(found) <= limit:
        return _FINE
    return (Problem(path=found[limit], measured=len(found), allowed=limit, unit="items"),)


def _max_total_text(value: dict[str, Any], instance: Any) -> Sequence[Problem]:
    size = 0
    for way in value["paths"]:
        for path, node in nodes(instance, way):
            size += len(node) if isinstance(node, str) else 0
            last = path
            if size > value["max"]:
                total = sum(len(n) for w in value["paths"] for _, n in nodes(instance, w) if isinstance(n, str))
                return (Problem(path=last, measured=total, allowed=value["max"], unit="characters"),)
    return _FINE


def _max_json_bytes(limit: int, instance: Any) -> Sequence[Problem]:
    """The instance as JSON text without blanks, in UTF-8."""
    try:
        size = len(orjson.dumps(instance))
    except TypeError:  # half a character, a number too large: found elsewhere
        return _FINE
    return (Problem(measured=size, allowed=limit, unit="bytes"),) if size > limit else _FINE


def button_kind(button: Any) -> str:
    """`reply`, `link` or `call`; empty for what is no button."""
    if isinstance(button, dict):
        for key, kind in (("value", "reply"), ("url", "link"), ("phone", "call")):
            if key in button:
                return kind
    return ""


def _same_shape(value: dict[str, Any], instance: Any) -> Sequence[Problem]:
    found = [(path, node) for path, node in nodes(instance, value["path"]) if isinstance(node, dict)]
    for path, node in found[1:]:
        first_path, first = found[0]
        odd = _unlike(value, first, node)
        if odd:
            here = (*path, odd["field"]) if odd["field"] in node else path
            return (Problem(path=here, others=(first_path,), key=odd["field"], extra=odd),)
    return _FINE


def _unlike(value: dict[str, Any], first: dict[str, Any], node: dict[str, Any]) -> dict[str, Any] | None:
    """In what `node` differs: the field, how (present, count, kinds), here and in the first."""
    for name in value.get("fields", ()):
        if (name in node) != (name in first):
            return {"field": name, "how": "present", "here": name in node, "first": name in first}
    for how, names, measure in (("count", value.get("counts", ()), len), ("kinds", value.get("kinds", ()), _kinds)):
        for name in names:
            here, there = measure(_list(node.get(name))), measure(_list(first.get(name)))
            if here != there:
                return {"field": name, "how": how, "here": here, "first": there}
    return None


def _kinds(buttons: list[Any]) -> list[str]:
    return [button_kind(button) for button in buttons]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _exactly_one(names: list[str], instance: Any) -> Sequence[Problem]:
    if not isinstance(instance, dict):
        return _FINE
    present = [name for name in names if name in instance]
    return () if len(present) == 1 else (Problem(measured=len(present), extra={"present": present}),)


def _at_least_one(names: list[str], instance: Any) -> Sequence[Problem]:
    if not isinstance(instance, dict) or any(name in instance for name in names):
        return _FINE
    return (Problem(measured=0, extra={"present": []}),)


@cache
def _pattern(text: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator({"pattern": text}, pattern_options=jsonschema_rs.RegexOptions())


def _plain(patterns: list[str], instance: Any) -> Sequence[Problem]:
    """A plain text in which the channel would take signs for markup. It is delivered, but not as written."""
    if not isinstance(instance, str):
        return _FINE
    try:
        found = [pattern for pattern in patterns if _pattern(pattern).is_valid(instance)]
    except ValueError:  # half a character: found elsewhere
        return _FINE
    return (Problem(warning=True, extra={"patterns": found}),) if found else _FINE


def _unsupported(_reason: str, _instance: Any) -> Sequence[Problem]:
    return (Problem(),)


KEYWORDS: dict[str, Check] = {
    "x-maxUtf16": _max_utf16,
    "x-maxBytes": _max_bytes,
    "x-maxGraphemes": _max_graphemes,
    "x-maxSeptets": _max_septets,
    "x-uniqueBy": _unique_by,
    "x-maxTotal": _max_total,
    "x-maxTotalText": _max_total_text,
    "x-maxJsonBytes": _max_json_bytes,
    "x-sameShape": _same_shape,
    "x-exactlyOne": _exactly_one,
    "x-atLeastOne": _at_least_one,
    "x-unsupported": _unsupported,
    "x-plain": _plain,
}
WARNINGS = frozenset(["x-plain"])  # what these find is delivered all the same

_COUNT = {"type": "integer", "minimum": 0}
_NAMES = {"type": "array", "items": {"type": "string"}}
_SOME_NAMES = {**_NAMES, "minItems": 1}


def _members(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


# What the value of each keyword of ours must look like, as a JSON Schema.
SHAPES: dict[str, dict[str, Any]] = {
    "x-maxUtf16": _COUNT,
    "x-maxBytes": _COUNT,
    "x-maxGraphemes": _COUNT,
    "x-maxSeptets": _COUNT,
    "x-uniqueBy": _members(["path", "fields"], path=_NAMES, fields=_NAMES),
    "x-maxTotal": _members(["path", "max"], path=_NAMES, max=_COUNT),
    "x-maxTotalText": _members(["paths", "max"], paths={"type": "array", "items": _NAMES}, max=_COUNT),
    "x-maxJsonBytes": _COUNT,
    "x-sameShape": _members(["path"], path=_NAMES, fields=_NAMES, counts=_NAMES, kinds=_NAMES),
    "x-exactlyOne": _SOME_NAMES,
    "x-atLeastOne": _SOME_NAMES,
    "x-unsupported": {"type": "string", "minLength": 1},
    "x-plain": _SOME_NAMES,
}

# What a rule says of itself; none of it checks anything.
ANNOTATIONS = frozenset([
    "x-title",  # what the rule is about, a short noun: "Quick reply title"
    "x-unit",  # of its numbers: "characters", "bytes", "septets", "items", "seconds" …
    "x-source",  # URL of the page that states it
    "x-checked",  # the day the page was read, as YYYY-MM-DD
    "x-status",  # how far to trust it; absent is "official"
    "x-note",  # why, or where the pages disagree and which was followed
    "x-path",  # the field in the channel's own API
    "x-code",  # the diagnostic's code, instead of the keyword's own
    "x-label",  # what is said at the place, instead of the keyword's own words
    "x-hint",  # what the author can do
    "x-aka",  # of an object: the words that channels have for its fields, {"payload": "value"}
    # limits that no message shows, so that they can be told and not checked
    "x-minimum",  # a number in `x-unit`, or a date
    "x-maximum",  # the same
    "x-value",  # a figure that bounds nothing: a default, a fixed size, a list of sizes, a ratio
    "x-advised",  # a number that is recommended; more is not refused
    "x-maxFileBytes",  # of the file behind an address
    "x-formats",  # file types it may have: "jpeg", "image/webp"
])  # fmt: skip

_STANDARD = (
    ("$schema", "$ref", "$defs", "title", "description", "default", "examples"),
    ("type", "const", "enum", "allOf", "anyOf", "not", "if", "then", "else"),
    ("minLength", "maxLength", "pattern"),
    ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
    ("properties", "patternProperties", "additionalProperties", "propertyNames"),
    ("required", "dependentRequired", "minProperties", "maxProperties"),
)
# The keywords of draft 2020-12 in use. Not `oneOf`: a mistake in one branch would be an error in each.
STANDARD = frozenset(keyword for group in _STANDARD for keyword in group)

_ONE = ("items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames")
_LISTS = ("allOf", "anyOf", "prefixItems")
_MAPS = ("properties", "patternProperties", "$defs")


def subschemas(schema: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every schema inside a schema, itself first, with the way to it. `true` and `false` are passed over."""
    if not isinstance(schema, dict):
        return
    yield path, schema
    for key in _ONE:
        yield from subschemas(schema.get(key), (*path, key))
    for key in _LISTS:
        if isinstance(schema.get(key), list):
            for index, child in enumerate(schema[key]):
                yield from subschemas(child, (*path, key, index))
    for key in _MAPS:
        if isinstance(schema.get(key), dict):
            for name, child in schema[key].items():
                yield from subschemas(child, (*path, key, name))
