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
Part: TypeAlias = "str | int | Leaf"
Recode: TypeAlias = Callable[[str], str]


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A scalar of the message, and where in the message it stood.

    `parts` is None for a constant, whose `value` it is. Otherwise it is the text in order, constant
    stretches as `str` and holes as `int` (the index into the render's values); `bare` when it is one
    hole without quotes, which takes its value with its JSON type. What channels need beyond that: a leaf
    within a leaf, `escape` for the text of each hole, `encode` for the text as a whole.
    """

    pointer: str  # JSON pointer into the message: "/buttons/0/text"
    value: Scalar = None
    parts: tuple[Part, ...] | None = None
    bare: bool = False
    escape: Recode | None = None
    encode: Recode | None = None
    marked: tuple[object, ...] | None = None  # the same text with its inline markup, see `markup`

    @property
    def holes(self) -> tuple[int, ...]:
        found: list[int] = []
        for part in self.parts or ():
            found += [part] if isinstance(part, int) else part.holes if isinstance(part, Leaf) else []
        return tuple(found)

    @property
    def plain(self) -> bool:
        """Whether it is constant, or text and holes with nothing done to them."""
        return self.escape is None and self.encode is None and not any(isinstance(p, Leaf) for p in self.parts or ())


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
    if leaf.plain:
        return "".join([p if isinstance(p, str) else as_text(values[p], p) for p in parts])  # type: ignore[index, arg-type]
    text = "".join([_fill_part(p, values, leaf.escape) for p in parts])
    return leaf.encode(text) if leaf.encode else text


def _fill_part(part: Part, values: Sequence[object], escape: Recode | None) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Leaf):
        return as_text(fill_leaf(part, values))
    text = as_text(values[part], part)
    return escape(text) if escape else text


# ---- leaves made of leaves, for lowering and emission


def joined(*pieces: Leaf | str, at: Leaf | None = None) -> Leaf:
    """One text of several, in order. It stands where `at` does, or the first leaf among them."""
    leaves = [piece for piece in pieces if isinstance(piece, Leaf)]
    pointer = (at or leaves[0]).pointer if at or leaves else ""
    parts = [part for piece in pieces for part in parts_of(piece)]
    marked = None
    if any(leaf.marked for leaf in leaves):
        own = [piece.marked if isinstance(piece, Leaf) and piece.marked else parts_of(piece) for piece in pieces]
        marked = tuple(part for some in own for part in some)
    if all(isinstance(part, str) for part in parts):
        return Leaf(pointer, "".join(map(str, parts)), marked=marked)
    return Leaf(pointer, parts=tuple(parts), marked=marked)


def parts_of(piece: Leaf | str) -> tuple[Part, ...]:
    """What a text is made of, a constant being one part."""
    if isinstance(piece, str):
        return (piece,)
    if piece.parts is None:
        return (as_text(piece.value),)
    return piece.parts if piece.plain else (piece,)


def escaped(leaf: Leaf, escape: Recode) -> Leaf:
    """A text in which everything, the author's words and each value, is escaped."""
    if leaf.parts is None:
        return Leaf(leaf.pointer, escape(as_text(leaf.value)))
    if leaf.encode or leaf.escape:
        return encoded(leaf, escape)
    parts = tuple(
        escape(part) if isinstance(part, str) else escaped(part, escape) if isinstance(part, Leaf) else part
        for part in leaf.parts
    )
    return Leaf(leaf.pointer, parts=parts, escape=escape)


def encoded(leaf: Leaf, encode: Recode) -> Leaf:
    """A text that is recoded as a whole, when its holes are filled: base64, a number as text (`str`)."""
    if leaf.parts is None:
        return Leaf(leaf.pointer, encode(as_text(leaf.value)))
    inner = leaf.parts if leaf.plain else (leaf,)
    return Leaf(leaf.pointer, parts=inner, encode=encode)


def fill(tree: Tree, values: Sequence[object]) -> Any:
    """The plain JSON value of a tree. Raises NotText."""
    if isinstance(tree, Leaf):
        return fill_leaf(tree, values)
    if isinstance(tree, dict):
        return {key: fill(child, values) for key, child in tree.items()}
    if isinstance(tree, list):
        return [fill(child, values) for child in tree]
    return tree


def present(**fields: Tree) -> dict[str, Tree]:
    """The fields that are not None, in order."""
    return {name: value for name, value in fields.items() if value is not None}


def not_empty(**fields: Tree) -> dict[str, Tree]:
    """The fields that hold something: not None, no empty list, no empty object."""
    return {name: value for name, value in present(**fields).items() if value not in ([], {})}


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
