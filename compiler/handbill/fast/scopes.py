"""Which Python expression stands for a template's name, at each place of the template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeAlias

from jinja2 import nodes


class Uncovered(Exception):
    """What the generator does not cover; `what` is a word or two, `line` is in the template's body."""

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.line = line


@dataclass(frozen=True, slots=True)
class Local:
    """A variable of the generated function; `sure` unless only some ways through the template set it.

    `rule` is what the contract says of its value, when it comes from the context as it is.
    """

    name: str
    sure: bool = True
    rule: Any = None


@dataclass(frozen=True, slots=True)
class Loop:
    """`loop`: the variables that hold its index from 0, and how many turns there are."""

    index: str
    length: str


@dataclass(frozen=True, slots=True)
class Capture:
    """`{% set x %}…{% endset %}`: what it prints is text of the template."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A name that means something here which is not covered."""


@dataclass(frozen=True, slots=True, eq=False)
class MacroOf:
    """A macro, and the names it sees."""

    node: nodes.Macro
    scope: Scope


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """An imported file's macros."""

    macros: dict[str, MacroOf]


Binding: TypeAlias = "Local | Loop | Capture | Hidden | MacroOf | Module"
_SPECIAL = ("caller", "kwargs", "self", "super", "varargs")


@dataclass(slots=True, eq=False)
class Scope:
    """The names known at a place. `reads` says whether names that nobody has set are the context's."""

    reads: bool = True
    outer: Scope | None = None
    names: dict[str, Binding] = field(default_factory=dict)
    sets: frozenset[str] = frozenset()  # the names that it will have set when it is over

    @classmethod
    def outermost(cls, body: list[nodes.Node], reads: bool = True) -> Scope:
        """Where a file begins."""
        return cls(reads, None, dict.fromkeys(_SPECIAL, Hidden()), frozenset(assigned(body)))

    def alone(self, body: list[nodes.Node]) -> Scope:
        """What a macro's body sees: other macros and the context, no variable of the place where it is defined."""
        seen = Scope.outermost(body, self.reads)
        scope: Scope | None = self
        while scope is not None:
            for name, found in scope.names.items():
                seen.names.setdefault(name, found if isinstance(found, MacroOf | Module) else Hidden())
            scope = scope.outer
        return seen

    def inner(self, body: list[nodes.Node]) -> Scope:
        return Scope(self.reads, self, {}, frozenset(assigned(body)))

    def find(self, name: str) -> Binding | None:
        """What a name stands for; None for one that nobody has set. Raises Uncovered."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            if scope is not self and name in scope.sets:
                # to Jinja it is that scope's already, and undefined
                raise Uncovered(f"`{name}` before it is set")
            scope = scope.outer
        return None


class Names:
    """Names for the generated function, and what its constants are."""

    def __init__(self) -> None:
        self._numbers = count()
        self.constants: dict[str, object] = {}

    def new(self) -> str:
        return f"v{next(self._numbers)}"

    def constant(self, value: object) -> str:
        for name, known in self.constants.items():
            if known is value:
                return name
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name


def assigned(body: list[nodes.Node]) -> Iterator[str]:
    """The names that `set` gives values to in a body, in the body's own scope."""
    for node in body:
        if isinstance(node, nodes.Assign | nodes.AssignBlock):
            yield from (name.name for name in node.target.find_all(nodes.Name))
            if isinstance(node.target, nodes.Name):
                yield node.target.name
        elif isinstance(node, nodes.If):
            yield from assigned([*node.body, *node.elif_, *node.else_])
