"""Limits on a message as a whole: the characters of several texts together, and its bytes as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson

from ..tree import Leaf, Tree, escape
from .sizes import plain
from .skeleton import Turns
from .texts import Around, Either, Lit, Sum, Text, Times, Unknown, size, sum_of
from .trees import Shape
from .values import AsJson, Exact, Value, Words, options_of, shown

_QUOTES = Around(plain(2))
_NULL = Around(plain(len("null")))


def total(paths: Sequence[Sequence[str]], tree: Tree, pointer: str, shape: Shape) -> tuple[Text, Leaf | None]:
    """All texts that some paths reach, and the one of them that can be longest."""
    parts: list[Text] = []
    leaves: list[tuple[float, Leaf]] = []
    for path in paths:
        for leaf, turns in _reached(tree, pointer, path, shape):
            text = shape.text(leaf)
            if text is not None:
                leaves.append((size(text).points, leaf))
                parts.append(_often(text, turns))
    return sum_of(parts), max(leaves, key=lambda each: each[0])[1] if leaves else None


def _often(text: Text, turns: Sequence[Turns]) -> Text:
    for each in turns:
        if each.most != 1:
            text = Times(each.path, each.most, text)
    return text


def _reached(tree: Tree, pointer: str, path: Sequence[str], shape: Shape) -> Iterator[tuple[Leaf, tuple[Turns, ...]]]:
    """The leaves that a path leads to, and the loops that repeat them."""
    if not path:
        if isinstance(tree, Leaf):
            yield tree, ()
        return
    if path[0] == "**":
        yield from _reached(tree, pointer, path[1:], shape)
    below = path if path[0] == "**" else path[1:]
    for name, child in _children(tree):
        if path[0] in ("**", name) or (path[0] == "*" and isinstance(tree, list)):
            inner = f"{pointer}/{escape(name)}"
            for leaf, turns in _reached(child, inner, below, shape):
                yield leaf, (*turns, *shape.repeated.get(inner, ()))


def _children(tree: Tree) -> list[tuple[str, Tree]]:
    if isinstance(tree, dict):
        return list(tree.items())
    return [(str(at), child) for at, child in enumerate(tree)] if isinstance(tree, list) else []


def as_json(tree: Tree, pointer: str, shape: Shape) -> tuple[Text, Leaf | None]:
    """A part of a message as JSON without blanks, and the leaf of it that can be longest."""
    longest: list[tuple[float, Leaf]] = []

    def written(node: Tree, at: str) -> list[Text]:
        if isinstance(node, Leaf):
            text = _scalar(node, shape)
            longest.append((size(text).json, node))
            return [text]
        if not isinstance(node, dict | list):
            return [Around(plain(len(orjson.dumps(node))))]
        parts: list[Text] = []
        frame = len("[]") - bool(node)  # the last has no comma behind it
        for name, child in _children(node):
            inner = f"{at}/{escape(name)}"
            key = len(orjson.dumps(name)) + 1 if isinstance(node, dict) else 0
            turns = shape.repeated.get(inner, ())
            if turns:
                parts.append(_often(sum_of([*written(child, inner), Around(plain(key + 1))]), turns))
            else:
                frame += key + 1
                parts += written(child, inner)
        return [Around(plain(max(frame, len("[]")))), *parts]

    made = sum_of(written(tree, pointer))
    parts = made.parts if isinstance(made, Sum) else (made,)
    rest = sum(int(size(part).json) for part in parts if isinstance(part, Around | Lit))
    texts = [part for part in parts if not isinstance(part, Around | Lit)]
    return sum_of([*texts, Around(plain(rest))]), max(longest, key=lambda each: each[0])[1] if longest else None


def _scalar(leaf: Leaf, shape: Shape) -> Text:
    if leaf.parts is None:
        if isinstance(leaf.value, str):
            return sum_of([_QUOTES, Lit(leaf.value)])
        return Around(plain(len(orjson.dumps(leaf.value))))
    if cause := shape.anything(leaf):
        return Unknown(cause)
    if not leaf.bare:
        return sum_of([_QUOTES, shape.text(leaf) or Lit("")])
    made = [_bare(option) for option in options_of(shape.holes[leaf.holes[0]].value)]
    return made[0] if len(made) == 1 else Either(tuple(made))


def _bare(value: Value) -> Text:
    """A value that stands alone."""
    if isinstance(value, AsJson):
        return Unknown("the filter `tojson`")
    text = shown(value)
    if text is None:
        return _NULL
    quoted = isinstance(value, Words) or (isinstance(value, Exact) and isinstance(value.value, str))
    return sum_of([_QUOTES, text]) if quoted else text
