"""A body in parts: its recipient apart, and a body for each message where it takes several."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from ..channels import Channel
from ..gateways import gateway
from ..message import read
from ..tree import Leaf, Tree
from .shapes import Path

# An emitter may break at a message that its channel's schema refuses, such as a carousel without texts.
REFUSED = (TypeError, AttributeError, KeyError, IndexError, ValueError)


def parts(body: Any, channel: Channel, via: str) -> list[Any]:
    """A body for each of its messages; what stands beside their list belongs to the last."""
    where = _sequence(channel, via)
    above = body
    for step in where:
        above = above.get(step) if isinstance(above, dict) else None
    if not where or not isinstance(above, list) or not above:
        return [body]
    last = len(above) - 1
    return [_with(body, where, [each], whole=at == last) for at, each in enumerate(above)]


def place(path: Path, part: int, channel: Channel, via: str) -> Path:
    """The place in the body of a place in one of its parts."""
    at = len(_sequence(channel, via))
    return (*path[:at], part, *path[at + 1 :]) if at and len(path) > at and isinstance(path[at], int) else path


def bare(body: Any, channel: Channel, via: str) -> Any:
    """A body without its address."""
    for path in _address(channel, via):
        body = _lacking(body, path)
    return body


@cache
def _sequence(channel: Channel, via: str) -> Path:
    """Where a body has its messages, when it takes several: `("messages",)`."""
    two: list[Tree] = [{"template_type": Leaf("", "text"), "text": Leaf("", parts=(n,))} for n in (0, 1)]
    try:
        bodies = gateway(via).emit([read(each) for each in two], channel, None)
    except REFUSED:
        return ()
    if len(bodies) != 1:
        return ()
    first, second = (path for path, leaf in leaves(bodies[0]) if isinstance(leaf, Leaf) and leaf.holes)
    return next(first[:at] for at, (one, other) in enumerate(zip(first, second, strict=True)) if one != other)


@cache
def _address(channel: Channel, via: str) -> frozenset[Path]:
    """The places of a body in which its recipient is, and whatever else an address says."""
    fields = {each.name: Leaf("", parts=(0,)) for each in gateway(via).fields(channel)}
    try:
        return frozenset(path for path, _ in leaves(gateway(via).addressed({}, channel, fields)))
    except REFUSED:
        return frozenset()


def leaves(tree: Tree, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Whatever is no object and no list, and where it stands."""
    if isinstance(tree, dict):
        for key, child in tree.items():
            yield from leaves(child, (*path, key))
    elif isinstance(tree, list):
        for index, child in enumerate(tree):
            yield from leaves(child, (*path, index))
    else:
        yield path, tree


def _with(body: dict[str, Any], where: Path, value: Any, whole: bool) -> dict[str, Any]:
    """A body with another value at a place; if it is not to be `whole`, without what else is of weight."""
    key = str(where[0])
    inner = _with(body[key], where[1:], value, whole) if len(where) > 1 else value
    return {
        name: inner if name == key else child
        for name, child in body.items()
        if whole or name == key or not isinstance(child, dict | list)
    }


def _lacking(tree: Any, path: Path) -> Any:
    if not isinstance(tree, dict) or path[0] not in tree:
        return tree
    rest = {key: child for key, child in tree.items() if key != path[0]}
    if len(path) == 1:
        return rest
    inner = _lacking(tree[path[0]], path[1:])
    return {key: inner if key == path[0] else child for key, child in tree.items()} if inner else rest
