"""From the conditions of an arm to contexts that may reach it, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import nodes

from ..choices import Choice
from ..contexts import LENGTH, Contexts, Way
from .conditions import TURN, Conditions, Dead, Needed, Unknown
from .scopes import Alias, Call, Guard, Scope, Tested, Turns, Unit
from .sites import Arm

_DEPTH = 4  # calls, one inside the other, that are followed
_WAYS = 8  # places that a macro is called from


@dataclass
class Search:
    """What is looked for, and what was learned on the way."""

    contexts: Contexts
    has_contract: bool
    constants: tuple[Any, ...]
    steps: int
    causes: dict[str, None] = field(default_factory=dict)  # why a condition could not be worked out
    failing: dict[Guard, None] = field(default_factory=dict)  # that no choice fulfils, after those before it
    whole: bool = True  # whether every choice there is was looked at

    def solutions(self, arm: Arm, surroundings: Mapping[str, Any]) -> Iterator[dict[Way, Any]]:
        """What to choose so that the arm may be reached, on a channel and in a locale."""
        for guards, calls in _ways(arm.unit, 0):
            start = Conditions(self.contexts, self.has_contract, surroundings, calls, self.constants)
            for found in self._fulfilled(start, (*guards, *arm.guards), 0):
                yield {way: value for way, value in found.chosen.items() if way[-1] != TURN}

    def alone(self, arm: Arm, surroundings: Mapping[str, Any]) -> bool:
        """Whether an arm's own condition could be met, were it not for those before it."""
        for _, calls in _ways(arm.unit, 0):
            start = Conditions(self.contexts, self.has_contract, surroundings, calls, self.constants)
            if next(self._fulfilled(start, arm.guards[-1:], 0), None) is not None:
                return True
        return False

    def _fulfilled(self, state: Conditions, guards: tuple[Guard, ...], at: int) -> Iterator[Conditions]:
        if at == len(guards):
            yield state
            return
        guard = guards[at]
        self.failing.setdefault(guard)
        self.whole = self.whole and _is_simple(guard)
        self.steps -= 1
        if self.steps < 0:
            self.whole = False
            return
        try:
            held = state.holds(guard)
        except Needed as needed:
            for value in self._values(state, needed.way):
                yield from self._fulfilled(state.choosing(needed.way, value), guards, at)
            return
        except Dead:
            return
        except Unknown as unknown:
            self.causes.setdefault(unknown.cause)
            for tried in self._guessed(state, guard):
                yield from self._fulfilled(tried, guards, at + 1)
            return
        if held:
            yield from self._fulfilled(state, guards, at + 1)

    def _values(self, state: Conditions, way: Way) -> tuple[Any, ...]:
        if way[-1] == TURN:
            numbers = {c for c in self.constants if isinstance(c, int) and not isinstance(c, bool) and 0 <= c < 50}
            return tuple(dict.fromkeys([0, -1, 1, *sorted({m for n in numbers for m in (n, n - 1, n + 1) if m > 0})]))
        choice: Choice = self.contexts.choice(way, self.constants)
        self.whole = self.whole and choice.whole
        return choice.values

    def _guessed(self, state: Conditions, guard: Guard) -> Iterator[Conditions]:
        """For a condition that cannot be worked out: each value of each part of the context that it names."""
        yield state
        for way in dict.fromkeys(_mentioned(state, guard)):
            if way not in state.chosen:
                for value in self.contexts.choice(way, self.constants).values:
                    yield state.choosing(way, value)


def _is_simple(guard: Guard) -> bool:
    """Whether the values of `Contexts.choice` are all that matter: conditions that compare one value with constants."""
    exprs = [guard.expr] if isinstance(guard, Tested) else [guard.loop.iter, guard.loop.test]
    return all(_simple(expr, guard.scope) for expr in exprs if expr is not None)


def _simple(node: nodes.Node, scope: Scope) -> bool:
    match node:
        case nodes.Name(name=name):
            bound = scope.names.get(name)
            return _simple(bound.expr, bound.scope) if isinstance(bound, Alias) else True
        case nodes.Filter(name="length" | "count"):
            return False  # of a text
        case nodes.Compare():
            sides = [node.expr, *(operand.expr for operand in node.ops)]
            texts = any(
                isinstance(const.value, str)
                for side in sides
                for const in (side, *side.find_all(nodes.Const))
                if isinstance(const, nodes.Const)
            )
            ordered = any(operand.op in ("lt", "lteq", "gt", "gteq") for operand in node.ops)
            if sum(not _constant(side) for side in sides) > 1 or (texts and ordered):
                return False
        case nodes.BinExpr() if not isinstance(node, nodes.And | nodes.Or):
            return False
        case nodes.Concat() | nodes.Test(name="odd" | "even" | "divisibleby"):
            return False
        case nodes.Filter(name=name) if name not in ("default", "d", "list", "sort", "reverse"):
            return False
    return all(_simple(child, scope) for child in node.iter_child_nodes())


def _constant(node: nodes.Node) -> bool:
    if isinstance(node, nodes.List | nodes.Tuple):
        return all(map(_constant, node.items))
    return isinstance(node, nodes.Const) or (isinstance(node, nodes.Neg) and _constant(node.node))


def _mentioned(state: Conditions, guard: Guard) -> Iterator[Way]:
    exprs = [guard.expr] if isinstance(guard, Tested) else [guard.loop.iter, guard.loop.test]
    for expr in exprs:
        if expr is None:
            continue
        for node in (expr, *expr.find_all((nodes.Getattr, nodes.Getitem, nodes.Name))):
            try:
                located = state.located(node, guard.scope)
            except (Unknown, Dead, Needed, KeyError):
                continue
            if isinstance(located, tuple):
                rules = state.contexts.rules(located)
                if any(rule.get("type") == "array" for rule in rules):
                    yield (*located, LENGTH)
                elif rules:
                    yield located


def _ways(unit: Unit, depth: int) -> Iterator[tuple[tuple[Guard, ...], dict[Unit, Call]]]:
    """The ways into a unit: what must hold around each, and where each was called."""
    if unit.own:
        yield (), {}
        return
    if depth == _DEPTH:
        return
    for call in unit.calls[:_WAYS]:
        for guards, calls in _ways(call.scope.unit, depth + 1):
            yield (*guards, *call.guards), {**calls, unit: call}


def reason(search: Search, arm: Arm, *, rendered: int, ended: int, on: str, alone: bool) -> str:
    """Why no context reached an arm, after `rendered` were tried, `ended` of which came to no end.

    `alone`: whether its own condition could be met, were it not for those before it; `on`: where it was tried.
    """
    own = arm.guards[-1] if arm.guards else None
    if not arm.unit.own and not arm.unit.calls:
        return f"{arm.unit.words} is called nowhere"
    if rendered and ended == rendered:
        return "with every value that was tried, the render ends before"
    if search.causes:
        return f"depends on {next(iter(search.causes))}"
    last = next(reversed(search.failing), own) if not rendered else own
    if last is None:
        return "no context that was tried comes here"
    what = _impossible(search, last)
    if not search.whole:
        return f"no context that was tried {what}"
    behind = " where the conditions before it allow it" if last is own and alone else ""
    if last is not own and isinstance(last, Tested):
        behind = ", which it takes to come here"
    return f"no context of the contract {what}{behind}{on}"


def _impossible(search: Search, guard: Guard) -> str:
    if isinstance(guard, Tested):
        return f"makes `{guard.words}` {'true' if guard.wanted else 'false'}"
    return f"gives `{guard.words}` {turns(guard)}"


def turns(guard: Turns) -> str:
    return {None: "a turn", 0: "no turn", 1: "exactly 1 turn", 2: "2 turns or more"}[guard.wanted]
