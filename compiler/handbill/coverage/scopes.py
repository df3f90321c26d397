"""What the names of a template stand for, each at its place: parameters, what the template sets, items of loops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from jinja2 import nodes

from .probes import Key


@dataclass(eq=False)
class Unit:
    """Code that is run from elsewhere: a file, a macro."""

    entered: Key
    words: str  # "the macro `button`"
    own: bool  # the template itself: nobody needs to call it
    blind: bool = False  # imported without the context
    parameters: tuple[str, ...] = ()
    defaults: tuple[nodes.Expr, ...] = ()
    calls: list[Call] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Alias:
    """A name that the template gives to an expression."""

    expr: nodes.Expr
    scope: Scope


@dataclass(frozen=True, eq=False)
class Item:
    """What a loop goes over, one after the other."""

    loop: nodes.For
    scope: Scope


@dataclass(frozen=True, eq=False)
class Turn:
    """`loop`."""

    loop: nodes.For
    scope: Scope


@dataclass(frozen=True, eq=False)
class Parameter:
    """Of a macro."""

    unit: Unit
    name: str


@dataclass(frozen=True, eq=False)
class Module:
    file: str


@dataclass(frozen=True, eq=False)
class MacroName:
    file: str
    name: str


@dataclass(frozen=True, eq=False)
class Opaque:
    """Anything. `cause`: what it depends on."""

    cause: str


Binding: TypeAlias = Alias | Item | Turn | Parameter | Module | MacroName | Opaque


@dataclass(frozen=True, eq=False)
class Scope:
    names: Mapping[str, Binding]
    unit: Unit

    def having(self, names: Mapping[str, Binding]) -> Scope:
        return replace(self, names={**self.names, **names})

    def clouded(self, names: Iterable[str]) -> Scope:
        """The same, when these may have been set or not."""
        return self.having({name: Opaque(f"`{name}`, which the template sets") for name in names})


@dataclass(frozen=True, eq=False)
class Tested:
    """A condition that must come out so."""

    expr: nodes.Expr
    wanted: bool
    scope: Scope
    words: str


@dataclass(frozen=True, eq=False)
class Turns:
    """A loop that must take so many turns (`probes`); at least one, when `wanted` is None."""

    loop: nodes.For
    wanted: int | None
    scope: Scope
    words: str


Guard: TypeAlias = Tested | Turns


@dataclass(frozen=True, eq=False)
class Call:
    """Where a unit is called, included or extended; `node` has the arguments of a macro."""

    scope: Scope
    guards: tuple[Guard, ...]
    node: nodes.Call | None = None
