"""Operators, tests, functions and methods over values of which only bounds are known."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from math import ceil, floor, inf
from typing import Any, TypeGuard

from .modelling import Arguments, Model, Unmodelled, text_of
from .number_filters import ranged
from .text_filters import padded, recased, replaced
from .texts import Lit, Text, Worked, sum_of
from .texts import Times as Repeated
from .values import (
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
    joined,
    listed,
    one_of,
    options_of,
    over,
    shown,
)

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


def compared(op: str, left: Value, right: Value) -> bool | None:
    found: set[bool | None] = set()
    for a in options_of(left):
        for b in options_of(right):
            a_, b_ = _plain(a), _plain(b)
            if a_ is None or b_ is None:
                return None
            try:
                found.add(bool(COMPARED[op](a_.value, b_.value)))
            except (TypeError, KeyError):
                return None
    return found.pop() if len(found) == 1 else None


def _plain(value: Value) -> Exact | None:
    """A value that is known, a list of such ones too."""
    if isinstance(value, Row):
        parts = [_plain(item) for item in value.items]
        return Exact([part.value for part in parts if part]) if all(parts) else None
    return value if isinstance(value, Exact) else None


def tested(name: str, value: Value) -> bool | None:
    if isinstance(value, Opaque):
        return None
    if name in ("defined", "undefined"):
        return isinstance(value, Undefined) == (name == "undefined")
    if name == "none" and not isinstance(value, Special):
        return isinstance(value, Exact) and value.value is None
    if name in ("string", "number", "mapping") and isinstance(value, Words | Number | Record | Items | Exact):
        kinds = {"string": (Words, str), "number": (Number, int | float), "mapping": (Record, dict)}
        abstract, concrete = kinds[name]
        return isinstance(value, abstract) or (isinstance(value, Exact) and isinstance(value.value, concrete))
    return None


# ---- operators


def spread(a: Value, b: Value, make: Callable[[float, float], float]) -> Value:
    """An operation on two numbers that is largest and smallest at their bounds."""
    left, right = ranged(a), ranged(b)
    if left is None or right is None:
        return Opaque(cause_of(one_of([a, b])))
    try:
        if isinstance(a, Exact) and isinstance(b, Exact):
            made = make(a.value, b.value)
            return Exact(made) if abs(made) < _LARGEST else Opaque("what the template computes")
        corners = [make(x, y) for x in (left.low, left.high) for y in (right.low, right.high)]
    except OverflowError:
        return Opaque(_computed(a, b))
    if any(corner != corner or _LARGEST < abs(corner) < inf for corner in corners):
        return Opaque(_computed(a, b))
    kinds = {left.kind, right.kind}
    kind = next((each for each in ("float", "real", "whole") if each in kinds), "int")
    path = left.path or right.path
    return Number(path, min(corners), max(corners), kind)


_LONGEST_RANGE = 10**9
_LARGEST = 10**300  # of a number that is followed


def _computed(*values: Value) -> str:
    path = next((v.path for v in values if isinstance(v, Number) and v.path), "")
    return f"what is computed from `{path}`" if path else "what the template computes"


def plus(a: Value, b: Value) -> Value:
    texts = [
        part for part in (a, b) if isinstance(part, Words) or (isinstance(part, Exact) and isinstance(part.value, str))
    ]
    if len(texts) == 2:
        whole = sum_of([text_of(a), text_of(b)])
        return Exact(whole.text) if isinstance(whole, Lit) else Words(whole)
    if isinstance(a, Row) and isinstance(b, Row):
        return Row((*a.items, *b.items))
    lists = [part for part in (a, b) if isinstance(part, Items | Row)]
    if len(lists) == 2:
        first, second = listed(a), listed(b)
        assert first is not None
        assert second is not None
        return Items(first[2] or second[2], one_of([first[0], second[0]]), first[1] + second[1])
    return spread(a, b, operator.add)


def times(a: Value, b: Value) -> Value:
    if isinstance(a, Exact) and type(a.value) is int:
        a, b = b, a
    if isinstance(b, Exact) and type(b.value) is int:
        if isinstance(a, Words) or (isinstance(a, Exact) and isinstance(a.value, str)):
            if isinstance(a, Exact) and len(a.value) * b.value < 10_000:
                return Exact(a.value * b.value)
            return Words(Repeated("", max(b.value, 0), text_of(a)))
        if isinstance(a, Items | Row):
            found = listed(a)
            assert found is not None
            return Items(found[2], found[0], found[1] * max(b.value, 0) if b.value > 0 else 0)
    if isinstance(a, Words) or isinstance(b, Words):
        return Opaque("what the template computes")
    if isinstance(a, Exact | Number | Flag) and isinstance(b, Exact | Number | Flag):
        return spread(a, b, operator.mul)
    return Opaque(cause_of(one_of([a, b])))


def modulo(a: Value, b: Value) -> Value:
    if isinstance(a, Words) or (isinstance(a, Exact) and isinstance(a.value, str)):
        return formatted(a, b)
    left = ranged(a)
    if left is not None and left.kind == "int" and isinstance(b, Exact) and type(b.value) is int and b.value > 0:
        return Number(left.path, 0, b.value - 1)
    return Opaque(_computed(a, b))


def floored(a: Value, b: Value) -> Value:
    left = ranged(a)
    if left is None or left.kind != "int" or not isinstance(b, Exact) or type(b.value) is not int or b.value < 1:
        return Opaque(_computed(a, b))
    low, high = (each if each in (inf, -inf) else floor(each) // b.value for each in (left.low, left.high))
    return Number(left.path, low, high)


_CONVERSION = re.compile(
    r"%(?:\((?P<name>\w+)\))?(?P<flags>[-+ 0#]*)(?P<width>\d*)(?:\.(?P<precision>\d*))?(?P<kind>.)", re.DOTALL
)


def formatted(template: Value, given: Value) -> Value:
    """`template % given`."""
    unknown = Opaque("the filter `format`")
    if not isinstance(template, Exact) or not isinstance(template.value, str):
        return unknown
    values = list(given.items) if isinstance(given, Row) else [given]
    parts: list[Text] = []
    at = 0
    for match in _CONVERSION.finditer(template.value):
        parts.append(Lit(template.value[at : match.start()]))
        at = match.end()
        if match["kind"] == "%":
            parts.append(Lit("%"))
            continue
        if match["name"]:
            made = _converted(match, given.fields[match["name"]]) if _names(given, match["name"]) else None
        else:
            made = _converted(match, values.pop(0)) if values else None
        if made is None:
            return unknown
        parts.append(made)
    if "%" in template.value[at:]:
        return unknown
    parts.append(Lit(template.value[at:]))
    return Words(sum_of(parts))


def _names(given: Value, name: str) -> TypeGuard[Record]:
    return isinstance(given, Record) and name in given.fields


def _converted(match: re.Match[str], value: Value) -> Text | None:
    from .sizes import Size, plain
    from .texts import Either, Figure

    kind, width = match["kind"], int(match["width"] or 0)
    if match["flags"].replace("0", "").replace("-", "") and kind == "s":
        return None
    if kind == "s" and match["precision"] is None:
        text = shown(value)
        if text is None or not width:
            return text
        return Either((Worked(f"%{width}s", text, lambda size: _wider(size, width)),))
    if kind not in "dif":
        return None
    sizes: list[Size] = []
    path = ""
    for option in options_of(value):
        number = ranged(option)
        if number is None or number.low == -inf or number.high == inf:
            return None
        digits = max(len(str(abs(floor(number.low)))), len(str(abs(ceil(number.high)))))
        more = (1 + int(match["precision"] or 6)) if kind == "f" and match["precision"] != "0" else 0
        # rounding can give one more digit; a sign; and a point that the flag # asks for
        length = digits + more + 1 + ("#" in match["flags"])
        if kind != "f" and match["precision"]:
            length = max(length, int(match["precision"]) + 1)
        if number.low >= 0 and "+" not in match["flags"] and " " not in match["flags"]:
            length -= number.kind == "int" or number.low > 0  # -0.0 has a sign, too
        sizes.append(plain(max(length, width)))
        path = path or number.path
    return Figure(path, max(sizes)) if sizes else None


def _wider(size: Any, width: int) -> Any:
    short = min(size.points, width)
    return size._replace(
        points=max(size.points, width),
        utf16=max(size.utf16, min(size.utf16, 2 * short) + width - short, width),
        bytes=max(size.bytes, min(size.bytes, 4 * short) + width - short, width),
        graphemes=max(size.points, width),
        septets=2 * max(size.points, width),
        json=max(size.json, min(size.json, 6 * short) + width - short, width),
        gsm=False,
    )


# ---- functions and methods


def function(name: str, given: list[Value]) -> Value:
    known = [
        each.value
        for each in given
        if isinstance(each, Exact) and type(each.value) is int and abs(each.value) < _LONGEST_RANGE
    ]
    if name == "range" and given and len(known) == len(given):
        return Exact(range(*known)) if 0 not in known[2:] else Opaque("what `range()` gives")
    if name == "range" and len(given) == 1:
        number = ranged(given[0])
        if number is not None:
            return Items(number.path, Number(number.path, 0, max(number.high - 1, 0)), max(number.high, 0))
    if name == "cycler":
        return Opaque("what a cycler gives")
    return Opaque(f"what `{name}()` gives")


_RECASED: dict[str, Model] = {
    "upper": recased("upper", str.upper, "upper"),
    "lower": recased("lower", str.lower, "lower"),
    "capitalize": recased("title", str.capitalize, "capitalize"),
    "title": recased("title", str.title, "title"),
    "casefold": recased("casefold", str.casefold, "casefold"),
}
_PARTS = ("strip", "lstrip", "rstrip", "removeprefix", "removesuffix")


def method(value: Value, name: str, given: list[Value], named: Mapping[str, Value]) -> Value:
    unknown = Opaque(f"what `{name}()` gives")
    arguments = Arguments(given, named)
    is_text = isinstance(value, Words) or (isinstance(value, Exact) and isinstance(value.value, str))
    try:
        if name == "get":
            key = arguments.text(0, "key", "")
            found = field(value, key)
            other = arguments.value(1, "default") or Exact(None)
            return over(found, lambda option: other if isinstance(option, Undefined) else option)
        if not is_text:
            return unknown
        if name == "join" and given:
            return Words(joined(given[0], text_of(value)))
        if name in _RECASED:
            return _RECASED[name](value, arguments)
        if name in _PARTS:
            return Words(Worked(f"{name}()", text_of(value), lambda size: size.within(size.points)))
        if name == "replace":
            return replaced(value, arguments)
        if name in ("center", "ljust", "rjust"):
            return padded(name)(value, arguments)
    except (Unmodelled, ValueError, TypeError):
        pass
    return unknown
