"""An expression of a template as one of Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from keyword import iskeyword
from math import isfinite
from typing import TYPE_CHECKING, Any

from jinja2 import nodes
from jinja2.runtime import Context
from jinja2.utils import _PassArg

from . import runtime
from .scopes import Capture, Local, Loop, Names, Scope, Uncovered

if TYPE_CHECKING:
    from ..render import Environment

_COMPARED = {
    "eq": "==", "ne": "!=", "gt": ">", "gteq": ">=", "lt": "<", "lteq": "<=", "in": "in", "notin": "not in",
}  # fmt: skip
_ARITHMETIC: dict[type[nodes.Node], str] = {
    nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/", nodes.FloorDiv: "//",
}  # fmt: skip
_LOOP = {
    "index": "({0.index} + 1)", "index0": "{0.index}", "first": "({0.index} == 0)", "length": "{0.length}",
    "last": "({0.index} + 1 == {0.length})", "revindex": "({0.length} - {0.index})",
    "revindex0": "({0.length} - {0.index} - 1)",
}  # fmt: skip
_OF_OBJECTS = frozenset(dir(dict))


class Expressions:
    """Writes expressions. Raises Uncovered for what it does not write.

    `surroundings` are the names that a context cannot change: `channel` and `locale`; `params` the contract's rules.
    """

    def __init__(
        self, environment: Environment, names: Names, surroundings: Mapping[str, Any], params: Mapping[str, Any]
    ) -> None:
        self.environment = environment
        self.names = names
        self.surroundings = surroundings
        self.params = params
        self.stateful = False  # whether something written needs a render's state: a budget, a language
        self._writers: dict[type[nodes.Node], Callable[[Any, Scope], str]] = {
            nodes.Const: self._const, nodes.Name: self._name, nodes.Getattr: self._getattr,
            nodes.Getitem: self._getitem, nodes.CondExpr: self._either, nodes.And: self._and, nodes.Or: self._or,
            nodes.Not: self._not, nodes.Compare: self._compare, nodes.Concat: self._concat, nodes.Test: self._test,
            nodes.Filter: self._filter, nodes.List: self._list, nodes.Tuple: self._list, nodes.Neg: self._neg,
            nodes.Add: self._add, **dict.fromkeys(_ARITHMETIC, self._arithmetic),
        }  # fmt: skip

    def write(self, node: nodes.Node, scope: Scope) -> str:
        writer = self._writers.get(type(node))
        if writer is None:
            raise Uncovered(type(node).__name__.lower(), node.lineno)
        return writer(node, scope)

    def rule(self, node: nodes.Node, scope: Scope) -> Any:
        """What the contract says of an expression's value: a schema, or nothing."""
        if isinstance(node, nodes.Name):
            found = scope.find(node.name)
            if isinstance(found, Local):
                return found.rule if found.sure else None
            return self.params.get(node.name) if found is None and node.name not in self.surroundings else None
        if isinstance(node, nodes.Getattr | nodes.Getitem):
            above = self.rule(node.node, scope)
            key = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
            if isinstance(above, dict) and above.get("type") == "object" and isinstance(key, str):
                return above.get("properties", {}).get(key)
        return None

    def _helper(self, function: Callable[..., Any]) -> str:
        return self.names.constant(function)

    def _const(self, node: nodes.Const, scope: Scope) -> str:
        value = node.value
        if value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and isfinite(value)):
            return repr(value)
        raise Uncovered("a constant", node.lineno)

    def _name(self, node: nodes.Name, scope: Scope) -> str:
        found = scope.find(node.name)
        if isinstance(found, Local):
            return found.name if found.sure else f"{self._helper(runtime.sure)}({found.name})"
        if found is not None or not scope.reads:
            raise Uncovered(f"`{node.name}` as a value", node.lineno)
        return self.outside(node)

    def outside(self, node: nodes.Name) -> str:
        """A name that no template has set."""
        if node.name in self.surroundings:
            return self.names.constant(self.surroundings[node.name])
        if node.name in self.environment.globals:
            raise Uncovered(f"`{node.name}`", node.lineno)
        return f"given[{node.name!r}]"

    def _getattr(self, node: nodes.Getattr, scope: Scope) -> str:
        if isinstance(node.node, nodes.Name) and isinstance(loop := scope.find(node.node.name), Loop):
            if node.attr not in _LOOP:
                raise Uncovered(f"loop.{node.attr}", node.lineno)
            return _LOOP[node.attr].format(loop)
        return f"{self.write(node.node, scope)}[{node.attr!r}]"

    def _getitem(self, node: nodes.Getitem, scope: Scope) -> str:
        if isinstance(node.arg, nodes.Slice):
            raise Uncovered("a slice", node.lineno)
        if not isinstance(node.node, nodes.Name | nodes.Getattr | nodes.Getitem):
            raise Uncovered("a part of this", node.lineno)
        return f"{self.write(node.node, scope)}[{self.write(node.arg, scope)}]"

    def _either(self, node: nodes.CondExpr, scope: Scope) -> str:
        other = self.write(node.expr2, scope) if node.expr2 else f"{self._helper(runtime.refuse)}()"
        return f"({self.write(node.expr1, scope)} if {self.write(node.test, scope)} else {other})"

    def _and(self, node: nodes.And, scope: Scope) -> str:
        return f"({self.write(node.left, scope)} and {self.write(node.right, scope)})"

    def _or(self, node: nodes.Or, scope: Scope) -> str:
        return f"({self.write(node.left, scope)} or {self.write(node.right, scope)})"

    def _not(self, node: nodes.Not, scope: Scope) -> str:
        return f"(not {self.write(node.node, scope)})"

    def _neg(self, node: nodes.Neg, scope: Scope) -> str:
        return f"(-{self._helper(runtime.number)}({self.write(node.node, scope)}))"

    def _compare(self, node: nodes.Compare, scope: Scope) -> str:
        written = self.write(node.expr, scope)
        for operand in node.ops:
            written += f" {_COMPARED[operand.op]} {self.write(operand.expr, scope)}"
        return f"({written})"

    def _concat(self, node: nodes.Concat, scope: Scope) -> str:
        return f"{self._helper(runtime.joined)}({', '.join(self.write(part, scope) for part in node.nodes)})"

    def _add(self, node: nodes.Add, scope: Scope) -> str:
        return f"{self._helper(runtime.add)}({self.write(node.left, scope)}, {self.write(node.right, scope)})"

    def _arithmetic(self, node: nodes.BinExpr, scope: Scope) -> str:
        number = self._helper(runtime.number)
        left, right = self.write(node.left, scope), self.write(node.right, scope)
        return f"({number}({left}) {_ARITHMETIC[type(node)]} {number}({right}))"

    def _list(self, node: nodes.List | nodes.Tuple, scope: Scope) -> str:
        values = "".join(f"{self.write(item, scope)}, " for item in node.items)
        if not all(isinstance(item, nodes.Const) for item in node.items):
            values = f"*{self._helper(runtime.scalars)}({values})"
        return f"[{values}]" if isinstance(node, nodes.List) else f"({values})"

    # filters and tests

    def _test(self, node: nodes.Test, scope: Scope) -> str:
        if node.name in ("defined", "undefined"):
            defined = self.defined(node.node, scope)
            return f"({defined})" if node.name == "defined" else f"(not {defined})"
        if node.name == "none":
            return f"{self._helper(runtime.is_none)}({self.write(node.node, scope)})"
        return self._called(self.environment.tests[node.name], node, scope)

    def defined(self, node: nodes.Expr, scope: Scope) -> str:
        """Whether a name or a field is there."""
        if isinstance(node, nodes.Name):
            found = scope.find(node.name)
            if isinstance(found, Local):
                return "True" if found.sure else f"({found.name} is not {self.names.constant(runtime.MISSING)})"
            if found is None and scope.reads:
                if node.name in self.surroundings:
                    return "True"
                self.outside(node)
                return f"({node.name!r} in given)"
        if isinstance(node, nodes.Getattr) and node.attr not in _OF_OBJECTS:
            return f"{self._helper(runtime.has)}({self.write(node.node, scope)}, {node.attr!r})"
        key = node.arg.value if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) else None
        if isinstance(node, nodes.Getitem) and isinstance(key, str) and key not in _OF_OBJECTS:
            return f"{self._helper(runtime.has)}({self.write(node.node, scope)}, {key!r})"
        raise Uncovered("`is defined` of this", node.lineno)

    def _filter(self, node: nodes.Filter, scope: Scope) -> str:
        if node.node is None:
            raise Uncovered("a filter block", node.lineno)
        plain = not node.args and not node.kwargs
        if node.name in ("default", "d"):
            return self._default(node, scope)
        if node.name in ("length", "count") and plain:
            return f"{self._helper(runtime.length)}({self.write(node.node, scope)})"
        if node.name in runtime.PLAIN_FILTERS and plain:
            return f"{self._helper(runtime.PLAIN_FILTERS[node.name])}({self.write(node.node, scope)})"
        if node.name == "tojson":
            raise Uncovered("`tojson`", node.lineno)
        # `first` of nothing is undefined
        return f"{self._helper(runtime.there)}({self._called(self.environment.filters[node.name], node, scope)})"

    def _default(self, node: nodes.Filter, scope: Scope) -> str:
        options = [*node.args, *(keyword.value for keyword in node.kwargs)]
        names = ["default_value", "boolean"][: len(node.args)] + [keyword.key for keyword in node.kwargs]
        given = dict(zip(names, options, strict=True))
        other = self.write(given["default_value"], scope) if "default_value" in given else "''"
        boolean = given.get("boolean", nodes.Const(False))
        if not isinstance(boolean, nodes.Const) or node.node is None:
            raise Uncovered("`default` with a choice", node.lineno)
        value = self.write(node.node, scope)
        told = f"({value} or {other})" if boolean.value else value
        if isinstance(node.node, nodes.Name | nodes.Getattr | nodes.Getitem):
            return f"({told} if {self.defined(node.node, scope)} else {other})"
        return told

    def _called(self, function: Any, node: nodes.Filter | nodes.Test, scope: Scope) -> str:
        """A filter or test as the environment has it."""
        if node.dyn_args is not None or node.dyn_kwargs is not None or node.node is None:
            raise Uncovered(f"`{node.name}`", node.lineno)
        self.stateful = True
        arguments = [self.write(node.node, scope), *(self.write(argument, scope) for argument in node.args)]
        if any(iskeyword(str(keyword.key)) for keyword in node.kwargs):
            raise Uncovered("a name that is Python's", node.lineno)
        arguments += [f"{keyword.key}={self.write(keyword.value, scope)}" for keyword in node.kwargs]
        first = self._passed(_PassArg.from_obj(function))
        return f"{self._helper(function)}({', '.join([*first, *arguments])})"

    def _passed(self, wants: _PassArg | None) -> list[str]:
        if wants is None:
            return []
        if wants is _PassArg.environment:
            return [self.names.constant(self.environment)]
        if wants is _PassArg.context and "context" not in vars(self):
            self.context = Context(self.environment, {}, None, {})
        if wants is _PassArg.context:
            return [self.names.constant(self.context)]
        raise Uncovered("a filter that asks how values are escaped")


def is_text(node: nodes.Node, scope: Scope) -> bool:
    """Whether a name stands for a captured stretch of the template."""
    return isinstance(node, nodes.Name) and isinstance(scope.find(node.name), Capture)
