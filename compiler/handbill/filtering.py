"""Filters of your own, for a package to offer to templates, and how long the texts can get that they make.

    from handbill.filtering import text_filter

    @text_filter(longest=lambda length: length + 2)
    def quoted(text: str) -> str:
        return f"“{text}”"

A package names the module that holds its filters in its pyproject.toml, and a project asks for them in handbill.toml:

    [project.entry-points."handbill.filters"]          filters = ["acme"]
    acme = "acme_texts.filters"

A filter is pure: the same value gives the same result, whatever the day, the machine and what was asked before. What
is declared is relied on when lengths are proved, and held against every result; `OutOfBounds` says that one broke it.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import Any, Concatenate, Generic, Literal, ParamSpec, TypeAlias, TypeVar, overload

__all__ = ["BadBound", "Filter", "OutOfBounds", "WrongResult", "text_filter", "value_filter"]

P = ParamSpec("P")
R = TypeVar("R")

# The longest text that can come out, in characters (code points): a number; "same", which is no longer than what goes
# in; or a function of the length that goes in, which may ask for arguments of the filter by their names. It must not
# get smaller when the length grows, and is also asked about `math.inf`.
Longest: TypeAlias = "int | Literal['same'] | Callable[..., float] | None"
MISSING: Any = inspect.Parameter.empty  # the default of an argument that must be given
_BY_NAME = inspect.Parameter.KEYWORD_ONLY
_NOWHERE = sys.maxsize  # the place of an argument that is given by its name only


class OutOfBounds(Exception):
    """A filter gave what it had said it never gives. `hint` says where the filter is."""

    hint = ""


class BadBound(OutOfBounds):
    """A function for `longest` that fails, or gives no number."""


class WrongResult(TypeError):
    """A filter of texts gave no text."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a filter that its bound depends on. `at` is its place behind the value."""

    name: str
    at: int
    default: Any

    def of(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Its value in a call."""
        return args[self.at] if self.at < len(args) else kwargs.get(self.name, self.default)


class Filter(Generic[P, R]):
    """A function, and what it promises of its results. Called like the function; raises OutOfBounds, WrongResult.

    `takes`: "text" (numbers come as they are printed) or "value" (any plain data, a copy of its own).
    `asked`: the arguments that `longest` depends on.
    `alphabet`: the only characters there are in a result; None when there can be any.
    """

    def __init__(
        self,
        function: Callable[Concatenate[Any, P], R],
        takes: Literal["text", "value"],
        name: str = "",
        longest: Longest = None,
        alphabet: str | None = None,
    ) -> None:
        """Raises TypeError or ValueError for a declaration that makes no sense."""
        self.function = function
        self.takes = takes
        self.name = name or getattr(function, "__name__", "")
        self.longest = longest
        self.alphabet = alphabet
        self.__doc__ = function.__doc__
        self.__wrapped__ = function
        self._letters = frozenset(alphabet or "")
        self._kept = lru_cache(maxsize=1024, typed=True)(self._allowed)
        if not self.name.isidentifier() or self.name.startswith("_"):
            raise ValueError(f"`{self.name}` cannot be the name of a filter; give it one: name=…")
        if alphabet == "":
            raise ValueError(f"filter `{self.name}`: an alphabet has at least one character")
        self.asked = _arguments(self, inspect.signature(function))

    @property
    def place(self) -> str:
        """Where the function is written."""
        module = getattr(self.function, "__module__", None) or "its package"
        code = getattr(self.function, "__code__", None)
        return f"{module}, line {code.co_firstlineno}" if code else str(module)

    def __call__(self, value: Any, *args: P.args, **kwargs: P.kwargs) -> R:
        if self.takes == "text" and not isinstance(value, str):
            raise TypeError(f"`{self.name}` takes text, not {type(value).__name__}")
        result = self.function(value, *args, **kwargs)
        if self.takes == "text" or self.longest is not None or self.alphabet is not None:
            if not isinstance(result, str):
                raise WrongResult(f"`{self.name}` gives {type(result).__name__} where it should give text")
            self._hold(result, len(value) if self.takes == "text" else 0, args, kwargs)
        return result

    def __repr__(self) -> str:
        return f"<filter {self.name} of {self.place}>"

    def most(self, length: float, arguments: Mapping[str, Any]) -> float:
        """The longest result for a text of this length (inf: any), with these values of `asked`. Raises BadBound."""
        if callable(self.longest):
            return self._computed(self.longest, length, arguments)
        return inf if self.longest is None else length if self.longest == "same" else self.longest

    def _computed(self, longest: Callable[..., float], length: float, arguments: Mapping[str, Any]) -> float:
        try:
            found: Any = longest(length, **arguments)
        except Exception as error:
            said = f"`longest` of `{self.name}` fails for {length} characters: {told(error)}"
            raise self._out(BadBound, said) from error
        if isinstance(found, bool) or not isinstance(found, int | float) or not found >= 0:
            raise self._out(BadBound, f"`longest` of `{self.name}` gives {found!r} for {length} characters")
        return found

    def _hold(self, result: str, length: int, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Hold a result against what was declared. Raises OutOfBounds."""
        if self.longest is not None:
            values = [each.of(args, kwargs) for each in self.asked]
            try:
                most = self._kept(length, *values)
            except TypeError:  # a list, which nothing can be kept by
                most = self._allowed(length, *values)
            if len(result) > most:
                of = f" of {length}" if self.takes == "text" else ""
                made = f"`{self.name}` makes {len(result)} characters{of}, and declares {int(most)} at most"
                raise self._out(OutOfBounds, made)
        if self._letters and not self._letters.issuperset(result):
            other = next(char for char in result if char not in self._letters)
            raise self._out(OutOfBounds, f"`{self.name}` makes “{other}”, which is not in the alphabet it declares")

    def _allowed(self, length: int, *values: Any) -> float:
        """The longest result for a text of this length that is no longer than what is declared for any length.

        The proof counts on the latter where a text has no bound.
        """
        given = {each.name: value for each, value in zip(self.asked, values, strict=True)}
        return min(self.most(length, given), self.ever(given))

    def ever(self, arguments: Mapping[str, Any]) -> float:
        """The longest result for a text of any length; inf where a bound was not made to be asked about that."""
        try:
            return self.most(inf, arguments)
        except BadBound:
            return inf

    def _out(self, kind: type[OutOfBounds], said: str) -> OutOfBounds:
        error = kind(said)
        error.hint = f"a mistake in the filter itself: {self.place}"
        return error


def _arguments(filter_: Filter[Any, Any], signature: inspect.Signature) -> tuple[Argument, ...]:
    """The arguments that a bound depends on. Raises TypeError or ValueError for a declaration that makes no sense."""
    name, longest = filter_.name, filter_.longest
    taken = list(signature.parameters.values())
    if not taken or taken[0].kind in (_BY_NAME, inspect.Parameter.VAR_KEYWORD):
        raise TypeError(f"filter `{name}` takes no value: def {name}(text, …)")
    if inspect.iscoroutinefunction(filter_.function):
        raise TypeError(f"filter `{name}` cannot be async: a message is made at once")
    if not callable(longest):
        if isinstance(longest, bool) or not (longest in (None, "same") or (isinstance(longest, int) and longest >= 0)):
            raise ValueError(f'filter `{name}`: longest is a number, "same" or a function, not {longest!r}')
        if longest == "same" and filter_.takes == "value":
            raise ValueError(f"filter `{name}`: what is no text has no length; give a number for longest")
        return ()
    if filter_.takes == "value":
        raise ValueError(f"filter `{name}`: what is no text has no length; give a number for longest")
    length, *asked = [*inspect.signature(longest).parameters] or [""]
    if not length:
        raise TypeError(f"filter `{name}`: longest takes the length of what goes in: lambda length: …")
    own = {each.name: (at, each) for at, each in enumerate(taken[1:]) if each.kind < each.VAR_POSITIONAL}
    own |= {each.name: (_NOWHERE, each) for each in taken[1:] if each.kind is _BY_NAME}
    for each in asked:
        if each not in own:
            raise TypeError(f"filter `{name}`: longest asks for `{each}`, which the filter does not take")
    return tuple(Argument(each, own[each][0], own[each][1].default) for each in asked)


def told(error: BaseException) -> str:
    """What an exception says, in one line."""
    return " ".join(f"{type(error).__name__}: {error}".removesuffix(": ").split())[:200]


@overload
def text_filter(function: Callable[Concatenate[str, P], str], /) -> Filter[P, str]: ...
@overload
def text_filter(
    *, longest: Longest = None, alphabet: str | None = None, name: str = ""
) -> Callable[[Callable[Concatenate[str, P], str]], Filter[P, str]]: ...
def text_filter(
    function: Callable[..., str] | None = None,
    /,
    *,
    longest: Longest = None,
    alphabet: str | None = None,
    name: str = "",
) -> Any:
    """Declare a filter that makes one text of another: `{{ name|quoted }}`. Numbers are given to it as text.

    `longest`: how many characters can come out: a number; "same", no more than go in; or a function of the number that
    goes in, which can ask for the filter's arguments by name: `lambda length, width: min(length, width)`. Without it
    nothing is proved of texts that the filter makes.
    `alphabet`: the only characters there are in a result, which tells its length in bytes and in SMS units.
    `name`: what templates call it, if not as Python does. None of Jinja's and Handbill's own can be taken.
    """
    if function is not None:
        return Filter(function, "text")
    return lambda declared: Filter(declared, "text", name, longest, alphabet)


@overload
def value_filter(function: Callable[Concatenate[Any, P], R], /) -> Filter[P, R]: ...
@overload
def value_filter(
    *, longest: int | None = None, alphabet: str | None = None, name: str = ""
) -> Callable[[Callable[Concatenate[Any, P], R]], Filter[P, R]]: ...
def value_filter(
    function: Callable[..., Any] | None = None,
    /,
    *,
    longest: int | None = None,
    alphabet: str | None = None,
    name: str = "",
) -> Any:
    """Declare a filter of numbers, lists and objects: `{{ stores|nearest }}`. It gives plain data: what JSON can hold.

    With `longest` (characters) or `alphabet` it gives text, as `text_filter` says. A value is a copy, for it alone.
    """
    if function is not None:
        return Filter(function, "value")
    return lambda declared: Filter(declared, "value", name, longest, alphabet)
