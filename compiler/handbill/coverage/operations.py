"""The comparisons, tests, filters and sums of conditions whose outcome is known for known values."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes

from ..contexts import Way


@dataclass(frozen=True)
class Row:
    """A list, of which only the length matters."""

    way: Way | None
    length: int


@dataclass(frozen=True)
class Record:
    """An object that is there."""

    way: Way


COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
    "in": lambda a, b: a in b,
    "notin": lambda a, b: a not in b,
}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    **{name: COMPARED[name] for name in ("eq", "ne", "lt", "gt", "in")},
    **{name: COMPARED[other] for name, other in (("equalto", "eq"), ("le", "lteq"), ("ge", "gteq"))},
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "lessthan": operator.lt,
    "greaterthan": operator.gt,
    "divisibleby": lambda a, b: a % b == 0,
}
TESTS: dict[str, Callable[[Any], Any]] = {
    "none": lambda v: v is None,
    "true": lambda v: v is True,
    "false": lambda v: v is False,
    "boolean": lambda v: isinstance(v, bool),
    "string": lambda v: isinstance(v, str),
    "number": lambda v: isinstance(v, int | float),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "float": lambda v: isinstance(v, float),
    "mapping": lambda v: isinstance(v, Record),
    "sequence": lambda v: isinstance(v, Row | Record | str | list),
    "iterable": lambda v: isinstance(v, Row | Record | str | list),
}
FILTERS: dict[str, Callable[[Any], Any]] = {
    "lower": lambda v: v.lower(),
    "upper": lambda v: v.upper(),
    "trim": lambda v: v.strip(),
    "title": lambda v: v.title(),
    "capitalize": lambda v: v.capitalize(),
    "abs": abs,
    "string": str,
    "int": lambda v: int(v) if isinstance(v, int | float) else int(v, 10),
    "float": float,
}
ARITHMETIC: dict[type[nodes.Node], Callable[[Any, Any], Any]] = {
    nodes.Add: operator.add,
    nodes.Sub: operator.sub,
    nodes.Mul: operator.mul,
    nodes.Mod: operator.mod,
    nodes.FloorDiv: operator.floordiv,
    nodes.Div: operator.truediv,
}
