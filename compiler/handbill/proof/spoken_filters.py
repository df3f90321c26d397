"""What the filters make that write numbers, money, dates and times as a language does.

The longest text is found by writing the values that make it: the number with the most figures that its bounds allow,
and every month, weekday and hour. What of these a text is made of, and in which order, does not depend on the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache, partial, reduce
from math import ceil, floor, inf
from typing import Any

from .modelling import Arguments, Model, Unmodelled
from .number_filters import ranged
from .sizes import FIGURES, NOTHING, Size, of_text
from .texts import EMPTY, Figure, Given, Text
from .values import Exact, Flag, Number, Opaque, Value, Words, figure, over, shown

_DIGITS = 30  # of a number that is given as text, before its point and behind it
_MOST = 10**25  # of a number; Babel computes with 28 figures
_FIGURE = 8  # every figure but 0 and 9: rounding changes none of those before it


# ---- numbers


def _numeric(write: Callable[[Any, Arguments, Any], str], pattern_at: int) -> Model:
    """`write` takes a number, the arguments and Babel's locale. Raises what Babel raises."""

    def model(value: Value, arguments: Arguments) -> Value:
        pattern = arguments.constant(pattern_at, "pattern", None)
        if pattern is not None and (not isinstance(pattern, str) or re.search("[E@]|¤¤¤", pattern)):
            raise Unmodelled
        locale = _locale(arguments.locale)

        def one(option: Value) -> Value:
            path, numbers = _candidates(option)
            written = _written(partial(write, number, arguments, locale) for number in numbers)
            if isinstance(option, Exact):
                return Exact(written[0]) if written else Exact("")
            return Words(Figure(path, _largest(written)) if written else EMPTY)

        def bounded(option: Value) -> Value:
            if isinstance(option, Number) and inf in (-option.low, option.high):
                return Words(_endless(option))
            return one(option)

        return over(value, bounded)

    return model


def _endless(number: Number) -> Text:
    """The text of a number without bounds, whatever else is done to it."""
    return figure(Number(number.path, number.low, number.high))


def _candidates(value: Value) -> tuple[str, list[Decimal | int]]:
    """Numbers of which one has the longest text, and the parameter's path."""
    if isinstance(value, Exact) and not isinstance(value.value, bool):
        given = value.value
        known = isinstance(given, int | float | str) and not isinstance(given, bool)
        return "", [_decimal(given)] if known else []
    if isinstance(value, Flag | Exact):
        return "", []  # which ends the render
    number = ranged(value)
    if number is not None:
        if max(abs(number.low), abs(number.high)) > _MOST:
            raise Unmodelled
        return number.path, list(_of_range(number))
    text = shown(value)
    if text is None:
        return "", []
    if isinstance(value, Opaque):
        raise Unmodelled
    path = text.path if isinstance(text, Given | Figure) else ""
    return path, [*_up_to("", _DIGITS, fraction=True), *_up_to("-", _DIGITS, fraction=True)]


def _of_range(number: Number) -> Iterator[Decimal | int]:
    whole = number.kind in ("int", "whole")
    for sign, most in (("", ceil(number.high)), ("-", -floor(number.low))):
        if most < 0 or (sign and not most and number.kind == "int"):
            continue
        for found in _up_to(sign, len(str(most)), fraction=not whole):
            yield int(found) if number.kind == "int" else found


def _up_to(sign: str, digits: int, *, fraction: bool) -> Iterator[Decimal]:
    """A number of each length: the longest may be more than Babel writes."""
    behind = f".{str(_FIGURE) * _DIGITS}" if fraction else ""
    for count in range(1, digits + 1):
        yield Decimal(f"{sign}{str(_FIGURE) * count}{behind}")


def _decimal(given: float | str) -> Decimal | int:
    """Raises Unmodelled."""
    if isinstance(given, int):
        return given
    try:
        return Decimal(repr(given) if isinstance(given, float) else given)
    except ArithmeticError:
        raise Unmodelled from None


def _decimals(number: Any, arguments: Arguments, locale: Any) -> str:
    from babel.numbers import format_decimal

    return format_decimal(number, arguments.constant(0, "pattern", None), locale=locale)


def _percents(number: Any, arguments: Arguments, locale: Any) -> str:
    from babel.numbers import format_percent

    return format_percent(number, arguments.constant(0, "pattern", None), locale=locale)


decimal = _numeric(_decimals, 0)
share = _numeric(_percents, 0)


def money(value: Value, arguments: Arguments) -> Value:
    """In each currency that it can be."""
    code = arguments.value(0, "code")
    if code is None:
        raise Unmodelled

    def of(currency: Value) -> Value:
        if not isinstance(currency, Exact) or not isinstance(currency.value, str):
            raise Unmodelled

        def write(number: Any, given: Arguments, locale: Any) -> str:
            from babel.numbers import format_currency

            return format_currency(number, str(currency.value), given.constant(1, "pattern", None), locale=locale)

        return _numeric(write, 1)(value, arguments)

    return over(code, of)


# ---- dates and times

_FORMS = ("short", "medium", "long", "full")
_DATE_LETTERS, _TIME_LETTERS, _ZONE_LETTERS = "GyMLdEecQq", "abBhHkKmsS", "zZOvVxX"
_YEAR = 2096  # any of four figures
_LAST = 999_999  # microseconds


def _dated(write: Callable[[datetime, str, Any], str], form: str, at: int, letters: str) -> Model:
    """`write` takes a moment, a form, and Babel's locale. The text does not depend on how long the value is."""

    def model(value: Value, arguments: Arguments) -> Value:
        def of(wanted: Value) -> Value:
            if not isinstance(wanted, Exact) or not isinstance(wanted.value, str):
                raise Unmodelled
            where = arguments.value(1, "timezone")
            zone = where is not None and not (isinstance(where, Exact) and where.value in (None, "UTC"))
            return Words(Figure("", _longest(write, wanted.value, letters, zone, arguments.locale)))

        return over(value, lambda _: over(arguments.value(at, "form") or Exact(form), of))

    return model


@cache
def _longest(write: Callable[[datetime, str, Any], str], form: str, letters: str, zone: bool, name: str) -> Size:
    """The longest text of any date and time. Dates and times add to it apart from one another."""
    locale = _locale(name)
    used = set(re.findall("[A-Za-z]", re.sub("'[^']*'", "", form)))
    if form in _FORMS:
        used = set("z" if form in ("long", "full") else "") & set(letters)
    if used - set(letters):
        raise Unmodelled  # weeks, days of the year: not the same for each day of a month
    if zone and used & set(_ZONE_LETTERS):
        raise Unmodelled  # what the zone is called depends on the date
    days = [date(_YEAR, month, 10 + more) for month in range(1, 13) for more in range(7)]
    written: list[str] = []
    for hour in _HOURS:  # some forms cannot be written at every hour
        written = _written(partial(write, datetime.combine(each, hour), form, locale) for each in days)
        if len(written) == len(days):
            break
    else:
        return NOTHING  # there is no such form: the render ends there
    found = _largest(written)
    for unit in range(FIGURES):
        sizes = [of_text(text)[unit] for text in written]
        longest = days[sizes.index(max(sizes))]
        found = found.largest(
            _largest(_written(partial(write, datetime.combine(longest, hour), form, locale) for hour in _HOURS))
        )
    return found


_HOURS = [
    time(hour, minute, second, micro, UTC)
    for minute, second, micro in ((59, 59, _LAST), (0, 59, _LAST), (0, 0, 0))
    for hour in range(23, -1, -1)
]


def _write_date(value: datetime, form: str, locale: Any) -> str:
    from babel.dates import format_date

    return format_date(date(value.year, value.month, value.day), form, locale=locale)


def _write_time(value: datetime, form: str, locale: Any) -> str:
    from babel.dates import format_time

    return format_time(value, form, tzinfo=UTC, locale=locale)


def _write_datetime(value: datetime, form: str, locale: Any) -> str:
    from babel.dates import format_datetime

    return format_datetime(value, form, tzinfo=UTC, locale=locale)


day = _dated(_write_date, "medium", 0, _DATE_LETTERS)
time_of_day = _dated(_write_time, "short", 0, _TIME_LETTERS + _ZONE_LETTERS)
moment = _dated(_write_datetime, "medium", 0, _DATE_LETTERS + _TIME_LETTERS + _ZONE_LETTERS)


# ---- writing


@cache
def _locale(name: str) -> Any:
    """Raises Unmodelled for a language that Babel does not know."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(name.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        raise Unmodelled from None


def _written(texts: Iterable[Callable[[], str]]) -> list[str]:
    """The texts; what cannot be written ends the render, and is left out."""
    found: list[str] = []
    for text in texts:
        try:
            found.append(text())
        except (ValueError, ArithmeticError, LookupError, AttributeError, TypeError):
            continue
    return found


def _largest(texts: Iterable[str]) -> Size:
    sizes = [of_text(text) for text in texts]
    return reduce(Size.largest, sizes[1:], sizes[0]) if sizes else NOTHING
