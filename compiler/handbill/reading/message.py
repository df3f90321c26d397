"""One message read from a body by a lesson: its fields found in the body's order, and put where they belong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from .lesson import NAME, VALUE, Lesson, generalized, group_of
from .shapes import Node, Path, Role, Shape

_NUMBERS = ("latitude", "longitude", "duration", "index")


@dataclass(frozen=True, slots=True)
class Found:
    role: Role
    value: Any
    path: Path
    trail: tuple[Shape, ...]
    copy: bool
    others: tuple[Role, ...] = ()  # which it may be as well


def found(node: Node, value: Any, path: Path = (), trail: tuple[Shape, ...] = ()) -> Iterator[Found]:
    """The fields of a message in a body, in the body's order."""
    if isinstance(value, dict):
        if node.values is not None:
            yield Found(node.values, value, path, trail, False)
            return
        shape = node.nearest(value)
        for key, child in value.items():
            if shape is not None and key in shape.fields:
                yield from found(shape.fields[key], child, (*path, key), (*trail, shape))
    elif isinstance(value, list):
        items = node.items or Node()
        for index, child in enumerate(value):
            yield from found(items, child, (*path, index), trail)
    elif node.slot is not None and value is not None and value != "":
        if node.slot.named is not None:
            yield Found(node.slot.named, value, (*path[:-1], node.slot.beside), trail, False)
        for role, part in () if node.slot.elsewhere else node.slot.read(value).items():
            if part != "":
                others = node.slot.others if role in node.slot.alone else ()
                yield Found(role, part, path, trail, bool(node.slot.copy), others)


@dataclass(slots=True, eq=False)
class Element:
    """A message, or an element of one of its lists, as far as it is known."""

    fields: dict[Role, Any] = field(default_factory=dict)
    lists: dict[Role, list[Element]] = field(default_factory=dict)
    anchors: dict[Role, dict[Path, Element]] = field(default_factory=dict)
    rank: int = -1

    def plain(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for role, value in self.fields.items():
            if role[-1] not in (NAME, VALUE):
                _put(made, role, value)
        for role, each in self.lists.items():
            named = any((VALUE,) in one.fields for one in each)
            _put(made, role, _values(each) if named else [one.plain() for one in each])
        return made


def _values(each: list[Element]) -> dict[str, Any]:
    """Values by name; by number where they have none."""
    return {
        str(one.fields.get((NAME,), number)): str(one.fields.get((VALUE,), "")) for number, one in enumerate(each, 1)
    }


def _put(tree: dict[str, Any], role: Role, value: Any) -> None:
    for step in role[:-1]:
        tree = tree.setdefault(step, {})
    tree[role[-1]] = value


def message_of(
    lesson: Lesson, body: Any, *, copies: bool = True, without: Role | None = None
) -> tuple[dict[str, Any], set[Path]]:
    """What a body says of a message, and the places of the body that are in it.

    What is missing in the body is missing in the message.

    `copies`: whether a text that says again what another place says counts where that is missing. `without`: a field
    that is not there, so that a place that may be that field is the next one that it may be.
    """
    reader = _Reader(lesson, without)
    later: list[Found] = []
    for each in found(lesson.root, body):
        if each.copy:
            later.append(each)
        else:
            reader.take(each)
    for each in later if copies else ():
        reader.spare(each)
    return reader.top.plain(), reader.taken


class _Reader:
    def __init__(self, lesson: Lesson, without: Role | None) -> None:
        self._lesson = lesson
        self._without = without
        self.top = Element()
        self.taken: set[Path] = set()

    def take(self, each: Found) -> None:
        if each.others:
            free = [role for role in (each.role, *each.others) if role not in (self._without, *self.top.fields)]
            each = replace(each, role=free[0] if free else each.role)
        owner, tail = self._owner(each)
        value = _typed(tail[-1], each.value)
        if owner.fields.setdefault(tail, value) == value:
            self.taken.add(each.path)
        self._kind(each, owner, tail)

    def spare(self, each: Found) -> None:
        """A copy, which counts where nothing else told the field."""
        owner: Element | None = self.top
        tail: Role = each.role
        while "*" in tail and owner is not None:
            at = tail.index("*")
            owner, tail = next(iter(owner.lists.get(tail[:at], ())), None), tail[at + 1 :]
        if owner is not None:
            owner.fields.setdefault(tail, _typed(tail[-1], each.value))

    def _owner(self, each: Found) -> tuple[Element, Role]:
        """The element that a field belongs to, and its role in there."""
        owner, tail = self.top, each.role
        above: Role = ()
        place = generalized(each.path)
        while "*" in tail:
            at = tail.index("*")
            name, tail, above = tail[:at], tail[at + 1 :], (*above, *tail[: at + 1])
            depth = self._lesson.anchors.get((place, above), len(each.path))
            owner = self._element(owner, name, above, each.path[:depth], tail, each)
        return owner, tail

    def _element(self, owner: Element, name: Role, above: Role, anchor: Path, tail: Role, each: Found) -> Element:
        known = owner.anchors.setdefault(name, {})
        if anchor in known:
            return known[anchor]
        there = owner.lists.setdefault(name, [])
        rank = self._lesson.ranks[above].get(group_of(each.role, above), 0)
        last = there[-1] if there else None
        if last is None or above not in self._lesson.parted or rank < last.rank or _clash(last, tail, each):
            last = Element()
            there.append(last)
        last.rank = rank
        known[anchor] = last
        return last

    def _kind(self, each: Found, owner: Element, tail: Role) -> None:
        """The constant beside a field, as the shapes tell it in which the field was found."""
        role = (*each.role[:-1], "kind")
        told = [next(iter(s.kinds[role])) for s in each.trail if len(s.kinds.get(role, ())) == 1]
        if told:
            owner.fields.setdefault((*tail[:-1], "kind"), told[-1])


def _clash(last: Element, tail: Role, each: Found) -> bool:
    return "*" not in tail and tail in last.fields and last.fields[tail] != _typed(tail[-1], each.value)


def _typed(name: str, value: Any) -> Any:
    if name not in _NUMBERS or not isinstance(value, str):
        return value
    try:
        return int(value) if value.lstrip("-").isdigit() else float(value)
    except ValueError:
        return value
