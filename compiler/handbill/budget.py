"""What rendering one template may cost.

A sandbox keeps a template from reaching out; it does not keep `{{ 'a' * 2000000000 }}` from filling the
memory. So whatever can grow is checked before it is made. One rule holds everything together: a value,
with all that is in it, is at most `Bounds.size` big, so that comparing, sorting or printing it is cheap.
Containers that share their parts (`{% set a = [a, a] %}` forty times over) are counted as if they did not.

These are bounds of this program, not limits of a channel; a message is smaller by a factor of a hundred.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from jinja2.runtime import Undefined

from .tree import as_text


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of one render (the first six) and of one template's source (the others)."""

    turns: int = 100_000  # loop turns, calls, filters and includes, in sum
    output: int = 1_000_000  # characters printed, values included
    size: int = 1_000_000  # one value: characters and items, nested ones included
    work: int = 20_000_000  # characters and items handled by all operations, in sum
    bits: int = 4_096  # one integer
    nesting: int = 50  # calls of macros, blocks and recursive loops, and includes, one inside the other
    slow_text: int = 10_000  # characters given to a filter whose cost is not linear
    width: int = 99  # width and precision in a `%` format
    digits: int = 100  # places that `round` may keep or cut
    source: int = 250_000  # characters of a template file
    nodes: int = 50_000  # nodes of its syntax tree
    statements: int = 40  # tags, one inside the other
    loops: int = 15  # loops, one inside the other
    expression: int = 50  # operators, filters and calls, one inside the other


_SAID = {
    "turns": "{:,} loop turns and calls",
    "output": "{:,} characters of output",
    "size": "{:,} characters or items in one value",
    "work": "{:,} characters or items handled in all",
    "bits": "integers of {:,} bits",
    "nesting": "{:,} calls, one inside the other",
    "slow_text": "{:,} characters for this filter",
    "width": "a width of {:,} in a format",
    "digits": "{:,} decimal places",
    "source": "{:,} characters in a template",
    "seconds": "{:,} seconds for one template",
    "memory": "{:,} MB for one template",
}


class TooCostly(Exception):
    """A template went past a bound. `bound` is the bound's name, `limit` its number; str() says it in words."""

    def __init__(self, bound: str, limit: float) -> None:
        self.bound = bound
        self.limit = limit
        super().__init__(f"more than {_SAID[bound].format(limit)}")


class Budget:
    """What one render has left. Every method raises TooCostly."""

    __slots__ = ("_depth", "_output", "_turns", "_work", "bounds")

    def __init__(self, bounds: Bounds = Bounds()) -> None:
        self.bounds = bounds
        self._turns = bounds.turns
        self._output = bounds.output
        self._work = bounds.work
        self._depth = 0

    def charge(self, turns: int = 1) -> None:
        """Loop turns, calls, includes."""
        self._turns -= turns
        if self._turns < 0:
            raise TooCostly("turns", self.bounds.turns)

    def output(self, characters: int) -> None:
        """Characters that are printed."""
        self._output -= characters
        if self._output < 0:
            raise TooCostly("output", self.bounds.output)

    def printed(self, value: object) -> None:
        """A value that is printed (a hole): its characters, and everything in it."""
        self.output(len(value) if type(value) is str else self.weigh(value))

    def work(self, amount: int) -> None:
        """Characters and items that an operation handles."""
        self._work -= amount
        if self._work < 0:
            raise TooCostly("work", self.bounds.work)

    def fits(self, size: int) -> None:
        """The size of a value that is about to be made."""
        if size > self.bounds.size:
            raise TooCostly("size", self.bounds.size)
        self.work(size)

    def weigh(self, value: object) -> int:
        """Check and charge a value that is about to be handled; how big it is."""
        size = size_of(value, self.bounds.size)
        self.fits(size)
        return size

    def integer(self, bits: int) -> None:
        if bits > self.bounds.bits:
            raise TooCostly("bits", self.bounds.bits)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Around a call, a block or an include."""
        self.charge()
        self._depth += 1
        if self._depth > self.bounds.nesting:
            raise TooCostly("nesting", self.bounds.nesting)
        try:
            yield
        finally:
            self._depth -= 1


# The budget of the render that is going on. A render without one is a mistake, so there is no default.
current: ContextVar[Budget] = ContextVar("budget")


_ATOMS = frozenset({int, float, bool, type(None)})


def size_of(value: object, limit: int) -> int:
    """Characters and items of a value, as if nothing in it were shared. Raises TooCostly past the limit."""
    if isinstance(value, str):
        return len(value)
    total = 1
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, list | tuple):
            items: Sequence[Any] = node
        elif isinstance(node, dict):
            items = [*node, *node.values()]
        else:
            continue
        total += len(items)
        if total > limit:
            break
        for item in items:
            kind = type(item)
            if kind is str:
                total += len(item)
            elif kind not in _ATOMS:
                if isinstance(item, str):
                    total += len(item)
                else:
                    stack.append(item)
    if total > limit:
        raise TooCostly("size", limit)
    return total


def text(value: object) -> str:
    """A value as text, as it would be printed. Raises NotText, or UndefinedError."""
    if isinstance(value, Undefined):
        return str(value)
    return as_text(value)
