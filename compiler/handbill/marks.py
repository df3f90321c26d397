"""JSON and YAML read with marks: every value knows where in the text it stood.

Two readers, `read_json` and `read_yaml`, make the same nodes. JSON Schema's world (plain values) is
made from nodes by `plain`; the places are kept beside it in a table, never on the values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

MAX_DEPTH = 32  # of objects and lists in one another

Path: TypeAlias = tuple[str | int, ...]

# JSON's number; YAML's other spellings (1_000, 0x1f, .5, 1:30) stay text.
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
LITERALS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


@dataclass(slots=True)
class Scalar:
    """Text, a number, true, false or null. `start` and `end` leave the quotes out."""

    start: int
    end: int
    value: str | int | float | bool | None
    quoted: bool


@dataclass(slots=True)
class Mapping:
    start: int
    end: int
    items: list[tuple[Scalar, Node]] = field(default_factory=list)


@dataclass(slots=True)
class Sequence:
    start: int
    end: int
    items: list[Node] = field(default_factory=list)


Node: TypeAlias = "Scalar | Mapping | Sequence"


class Unreadable(Exception):
    """Text that is not JSON (or not YAML): what, where (offsets), why, and what to do."""

    def __init__(self, code: str, title: str, start: int, end: int, label: str, text: str = "", hint: str = "") -> None:
        super().__init__(title)
        self.code = code
        self.title = title
        self.start = start
        self.end = end
        self.label = label
        self.text = text
        self.hint = hint
        self.related: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands, and where its name stands (the same, in a list)."""

    start: int
    end: int
    key_start: int
    key_end: int


def places(node: Node, path: Path = ()) -> Iterator[tuple[Path, Place]]:
    """The place of every value, by its path."""
    if not path:
        yield path, Place(node.start, node.end, node.start, node.end)
    if isinstance(node, Mapping):
        for key, child in node.items:
            here = (*path, str(key.value))
            yield here, Place(child.start, child.end, key.start, key.end)
            yield from places(child, here)
    elif isinstance(node, Sequence):
        for index, child in enumerate(node.items):
            here = (*path, index)
            yield here, Place(child.start, child.end, child.start, child.end)
            yield from places(child, here)


def plain(node: Node) -> Any:
    """The value of a node, of dict, list, str, int, float, bool and None."""
    if isinstance(node, Mapping):
        return {str(key.value): plain(child) for key, child in node.items}
    if isinstance(node, Sequence):
        return [plain(child) for child in node.items]
    return node.value


def number(text: str, start: int) -> int | float:
    """A JSON number. Raises Unreadable for one that no float can hold."""
    match = NUMBER.fullmatch(text)
    assert match is not None, text
    if len(text) > 400:
        raise Unreadable("bad-number", "Number too long", start, start + len(text), f"{len(text)} digits")
    if match[1] is None and match[2] is None:
        return int(text)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise Unreadable("bad-number", "Number too large", start, start + len(text), "no computer holds it exactly")
    return value


def check_key(keys: dict[str, Scalar], key: Scalar) -> None:
    """Refuse a name that the object has already."""
    first = keys.setdefault(str(key.value), key)
    if first is not key:
        problem = Unreadable(
            "duplicate-key",
            f"`{key.value}` given twice",
            key.start,
            key.end,
            "here again",
            text="A reader would keep one of the two and drop the other, without a word.",
            hint="remove one of them",
        )
        problem.related = ((first.start, first.end, "first given here"),)
        raise problem


def too_deep(start: int) -> Unreadable:
    return Unreadable(
        "nesting-too-deep",
        "Nested too deep",
        start,
        start + 1,
        f"more than {MAX_DEPTH} objects and lists within one another",
        hint="no message needs that; look for a loop or a macro that calls itself",
    )


def half_a_character(start: int, end: int) -> Unreadable:
    return Unreadable(
        "lone-surrogate",
        "Half a character",
        start,
        end,
        "half of a character",
        text="An emoji can be written as two codes; one of them alone cannot be sent.",
        hint="write the character itself, or both codes",
    )
