"""A skeleton with abstract values, parsed: a tree of leaves, and how often each part of it can be there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from ..document import STRUCTURAL, read
from ..holes import HOLE
from ..marks import Mapping, Node, Place, Scalar, Unreadable
from ..marks import Sequence as ListNode
from ..markup import marked_up
from ..tree import Leaf, Part, Recode, Tree, as_text, escape
from .choices import Dead, NotFollowed, how_many
from .recoding import recoded
from .sizes import NOTHING, Size
from .skeleton import Hole, Skeleton, Stretch, Turns
from .texts import EMPTY, Lit, Text, size, sum_of
from .values import (
    AsJson,
    Exact,
    Items,
    OneOf,
    Opaque,
    Record,
    Row,
    Undefined,
    Value,
    apart,
    one_of,
    options_of,
    over,
    shown,
)


class Again(Exception):
    """Branches that were taken together are no text: they must be taken one by one."""


@dataclass(slots=True)
class Shape:
    """A message of which the values are not known. Pointers are JSON pointers into it."""

    root: Tree
    holes: list[Hole]
    loose: bool = False  # whether a value can be a list in one message, and none in another
    places: dict[str, Place] = field(default_factory=dict)
    repeated: dict[str, tuple[Turns, ...]] = field(default_factory=dict)  # items that can be there more than once
    doubtful: set[str] = field(default_factory=set)  # fields that can be missing
    _measured: dict[int, tuple[Leaf, Text | None, Size]] = field(default_factory=dict, repr=False)

    def measured(self, leaf: Leaf) -> tuple[Text | None, Size]:
        """The text of a leaf, and its largest size: every channel asks for them."""
        if id(leaf) not in self._measured:
            text = self.text(leaf)
            self._measured[id(leaf)] = (leaf, text, NOTHING if text is None else size(text))
        return self._measured[id(leaf)][1:]

    @property
    def certain(self) -> bool:
        """Whether every message has this structure: nothing is there more or less often, nothing can be a list."""
        return not self.repeated and not self.doubtful and not self.loose

    def text(self, leaf: Leaf) -> Text | None:
        """The text of a leaf; None when it is no text."""
        if leaf.parts is None:
            return Lit(leaf.value) if isinstance(leaf.value, str) else None
        if leaf.bare:
            return shown(self.holes[leaf.holes[0]].value, inside=False)
        return recoded(sum_of([self._part(part, leaf.escape) for part in leaf.parts]), leaf.encode)

    def _part(self, part: Part, escape: Recode | None) -> Text:
        if isinstance(part, int):
            return recoded(shown(self.holes[part].value) or EMPTY, escape)
        return self.spelled(part) if isinstance(part, Leaf) else Lit(part)

    def spelled(self, leaf: Leaf) -> Text:
        """The text of a leaf within another text, where a number is its figures."""
        if leaf.parts is None:
            return Lit(as_text(leaf.value)) if leaf.value is not None else EMPTY
        if leaf.bare:
            return shown(self.holes[leaf.holes[0]].value) or EMPTY
        return self.text(leaf) or EMPTY

    def anything(self, leaf: Leaf) -> str:
        """Why a leaf can be any value, a list too; empty when it cannot."""
        if not leaf.bare or leaf.parts is None:
            return ""
        value = self.holes[leaf.holes[0]].value
        if isinstance(value, OneOf) and any(isinstance(o, Items | Row | Record) for o in value.options):
            return "a value that can be a list or an object"
        if isinstance(value, Exact | Items | Row | Record):
            return ""
        return next((option.cause for option in options_of(value) if isinstance(option, Opaque)), "")


def shaped(
    skeleton: Skeleton,
    syntax: Literal["json", "yaml"],
    choose: Callable[[int], int],
    *,
    markup: bool,
    written_out: bool = False,
) -> Shape:
    """The tree of a skeleton. `written_out`: one for each length of a list, and for each field that can be missing.

    Raises Again, Dead, NotFollowed.
    """
    try:
        node = read(skeleton.text, syntax)
    except Unreadable:
        if any(hole.arms for hole in skeleton.holes):
            raise Again from None
        if skeleton.stretches:
            raise NotFollowed("a loop of the template is not followed") from None
        raise Dead from None
    builder = _Builder(skeleton, choose, syntax, written_out=written_out)
    builder.check(node)
    root = builder.build(node, "", node.start)
    builder.shape.root = marked_up(root) if markup else root
    return builder.shape


class _Builder:
    def __init__(self, skeleton: Skeleton, choose: Callable[[int], int], syntax: str, *, written_out: bool) -> None:
        self.written_out = written_out
        self.stretches = skeleton.stretches
        self.text = skeleton.text
        self.choose = choose
        self.yaml = syntax == "yaml"
        self.shape = Shape(None, list(skeleton.holes))

    def check(self, node: Node) -> None:
        """Whether each loop's turn begins and ends at the same place of the structure. Raises NotFollowed."""
        for stretch in self.stretches:
            start, end = stretch.start, stretch.end
            while end > start and self.text[end - 1].isspace():
                end -= 1
            behind = stretch.end
            while behind < len(self.text) and self.text[behind].isspace():
                behind += 1
            self._check(node, start, end, behind)

    def _check(self, node: Node, start: int, end: int, behind: int) -> None:
        opens, closes = node.start, node.end
        if isinstance(node, Scalar):
            if opens < start <= closes and start != end:
                raise NotFollowed("a loop within a text is not followed")
            if start <= opens < end < closes:
                raise NotFollowed("a loop of the template is not followed")
            return
        if opens < start < closes < end or (start <= opens < end and closes > behind):
            raise NotFollowed("a loop of the template is not followed")
        children = [child for _, child in node.items] if isinstance(node, Mapping) else node.items
        if isinstance(node, Mapping):
            for key, child in node.items:
                between = key.start < start <= child.start
                if between and not (self.yaml and isinstance(child, ListNode)):
                    raise NotFollowed("a loop of the template is not followed")
        for child in children:
            self._check(child, start, end, behind)

    def build(self, node: Node, pointer: str, slot: int, key: Scalar | None = None) -> Tree:
        start, end = (key.start, key.end) if key else (node.start, node.end)
        self.shape.places[pointer] = Place(node.start, node.end, start, end)
        if isinstance(node, Mapping):
            return self.mapping(node, pointer, slot)
        if isinstance(node, ListNode):
            return self.sequence(node, pointer, slot)
        return self.scalar(node, pointer, str(key.value) if key else "")

    def mapping(self, node: Mapping, pointer: str, slot: int) -> Tree:
        tree: dict[str, Tree] = {}
        for name, child in node.items:
            text = str(name.value)
            if HOLE.search(text):
                if any(hole.arms for hole in self.shape.holes):
                    raise Again
                raise Dead
            below = f"{pointer}/{escape(text)}"
            if self.within(name.start, slot):
                self.shape.doubtful.add(below)
            tree[text] = self.build(child, below, name.start, name)
        return tree

    def sequence(self, node: ListNode, pointer: str, slot: int) -> Tree:
        tree: list[Tree] = []
        for at, child in enumerate(node.items):
            below = f"{pointer}/{at}"
            turns = self.within(child.start, slot)
            if turns:
                self.shape.repeated[below] = turns
            tree.append(self.build(child, below, child.start))
        return tree

    def within(self, at: int, slot: int) -> tuple[Turns, ...]:
        """The loops that a place lies in, and `slot` does not."""
        return tuple(s.turns for s in self.stretches if _holds(s, at) and (slot == at or not _holds(s, slot)))

    def scalar(self, node: Scalar, pointer: str, key: str) -> Tree:
        text = node.value
        if not isinstance(text, str) or not (matches := list(HOLE.finditer(text))):
            return Leaf(pointer, text)
        indexes = [int(match[1]) for match in matches]
        if not node.quoted and len(matches) == 1 and matches[0].group() == text:
            return self.bare(indexes[0], pointer, key)
        parts: list[str | int] = []
        at = 0
        for match, index in zip(matches, indexes, strict=True):
            if match.start() > at:
                parts.append(text[at : match.start()])
            parts.append(index)
            at = match.end()
        if at < len(text):
            parts.append(text[at:])
        if key in STRUCTURAL:
            return Leaf(pointer, "".join(part if isinstance(part, str) else self.known(part) for part in parts))
        return Leaf(pointer, parts=tuple(parts))

    def known(self, index: int) -> str:
        """One of the texts that a value can have, which must be known."""
        hole = self.shape.holes[index]
        options = [option for option in options_of(hole.value) if not isinstance(option, Undefined)]
        if hole.arms or not options or not all(isinstance(option, Exact) for option in options):
            raise Again if hole.arms else NotFollowed("the type of the message depends on the data")
        chosen = options[self.choose(len(options)) if len(options) > 1 else 0]
        self.shape.holes[index] = Hole(chosen)
        if not isinstance(chosen, Exact) or not isinstance(chosen.value, str | int | float):
            raise Dead
        return as_text(chosen.value)

    def bare(self, index: int, pointer: str, key: str) -> Tree:
        hole = self.shape.holes[index]
        if hole.arms:
            raise Again
        if key in STRUCTURAL:
            return Leaf(pointer, self.known(index))
        return self.given(hole.value, pointer, index)

    def given(self, value: Value, pointer: str, index: int = -1) -> Tree:
        """A value that stands alone: a list or an object becomes a part of the tree."""
        place = self.shape.places.get(pointer) or self.shape.places[pointer.rpartition("/")[0]]
        self.shape.places[pointer] = place
        options = [option for option in options_of(_parsed(value)) if not isinstance(option, Undefined)]
        value = one_of(options)
        if len(options) > 1 and any(isinstance(option, Items | Row | Record) for option in options):
            self.shape.loose = True
            if self.written_out:
                value, index = options[self.choose(len(options))], -1
        if isinstance(value, Items) and self.written_out:
            item, path = value.item, value.path
            count = how_many(value.most, path, self.choose)
            return [self.given(apart(item), f"{pointer}/{at}") for at in range(count)]
        if isinstance(value, Items):
            self.shape.repeated[f"{pointer}/0"] = (Turns(value.path, value.most),)
            return [self.given(value.item, f"{pointer}/0")]
        if isinstance(value, Row):
            return [self.given(item, f"{pointer}/{at}") for at, item in enumerate(value.items)]
        if isinstance(value, Record) and value.closed:
            tree: dict[str, Tree] = {}
            for name, inner in value.fields.items():
                below = f"{pointer}/{escape(name)}"
                if any(isinstance(option, Undefined) for option in options_of(inner)):
                    if self.written_out and self.choose(2):
                        continue
                    if not self.written_out:
                        self.shape.doubtful.add(below)
                tree[name] = self.given(inner, below)
            return tree
        if isinstance(value, Exact):
            return self.constant(value.value, pointer)
        if isinstance(value, Record):
            value = Opaque(f"`{value.path}`, which may have other fields")
        if index < 0 or isinstance(value, Opaque):
            self.shape.holes.append(Hole(value))
            index = len(self.shape.holes) - 1
        return Leaf(pointer, parts=(index,), bare=True)

    def constant(self, value: object, pointer: str) -> Tree:
        self.shape.places[pointer] = self.shape.places.get(pointer) or self.shape.places[pointer.rpartition("/")[0]]
        if isinstance(value, dict):
            return {str(k): self.constant(v, f"{pointer}/{escape(str(k))}") for k, v in value.items()}
        if isinstance(value, list | tuple | range):
            return [self.constant(v, f"{pointer}/{i}") for i, v in enumerate(value)]
        return Leaf(pointer, value)  # type: ignore[arg-type]


def _parsed(value: Value) -> Value:
    """What stands alone and is JSON is the value itself."""
    return over(value, lambda option: _parsed(option.value) if isinstance(option, AsJson) else option)


def _holds(stretch: Stretch, at: int) -> bool:
    return stretch.start <= at < stretch.end


def count(turns: tuple[Turns, ...]) -> float:
    """How often a thing is there at most that stands within these loops."""
    found: float = 1
    for each in turns:
        if each.most == 0:
            return 0
        found = inf if inf in (found, each.most) else found * each.most
    return found


__all__ = ["Again", "Shape", "count", "shaped"]
