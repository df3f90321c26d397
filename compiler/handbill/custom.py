"""The filters of other packages, as a template calls them: what goes in and out is plain data, counted and checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from types import TracebackType
from typing import Any

from . import bounds
from .filtering import Filter, OutOfBounds, WrongResult, told

_TWICE = 5  # first calls that are made twice, as a filter has to give the same again


class Failing(Exception):
    """A filter that raised, or gave what is no data. `hint` says where it is."""

    def __init__(self, custom: Filter[Any, Any], said: str, line: str = "") -> None:
        super().__init__(f"`{custom.name}` {said}")
        self.hint = f"look at the value, and at the filter: {line or custom.place}"


def calling(custom: Filter[Any, Any], data: Callable[[Any], Any]) -> Callable[..., Any]:
    """What stands for a filter in Jinja. `data` makes plain data of what a template has at hand, or raises.

    It raises Failing, OutOfBounds, TooCostly, and what `data` raises; TypeError for arguments that do not fit.
    """
    doubted = _TWICE

    taken = bounds.text if custom.takes == "text" else data

    def once(value: Any, args: Any, kwargs: Any) -> Any:
        budget = bounds.current.get()
        given = taken(value)
        budget.weigh(given)
        if args or kwargs:
            args, kwargs = [data(each) for each in args], {name: data(each) for name, each in kwargs.items()}
        made = _called(custom, given, args, kwargs)
        budget.weigh(made)
        return made if type(made) is str else _plain(custom, made)

    def call(value: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal doubted
        bounds.current.get().charge()
        made = once(value, args, kwargs)
        if doubted:
            doubted -= 1
            if once(value, args, kwargs) != made:
                raise Failing(custom, "gives another result for the same value")
        return made

    return call


def _called(custom: Filter[Any, Any], value: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    try:
        return custom(value, *args, **kwargs)
    except (OutOfBounds, bounds.TooCostly, MemoryError, RecursionError):
        raise
    except WrongResult as error:
        raise Failing(custom, str(error).partition("` ")[2]) from error
    except (Exception, SystemExit) as error:
        place = _inside(error.__traceback__, custom)
        if isinstance(error, TypeError) and place is None:
            raise  # the function was not even entered: there are more arguments than it takes, or fewer
        raise Failing(custom, f"fails with {told(error)}", place or "") from error


def _inside(trace: TracebackType | None, custom: Filter[Any, Any]) -> str | None:
    """The innermost place in the filter's own module that an exception came through; None: the filter has not begun."""
    places = []
    while trace is not None:
        frame = trace.tb_frame
        places.append((frame.f_globals.get("__name__"), trace.tb_lineno))
        trace = trace.tb_next
    places = places[2:]  # this module and `filtering`
    own = [line for module, line in places if module == getattr(custom.function, "__module__", None)]
    return None if not places else f"{custom.function.__module__}, line {own[-1]}" if own else ""


def _plain(custom: Filter[Any, Any], value: Any) -> Any:
    """A result as plain data, whatever sorts of text or list it is made of. Raises Failing."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        bounds.current.get().integer(value.bit_length())
        return int(value)
    if isinstance(value, float) and isfinite(value):
        return float(value)
    if isinstance(value, list | tuple):
        return [_plain(custom, item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {str.__str__(key): _plain(custom, item) for key, item in value.items()}
    what = f"{value}, which no message can hold" if isinstance(value, float) else f"a {type(value).__name__}"
    what = "an object with names that are no texts" if isinstance(value, dict) else what
    raise Failing(custom, f"gives {what}; a filter gives what JSON can hold")
