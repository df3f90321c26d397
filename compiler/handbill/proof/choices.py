"""The decisions of one way through a template, and all ways in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf, prod

from jinja2 import nodes

from .expressions import Scope
from .skeleton import Begin, End, Hole

MOST_WAYS = 128
MOST_SIZES = 40  # ways that are followed for what a message comes to as a whole
_HOPELESS = 16  # times as many as are followed: not even begun
MOST_TURNS = 60  # of a loop that is written out


class NotFollowed(Exception):
    """A template that cannot be followed; why, for its author, and what to do."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


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


def how_many(most: float, path: str, choose: Callable[[int], int]) -> int:
    """The length of a list that a message is made of, the largest first. Raises NotFollowed when it is not bounded."""
    name = f"`{path}`" if path else "a list"
    if most == inf:
        raise NotFollowed(f"nothing bounds the number of {name}", f"give {name} a maxItems" if path else "")
    if most > MOST_TURNS:
        raise NotFollowed(f"{name} can have more than {MOST_TURNS} items")
    return int(most) - choose(int(most) + 1)


def every_way(run: Callable[[Choices], None], most: int = MOST_WAYS) -> None:
    """Run with each combination of choices. Raises NotFollowed when there are more than `most`."""
    given: list[int] = []
    for at in range(most):
        choices = Choices(given)
        run(choices)
        taken = choices.taken
        if at == 0 and prod(count for _, count in taken) > _HOPELESS * most:
            break
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
