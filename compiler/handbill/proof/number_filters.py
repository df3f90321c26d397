"""What filters make of numbers."""

from __future__ import annotations

from math import ceil, floor, inf

from .modelling import Arguments, Unmodelled, text_of
from .sizes import plain
from .texts import Worked, size
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

_PLACES = 100
_LARGEST_BASE, _FIGURES = 36, 2  # a figure to the base 36 is less than two to the base 10
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
    if not 2 <= arguments.number(1, "base", 10) <= _LARGEST_BASE:
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
        made = Words(Worked("int", text, lambda size: plain(max(_FIGURES * size.points, _LONGEST_INT))))
        return one_of([made, default])

    return over(value, model)


def rounded(value: Value, arguments: Arguments) -> Value:
    places = arguments.number(0, "precision", 0)
    method = arguments.text(1, "method", "common")

    def model(option: Value) -> Value:
        number = ranged(option)
        if number is None or abs(places) > _PLACES or number.low == -inf or number.high == inf:
            raise Unmodelled
        step = 10 ** max(-places, 0)  # to tens, hundreds …
        low, high = (floor(number.low) // step) * step, -(-ceil(number.high) // step) * step
        as_float = Number(number.path, low, high, "float", max(places, 0))
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


def words(value: Value, _arguments: Arguments) -> Value:
    """Between two words there is a sign that belongs to neither."""

    def model(option: Value) -> Value:
        most = size(text_of(option)).points
        return Number("", 0, most if most == inf else (most + 1) // 2)

    return over(value, model)


def file_size(value: Value, arguments: Arguments) -> Value:
    """`999 Bytes`, `1000.0 kB`; of more than there is a unit for, all figures."""
    binary = arguments.constant(0, "binary", False)

    def model(option: Value) -> Value:
        number = ranged(option)
        text = shown(option)
        if isinstance(option, Opaque | Record | Items | Row | Special | AsJson) or text is None:
            raise Unmodelled
        most = 320  # figures of the largest float, and the unit
        if number is not None and -inf < number.low and number.high < _LAST_UNIT:
            most = max(len("1024.0 KiB" if binary else "1000.0 kB"), len(f"{floor(number.low)} Bytes"))
        return Words(Worked("filesizeformat", text, lambda _: plain(most)))

    return over(value, model)


_LAST_UNIT = 10**27


def as_json(value: Value, _arguments: Arguments) -> Value:
    return AsJson(value)
