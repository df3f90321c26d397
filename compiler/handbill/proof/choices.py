"""The decisions of one way through a template, and all ways in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from jinja2 import nodes

from .expressions import Scope
from .skeleton import Begin, End, Hole

MOST_WAYS = 128


class NotFollowed(Exception):
    """A template that cannot be followed; why, for its author."""


class Dead(Exception):
    """A way on which the template gives no message."""


@dataclass(slots=True)
class Choices:
    """The decisions of one way: those that are given, then the first of each."""

    given: list[int]
    taken: list[tuple[int, int]] = field(default_factory=list)

    def choose(self, count: int) -> int:
        at = len(self.taken)
        choice = self.given[at] if at < len(self.given) else 0
        self.taken.append((choice, count))
        return choice


def every_way(run: Callable[[Choices], None]) -> None:
    """Run with each combination of choices. Raises NotFollowed when there are too many."""
    given: list[int] = []
    for _ in range(MOST_WAYS):
        choices = Choices(given)
        run(choices)
        taken = choices.taken
        while taken and taken[-1][0] + 1 == taken[-1][1]:
            taken.pop()
        if not taken:
            return
        given = [choice for choice, _ in taken]
        given[-1] += 1
    raise NotFollowed("there are too many ways through the template")


@dataclass(frozen=True, slots=True, eq=False)
class Macro:
    node: nodes.Macro | nodes.CallBlock
    scope: Scope


@dataclass(frozen=True, slots=True, eq=False)
class Fragment:
    pieces: tuple[str | Hole | Begin | End, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    scope: Scope


@dataclass(frozen=True, slots=True, eq=False)
class BlockCall:
    name: str
    at: int  # which of the block's versions, the child's first
