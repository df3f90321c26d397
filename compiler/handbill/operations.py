"""The operations of templates that could cost more than they look, checked before they are done.

Each takes the budget first, and raises TooCostly besides what Python raises.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from types import BuiltinMethodType, GeneratorType, MethodType
from typing import Any, TypeAlias

from jinja2.exceptions import SecurityError
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, Undefined
from jinja2.utils import Cycler, Joiner, Namespace

from .budget import Budget, TooCostly, current, size_of, text


def concat(budget: Budget, parts: Iterable[str]) -> str:
    """Join texts, counting while they come."""
    found = []
    total = 0
    for part in parts:
        total += len(part)
        if total > budget.bounds.size:
            raise TooCostly("size", budget.bounds.size)
        found.append(part)
    budget.work(total)
    return "".join(found)


def printing(budget: Budget, pieces: Iterable[Any], plain: Callable[[list[Any]], list[str]] = list) -> list[str]:
    """What a template yields, counted while it comes: some at a time, as a message has hundreds of pieces.

    `plain` makes texts of pieces that are not all `str`.
    """
    source = iter(pieces)
    found: list[str] = []
    while some := list(islice(source, 1000)):
        if set(map(type, some)) != _TEXT:
            some = plain(some)
        budget.output(len(some) + sum(map(len, some)))
        found += some
    return found


_TEXT = {str}
_SIZED: tuple[Any, ...] = (str, list, tuple, dict, range, type({}.keys()), type({}.values()), type({}.items()))


def iterate(budget: Budget, values: Any) -> Iterable[Any]:
    """What a loop goes over: charged at once when its length is known, else turn by turn. Raises TypeError."""
    if isinstance(values, _SIZED):
        sized: Collection[Any] = values
        budget.charge(len(sized))
        return sized
    if isinstance(values, Undefined):
        return iter(values)
    if isinstance(values, GeneratorType):
        return _turns(budget, values)
    raise TypeError(f"{type(values).__name__} is nothing to loop over")


def _turns(budget: Budget, values: Iterator[Any]) -> Iterator[Any]:
    for value in values:
        budget.charge()
        yield value


# Operators

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}


def binop(budget: Budget, symbol: str, left: Any, right: Any) -> Any:
    """`left symbol right` for + - * / // % **. Raises what Python raises, and TooCostly before anything grows."""
    if isinstance(left, int) and isinstance(right, int):
        if symbol == "*":
            budget.integer(left.bit_length() + right.bit_length())
        elif symbol == "**" and right > 0 and abs(left) > 1:
            budget.integer(math.ceil(math.log2(abs(left)) * right))
        elif symbol in "+-":
            budget.integer(max(left.bit_length(), right.bit_length()) + 1)
    elif symbol == "%" and isinstance(left, str):
        return formatted(budget, left, right)
    elif symbol == "*" and isinstance(left, int | str | list | tuple) and isinstance(right, int | str | list | tuple):
        many, times = (right, left) if isinstance(left, int) else (left, right)
        if isinstance(times, int) and times > 0:
            budget.fits(size_of(many, budget.bounds.size) * times)
    elif symbol == "+" and isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
        budget.fits(size_of(left, budget.bounds.size) + size_of(right, budget.bounds.size))
    result = _OPERATORS[symbol](left, right)
    if isinstance(result, complex):
        raise ValueError("the result is not a real number")
    return result


_CONVERSION = re.compile(
    r"% (?:\([^()]*\))? [-+\x20\#0]* (?P<width>\d*) (?:\.(?P<precision>\d*))? (?P<kind>.|\Z)", re.DOTALL | re.VERBOSE
)


def formatted(budget: Budget, template: str, values: Any) -> str:
    """`template % values`: numbers and texts only, widths of two figures, no `%r` and no `*`."""
    budget.work(len(template))
    for found in _CONVERSION.finditer(template):
        if found["kind"] not in "sdifFeEgGxXoc%":
            raise ValueError(f"{found[0]!r} is no format that can be used here")
        for figure in (found["width"], found["precision"]):
            if figure and (len(figure) > 4 or int(figure) > budget.bounds.width):
                raise TooCostly("width", budget.bounds.width)
    named = isinstance(values, dict)
    parts = list(values.values()) if named else values if isinstance(values, tuple) else [values]
    plain = [value if type(value) in (int, float) else text(value) for value in parts]
    longest = max((len(value) if isinstance(value, str) else budget.bounds.bits for value in plain), default=0)
    uses = template.count("%")
    budget.fits(len(template) + uses * (longest + budget.bounds.width))
    if named:
        return template % dict(zip(values, plain, strict=True))
    return template % tuple(plain)


# Methods: the ones that may be called on a value, each with what it costs

_Methods: TypeAlias = dict[str, Callable[..., Any]]


def _plain(name: str) -> Callable[..., Any]:
    """A method whose cost and whose result are in proportion to the text and its arguments."""

    def method(budget: Budget, value: Any, *args: Any, **kwargs: Any) -> Any:
        budget.weigh(value)
        budget.weigh(args)
        return getattr(value, name)(*args, **kwargs)

    return method


def _crossed(name: str) -> Callable[..., Any]:
    """A method that may compare every place of the text with the whole of its argument (`strip`, `rfind`)."""

    def method(budget: Budget, value: str, *args: Any, **kwargs: Any) -> Any:
        budget.work(len(value) * max([1, *(len(a) for a in (*args, *kwargs.values()) if isinstance(a, str))]))
        return getattr(value, name)(*args, **kwargs)

    return method


def _padded(name: str) -> Callable[..., str]:
    def method(budget: Budget, value: str, width: int, *fill: str) -> str:
        budget.fits(max(len(value), width))
        padded: str = getattr(value, name)(width, *fill)
        return padded

    return method


def replace(budget: Budget, value: str, old: str, new: str, count: int = -1) -> str:
    """`value.replace(old, new, count)`."""
    budget.weigh(value)
    found = value.count(old) if old else len(value) + 1
    if 0 <= count < found:
        found = count
    budget.fits(len(value) + found * max(0, len(new) - len(old)))
    return value.replace(old, new, count)


def join(budget: Budget, separator: str, values: Iterable[Any]) -> str:
    """`separator.join(values)`, with everything in its text form."""

    def parts() -> Iterator[str]:
        for index, value in enumerate(iterate(budget, values)):
            if index and separator:
                yield separator
            yield text(value)

    return concat(budget, parts())


_LINEAR = """upper lower title capitalize swapcase casefold split splitlines startswith endswith find index
count partition removeprefix removesuffix isalpha isdigit isdecimal isnumeric isalnum isspace isupper islower istitle"""
_CROSSING = "strip lstrip rstrip rfind rindex rsplit rpartition"

_STR: _Methods = {name: _plain(name) for name in _LINEAR.split()} | {name: _crossed(name) for name in _CROSSING.split()}
_STR |= {name: _padded(name) for name in ("center", "ljust", "rjust", "zfill")}
_STR |= {"replace": replace, "join": join}
_LIST: _Methods = {name: _plain(name) for name in ("index", "count")}
_DICT: _Methods = {
    "get": lambda budget, value, key, default=None: value.get(_key(key), default),
    "keys": lambda budget, value: list(value),
    "values": lambda budget, value: list(value.values()),
    "items": lambda budget, value: list(value.items()),
}

METHODS: dict[type, _Methods] = {str: _STR, list: _LIST, tuple: _LIST, dict: _DICT}


def _key(key: Any) -> Any:
    if isinstance(key, list | tuple | dict):
        raise TypeError("a list is no name")
    return key


def methods_of(value: object) -> _Methods:
    """The methods that may be called on a value, by name."""
    for kind, methods in METHODS.items():
        if isinstance(value, kind):
            return methods
    return {}


# Calls


def _range(*args: int) -> range:
    numbers = range(*args)
    budget = current.get()
    if numbers and (numbers[-1] - numbers[0]) // numbers.step >= budget.bounds.turns:
        raise TooCostly("turns", budget.bounds.turns)
    return numbers


def _dict(*args: Any, **kwargs: Any) -> dict[Any, Any]:
    current.get().weigh([*args, *kwargs.values()])
    return dict(*args, **kwargs)


def _namespace(*args: Any, **kwargs: Any) -> Namespace:
    return Namespace(*args, **kwargs)


def _cycler(*args: Any) -> Cycler:
    return Cycler(*args)


def _joiner(separator: str = ", ") -> Joiner:
    return Joiner(separator)


# The functions a template may call. What they return has no more attributes than `policy.attribute_ok` says.
GLOBALS: dict[str, Callable[..., Any]] = {
    "range": _range,
    "dict": _dict,
    "namespace": _namespace,
    "cycler": _cycler,
    "joiner": _joiner,
}

_BOUND_METHODS = {LoopContext: ("cycle", "changed"), Cycler: ("next", "reset")}


def call(budget: Budget, context: Context, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call what a template calls, if it is one of the things that may be called. Raises SecurityError."""
    if isinstance(function, Macro):
        if function.catch_varargs or function.catch_kwargs:
            budget.weigh(args)
            budget.weigh(list(kwargs.values()))
        with budget.nested():
            return context.call(function, *args, **kwargs)
    if isinstance(function, LoopContext):
        args = tuple(iterate(budget, values) for values in args)
        with budget.nested():
            return context.call(function, *args, **kwargs)
    if isinstance(function, BlockReference):
        with budget.nested():
            return context.call(function, *args, **kwargs)
    budget.charge()
    if isinstance(function, BuiltinMethodType):
        method = methods_of(function.__self__).get(function.__name__)
        if method is not None:
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            return method(budget, function.__self__, *args, **kwargs)
    elif isinstance(function, MethodType):
        if function.__name__ in _BOUND_METHODS.get(type(function.__self__), ()):
            budget.weigh(args)
            return context.call(function, *args, **kwargs)
    elif isinstance(function, Joiner | Undefined) or any(function is known for known in GLOBALS.values()):
        return context.call(function, *args, **kwargs)
    raise SecurityError(f"{type(function).__name__} cannot be called")
