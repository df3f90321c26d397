"""Parsing: a skeleton becomes a tree whose leaves know their holes and their places.

The structure is decided by the template's text alone. One exception is asked for by the author: a
bare hole whose value is a list or an object takes it whole, and then the tree is good for this
context only (`reusable` is False).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .holes import HOLE, PRINTED, spelled
from .marks import MAX_DEPTH, Mapping, Node, Place, Scalar, Unreadable, too_deep
from .marks import Sequence as ListNode
from .markup import marked_up
from .read_json import read_json
from .tree import Leaf, Tree, as_value, escape, fill_leaf
from .tree import Scalar as Plain

# What is read while lowering and emitting, so it must be known: a hole here is filled at once.
STRUCTURAL = frozenset({"template_type", "kind"})


@dataclass(slots=True)
class Document:
    """A parsed skeleton. `places` are offsets in the skeleton, by JSON pointer."""

    root: Tree
    places: dict[str, Place] = field(default_factory=dict)
    reusable: bool = True
    bare: list[int] = field(default_factory=list)  # the holes that stand alone, and could take a list whole

    def fits(self, values: Sequence[object]) -> bool:
        """Whether these values, too, leave the tree as it is."""
        return self.reusable and not any(isinstance(as_value(values[hole]), list | dict) for hole in self.bare)

    def place(self, pointer: str) -> Place:
        """Where a node stands; the nearest thing above it that has a place."""
        while pointer not in self.places and pointer:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer) or Place(0, 0, 0, 0)


def read(text: str, syntax: Literal["json", "yaml"]) -> Node:
    """The nodes of a skeleton. Raises Unreadable."""
    if syntax == "json":
        return read_json(text, PRINTED)
    from .read_yaml import read_yaml

    return read_yaml(text, PRINTED)


def parse(
    skeleton: str, values: Sequence[object], syntax: Literal["json", "yaml"], *, markup: bool = False
) -> Document:
    """Parse a skeleton, and the inline markup of its texts when it uses it. Raises Unreadable, with offsets."""
    builder = _Builder(values)
    node = read(skeleton, syntax)
    root = builder.build(node, "")
    builder.document.root = marked_up(root) if markup else root
    return builder.document


class _Builder:
    def __init__(self, values: Sequence[object]) -> None:
        self.values = values
        self.document = Document(root=None)

    def build(self, node: Node, pointer: str, key: Scalar | None = None) -> Tree:
        start, end = (key.start, key.end) if key else (node.start, node.end)
        self.document.places[pointer] = Place(node.start, node.end, start, end)
        if isinstance(node, Mapping):
            tree: dict[str, Tree] = {}
            for name, child in node.items:
                if PRINTED.search(str(name.value)):
                    raise Unreadable(
                        "hole-in-key",
                        "Field name from data",
                        name.start,
                        name.end,
                        "a field's name must be written out",
                        hint="data may give values, never names",
                    )
                tree[str(name.value)] = self.build(child, f"{pointer}/{escape(str(name.value))}", name)
            return tree
        if isinstance(node, ListNode):
            return [self.build(child, f"{pointer}/{i}") for i, child in enumerate(node.items)]
        return self.leaf(node, pointer, str(key.value) if key else "")

    def leaf(self, node: Scalar, pointer: str, key: str) -> Tree:
        text = node.value
        if not isinstance(text, str) or not (matches := list(HOLE.finditer(text))):
            return Leaf(pointer, spelled(text) if isinstance(text, str) else text)
        if not node.quoted and len(matches) == 1 and matches[0].group() == text:
            return self.bare(int(matches[0][1]), node, pointer, key)
        parts: list[str | int] = []
        at = 0
        for match in matches:
            if match.start() > at:
                parts.append(spelled(text[at : match.start()]))
            parts.append(int(match[1]))
            at = match.end()
        if at < len(text):
            parts.append(spelled(text[at:]))
        leaf = Leaf(pointer, parts=tuple(parts))
        return self.known(leaf) if key in STRUCTURAL else leaf

    def known(self, leaf: Leaf) -> Leaf:
        """A structural leaf with its value filled in."""
        self.document.reusable = False
        return Leaf(leaf.pointer, fill_leaf(leaf, self.values))

    def bare(self, index: int, node: Scalar, pointer: str, key: str) -> Tree:
        value = as_value(self.values[index])
        if isinstance(value, list | dict):
            self.document.reusable = False
            return self.given(value, pointer, node, pointer.count("/") + 1)
        leaf = Leaf(pointer, parts=(index,), bare=True)
        self.document.bare.append(index)
        return self.known(leaf) if key in STRUCTURAL else leaf

    def given(self, value: Any, pointer: str, node: Scalar, depth: int) -> Tree:
        """A list or an object out of the data: every node of it stands where the hole stood."""
        if depth > MAX_DEPTH:
            raise too_deep(node.start)
        self.document.places[pointer] = Place(node.start, node.end, node.start, node.end)
        if isinstance(value, dict):
            return {str(k): self.given(v, f"{pointer}/{escape(str(k))}", node, depth + 1) for k, v in value.items()}
        if isinstance(value, list):
            return [self.given(v, f"{pointer}/{i}", node, depth + 1) for i, v in enumerate(value)]
        plain: Plain = value
        return Leaf(pointer, plain)
