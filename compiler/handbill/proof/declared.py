"""What filters of other packages make of texts, as they declare it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from math import floor, inf
from typing import Any, TypeAlias

from ..filtering import MISSING, BadBound, Filter
from .modelling import DECLARED, Arguments, Model, Unmodelled, text_of
from .sizes import ENDLESS, NOTHING, Size, of_points, of_text
from .texts import Worked, size
from .values import Opaque, Value, Words, over

_Custom: TypeAlias = Filter[Any, Any]
_MOST = 10_000  # characters; what comes of a longer text is told by what the filter says of texts without a bound


@contextmanager
def known(filters: Iterable[_Custom]) -> Iterator[None]:
    """Inside, these filters are known to the proof."""
    token = DECLARED.set({each.name: _model(each) for each in filters})
    try:
        yield
    finally:
        DECLARED.reset(token)


def _model(custom: _Custom) -> Model:
    def model(value: Value, arguments: Arguments) -> Value:
        if custom.longest is None:
            return Opaque(f"the filter `{custom.name}`, which declares no `longest`")
        given = {each.name: arguments.constant(each.at, each.name, each.default) for each in custom.asked}
        if MISSING in given.values():
            raise Unmodelled
        longest = _Longest(custom, given)
        how = f"{custom.name}({', '.join(map(repr, given.values()))})" if given else custom.name

        def made(option: Value) -> Value:
            text = text_of(option)
            before = size(text).points
            if before < inf and longest.of(before) == inf:
                raise Unmodelled
            return Words(Worked(how, text, longest.effect))

        return over(value, made)

    return model


class _Longest:
    """The longest results of a filter, as it declares them, with these arguments.

    A render ends where a result is longer than what is declared for its own text, or for texts of any length. So the
    largest of what is declared for all lengths up to the longest holds, even should it get smaller in between.
    """

    def __init__(self, custom: _Custom, given: Mapping[str, Any]) -> None:
        self._custom = custom
        self._given = given
        self._peaks: list[float] = []  # of all texts of so many characters and fewer
        self._each = None if custom.alphabet is None else reduce(Size.largest, map(of_text, custom.alphabet), NOTHING)

    def effect(self, size: Size) -> Size:
        try:
            points = self.of(size.points)
        except Unmodelled:
            return ENDLESS
        return of_points(points) if self._each is None else self._each.times(points)

    def of(self, length: float) -> float:
        """Raises Unmodelled."""
        try:
            if not callable(self._custom.longest):
                return self._custom.most(length, self._given)
            while length <= _MOST and len(self._peaks) <= length:
                peak = self._custom.most(len(self._peaks), self._given)
                self._peaks.append(max(peak, self._peaks[-1] if self._peaks else 0))
        except BadBound:
            raise Unmodelled from None
        most = self._peaks[int(length)] if length <= _MOST else inf
        return min(_whole(most), _whole(self._custom.ever(self._given)))


def _whole(characters: float) -> float:
    return floor(characters) if characters < inf else inf
