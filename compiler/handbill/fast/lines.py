"""The statements of a generated function, as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

from .scopes import Uncovered


class Printed(NamedTuple):
    """A value that is printed: an expression, and a constant that is its rule."""

    value: str
    rule: str


class Lines:
    """Statements; what is printed is gathered, and added at once before the next other statement."""

    def __init__(self) -> None:
        self.depth = 1
        self._text: list[str | tuple[int, list[Printed]]] = []
        self._printed: list[Printed] = []
        self._ways = 0  # places where the way may part

    def print(self, *values: Printed) -> None:
        self._printed += values

    def add(self, line: str) -> None:
        self._flush()
        self._text.append("    " * self.depth + line)

    def part(self, way: object) -> None:
        """Note the way that is taken here, a number."""
        self._ways += 1
        self.add(f"way({way})")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """What is written inside stands under `head`."""
        self.add(head)
        self.depth += 1
        try:
            yield
            self.add("pass")
        finally:
            self.depth -= 1

    def _flush(self) -> None:
        if self._printed:
            self._text.append((self.depth, self._printed))
            self._printed = []

    def function(self, constants: Mapping[str, Any], *, rules: bool) -> Callable[..., Any]:
        """`walked(given)`, which gives the way and the values that are printed, or their rules. Raises Uncovered."""
        if self._text:
            self._flush()
            head = ["printed = []", "add = printed.extend", "ways = []", "way = ways.append", "turns = 0"]
            text = ["    " + line for line in head] + [self._line(line, rules) for line in self._text]
            text.append("    return tuple(ways), printed" if self._ways else "    return None, printed")
        else:
            text = [f"    return None, {_given(self._printed, rules)}"]
        namespace = dict(constants)
        try:
            exec("\n".join(["def walked(given):", *text]), namespace)
        except (SyntaxError, MemoryError, RecursionError):  # more blocks, one inside the other, than Python takes
            raise Uncovered("something very deep") from None
        return cast("Callable[..., Any]", namespace["walked"])

    @staticmethod
    def _line(line: str | tuple[int, list[Printed]], rules: bool) -> str:
        return line if isinstance(line, str) else f"{'    ' * line[0]}add({_given(line[1], rules)})"


def _given(printed: list[Printed], rules: bool) -> str:
    return f"({''.join(f'{each.rule if rules else each.value}, ' for each in printed)})"
