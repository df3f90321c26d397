"""What filters make of numbers."""

from __future__ import annotations

from math import ceil, floor, inf

from .modelling import Arguments, Unmodelled
from .sizes import plain
from .texts import Worked
from .values import (
    AsJson,
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
    one_of,
    over,
    shown,
)

_LONGEST_INT = 310  # digits of the largest float as an integer, and its sign


def length(value: Value, _arguments: Arguments) -> Value:
    def model(option: Value) -> Value:
        if isinstance(option, Exact) and isinstance(option.value, str | list | tuple | dict):
            return Exact(len(option.value))
        if isinstance(option, Row):
            return Exact(len(option.items))
        if isinstance(option, Items):
            return Number("", 0, option.most)
        if isinstance(option, Words):
            from .texts import size

            return Number("", 0, size(option.text).points)
        if isinstance(option, Undefined):
            return Exact(0)
        return Number("", 0, inf)

    return over(value, model)


def ranged(value: Value) -> Number | None:
    """A value as a number, when it is one."""
    match value:
        case Number():
            return value
        case Exact(value=bool() as flag):
            return Number("", int(flag), int(flag))
        case Exact(value=int() as number):
            return Number("", number, number)
        case Exact(value=float() as number):
            return Number("", number, number, "float")
        case Flag():
            return Number(value.path, 0, 1)
        case _:
            return None


def integer(value: Value, arguments: Arguments) -> Value:
    default = arguments.value(0, "default") or Exact(0)
    if arguments.value(1, "base") is not None:
        raise Unmodelled

    def model(option: Value) -> Value:
        number = ranged(option)
        if number is not None:
            if number.low == -inf or number.high == inf:
                return Number(number.path, number.low, number.high)
            return Number(number.path, floor(number.low), ceil(number.high))
        if isinstance(option, Opaque | Record | Items | Row | Special | AsJson):
            raise Unmodelled
        text = shown(option)
        if text is None:
            return default
        # "9e99" has a hundred digits as an integer
        made = Words(Worked("int", text, lambda size: plain(max(size.points, _LONGEST_INT))))
        return one_of([made, default])

    return over(value, model)


def rounded(value: Value, arguments: Arguments) -> Value:
    places = arguments.number(0, "precision", 0)
    method = arguments.text(1, "method", "common")

    def model(option: Value) -> Value:
        number = ranged(option)
        if number is None or places < 0 or number.low == -inf or number.high == inf:
            raise Unmodelled
        low, high = floor(number.low), ceil(number.high)
        as_float = Number(number.path, low, high, "float", places)
        if method != "common" or number.kind == "float":
            return as_float
        return one_of([as_float, Number(number.path, low, high)])  # an integer stays one

    return over(value, model)


def absolute(value: Value, _arguments: Arguments) -> Value:
    def model(option: Value) -> Value:
        number = ranged(option)
        if number is None:
            raise Unmodelled
        most = max(abs(number.low), abs(number.high))
        return Number(number.path, 0, most, number.kind, number.decimals)

    return over(value, model)


def floating(_value: Value, arguments: Arguments) -> Value:
    return one_of([Number("", -inf, inf, "float"), arguments.value(0, "default") or Exact(0.0)])


def as_json(value: Value, _arguments: Arguments) -> Value:
    return AsJson(value)
