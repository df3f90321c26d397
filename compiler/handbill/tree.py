"""Trees of JSON in which a leaf may still wait for its value.

A rendered template is a tree whose leaves are constant text, or text with *holes* (the places where
a value goes), and lowering and emission move such leaves about without looking inside. So one tree
serves every message that renders to the same skeleton; only `fill` is done for each message.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Scalar: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A scalar of the message, and where in the message it stood.

    `parts` is None for a constant, whose `value` it is. Otherwise it is the text in order, constant
    stretches as `str` and holes as `int` (the index into the render's values); `bare` when it is one
    hole without quotes, which takes its value with its JSON type.
    """

    pointer: str  # JSON pointer into the message: "/buttons/0/text"
    value: Scalar = None
    parts: tuple[str | int, ...] | None = None
    bare: bool = False

    @property
    def holes(self) -> tuple[int, ...]:
        return tuple(p for p in self.parts if isinstance(p, int)) if self.parts else ()


# What a parsed document, a message and a payload are made of. Plain scalars are what a gateway adds.
Tree: TypeAlias = "dict[str, Tree] | list[Tree] | Leaf | Scalar"


class NotText(Exception):
    """A value without a text form (null, a list, an object) stands inside a text."""

    def __init__(self, value: object, hole: int) -> None:
        super().__init__(f"{type(value).__name__} has no text form")
        self.value = value
        self.hole = hole


class Json(str):
    """What `| tojson` gives: JSON text inside a text, the value itself as a bare hole."""

    __slots__ = ("value",)
    value: Any


def as_text(value: object, hole: int = -1) -> str:
    """A value as it stands inside a text: numbers as JSON writes them, true and false in lower case.

    Raises NotText for null, lists and objects: nobody wants to be greeted as "None".
    """
    if isinstance(value, str):
        return value if type(value) is str else str.__str__(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    raise NotText(value, hole)


def as_value(value: object) -> Any:
    """A value as a bare hole takes it, with its JSON type."""
    if type(value) is Json:
        return value.value
    if isinstance(value, str) and type(value) is not str:
        return str.__str__(value)
    return value


def fill_leaf(leaf: Leaf, values: Sequence[object]) -> Any:
    """The JSON scalar of a leaf. Raises NotText."""
    parts = leaf.parts
    if parts is None:
        return leaf.value
    if leaf.bare:
        return as_value(values[parts[0]])  # type: ignore[index]
    return "".join([p if isinstance(p, str) else as_text(values[p], p) for p in parts])


def fill(tree: Tree, values: Sequence[object]) -> Any:
    """The plain JSON value of a tree. Raises NotText."""
    if isinstance(tree, Leaf):
        return fill_leaf(tree, values)
    if isinstance(tree, dict):
        return {key: fill(child, values) for key, child in tree.items()}
    if isinstance(tree, list):
        return [fill(child, values) for child in tree]
    return tree


def walk(tree: Tree, visit: Callable[[str, Tree], None], pointer: str = "") -> None:
    """Call `visit(pointer, node)` for every node, parents first."""
    visit(pointer, tree)
    if isinstance(tree, dict):
        for key, child in tree.items():
            walk(child, visit, f"{pointer}/{escape(key)}")
    elif isinstance(tree, list):
        for index, child in enumerate(tree):
            walk(child, visit, f"{pointer}/{index}")


def escape(key: str) -> str:
    """A key as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def pointer_of(path: Sequence[str | int]) -> str:
    """A path such as `["buttons", 0, "text"]` as a JSON pointer."""
    return "".join(f"/{escape(str(step))}" for step in path)


def origins(payload: Tree) -> dict[str, str]:
    """Payload pointer → message pointer, for every leaf of a payload that came from the message."""
    found: dict[str, str] = {}

    def visit(pointer: str, node: Tree) -> None:
        if isinstance(node, Leaf):
            found[pointer] = node.pointer

    walk(payload, visit)
    return found
