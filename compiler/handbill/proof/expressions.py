"""Expressions of a template over values of which only bounds are known."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from math import inf
from typing import Any

from jinja2 import nodes

from . import filters as filters  # the models it fills in
from .modelling import filtered, text_of
from .operators import compared, floored, formatted, function, method, modulo, plus, spread, tested, times
from .texts import Lit, Text, Worked, heavy, sum_of
from .values import (
    UNDEFINED,
    Exact,
    Flag,
    Items,
    Number,
    Opaque,
    Record,
    Row,
    Special,
    Undefined,
    Value,
    Words,
    cause_of,
    field,
    listed,
    one_of,
    options_of,
    over,
    truth,
)


@dataclass(slots=True)
class Scope:
    """Names and their values; what is not here is looked up in the one around."""

    around: Scope | None = None
    own: dict[str, Value] = member(default_factory=dict)

    def find(self, name: str) -> Value | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.own:
                return scope.own[name]
            scope = scope.around
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """`loop`: of at most `most` turns; whether this is the first and the last, where that is known."""

    most: float
    first: bool | None
    last: bool | None
    item: Value

    def attribute(self, name: str) -> Value:
        if name in ("first", "last"):
            known: bool | None = getattr(self, name)
            return Flag() if known is None else Exact(known)
        if name in ("index", "revindex", "length"):
            return Exact(1) if self.first and name == "index" else Number("", 1, self.most)
        if name in ("index0", "revindex0"):
            return Exact(0) if self.first and name == "index0" else Number("", 0, self.most)
        if name in ("previtem", "nextitem"):
            return one_of([self.item, UNDEFINED])
        if name in ("depth", "depth0"):
            return Number("", 0, 50)
        return Special(self)


MOST_CHARACTERS = 10_000  # of a value that is known
MOST_OPTIONS = 300  # values that one expression can have and are all followed


class Evaluator:
    """Evaluates expressions. Whatever is not modelled is Opaque: it can be anything."""

    locale = ""

    def call_special(self, node: nodes.Call, scope: Scope) -> Value | None:
        """What a macro, a module's macro or `caller()` gives; None when it is none of these."""
        return None

    def fragment_text(self, value: Special) -> Text | None:
        """The text of a fragment."""
        return None

    def module_field(self, value: Special, name: str) -> Value | None:
        return None

    def settled(self, value: Value) -> Value:
        """A value as expressions see it: the text of a fragment, anything else as it is."""

        def one(option: Value) -> Value:
            if isinstance(option, Special) and (text := self.fragment_text(option)) is not None:
                return Exact(text.text) if isinstance(text, Lit) else Words(text)
            return option

        return over(value, one)

    def value(self, node: nodes.Node, scope: Scope) -> Value:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            return Opaque("what the template computes")
        found: Value = method(node, scope)
        return _held(found)

    def _see(self, node: nodes.Node, scope: Scope) -> Value:
        return self.settled(self.value(node, scope))

    def _const(self, node: nodes.Const, _scope: Scope) -> Value:
        return Exact(node.value)

    def _templatedata(self, node: nodes.TemplateData, _scope: Scope) -> Value:
        return Exact(node.data)

    def _name(self, node: nodes.Name, scope: Scope) -> Value:
        found = scope.find(node.name)
        return Opaque(f"`{node.name}`") if found is None else found

    def _getattr(self, node: nodes.Getattr, scope: Scope) -> Value:
        return self._member(self.value(node.node, scope), node.attr)

    def _member(self, value: Value, name: str) -> Value:
        def one(option: Value) -> Value:
            if isinstance(option, Special):
                if isinstance(option.what, Loop):
                    return option.what.attribute(name)
                found = self.module_field(option, name)
                return Opaque(f"`{name}`, which the template computes") if found is None else found
            return field(option, name)

        return over(value, one)

    def _getitem(self, node: nodes.Getitem, scope: Scope) -> Value:
        value = self._see(node.node, scope)
        if isinstance(node.arg, nodes.Slice):
            part = node.arg
            return over(value, lambda option: self._sliced(option, part, scope))
        key = self._see(node.arg, scope)
        if not isinstance(key, Exact):
            return self._any_item(value)
        if isinstance(key.value, str):
            return self._member(value, key.value)
        return over(value, lambda option: self._at(option, key.value))

    def _any_item(self, value: Value) -> Value:
        def one(option: Value) -> Value:
            if isinstance(option, Undefined):
                return UNDEFINED
            if isinstance(option, Words):
                return one_of([_letter(option), UNDEFINED])
            if isinstance(option, Record) and option.closed:
                return one_of([*option.fields.values(), UNDEFINED])
            if isinstance(option, Exact) and isinstance(option.value, dict):
                return one_of([*map(Exact, option.value.values()), UNDEFINED])
            found = listed(option)
            return Opaque(cause_of(option)) if found is None else one_of([found[0], UNDEFINED])

        return over(value, one)

    def _at(self, option: Value, key: Any) -> Value:
        if isinstance(option, Exact):
            try:
                return Exact(option.value[key])
            except (TypeError, LookupError):
                return UNDEFINED
        if isinstance(option, Row) and type(key) is int:
            return option.items[key] if -len(option.items) <= key < len(option.items) else UNDEFINED
        return self._any_item(option)

    def _sliced(self, option: Value, node: nodes.Slice, scope: Scope) -> Value:
        bounds = [None if part is None else self._see(part, scope) for part in (node.start, node.stop, node.step)]
        known: list[Any] = [None if b is None else b.value if isinstance(b, Exact) else b for b in bounds]
        start, stop, step = known
        constant = all(part is None or type(part) is int for part in known)
        if constant and isinstance(option, Exact) and isinstance(option.value, str | list | tuple):
            return Exact(option.value[start:stop:step])
        if constant and isinstance(option, Row):
            return Row(option.items[start:stop:step])

        def left(length: float) -> float:
            """How many there are at most of so many."""
            if not constant or (step is not None and step != 1):
                return length
            most = length
            if start is not None:
                most = min(most, -start) if start < 0 else max(most - start, 0)
            if stop is not None:
                if stop >= 0:
                    most = min(most, max(stop - (start if start is not None and start > 0 else 0), 0))
                elif start is None or start >= 0:
                    most = max(most + stop, 0)
            return most

        if isinstance(option, Words):
            return Words(Worked(_slice_words(known), option.text, lambda size: size.within(left(size.points))))
        found = listed(option)
        if found is None or isinstance(option, Exact):
            return Opaque(cause_of(option))
        return Items(found[2], found[0], left(found[1]))

    # ---- literals, choices, conditions

    def _tuple(self, node: nodes.Tuple, scope: Scope) -> Value:
        return Row(tuple(self.value(item, scope) for item in node.items))

    def _list(self, node: nodes.List, scope: Scope) -> Value:
        return Row(tuple(self.value(item, scope) for item in node.items))

    def _dict(self, node: nodes.Dict, scope: Scope) -> Value:
        fields: dict[str, Value] = {}
        for pair in node.items:
            key = self._see(pair.key, scope)
            if not isinstance(key, Exact) or not isinstance(key.value, str):
                return Opaque("an object that the template makes")
            fields[key.value] = self.value(pair.value, scope)
        return Record("", fields, True)

    def _condexpr(self, node: nodes.CondExpr, scope: Scope) -> Value:
        known = self.holds(node.test, scope)
        other = UNDEFINED if node.expr2 is None else None
        if known is not None:
            chosen = node.expr1 if known else node.expr2
            return UNDEFINED if chosen is None else self.value(chosen, scope)
        return one_of([self.value(node.expr1, scope), other or self.value(node.expr2, scope)])  # type: ignore[arg-type]

    def holds(self, node: nodes.Node, scope: Scope) -> bool | None:
        """Whether a condition holds; None when that depends on the data."""
        return truth(self._see(node, scope))

    def _not(self, node: nodes.Not, scope: Scope) -> Value:
        known = self.holds(node.node, scope)
        return Flag() if known is None else Exact(not known)

    def _and(self, node: nodes.And, scope: Scope) -> Value:
        left = self._see(node.left, scope)
        known = truth(left)
        if known is None:
            return one_of([left, self._see(node.right, scope)])
        return self._see(node.right, scope) if known else left

    def _or(self, node: nodes.Or, scope: Scope) -> Value:
        left = self._see(node.left, scope)
        known = truth(left)
        if known is None:
            return one_of([left, self._see(node.right, scope)])
        return left if known else self._see(node.right, scope)

    def _compare(self, node: nodes.Compare, scope: Scope) -> Value:
        left = self._see(node.expr, scope)
        outcomes: list[bool | None] = []
        for operand in node.ops:
            right = self._see(operand.expr, scope)
            outcomes.append(compared(operand.op, left, right))
            left = right
        if False in outcomes:
            return Exact(False)
        return Flag() if None in outcomes else Exact(True)

    def _test(self, node: nodes.Test, scope: Scope) -> Value:
        value = self._see(node.node, scope)
        found = {tested(node.name, option) for option in options_of(value)}
        known = found.pop() if len(found) == 1 else None
        return Flag() if known is None else Exact(known)

    # ---- texts and numbers

    def _concat(self, node: nodes.Concat, scope: Scope) -> Value:
        texts = [text_of(self._see(part, scope)) for part in node.nodes]
        whole = sum_of(texts)
        return Exact(whole.text) if isinstance(whole, Lit) else Words(whole)

    def _filter(self, node: nodes.Filter, scope: Scope) -> Value:
        assert node.node is not None
        return self.filtered(node, self._see(node.node, scope), scope)

    def filtered(self, node: nodes.Filter, value: Value, scope: Scope) -> Value:
        """The outermost filter of a chain on a value."""
        given = [self._see(argument, scope) for argument in node.args]
        named: dict[str, Value] = {}
        for keyword in node.kwargs:
            named[str(keyword.key)] = self._see(keyword.value, scope)
        if node.name == "format":
            values = Record("", named, True) if named else Row(tuple(given))
            return over(value, lambda option: formatted(option, values))
        return filtered(node.name, value, given, named, self.locale)

    def _add(self, node: nodes.Add, scope: Scope) -> Value:
        return self._pairs(node, scope, plus)

    def _sub(self, node: nodes.Sub, scope: Scope) -> Value:
        return self._pairs(node, scope, lambda a, b: spread(a, b, operator.sub))

    def _mul(self, node: nodes.Mul, scope: Scope) -> Value:
        return self._pairs(node, scope, times)

    def _div(self, node: nodes.Div, scope: Scope) -> Value:
        return self._pairs(node, scope, lambda a, b: Number("", -inf, inf, "float"))

    def _mod(self, node: nodes.Mod, scope: Scope) -> Value:
        return self._pairs(node, scope, modulo)

    def _floordiv(self, node: nodes.FloorDiv, scope: Scope) -> Value:
        return self._pairs(node, scope, floored)

    def _neg(self, node: nodes.Neg, scope: Scope) -> Value:
        return over(self._see(node.node, scope), lambda option: spread(Exact(0), option, operator.sub))

    def _pairs(self, node: nodes.BinExpr, scope: Scope, make: Callable[[Value, Value], Value]) -> Value:
        left, right = self._see(node.left, scope), self._see(node.right, scope)
        if len(options_of(left)) * len(options_of(right)) > 400:
            return Opaque("what the template computes")
        return over(left, lambda a: over(right, lambda b: make(a, b)))

    # ---- calls

    def _call(self, node: nodes.Call, scope: Scope) -> Value:
        found = self.call_special(node, scope)
        if found is not None:
            return found
        target = node.node
        given = [self._see(argument, scope) for argument in node.args]
        named: Mapping[str, Value] = {keyword.key: self._see(keyword.value, scope) for keyword in node.kwargs}
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            return Opaque("what a function gives")
        if isinstance(target, nodes.Name) and scope.find(target.name) is None:
            return function(target.name, given)
        if isinstance(target, nodes.Getattr):
            value = self._see(target.node, scope)
            if isinstance(value, Special) and isinstance(value.what, Loop) and target.attr == "cycle":
                return one_of(given)
            return over(value, lambda option: method(option, target.attr, given, named))
        return Opaque("what a function gives")


def _held(value: Value) -> Value:
    """A value, unless it is made of more parts than any message needs: then it is not followed."""
    options = options_of(value)
    if len(options) > MOST_OPTIONS or any(map(_heavy, options)):
        return Opaque("a value that is made of too many parts")
    return value


def _heavy(value: Value) -> bool:
    if isinstance(value, Exact):
        return isinstance(value.value, str | list | tuple) and len(value.value) > MOST_CHARACTERS
    return heavy(value.text) if isinstance(value, Words) else isinstance(value, Row) and len(value.items) > MOST_OPTIONS


def _letter(words: Words) -> Value:
    return Words(Worked("[0]", words.text, lambda size: size.within(1)))


def _slice_words(known: list[Any]) -> str:
    parts = ["" if part is None else str(part) if type(part) is int else "…" for part in known]
    return f"[{':'.join(parts[:2])}{':' + parts[2] if parts[2] else ''}]"
