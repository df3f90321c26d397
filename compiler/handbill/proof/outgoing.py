"""What really goes out: the messages that lowering makes, and the payload, against every limit on them.

Lowering and emission move, copy and join leaves without looking inside, so they do with a message of which the values
are not known what they do with any other of its structure. Therefore each structure that a template can give is
asked about for itself, a list of every length that the contract allows (`Shape.certain`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from .. import lowering
from ..gateways import Gateway
from ..judge import Judge
from ..lowering import Judged, Ladder
from ..lowering.telling import shown_as
from ..message import Message, read
from ..telling import message_path, steps_of
from ..tree import Leaf, Tree, origins, pointer_of, walk
from .reach import WHOLE
from .rules import Asked, Limit
from .trees import Shape

# what lowering and emission raise for a tree that is no message, which never gets so far
NO_MESSAGE = (LookupError, TypeError, AttributeError, ValueError, AssertionError)


def limits(shape: Shape, ladder: Ladder, gateway: Gateway) -> Iterator[Limit]:
    """The limits on what a message of this structure becomes; on it as it is written only where that can change."""
    judge = ladder.judge
    try:
        if not ladder.adapt and not has_fallback(shape.root):
            yield from _of_payload(_messages(shape.root), shape, judge, gateway)
            return
        plan = lowering.plan(shape.root, ladder)
    except NO_MESSAGE:
        yield from _anything(shape, judge)
        return
    for each in plan.judged:
        if ladder.adapt or each.at is None:
            yield from _of_message(each, shape, judge)
    if all(one.fits for one in plan.lowered):
        whys = {shown_as(one, judge.channel.title) for one in plan.lowered}
        yield from _of_payload(plan.messages, shape, judge, gateway, whys.pop() if len(whys) == 1 else "")


def leaf_limits(shape: Shape, ladder: Ladder, gateway: Gateway) -> Iterator[Limit]:
    """Those of them on single texts: of a structure of which each list stands for lists of any length."""
    try:
        messages = _messages(shape.root)
    except NO_MESSAGE:
        return
    for limit in _of_payload(messages, shape, ladder.judge, gateway):
        if isinstance(limit.node, Leaf) and limit.keyword not in WHOLE:
            yield limit


def has_fallback(root: Tree) -> bool:
    """Whether there is another message for where a message cannot be shown."""
    return any("fallback" in part for part in (root if isinstance(root, list) else [root]) if isinstance(part, dict))


def _messages(root: Tree) -> list[Message]:
    if isinstance(root, list):
        return [read(part, f"/{at}") for at, part in enumerate(root)]
    return [read(root)]


def _of_message(each: Judged, shape: Shape, judge: Judge) -> Iterator[Limit]:
    why = shown_as(each.lowered, judge.channel.title) if each.at is None else ""
    for rule in judge.message:
        for limit in Asked(rule.schema, rule.who, shape).limits(each.tree, pointer_of(each.at or ())):
            yield replace(_placed(limit, each.tree) if each.at is None else limit, shown=why)


def _of_payload(
    messages: Sequence[Message], shape: Shape, judge: Judge, gateway: Gateway, why: str = ""
) -> Iterator[Limit]:
    try:
        bodies = gateway.emit(messages, judge.channel, None)
    except NO_MESSAGE:  # the channel cannot show it, which is found without data
        return
    for body in map(with_leaves, bodies):
        for limit in Asked(judge.payload.schema, judge.payload.who, shape).limits(body, ""):
            yield replace(_placed(limit, body), late=True, shown=why)


def _placed(limit: Limit, tree: Tree) -> Limit:
    """A limit at the part of the message that the thing came from."""
    if isinstance(limit.node, Leaf):
        return replace(limit, pointer=limit.node.pointer)
    return replace(limit, pointer=pointer_of(message_path(steps_of(limit.pointer), origins(tree))))


def with_leaves(tree: Tree) -> Tree:
    """A payload in which everything that is no list and no object is a leaf."""
    if isinstance(tree, dict):
        return {key: with_leaves(child) for key, child in tree.items()}
    if isinstance(tree, list):
        return [with_leaves(child) for child in tree]
    return tree if isinstance(tree, Leaf) else Leaf("", tree)


def _anything(shape: Shape, judge: Judge) -> Iterator[Limit]:
    """What keeps a template's structure from being known."""
    found: list[Limit] = []

    def visit(_: str, node: Tree) -> None:
        if isinstance(node, Leaf) and (cause := shape.anything(node)):
            found.append(Limit("maxItems", 0, node.pointer, node, {}, judge.channel.title, cause=cause))

    walk(shape.root, visit)
    yield from found
