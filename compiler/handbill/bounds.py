"""The filters and tests of templates, each with its cost checked; all that bounds a render is imported from here.

`BOUNDED_FILTERS` and `BOUNDED_TESTS` are the whole of what exists, not additions to Jinja's own. Two rules
beside the bounds: a filter that gives a lazy sequence in Jinja gives a list here, and a filter on text takes
texts and numbers only (a list has no text form). `tojson` is the renderer's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import filters as jinja
from jinja2.environment import Environment
from jinja2.exceptions import FilterArgumentError
from jinja2.runtime import Context, Undefined
from jinja2.tests import TESTS
from jinja2.utils import pass_context, pass_environment

from .budget import Bounds, Budget, TooCostly, current, size_of, text
from .operations import GLOBALS, METHODS, binop, call, concat, formatted, iterate, join, methods_of, printing, replace

__all__ = [
    "BOUNDED_FILTERS",
    "BOUNDED_TESTS",
    "GLOBALS",
    "METHODS",
    "Bounds",
    "Budget",
    "TooCostly",
    "binop",
    "call",
    "concat",
    "current",
    "formatted",
    "iterate",
    "methods_of",
    "printing",
    "size_of",
    "text",
]

_Filter = Callable[..., Any]
_JINJA: Mapping[str, Any] = TESTS


def _taken(value: Any) -> tuple[Budget, str]:
    """The text a filter is given, charged."""
    budget = current.get()
    budget.charge()
    found = text(value)
    budget.fits(len(found))
    return budget, found


def _listed(value: Any) -> tuple[Budget, list[Any]]:
    """The items a filter is given, charged."""
    budget = current.get()
    items = list(iterate(budget, value))
    budget.weigh(items)
    return budget, items


def _made(budget: Budget, result: Any) -> Any:
    """A result that may be some times as big as what it was made from."""
    budget.weigh(result)
    return result


def _textual(function: Callable[[str], Any], cost: int = 1) -> _Filter:
    """A filter from text whose cost is linear: `cost` times that of `upper` a character."""

    def bounded(value: Any) -> Any:
        budget, s = _taken(value)
        budget.work(len(s) * cost)
        return _made(budget, function(s))

    return bounded


def _slow(function: _Filter) -> _Filter:
    """A filter from text whose cost is not linear: for short texts only."""

    def bounded(value: Any, *args: Any, **kwargs: Any) -> str:
        budget, s = _taken(value)
        if len(s) > budget.bounds.slow_text:
            raise TooCostly("slow_text", budget.bounds.slow_text)
        return str(_made(budget, str(function(s, *args, **kwargs))))

    return bounded


def _scalar(function: _Filter) -> _Filter:
    """A filter from a number or a short text."""

    def bounded(value: Any, *args: Any, **kwargs: Any) -> Any:
        budget = current.get()
        budget.charge()
        if isinstance(value, str) and len(value) > budget.bounds.digits * 10:
            raise TooCostly("slow_text", budget.bounds.digits * 10)
        if isinstance(value, list | tuple | dict):
            raise TypeError(f"a number is needed, not a {type(value).__name__}")
        return function(value, *args, **kwargs)

    return bounded


def _sequence(function: _Filter) -> _Filter:
    """A filter of items, run to its end; Jinja's own signature after the value."""

    @pass_environment
    def bounded(environment: Environment, value: Any, *args: Any, **kwargs: Any) -> Any:
        budget, items = _listed(value)
        result = function(environment, items, *args, **kwargs)
        return _made(budget, list(result) if hasattr(result, "__next__") else result)

    return bounded


def _choosing(function: _Filter) -> _Filter:
    """`map`, `select` and their like, run to their end."""

    @pass_context
    def bounded(context: Context, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        budget, items = _listed(value)
        result: list[Any] = _made(budget, list(function(context, items, *args, **kwargs)))
        return result

    return bounded


def _int(value: Any, default: Any = 0, base: int = 10) -> Any:
    try:
        result = jinja.do_int(value, default, base)
    except OverflowError:
        return default
    if isinstance(result, int):
        current.get().integer(result.bit_length())
    return result


def _round(value: Any, precision: int = 0, method: Any = "common") -> Any:
    budget = current.get()
    if abs(precision) > budget.bounds.digits:
        raise TooCostly("digits", budget.bounds.digits)
    return jinja.do_round(value, precision, method)


def _center(value: Any, width: int = 80) -> str:
    budget, s = _taken(value)
    budget.fits(width)
    return s.center(width)


def _format(value: Any, *args: Any, **kwargs: Any) -> str:
    if args and kwargs:
        raise FilterArgumentError("values either by position or by name, not both")
    budget, s = _taken(value)
    return formatted(budget, s, kwargs or args)


def _indent(value: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    budget, s = _taken(value)
    step = len(width) if isinstance(width, str) else max(0, width)
    budget.fits(len(s) + step * (len(s.splitlines()) + 1))
    return jinja.do_indent(s, width, first, blank)


@pass_environment
def _join(environment: Environment, value: Any, d: Any = "", attribute: str | int | None = None) -> str:
    budget, items = _listed(value)
    if attribute is not None:
        items = list(map(jinja.make_attrgetter(environment, attribute), items))
    return join(budget, text(d), items)


def _length(value: Any) -> int:
    if not isinstance(value, str | list | tuple | dict | range | Undefined):
        raise TypeError(f"{type(value).__name__} has no length")
    current.get().charge()
    return len(value)


def _list(value: Any) -> list[Any]:
    return _listed(value)[1]


def _items(value: Any) -> list[tuple[Any, Any]]:
    budget = current.get()
    budget.weigh(value)
    return list(jinja.do_items(value))


def _dictsort(value: Any, case_sensitive: bool = False, by: Any = "key", reverse: bool = False) -> list[Any]:
    if not isinstance(value, dict):
        raise TypeError(f"an object is needed, not a {type(value).__name__}")
    current.get().weigh(value)
    return jinja.do_dictsort(value, case_sensitive, by, reverse)


def _replace(value: Any, old: Any, new: Any, count: int | None = None) -> str:
    budget, s = _taken(value)
    return replace(budget, s, text(old), text(new), -1 if count is None else count)


def _reverse(value: Any) -> Any:
    if isinstance(value, str):
        return _taken(value)[1][::-1]
    return _listed(value)[1][::-1]


def _batch(value: Any, linecount: int, fill_with: Any = None) -> list[Any]:
    budget, items = _listed(value)
    if fill_with is not None:
        budget.fits(linecount * size_of(fill_with, budget.bounds.size))
    return list(jinja.do_batch(items, linecount, fill_with))


def _slice(value: Any, slices: int, fill_with: Any = None) -> list[Any]:
    budget, items = _listed(value)
    budget.fits(slices * size_of(fill_with, budget.bounds.size))
    return list(jinja.sync_do_slice(items, slices, fill_with))


@pass_environment
def _sum(environment: Environment, value: Any, attribute: str | int | None = None, start: Any = 0) -> Any:
    budget, items = _listed(value)
    get = jinja.make_attrgetter(environment, attribute)
    for item in items:
        start = binop(budget, "+", start, get(item))
    return start


def _trim(value: Any, chars: Any = None) -> str:
    budget, s = _taken(value)
    return s.strip() if chars is None else str(METHODS[str]["strip"](budget, s, text(chars)))


@pass_environment
def _truncate(environment: Environment, value: Any, *args: Any, **kwargs: Any) -> str:
    return jinja.do_truncate(environment, _taken(value)[1], *args, **kwargs)


def _urlencode(value: Any) -> str:
    budget = current.get()
    budget.weigh(value)
    if isinstance(value, dict):
        value = {text(key): text(item) for key, item in value.items()}
    elif isinstance(value, list | tuple):
        value = [(text(key), text(item)) for key, item in value]
    else:
        value = text(value)
    result: str = _made(budget, jinja.do_urlencode(value))
    return result


@pass_environment
def _wordwrap(
    environment: Environment,
    value: Any,
    width: int = 79,
    break_long_words: bool = True,
    wrapstring: str = "\n",
    break_on_hyphens: bool = True,
) -> str:
    budget, s = _taken(value)
    if len(s) > budget.bounds.slow_text:
        raise TooCostly("slow_text", budget.bounds.slow_text)
    budget.fits(len(s) * (1 + len(wrapstring)))
    return jinja.do_wordwrap(environment, s, width, break_long_words, wrapstring, break_on_hyphens)


BOUNDED_FILTERS: dict[str, _Filter] = {
    "abs": _scalar(abs),
    "batch": _batch,
    "capitalize": _textual(str.capitalize),
    "center": _center,
    "count": _length,
    "d": jinja.do_default,
    "default": jinja.do_default,
    "dictsort": _dictsort,
    "filesizeformat": _scalar(jinja.do_filesizeformat),
    "first": _sequence(jinja.sync_do_first),
    "float": _scalar(jinja.do_float),
    "format": _format,
    "groupby": _sequence(jinja.sync_do_groupby),
    "indent": _indent,
    "int": _scalar(_int),
    "items": _items,
    "join": _join,
    "last": _sequence(jinja.do_last),
    "length": _length,
    "list": _list,
    "lower": _textual(str.lower),
    "map": _choosing(jinja.sync_do_map),
    "max": _sequence(jinja.do_max),
    "min": _sequence(jinja.do_min),
    "reject": _choosing(jinja.sync_do_reject),
    "rejectattr": _choosing(jinja.sync_do_rejectattr),
    "replace": _replace,
    "reverse": _reverse,
    "round": _scalar(_round),
    "select": _choosing(jinja.sync_do_select),
    "selectattr": _choosing(jinja.sync_do_selectattr),
    "slice": _slice,
    "sort": _sequence(jinja.do_sort),
    "string": _textual(str),
    "striptags": _slow(jinja.do_striptags),
    "sum": _sum,
    "title": _textual(jinja.do_title, cost=20),
    "trim": _trim,
    "truncate": _truncate,
    "unique": _sequence(jinja.sync_do_unique),
    "upper": _textual(str.upper),
    "urlencode": _urlencode,
    "wordcount": _textual(jinja.do_wordcount, cost=5),
    "wordwrap": _wordwrap,
}


def _numeric(name: str) -> _Filter:
    """A test by `%`, which would format a text."""
    test = _JINJA[name]

    def bounded(value: Any, *args: Any) -> Any:
        if not isinstance(value, int | float):
            raise TypeError(f"a number is needed, not a {type(value).__name__}")
        return test(value, *args)

    return bounded


def _comparing(name: str) -> _Filter:
    test = _JINJA[name]

    def bounded(value: Any, other: Any) -> Any:
        budget = current.get()
        budget.weigh(value)
        budget.weigh(other)
        return test(value, other)

    return bounded


_COMPARING = "in == eq equalto != ne > gt greaterthan >= ge < lt lessthan <= le"
_HARMLESS = """defined undefined filter test none boolean false true integer float string mapping number sequence
iterable callable sameas"""

BOUNDED_TESTS: dict[str, _Filter] = {name: _JINJA[name] for name in _HARMLESS.split()}
BOUNDED_TESTS |= {name: _comparing(name) for name in _COMPARING.split()}
BOUNDED_TESTS |= {name: _numeric(name) for name in ("odd", "even", "divisibleby")}
BOUNDED_TESTS |= {"lower": _textual(str.islower), "upper": _textual(str.isupper)}
