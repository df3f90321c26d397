"""A whole document lowered: which messages go out, and what has to be judged for that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..keywords import Path
from ..message import Message
from ..tree import Leaf, Tree
from .ladder import Ladder, Lowered
from .written import leaves_of, written


@dataclass(frozen=True, slots=True)
class Judged:
    """A message to be judged. `at` is where it stands in the document; None when lowering made it."""

    tree: Tree
    at: Path | None
    lowered: Lowered
    sent: bool = True  # False for a fallback that is not needed here


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a document."""

    lowered: tuple[Lowered, ...]
    judged: tuple[Judged, ...]

    @property
    def messages(self) -> list[Message]:
        """What goes out, in order."""
        return [message for each in self.lowered for message in each.after]

    @property
    def trees(self) -> list[Tree]:
        """What every rule on messages is held against."""
        return [each.tree for each in self.judged]

    @property
    def sent(self) -> list[Tree]:
        """Those that go out."""
        return [each.tree for each in self.judged if each.sent]


def added(plan: Plan) -> list[str]:
    """The texts of the messages that lowering has made, without the values in them."""
    leaves = [leaf for each in plan.lowered if each.changed for one in each.after for leaf in leaves_of(written(one))]
    return [" ".join(map(str, _constant(leaf))) for leaf in leaves]


def _constant(leaf: Leaf) -> Iterator[str]:
    for part in (leaf.value,) if leaf.parts is None else leaf.parts:
        if isinstance(part, Leaf):
            yield from _constant(part)
        elif isinstance(part, str):
            yield part


def plan(root: Tree, ladder: Ladder) -> Plan:
    """What becomes of a document that has passed the neutral schema."""
    lowered: list[Lowered] = []
    judged: list[Judged] = []
    sequence = isinstance(root, list)
    for index, tree in enumerate(root if isinstance(root, list) else [root]):
        at: Path = (index,) if sequence else ()
        one = ladder.lower(tree, f"/{index}" if sequence else "")
        lowered.append(one)
        judged += _judged(one, tree, at, sent=True)
    return Plan(tuple(lowered), tuple(judged))


def _judged(one: Lowered, tree: Tree, at: Path, *, sent: bool) -> Iterator[Judged]:
    used = one.rung == "fallback"
    if one.changed and not used:
        for message in one.after:
            yield Judged(written(message), None, one, sent)
    elif not used:
        yield Judged(tree, at, one, sent)
    below = one.fallback
    if below is None:
        return
    own = tree.get("fallback") if isinstance(tree, dict) else None
    if isinstance(own, dict):
        yield from _judged(below, own, (*at, "fallback"), sent=sent and used)
    else:
        for message in below.after:
            yield Judged(written(message), None, below, sent and used)
