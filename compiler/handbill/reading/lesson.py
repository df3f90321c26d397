"""What is learned of one kind of message on its way through one gateway to one channel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from ..channels import Channel
from ..gateways import gateway
from ..message import read
from ..tree import Leaf, Tree
from .parts import REFUSED, parts
from .probes import holed, probes
from .shapes import Node, Path, Role, Shape, Slot, Text, shape_of, text_of

VALUES = ("values", "body", "metadata")  # objects whose keys are names that somebody gave
NAMES = ("alpha", "beta", "1", "2")  # those that probes give
VALUE, NAME = "#value", "#name"


@lru_cache(10_000)
def role_of(path: Path) -> Role:
    """A place in a message without its numbers, and without the names of values."""
    made = ["*" if isinstance(step, int) else step for step in path]
    if len(made) > 1 and made[-2] in VALUES:
        return (*made[:-1], "*", VALUE)
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Seen:
    """A leaf of an emitted probe: where it stood, how it is made, and the places in the message of its holes."""

    body: int  # which of the bodies of its message
    path: Path
    text: Text
    fields: tuple[Path, ...]
    trail: tuple[Shape, ...]
    slot: Slot

    @property
    def place(self) -> Path:
        return generalized(self.path)


def generalized(path: Path) -> Path:
    return tuple("*" if isinstance(step, int) else step for step in path)


def elements(path: Path) -> Iterator[tuple[Role, Path]]:
    """The elements of lists in which a place of a message is: each list's role, and which one it is."""
    for at, step in enumerate(path):
        if isinstance(step, int) or (at and path[at - 1] in VALUES):
            yield role_of(path[: at + 1]) if isinstance(step, int) else role_of(path)[:-1], path[: at + 1]


@dataclass(slots=True, eq=False)
class Lesson:
    """`anchors`: how much of a place in a body tells one element of a message's list from the next, by the place and
    the list. `parted`: lists whose elements stand in more than one place each, so that their order has to tell.
    `vague`: fields that stand in a place where others stand too.
    """

    root: Node = field(default_factory=Node)
    anchors: dict[tuple[Path, Role], int] = field(default_factory=dict)
    parted: set[Role] = field(default_factory=set)
    vague: set[Role] = field(default_factory=set)
    ranks: dict[Role, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))


@cache
def lesson(template_type: str, channel: Channel, via: str) -> Lesson:
    """What is known of such messages. Nothing when the gateway or the channel has none."""
    made = Lesson()
    seen: dict[Any, list[Seen]] = {}
    for message in probes(template_type):
        tree, places = holed(message)
        try:
            bodies = gateway(via).emit([read(tree)], channel, None)
        except REFUSED:
            continue
        found: list[Seen] = []
        for number, part in enumerate(part for body in bodies for part in parts(body, channel, via)):
            found += _learned(made.root, part, places, number)
        _kinds(message, found)
        seen.setdefault(tuple((id(each.slot), each.path, each.fields) for each in found), found)
    for found in seen.values():
        best = _best(found)
        for each in found:
            _status(each, best)
        _several(made, best)
        _anchors(made, best)
    for found in seen.values():
        _parts(made, _best(found))
    return made


def _learned(
    node: Node, tree: Tree, places: Sequence[Path], body: int, path: Path = (), trail: Any = ()
) -> Iterator[Seen]:
    """Put what a tree looks like into `node`, and give its leaves."""
    if isinstance(tree, Leaf):
        if tree.holes:
            yield _leaf(node, tree, places, body, path, trail)
    elif isinstance(tree, list):
        node.items = node.items or Node()
        for index, child in enumerate(tree):
            yield from _learned(node.items, child, places, body, (*path, index), trail)
    elif isinstance(tree, dict):
        values = _values(tree, places)
        if values is not None:
            node.values = values
            return
        shape = _shape(node, tree)
        for key, child in tree.items():
            below = shape.fields.setdefault(key, node.below(shape, key) if isinstance(child, dict | list) else Node())
            if isinstance(child, str) and child in NAMES:
                _named(below, tree, places, child)
            yield from _learned(below, child, places, body, (*path, key), (*trail, shape))


def _shape(node: Node, tree: dict[str, Tree]) -> Shape:
    constants, keys = shape_of(tree)
    constants = {key: value for key, value in constants.items() if value not in NAMES}
    for shape in node.shapes:
        if shape.keys == keys and shape.constants == constants:
            return shape
    node.shapes.append(Shape(constants, keys))
    return node.shapes[-1]


def _leaf(node: Node, leaf: Leaf, places: Sequence[Path], body: int, path: Path, trail: tuple[Shape, ...]) -> Seen:
    fields = tuple(places[hole] for hole in leaf.holes)
    text = text_of(leaf, {hole: role_of(place) for hole, place in zip(leaf.holes, fields, strict=True)})
    first = text.pieces[0]
    if (
        isinstance(first, str)
        and first.startswith("{")
        and all(len(place) > 1 and place[-2] in VALUES for place in fields)
    ):
        text = Text(text.pieces, text.recodes, role_of(fields[0])[:-2])
    node.slot = node.slot or Slot()
    if text not in node.slot.texts and not (text.single and any(each.single for each in node.slot.texts)):
        node.slot.texts.append(text)
    return Seen(body, path, text, fields, trail, node.slot)


def _values(tree: dict[str, Tree], places: Sequence[Path]) -> Role | None:
    """The role of an object whose keys are the names of values."""
    found = [places[child.holes[0]] for child in tree.values() if isinstance(child, Leaf) and child.holes]
    if not tree or len(found) < len(tree):
        return None
    same = all(
        place[-1] == key and place[-2:-1] and place[-2] in VALUES for place, key in zip(found, tree, strict=True)
    )
    return role_of(found[0])[:-2] if same else None


def _named(node: Node, tree: dict[str, Tree], places: Sequence[Path], name: str) -> None:
    """A text beside a value is its name."""
    for key, child in tree.items():
        if isinstance(child, Leaf) and child.holes and places[child.holes[0]][-1] == name:
            node.slot = Slot([], named=(*role_of(places[child.holes[0]])[:-1], NAME), beside=key)


def _kinds(message: dict[str, Any], found: Sequence[Seen]) -> None:
    """Note with which constants of the message the shapes are seen."""
    told = dict(_constants(message))
    for each in found:
        for place in each.fields:
            kind = told.get(place[:-1])
            for shape in each.trail if kind else ():
                shape.kinds.setdefault(role_of((*place[:-1], "kind")), set()).add(str(kind))


def _constants(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        if "kind" in value:
            yield path, value["kind"]
        for key, child in value.items():
            yield from _constants(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _constants(child, (*path, index))


# ---- which leaf tells a field, and which element of a list it is in


def _best(found: Sequence[Seen]) -> dict[Path, Seen]:
    """By field of the message: the leaf that tells it, which is the one deepest within the body."""
    best: dict[Path, Seen] = {}
    for each in found:
        for place in each.fields:
            known = best.get(place)
            if known is None or (len(each.path), each.text.single) > (len(known.path), known.text.single):
                best[place] = each
    return best


def _status(each: Seen, best: dict[Path, Seen]) -> None:
    """A slot is a copy when it was never the one that tells."""
    tells = any(best[place] is each for place in each.fields)
    if each.slot.copy is None or tells:
        each.slot.copy = not tells
    each.slot.elsewhere |= not tells and all(best[place].body != each.body for place in each.fields)


def _several(made: Lesson, best: dict[Path, Seen]) -> None:
    """Fields of one message that stand in the same place of a list, and are told apart by their order only."""
    there: dict[int, list[Seen]] = defaultdict(list)
    for each in dict.fromkeys(best.values()):
        if each.text.single:
            there[id(each.slot)].append(each)
    for some in there.values():
        roles = tuple(sorted(dict.fromkeys(each.text.roles[0] for each in some), key=lambda role: "*" in role))
        if "*" not in roles[0] and len(roles) > len(some[0].slot.others) + 1:
            some[0].slot.others = roles[1:]
            first = next(each.text for each in some if each.text.roles[0] == roles[0])
            some[0].slot.texts = [*(each for each in some[0].slot.texts if not each.single), first]
            made.vague |= {*roles}


def _anchors(made: Lesson, best: dict[Path, Seen]) -> None:
    within: dict[tuple[Role, Path], set[Path]] = defaultdict(set)
    for place, each in best.items():
        for role, element in elements(place):
            for depth in _depths(each.path):
                within[role, each.path[:depth]].add(element)
    for place, each in best.items():
        for role, _ in elements(place):
            depth = next((d for d in _depths(each.path) if len(within[role, each.path[:d]]) == 1), len(each.path))
            key = (each.place, role)
            made.anchors[key] = max(made.anchors.get(key, 0), depth)


def _depths(path: Path) -> list[int]:
    return [0, *(at + 1 for at, step in enumerate(path) if isinstance(step, int))]


def _parts(made: Lesson, best: dict[Path, Seen]) -> None:
    where: dict[tuple[Role, Path], set[Path]] = defaultdict(set)
    for place, each in best.items():
        for role, element in elements(place):
            where[role, element].add(each.path[: made.anchors[each.place, role]])
            group = group_of(role_of(place), role)
            made.ranks[role].setdefault(group, len(made.ranks[role]))
    made.parted |= {role for (role, _), anchors in where.items() if len(anchors) > 1}


def group_of(role: Role, above: Role) -> str:
    """The part of an element to which a role belongs."""
    return role[len(above)]
