"""Messages at the edge of a limit: which limits hold at which places of a message, and a place grown to a size."""

from __future__ import annotations

import copy
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from handbill.keywords import Path, node_at, nodes
from handbill.resources import load
from handbill.validate import Schema

# one character each, and how much it is in every unit
WIDTHS = {
    "a": {"code points": 1, "UTF-16 units": 1, "bytes": 1, "graphemes": 1, "septets": 1},
    "ä": {"code points": 1, "UTF-16 units": 1, "bytes": 2, "graphemes": 1, "septets": 1},
    "€": {"code points": 1, "UTF-16 units": 1, "bytes": 3, "graphemes": 1, "septets": 2},
    "😀": {"code points": 1, "UTF-16 units": 2, "bytes": 4, "graphemes": 1},
    "👨‍👩‍👧": {"code points": 5, "UTF-16 units": 8, "bytes": 18, "graphemes": 1},
}
LENGTHS = {
    "maxLength": "code points",
    "minLength": "code points",
    "x-maxUtf16": "UTF-16 units",
    "x-maxBytes": "bytes",
    "x-maxGraphemes": "graphemes",
    "x-maxSeptets": "septets",
}
SIZES = {
    str: tuple(LENGTHS),
    list: ("minItems", "maxItems", "x-maxTotal"),
    dict: ("minProperties", "maxProperties"),
    int: ("minimum", "maximum"),
    float: ("minimum", "maximum"),
}
LEAST = ("minLength", "minItems", "minProperties", "minimum")
KEYWORDS = frozenset(keyword for keywords in SIZES.values() for keyword in keywords)


def number(definition: dict[str, Any], keyword: str) -> int:
    """The number of a limit."""
    limit = definition[keyword]
    return int(limit["max"] if keyword == "x-maxTotal" else limit)


def text(size: int, unit: str, char: str) -> str:
    """A text of a size in a unit: one kind of character, and `a` for the rest."""
    width = WIDTHS[char][unit]
    return char * (size // width) + "a" * (size % width)


# ---- which limits a message comes under


@dataclass(frozen=True)
class Use:
    """A definition of a limits.json, at a place of a message."""

    definition: str  # "messenger/limits.json#/$defs/text"
    path: Path

    @property
    def name(self) -> str:
        return self.definition.rpartition("/")[2]

    @property
    def place(self) -> str:
        """The place, whichever item of a list it is in: "/cards/*/title"."""
        return "".join(f"/{'*' if isinstance(step, int) else step}" for step in self.path)


def uses(name: str, message: Any) -> Iterator[Use]:
    """Every limit that the schema `name` puts on a message, in the branches that this message takes."""
    yield from _uses(load(name), name, message, ())


def _uses(schema: Any, base: str, value: Any, path: Path) -> Iterator[Use]:
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        target = resolved(schema["$ref"], base)
        file, _, pointer = target.partition("#")
        if file.endswith("limits.json"):
            yield Use(target, path)
        yield from _uses(node_at(load(file), tuple(pointer.split("/")[1:])), file, value, path)
    for branch in schema.get("allOf", ()):
        yield from _uses(branch, base, value, path)
    if "if" in schema:
        branch = "then" if _holds(base, schema["if"], value) else "else"
        yield from _uses(schema.get(branch), base, value, path)
        if branch == "then" and schema.get("else") == schema["if"]:  # what else would be said
            yield from _uses(schema["else"], base, value, path)
    if isinstance(value, dict):
        for key, child in value.items():
            below = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
            yield from _uses(below, base, child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _uses(schema.get("items"), base, child, (*path, index))


def resolved(reference: str, base: str) -> str:
    """A `$ref` in the file `base`, from the folder of schemas on."""
    file, _, pointer = reference.partition("#")
    return f"{posixpath.normpath(posixpath.join(posixpath.dirname(base), file)) if file else base}#{pointer}"


_conditions: dict[int, Schema] = {}


def _holds(base: str, condition: dict[str, Any], value: Any) -> bool:
    key = id(condition)  # schemas are loaded once and kept
    if key not in _conditions:
        _conditions[key] = Schema({"$defs": load(base).get("$defs", {}), **condition}, base)
    return _conditions[key].is_valid(value)


@cache
def definition(name: str) -> dict[str, Any]:
    """A definition by what `Use.definition` has."""
    file, _, pointer = name.partition("#")
    found: dict[str, Any] = node_at(load(file), tuple(pointer.split("/")[1:]))
    return found


# ---- a place at a size


def placed(message: dict[str, Any], path: Path, value: Any, *, everywhere: bool = False) -> dict[str, Any]:
    """The message with another value at a place, or at the same place of every item of the lists on the way."""
    made = copy.deepcopy(message)
    above = ["*" if isinstance(step, int) else step for step in path[:-1]]
    parents = [node for _, node in nodes(made, above)] if everywhere else [node_at(made, path[:-1])]
    for parent in parents:
        parent[path[-1]] = value
    return made


def sized(value: Any, keyword: str, size: int, unit: str = "", char: str = "a") -> Any:
    """A value that could stand where `value` does, as large as `size` in the keyword's unit or in another."""
    if isinstance(value, str):
        start = "https://example.com/" if value.startswith("https:") else ""
        return start + text(size - len(start), unit or LENGTHS[keyword], char)
    if isinstance(value, list) and keyword == "x-maxTotal":  # of the items in all sections
        return [{**value[0], "items": _copies(value[0]["items"], size)}]
    if isinstance(value, list):
        return _copies(value, size)
    if isinstance(value, dict):
        return {str(index): "x" for index in range(1, size + 1)}
    return size


def _copies(items: list[Any], size: int) -> list[Any]:
    """The items as they are, and as many of the last one as are lacking."""
    return [_distinct(items[min(index, len(items) - 1)], index) for index in range(size)]


def _distinct(item: Any, index: int) -> Any:
    """A copy with one item in each list in it, and texts and values that no other copy has."""
    if isinstance(item, list):
        return [_distinct(item[0], index)]
    if not isinstance(item, dict):
        return item
    made = {key: _distinct(child, index) for key, child in item.items()}
    return {**made, **{key: f"{key} {index}" for key in _TELLING if isinstance(made.get(key), str)}}


# what must be different in two of a kind
_TELLING = ("text", "value")
