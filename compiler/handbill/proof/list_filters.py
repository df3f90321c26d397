"""What filters make of lists."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from math import inf

from .modelling import Arguments, Unmodelled, filtered, text_of, words_of
from .number_filters import ranged
from .operators import plus, spread
from .text_filters import is_text, part
from .texts import EMPTY, Times, Worked, sum_of
from .values import (
    UNDEFINED,
    Exact,
    Group,
    Items,
    Number,
    Opaque,
    Record,
    Row,
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
    truth,
)


def default(value: Value, arguments: Arguments) -> Value:
    other = arguments.value(0, "default_value") or Exact("")
    falsy = arguments.constant(1, "boolean", False)
    found: list[Value] = []
    for option in options_of(value):
        if isinstance(option, Undefined) or (falsy and truth(option) is False):
            found.append(other)
        elif (falsy and truth(option) is None) or isinstance(option, Opaque):
            found += [option, other]
        else:
            found.append(option)
    return one_of(found)


def join(value: Value, arguments: Arguments) -> Value:
    attribute = arguments.value(1, "attribute")
    if attribute is not None:
        name = arguments.text(1, "attribute", "")
        value = _each(value, lambda item: _path(item, name))
    apart = arguments.value(0, "d")
    between = text_of(apart) if apart is not None else EMPTY
    return one_of(words_of(joined(o, between)) for o in options_of(value) if not isinstance(o, Undefined))


def _path(value: Value, name: str) -> Value:
    for step in name.split("."):
        if step.isdigit():
            raise Unmodelled
        value = field(value, step)
    return value


def _each(value: Value, change: Callable[[Value], Value]) -> Value:
    """A list with each item changed."""

    def model(option: Value) -> Value:
        if isinstance(option, Row):
            return Row(tuple(map(change, option.items)))
        found = listed(option)
        if found is None:
            return Opaque(cause_of(option))
        item, most, path = found
        return Items(path, change(item), most)

    return over(value, model)


def mapped(value: Value, arguments: Arguments) -> Value:
    if "attribute" in arguments.named:
        name = arguments.text(9, "attribute", "")
        other = arguments.named.get("default")

        def read(item: Value) -> Value:
            found = _path(item, name)
            return found if other is None else default(found, Arguments([other], {}))

        return _each(value, read)
    wanted, rest = arguments.text(0, "", ""), arguments.given[1:]
    return _each(value, lambda item: filtered(wanted, item, rest, arguments.named, arguments.locale))


def some(value: Value, _arguments: Arguments) -> Value:
    """As many items or fewer, in any order."""
    return _each(_loose(value), lambda item: item)


def _loose(value: Value) -> Value:
    def model(option: Value) -> Value:
        found = listed(option)
        return Opaque(cause_of(option)) if found is None else Items(found[2], found[0], found[1])

    return over(value, model)


def reverse(value: Value, arguments: Arguments) -> Value:
    def model(option: Value) -> Value:
        if isinstance(option, Words) or is_text(option):
            return part("reverse")(option, arguments)
        return some(option, arguments)

    return over(value, model)


def one(value: Value, _arguments: Arguments) -> Value:
    """One of the items, or nothing."""

    def model(option: Value) -> Value:
        if isinstance(option, Words):
            return one_of([Words(Worked("first", option.text, lambda size: size.within(1))), UNDEFINED])
        found = listed(option)
        return Opaque(cause_of(option)) if found is None else one_of([found[0], UNDEFINED])

    return over(value, model)


def batch(value: Value, arguments: Arguments) -> Value:
    size = arguments.number(0, "linecount", 1)
    fill = arguments.value(1, "fill_with")

    def model(option: Value) -> Value:
        found = listed(option)
        if found is None or size < 1:
            return Opaque(cause_of(option))
        item, most, path = found
        items = one_of([item, fill]) if fill is not None else item
        return Items("", Items(path, items, size), -(-most // size) if most < inf else inf)

    return over(value, model)


def slices(value: Value, arguments: Arguments) -> Value:
    number = arguments.number(0, "slices", 0)
    fill = arguments.value(1, "fill_with")

    def model(option: Value) -> Value:
        found = listed(option)
        if found is None or number < 1:
            return Opaque(cause_of(option))
        item, most, path = found
        items = one_of([item, fill]) if fill is not None else item
        return Items("", Items(path, items, most if most == inf else most // number + 1), number)

    return over(value, model)


def groups(value: Value, arguments: Arguments) -> Value:
    """Pairs of what the items of a group have in common, and the group."""
    name = arguments.text(0, "attribute", "")
    other = arguments.value(1, "default")

    def model(option: Value) -> Value:
        found = listed(option)
        if found is None:
            return Opaque(cause_of(option))
        item, most, path = found
        key = _path(item, name)
        key = key if other is None else default(key, Arguments([other], {}))
        return Items(path, Group((key, Items(path, item, most))), most)

    return over(value, model)


def pairs(value: Value, _arguments: Arguments) -> Value:
    """The names and values of an object."""

    def model(option: Value) -> Value:
        fields: Mapping[str, Value] | None = None
        if isinstance(option, Record) and option.closed:
            fields = option.fields
        elif isinstance(option, Exact) and isinstance(option.value, dict):
            fields = {name: Exact(inner) for name, inner in option.value.items()}
        elif isinstance(option, Undefined):
            fields = {}
        if fields is None:
            return Opaque(cause_of(option))
        values = [part for inner in fields.values() for part in options_of(inner) if not isinstance(part, Undefined)]
        return Items("", Row((one_of(map(Exact, fields)), one_of(values))), len(fields))

    return over(value, model)


def total(value: Value, arguments: Arguments) -> Value:
    """`sum`: of numbers; of texts, when it begins with one."""
    attribute = arguments.value(0, "attribute")
    if attribute is not None and not (isinstance(attribute, Exact) and attribute.value is None):
        name = arguments.text(0, "attribute", "")
        value = _each(value, lambda item: _path(item, name))
    start = arguments.value(1, "start") or Exact(0)

    def model(option: Value) -> Value:
        if isinstance(option, Row) or (isinstance(option, Exact) and isinstance(option.value, list | tuple)):
            items = option.items if isinstance(option, Row) else tuple(map(Exact, option.value))
            return reduce(added, items, start)
        found = listed(option)
        if found is None:
            return Opaque(cause_of(option))
        item, most, path = found
        if most == inf:
            return Opaque(f"the number of `{path}`" if path else "the number of items")
        kinds = [each for each in options_of(item) if not isinstance(each, Undefined)]
        ranges = [ranged(each) for each in kinds]
        if None in ranges:
            return _text_sum(start, item, most, path)
        known = [each for each in ranges if each is not None]
        if not known:
            return start
        low, high = min(0, *(each.low for each in known)), max(0, *(each.high for each in known))
        kind = next((kind for kind in ("float", "real", "whole") if any(each.kind == kind for each in known)), "int")
        many = Number(known[0].path, most * low if low else 0, most * high if high else 0, kind)
        return over(start, lambda first: spread(first, many, operator.add))

    return over(value, model)


def added(one: Value, other: Value) -> Value:
    return over(one, lambda a: over(other, lambda b: plus(a, b)))


def _text_sum(start: Value, item: Value, most: float, path: str) -> Value:
    if not (isinstance(start, Words) or is_text(start)):
        return Opaque("the filter `sum`")
    return Words(sum_of([text_of(start), Times(path, most, text_of(item))]))
