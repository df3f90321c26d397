"""Conditions, worked out as far as a context is chosen: what is still to be chosen, and what nobody can tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from jinja2 import nodes

from ..choices import ABSENT, PRESENT
from ..contexts import ITEMS, LENGTH, Contexts, Way
from .operations import ARITHMETIC, COMPARED, COMPARISONS, FILTERS, TESTS, Record, Row
from .probes import MORE, NONE, ONE
from .scopes import Alias, Call, Guard, Item, Opaque, Parameter, Scope, Tested, Turn, Unit

TURN = "@"  # which turn of a loop: the step of a way, beside LENGTH


class Unknown(Exception):
    """What a condition comes to cannot be told; `cause` says what it depends on."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Dead(Exception):
    """With these values the render would end before."""


class Needed(Exception):
    """A part of the context that is still to be chosen."""

    def __init__(self, way: Way) -> None:
        super().__init__(way)
        self.way = way


_UNDEFINED: Any = object()
_Located: TypeAlias = "Way | _Known | Turn"


@dataclass(frozen=True)
class _Known:
    value: Any


@dataclass(frozen=True)
class Conditions:
    """One set of values, under which conditions are worked out."""

    contexts: Contexts
    has_contract: bool
    surroundings: Mapping[str, Any]  # `channel` and `locale`
    calls: Mapping[Unit, Call]
    constants: tuple[Any, ...]
    chosen: Mapping[Way, Any] = field(default_factory=dict)

    def choosing(self, way: Way, value: Any) -> Conditions:
        return replace(self, chosen={**self.chosen, way: value})

    def holds(self, guard: Guard) -> bool:
        """Raises Unknown, Dead and Needed."""
        if isinstance(guard, Tested):
            return self._true(self.value(guard.expr, guard.scope)) == guard.wanted
        inner = guard.scope.names["loop"]
        assert isinstance(inner, Turn)
        length = self._length(guard.loop.iter, inner.scope)
        if guard.loop.test is not None and length and not self._true(self.value(guard.loop.test, guard.scope)):
            length = 0
        if guard.wanted is None:
            return length > 0
        return {NONE: length == 0, ONE: length == 1, MORE: length > 1}[guard.wanted]

    def _length(self, node: nodes.Node, scope: Scope) -> int:
        value = self.value(node, scope)
        if isinstance(value, Row):
            return value.length
        if isinstance(value, list | tuple | str):
            return len(value)
        if value is None or isinstance(value, bool | int | float):
            raise Dead
        raise Unknown("what the loop goes over")

    def _true(self, value: Any) -> bool:
        if value is _UNDEFINED:
            raise Dead
        if isinstance(value, Row):
            return value.length > 0
        if isinstance(value, Record):
            if any(rule.get("required") for rule in self.contexts.rules(value.way)):
                return True
            raise Unknown(f"whether `{spelled(value.way)}` is empty")
        return bool(value)

    def value(self, node: nodes.Node, scope: Scope) -> Any:
        """Raises Unknown, Dead and Needed."""
        match node:
            case nodes.Const():
                return node.value
            case nodes.TemplateData():
                return node.data
            case nodes.Name() | nodes.Getattr() | nodes.Getitem(arg=nodes.Const()):
                return self._read(self.located(node, scope))
            case nodes.Getitem(arg=nodes.Slice() as part):
                return self._sliced(self.value(node.node, scope), part, scope)
            case nodes.Not():
                return not self._true(self.value(node.node, scope))
            case nodes.And() | nodes.Or():
                return self._joined(node, scope)
            case nodes.Compare():
                return self._compared(node, scope)
            case nodes.Test():
                return self._tested(node, scope)
            case nodes.Filter():
                return self._filtered(node, scope)
            case nodes.CondExpr(expr2=nodes.Node() as otherwise):
                return self.value(node.expr1 if self._true(self.value(node.test, scope)) else otherwise, scope)
            case nodes.List() | nodes.Tuple():
                return [self._plain(item, scope) for item in node.items]
            case nodes.Neg():
                return -self._number(node.node, scope)
            case nodes.BinExpr() if type(node) in ARITHMETIC:
                return self._sum(node, scope)
            case nodes.Concat():
                return "".join(str(self._plain(part, scope)) for part in node.nodes)
            case nodes.Call():
                raise Unknown("what a call gives")
        raise Unknown("what a template computes")

    def _joined(self, node: nodes.And | nodes.Or, scope: Scope) -> Any:
        """Like Python, but what is not known on one side may not matter."""
        deciding = isinstance(node, nodes.Or)
        try:
            left = self.value(node.left, scope)
        except Unknown:
            if self._true(self.value(node.right, scope)) is deciding:
                return deciding
            raise
        return left if self._true(left) is deciding else self.value(node.right, scope)

    def _compared(self, node: nodes.Compare, scope: Scope) -> bool:
        left = self._plain(node.expr, scope)
        for operand in node.ops:
            right = self._plain(operand.expr, scope)
            try:
                if not COMPARED[operand.op](left, right):
                    return False
            except TypeError:
                raise Dead from None
            left = right
        return True

    def _tested(self, node: nodes.Test, scope: Scope) -> bool:
        value = self.value(node.node, scope)
        if node.name in ("defined", "undefined"):
            return (value is _UNDEFINED) == (node.name == "undefined")
        if value is _UNDEFINED:
            raise Dead
        if node.name in TESTS and not node.args:
            return bool(TESTS[node.name](value))
        if node.name in COMPARISONS and len(node.args) == 1 and not isinstance(value, Row | Record):
            try:
                return bool(COMPARISONS[node.name](value, self._plain(node.args[0], scope)))
            except TypeError:
                raise Dead from None
        raise Unknown(f"the test `{node.name}`")

    def _filtered(self, node: nodes.Filter, scope: Scope) -> Any:
        assert node.node is not None
        value = self.value(node.node, scope)
        if node.name in ("default", "d"):
            other = self.value(node.args[0], scope) if node.args else ""
            also_false = len(node.args) > 1 or bool(node.kwargs)
            return other if value is _UNDEFINED or (also_false and not self._true(value)) else value
        if value is _UNDEFINED:
            raise Dead
        if node.name in ("length", "count") and isinstance(value, Row | str | list):
            return value.length if isinstance(value, Row) else len(value)
        if node.name in ("list", "sort", "reverse") and isinstance(value, Row):
            return value
        if node.name in FILTERS and not node.args and not node.kwargs and not isinstance(value, Row | Record):
            try:
                return FILTERS[node.name](value)
            except (TypeError, ValueError, AttributeError):
                raise Dead from None
        raise Unknown(f"the filter `{node.name}`")

    def _sliced(self, value: Any, part: nodes.Slice, scope: Scope) -> Any:
        ends = [self.value(end, scope) if end is not None else None for end in (part.start, part.stop, part.step)]
        if not all(end is None or isinstance(end, int) for end in ends) or ends[2] == 0:
            raise Unknown("a part of a list")
        if isinstance(value, Row):
            return Row(value.way, len(range(value.length)[slice(*ends)]))
        if isinstance(value, str | list):
            return value[slice(*ends)]
        raise Dead

    def _plain(self, node: nodes.Node, scope: Scope) -> Any:
        """A value that can be compared."""
        value = self.value(node, scope)
        if value is _UNDEFINED:
            raise Dead
        if isinstance(value, Row | Record):
            raise Unknown(f"what is in `{spelled(value.way or ())}`")
        return value

    def _number(self, node: nodes.Node, scope: Scope) -> Any:
        value = self._plain(node, scope)
        if not isinstance(value, int | float):
            raise Dead
        return value

    def _sum(self, node: nodes.BinExpr, scope: Scope) -> Any:
        left, right = self._plain(node.left, scope), self._plain(node.right, scope)
        try:
            return ARITHMETIC[type(node)](left, right)
        except (TypeError, ArithmeticError):
            raise Dead from None

    # where a value comes from

    def located(self, node: nodes.Node, scope: Scope) -> _Located:
        if isinstance(node, nodes.Name):
            return self._named(node.name, scope)
        if not isinstance(node, nodes.Getattr | nodes.Getitem):
            return _Known(self.value(node, scope))
        step = node.attr if isinstance(node, nodes.Getattr) else node.arg.value  # type: ignore[attr-defined]
        base = self.located(node.node, scope)
        if isinstance(base, Turn):
            return _Known(self._turn(base, str(step)))
        if isinstance(base, _Known):
            if isinstance(base.value, Mapping) and step in base.value:
                return _Known(base.value[step])
            raise Unknown("what a template computes")
        return (*base, step if isinstance(step, str) else ITEMS)

    def _named(self, name: str, scope: Scope) -> _Located:
        bound = scope.names.get(name)
        if isinstance(bound, Alias):
            return self._aliased(bound)
        if isinstance(bound, Item):
            base = self.value(bound.loop.iter, bound.scope)
            if isinstance(base, Row) and base.way is not None:
                return (*base.way, ITEMS)
            raise Unknown(f"`{name}`, an item of what the template makes")
        if isinstance(bound, Turn):
            return bound
        if isinstance(bound, Parameter):
            return self._argument(bound)
        if isinstance(bound, Opaque):
            raise Unknown(bound.cause)
        if bound is not None:
            raise Unknown(f"`{name}`")
        unit = scope.unit
        if unit in self.calls and not unit.parameters and not unit.blind and self.calls[unit].node is None:
            return self._named(name, self.calls[unit].scope)
        if name in self.surroundings:
            return _Known(self.surroundings[name])
        if unit.blind:
            raise Unknown(f"`{name}`, which the file is imported without")
        return (name,)

    def _aliased(self, bound: Alias) -> _Located:
        if isinstance(bound.expr, nodes.Name | nodes.Getattr | nodes.Getitem):
            return self.located(bound.expr, bound.scope)
        return _Known(self.value(bound.expr, bound.scope))

    def _argument(self, bound: Parameter) -> _Located:
        call = self.calls.get(bound.unit)
        if call is None or call.node is None:
            raise Unknown(f"`{bound.name}`, which a macro is given")
        at = bound.unit.parameters.index(bound.name)
        given = {keyword.key: keyword.value for keyword in call.node.kwargs}
        if at < len(call.node.args):
            return self._aliased(Alias(call.node.args[at], call.scope))
        if bound.name in given:
            return self._aliased(Alias(given[bound.name], call.scope))
        behind = at - len(bound.unit.parameters) + len(bound.unit.defaults)
        if behind >= 0:
            return self._aliased(Alias(bound.unit.defaults[behind], Scope({}, bound.unit)))
        return _Known(_UNDEFINED)

    def _turn(self, turn: Turn, word: str) -> Any:
        row = self.value(turn.loop.iter, turn.scope)
        length = row.length if isinstance(row, Row) else len(row) if isinstance(row, list | str) else -1
        if length < 0 or turn.loop.test is not None or turn.loop.recursive:
            raise Unknown(f"`loop.{word}`")
        if word == "length":
            return length
        way = (*((row.way or ()) if isinstance(row, Row) else ()), str(id(turn.loop)), TURN)
        if way not in self.chosen:
            raise Needed(way)
        index = self.chosen[way] if self.chosen[way] >= 0 else max(0, length + self.chosen[way])
        if index >= length:
            raise Dead
        known = {"index": index + 1, "index0": index, "revindex": length - index, "revindex0": length - index - 1}
        known |= {"first": index == 0, "last": index == length - 1}
        if word not in known:
            raise Unknown(f"`loop.{word}`")
        return known[word]

    def _read(self, located: _Located) -> Any:
        if isinstance(located, _Known):
            return located.value
        if isinstance(located, Turn):
            raise Unknown("`loop`")
        for end in range(1, len(located)):
            if located[end] != ITEMS and self._part(located[:end]) is not PRESENT:
                raise Dead  # a field of what is not there
        value = self._part(located)
        if value is ABSENT:
            return _UNDEFINED
        if value is not PRESENT:
            return value
        if any(rule.get("type") == "array" for rule in self.contexts.rules(located)):
            return Row(located, self._chosen((*located, LENGTH)))
        return Record(located)

    def _part(self, way: Way) -> Any:
        if way not in self.chosen:
            if not self.contexts.rules(way):
                return self._unruled(way)
            options = self.contexts.choice(way, self.constants).values
            if options == (PRESENT,):
                return PRESENT
        return self._chosen(way)

    def _unruled(self, way: Way) -> Any:
        name = spelled(way)
        if not self.has_contract:
            raise Unknown(f"`{name}`; the template has no `params`")
        if len(way) == 1:
            if way[0] in self.contexts.params:
                raise Unknown(f"`{name}`, of which the contract says nothing")
            return ABSENT  # a contract is closed
        around = self.contexts.rules(way[:-1])
        if around and all(rule.get("additionalProperties") is False for rule in around):
            return ABSENT
        raise Unknown(f"`{name}`, of which the contract says nothing")

    def _chosen(self, way: Way) -> Any:
        if way not in self.chosen:
            raise Needed(way)
        return self.chosen[way]


def spelled(way: Way) -> str:
    """A way as the proof writes it: `items[].title`."""
    steps = ["[]" if step == ITEMS else f".{step}" for step in way if step != LENGTH]
    return "".join(steps).removeprefix(".")
