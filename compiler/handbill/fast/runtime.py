"""What generated functions call. All of it is stricter than a template: whatever is unusual raises.

An exception means that the ordinary way takes the message, which has the words for what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2.runtime import Undefined

from ..budget import Bounds
from ..tree import as_text

BOUNDS = Bounds()


class Unusual(Exception):
    """The ordinary way is to take this message."""


def refuse() -> Any:
    raise Unusual


def items_of(value: Any) -> list[Any]:
    """What a loop goes over, when that is a list."""
    if type(value) is not list:
        raise Unusual
    return value


def pairs_of(value: Any) -> list[tuple[str, Any]]:
    """`value.items()`; an object's own "items" goes before the method."""
    if type(value) is not dict or "items" in value:
        raise Unusual
    return list(value.items())


def turns(count: int) -> int:
    """The turns of all loops so far. Raises when there are too many."""
    if count > BOUNDS.turns:
        raise Unusual
    return count


def has(value: Any, name: Any) -> bool:
    """Whether an object has a field."""
    if type(value) is not dict:
        raise Unusual
    return name in value


def text(value: Any) -> str:
    """A value as `~` takes it. Raises NotText."""
    return value if type(value) is str else as_text(value)


def joined(*values: Any) -> str:
    """`a ~ b`, of what is not out of all proportion."""
    found = "".join([value if type(value) is str else as_text(value) for value in values])
    if len(found) > BOUNDS.slow_text:
        raise Unusual
    return found


_BIG = 1 << 53


def number(value: Any) -> Any:
    """A number small enough for arithmetic without a budget."""
    if type(value) is int and -_BIG < value < _BIG:
        return value
    if type(value) is float and value - value == 0:
        return value
    raise Unusual


def add(left: Any, right: Any) -> Any:
    """`left + right`, of two numbers or two texts."""
    if type(left) is str and type(right) is str:
        return joined(left, right)
    return number(left) + number(right)


def on_text(method: Callable[[str], str]) -> Callable[[Any], str]:
    """A filter that is a method of texts."""

    def filtered(value: Any) -> str:
        if type(value) is not str:
            value = as_text(value)
        if len(value) > BOUNDS.slow_text:
            raise Unusual
        return method(value)

    return filtered


PLAIN_FILTERS: Mapping[str, Callable[[Any], str]] = {
    "upper": on_text(str.upper),
    "lower": on_text(str.lower),
    "capitalize": on_text(str.capitalize),
    "trim": on_text(str.strip),
}


def length(value: Any) -> int:
    if type(value) not in (str, list, dict):
        raise Unusual
    return len(value)


def whole(value: Any) -> int:
    """How many there are, for a plural form."""
    if type(value) is float and value.is_integer():
        return int(value)
    if type(value) is not int:
        raise Unusual
    return value


MISSING = object()  # a name that this way through the template has not set


def sure(value: Any) -> Any:
    if value is MISSING:
        raise Unusual
    return value


def is_none(value: Any) -> bool:
    return value is None


def scalars(*values: Any) -> tuple[Any, ...]:
    """The items of a list: a list of lists of lists would have to be weighed."""
    if any(isinstance(value, list | dict) for value in values):
        raise Unusual
    return values


def there(value: Any) -> Any:
    if isinstance(value, Undefined):
        raise Unusual
    return value
