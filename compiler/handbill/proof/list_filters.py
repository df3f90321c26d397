"""What filters make of lists."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from .modelling import Arguments, Unmodelled, filtered, text_of, words_of
from .text_filters import is_text, part
from .texts import EMPTY, Worked
from .values import (
    UNDEFINED,
    Exact,
    Items,
    Opaque,
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
    return over(value, lambda option: words_of(joined(option, text_of(apart) if apart is not None else EMPTY)))


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
    return _each(value, lambda item: filtered(wanted, item, rest, arguments.named))


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
