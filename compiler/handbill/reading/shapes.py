"""What bodies look like: objects told apart by their constants and keys, each field with the part of a message it is.

Learned from emitted probes. A place in a body that holds several kinds of objects (the elements of a list, most often)
has several shapes; what is read has the shape that is nearest to it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, TypeAlias

from ..tree import Leaf, Recode, Tree, as_text
from .recoding import undone

Path: TypeAlias = tuple[str | int, ...]
Role: TypeAlias = tuple[str, ...]  # a place in a message, "*" for a number: ("cards", "*", "title")


@dataclass(frozen=True, slots=True)
class Hole:
    """One field within a text, and what was done to it, first to last."""

    role: Role
    recodes: tuple[Recode, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """How a text is made: fields, and what stands between them; then the whole is recoded."""

    pieces: tuple[str | Hole, ...]
    recodes: tuple[Recode, ...] = ()
    values: Role | None = None  # it is an object as JSON text, of values by name

    @property
    def roles(self) -> list[Role]:
        return [piece.role for piece in self.pieces if isinstance(piece, Hole)]

    @property
    def single(self) -> bool:
        return len(self.pieces) == 1

    def read(self, value: Any) -> dict[Role, Any] | None:
        """The fields in a value; None when it is not made so."""
        if self.values is not None:
            return _object(value, self.values)
        if self.single and not isinstance(value, str):
            return {self.roles[0]: value}
        text = _undone(str(value), self.recodes)
        if self.single:
            parts = [text]
        else:
            found = self._pattern().fullmatch(text)
            if found is None:
                return None
            parts = list(found.groups())
        holes = [piece for piece in self.pieces if isinstance(piece, Hole)]
        read: dict[Role, Any] = {}
        for hole, part in zip(holes, parts, strict=True):
            if read.setdefault(hole.role, _undone(part, hole.recodes)) != _undone(part, hole.recodes):
                return None
        return read

    def _pattern(self) -> re.Pattern[str]:
        written = ("(.*?)" if isinstance(piece, Hole) else re.escape(piece) for piece in self.pieces)
        return re.compile("".join(written), re.DOTALL)


def _object(value: Any, role: Role) -> dict[Role, Any] | None:
    try:
        found = json.loads(value)
    except (TypeError, ValueError):
        return None
    return {role: found} if isinstance(found, dict) else None


def _undone(text: str, recodes: Sequence[Recode]) -> str:
    for recode in reversed(recodes):
        text = undone(text, recode)
    return text


def text_of(leaf: Leaf, roles: Mapping[int, Role]) -> Text:
    """How a leaf of an emitted probe is made, which has holes; `roles` are those of its holes."""
    return Text(tuple(_pieces(leaf, roles, ())), (leaf.encode,) if leaf.encode else ())


def _pieces(leaf: Leaf, roles: Mapping[int, Role], after: tuple[Recode, ...]) -> Iterator[str | Hole]:
    """`after` are the recodings of the leaves in which this one stands."""
    escapes = (leaf.escape,) if leaf.escape else ()
    for part in leaf.parts or ():
        if isinstance(part, str):
            yield reduce(lambda text, recode: recode(text), after, part)
        elif isinstance(part, int):
            yield Hole(roles[part], (*escapes, *after))
        elif part.parts is None:
            yield as_text(part.value)
        else:
            yield from _pieces(part, roles, (*((part.encode,) if part.encode else ()), *after))


@dataclass(slots=True, eq=False)
class Slot:
    """A leaf: the ways in which it was seen to be made, the first for most of a message."""

    texts: list[Text] = field(default_factory=list)
    copy: bool | None = None  # another place of the body says the same, and says it better
    elsewhere: bool = False  # it says what another body of the same message says
    others: tuple[Role, ...] = ()  # fields that stand here too, by their order: the next one when the first is there
    named: Role | None = None  # it is a key of the message: the name of the value `beside` it
    beside: str = ""

    @property
    def alone(self) -> list[Role]:
        """The fields that stand here by themselves."""
        return [text.roles[0] for text in self.texts if text.single]

    def read(self, value: Any) -> dict[Role, Any]:
        for text in sorted(self.texts, key=lambda each: each.single):
            found = text.read(value)
            if found is not None:
                return found
        return {}


@dataclass(slots=True, eq=False)
class Node:
    """What may stand at a place: a leaf, objects, a list."""

    slot: Slot | None = None
    values: Role | None = None  # an object of values by name
    shapes: list[Shape] = field(default_factory=list)
    items: Node | None = None
    within: dict[Any, Node] = field(default_factory=dict)

    def below(self, shape: Shape, key: str) -> Node:
        """What is in a field: the same for all shapes with the same constants, whatever other fields they have."""
        return self.within.setdefault((frozenset(shape.constants.items()), key), Node())

    def nearest(self, found: dict[str, Any]) -> Shape | None:
        return max(self.shapes, key=lambda shape: shape.likeness(found), default=None)


@dataclass(slots=True, eq=False)
class Shape:
    constants: dict[str, Any]  # texts and truths that are always the same
    keys: frozenset[str]
    fields: dict[str, Node] = field(default_factory=dict)
    kinds: dict[Role, set[str]] = field(default_factory=dict)  # with which constants of a message it was seen

    def likeness(self, found: dict[str, Any]) -> int:
        same = sum(3 if found.get(key) == value else -3 for key, value in self.constants.items() if key in found)
        return same + 2 * len(self.keys & found.keys()) - len(self.keys ^ found.keys())


def shape_of(tree: dict[str, Tree]) -> tuple[dict[str, Any], frozenset[str]]:
    """What tells an object from others: its constants, and its keys."""
    plain = {
        key: child.value if isinstance(child, Leaf) else child
        for key, child in tree.items()
        if not (isinstance(child, Leaf) and child.holes)
    }
    return {key: value for key, value in plain.items() if isinstance(value, str | bool)}, frozenset(tree)
