"""What can be known of a value before there are data, and the text that such a value gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from math import ceil, floor, inf
from typing import Any, TypeAlias

import orjson

from ..tree import as_text
from .recoding import QUOTING
from .sizes import ENDLESS, of_points, plain
from .texts import EMPTY, Either, Figure, Lit, Text, Times, Unknown, Worked, sum_of

_FLOAT = 24  # characters of the longest number that Python writes for a 64-bit float
_LARGEST = 10**300  # of a number that is followed
_EXACT = 10**15  # below this a float is written in full


@dataclass(frozen=True, slots=True, eq=False)
class Exact:
    """A value that is known."""

    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A text."""

    text: Text


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """A number from `low` to `high`.

    `kind`: "int"; "whole" (also 7.0, which JSON Schema takes for an integer); "float", with at most `decimals` places;
    "real" (an int or a float).
    """

    path: str
    low: float
    high: float
    kind: str = "int"
    decimals: float = inf


@dataclass(frozen=True, slots=True, eq=False)
class Flag:
    """True or false."""

    path: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """A list of at most `most` items, each of which `item` stands for."""

    path: str
    item: Value
    most: float


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A list that the template writes out."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Group(Row):
    """One of `| groupby(…)`: what its items have in common, and they."""


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """An object. A field that may be missing has UNDEFINED among its options; `closed`: there are no others."""

    path: str
    fields: Mapping[str, Value]
    closed: bool


@dataclass(frozen=True, slots=True, eq=False)
class OneOf:
    options: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Opaque:
    """Anything. `cause` says why nothing is known: a parameter in ticks, or "the filter `sum`"."""

    cause: str


@dataclass(frozen=True, slots=True, eq=False)
class Undefined:
    pass


@dataclass(frozen=True, slots=True, eq=False)
class AsJson:
    """`x | tojson`: the value itself where it stands alone."""

    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Special:
    """What a template works with and is no data: a macro, a fragment, `loop`, a module."""

    what: Any


Value: TypeAlias = (
    "Exact | Words | Number | Flag | Items | Row | Record | OneOf | Opaque | Undefined | AsJson | Special"
)
UNDEFINED = Undefined()


def one_of(options: Iterable[Value]) -> Value:
    flat: list[Value] = []
    for option in options:
        flat += option.options if isinstance(option, OneOf) else (option,)
    return flat[0] if len(flat) == 1 else OneOf(tuple(flat)) if flat else UNDEFINED


def options_of(value: Value) -> tuple[Value, ...]:
    return value.options if isinstance(value, OneOf) else (value,)


def over(value: Value, change: Callable[[Value], Value]) -> Value:
    """The change of each option."""
    return one_of(change(option) for option in options_of(value))


def apart(value: Value) -> Value:
    """The same of another item of a list: what is decided of one is not decided of the other."""
    match value:
        case OneOf():
            return OneOf(tuple(map(apart, value.options)))
        case Record():
            return replace(value, fields={name: apart(inner) for name, inner in value.fields.items()})
        case Items():
            return replace(value, item=apart(value.item))
        case Row():
            return replace(value, items=tuple(map(apart, value.items)))
        case Special():
            return value
        case _:
            return replace(value)


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None when that depends on the data."""
    found = {_truth(option) for option in options_of(value)}
    return found.pop() if len(found) == 1 else None


def _truth(value: Value) -> bool | None:
    match value:
        case Exact():
            return bool(value.value)
        case Row():
            return bool(value.items)
        case Undefined():
            return False
        case Items():
            return False if value.most == 0 else None
        case Words(text=Lit(text=text)):
            return bool(text)
        case Special():
            return None
        case _:
            return None


# ---- the text of a value


def shown(value: Value, inside: bool = True) -> Text | None:
    """The text that a value gives, inside another text or as the whole of one. None when it has no text form.

    Alone, a number stays a number, and no length limit is about it.
    """
    match value:
        case Words():
            return value.text
        case Exact(value=str() as written):
            return Lit(written)
        case Exact(value=bool() | int() | float() as number):
            return Lit(as_text(number)) if inside else None
        case Flag():
            return Figure(value.path, plain(5)) if inside else None
        case Number():
            return figure(value) if inside else None
        case OneOf():
            found = [text for option in value.options if (text := shown(option, inside)) is not None]
            return None if not found else found[0] if len(found) == 1 else Either(tuple(found))
        case Opaque():
            return Unknown(value.cause)
        case AsJson():
            return _json(value.value) if inside else shown(value.value, inside)
        case Special():
            return Unknown("what stands there is no value")
        case _:
            return None


def _json(value: Value) -> Text:
    """The text of `| tojson` within another text."""
    match value:
        case OneOf():
            return Either(tuple(map(_json, value.options)))
        case Exact():
            return Lit(orjson.dumps(value.value, option=orjson.OPT_NON_STR_KEYS, default=list).decode())
        case Words():
            return sum_of([Lit('"'), Worked("tojson", value.text, QUOTING.effect, usual=False), Lit('"')])
        case Items():
            return sum_of([Lit("["), Times(value.path, value.most, _json(value.item), Lit(",")), Lit("]")])
        case Row():
            return sum_of([Lit("["), *(part for item in value.items for part in (_json(item), Lit(","))), Lit("]")])
        case Record() if value.closed:
            named = [
                part
                for name, inner in value.fields.items()
                for part in (Lit(f"{orjson.dumps(name).decode()}:"), _json(inner), Lit(","))
            ]
            return sum_of([Lit("{"), *named, Lit("}")])
        case Undefined():
            return EMPTY
        case Number() | Flag():
            return shown(value) or EMPTY
        case _:
            return Unknown("the filter `tojson`")


def figure(number: Number) -> Text:
    """The text of a number."""
    if max(abs(number.low), abs(number.high)) >= _LARGEST and inf not in (-number.low, number.high):
        return Unknown("a number that the template computes")
    if number.kind != "float" and (number.low == -inf or number.high == inf):
        lacking = "`minimum`" if number.high < inf else "`maximum`" if number.low > -inf else "`minimum` and `maximum`"
        cause = f"`{number.path}`, which has no {lacking}" if number.path else "a number that the template computes"
        return Figure(number.path, ENDLESS, cause)
    return Figure(number.path, plain(_digits(number)))


def _digits(number: Number) -> int:
    low, high, kind = number.low, number.high, number.kind
    largest = max(abs(low), abs(high))
    found = 0
    if kind != "float":
        found = max(len(str(ceil(low))), len(str(floor(high))), 1)
    if kind == "int":
        return found
    minus = low <= 0  # -0.0 is no less than 0
    whole = len(str(floor(largest))) if largest < _EXACT else 0
    if kind == "whole" and whole:
        return max(found, len(str(ceil(low))) + 2 if low < 0 else 0, whole + 2 if high >= 0 else 0, 4 if minus else 0)
    if kind == "float" and whole and whole + number.decimals <= 15:
        # 1e-05 is no longer than 0.00001
        return max(whole + 1 + max(1, int(number.decimals)) + (low < 0), 4)
    return max(found, _FLOAT - (not minus))


def listed(value: Value) -> tuple[Value, float, str] | None:
    """What stands for each item of a value, how many there are at most, and the list's path. None: nothing is known."""
    match value:
        case Items():
            return value.item, value.most, value.path
        case Row():
            return one_of(value.items), len(value.items), ""
        case Exact(value=range() as numbers):
            if len(numbers) == 0:
                return UNDEFINED, 0, ""
            return Number("", min(numbers[0], numbers[-1]), max(numbers[0], numbers[-1])), len(numbers), ""
        case Exact(value=list() | tuple() as items):
            return one_of(Exact(item) for item in items), len(items), ""
        case Exact(value=str() as text):
            return Words(Figure("", of_points(1))), len(text), ""
        case Exact(value=dict() as fields):
            return one_of(Exact(name) for name in fields), len(fields), ""
        case OneOf():
            found = [listed(option) for option in value.options if not isinstance(option, Undefined)]
            known = [each for each in found if each is not None]
            if len(known) < len(found) or not known:
                return None
            most = max(known, key=lambda each: each[1])
            return one_of(each[0] for each in known), most[1], most[2]
        case _:
            return None


def joined(value: Value, apart: Text) -> Text:
    """The text of `| join(apart)`."""
    row: tuple[Value, ...] | None = None
    if isinstance(value, Row):
        row = value.items
    elif isinstance(value, Exact) and isinstance(value.value, list | tuple):
        row = tuple(map(Exact, value.value))
    if row is not None:
        parts: list[Text] = []
        for index, item in enumerate(row):
            parts += [*([apart] if index else []), shown(item) or EMPTY]
        return sum_of(parts)
    found = listed(value)
    if found is None:
        return Unknown(cause_of(value))
    each, most, path = found
    return Times(path, most, shown(each) or EMPTY, apart)


def cause_of(value: Value) -> str:
    """Why nothing is known of a value."""
    return next(
        (option.cause for option in options_of(value) if isinstance(option, Opaque)), "what the template computes"
    )


def field(value: Value, name: str) -> Value:
    """`value.name`."""
    match value:
        case Record():
            if name in value.fields:
                return value.fields[name]
            if value.closed:
                return UNDEFINED
            inside = f"{value.path}.{name}" if value.path else name
            return one_of([Opaque(f"`{inside}`, which the contract does not name"), UNDEFINED])
        case Exact(value=dict() as fields):
            return Exact(fields[name]) if name in fields else UNDEFINED
        case Group(items=(key, items)) if name in ("grouper", "list"):
            return key if name == "grouper" else items
        case OneOf():
            return over(value, lambda option: field(option, name))
        case Undefined():
            return UNDEFINED
        case _:
            return Opaque(cause_of(value))
