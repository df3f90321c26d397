"""Filters that write numbers, money, dates and times as a language does, through Babel.

The same values always give the same text: nothing asks what time it is, and without a time zone it is UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

from ..budget import current as budget
from ..holes import current, settled

_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
_LENGTHS = ("short", "medium", "long", "full")
_LONGEST = 100  # characters of a pattern, or of a date; and figures of a number


class WrongValue(ValueError):
    """A value that cannot be written so. `hint` says what can."""

    def __init__(self, said: str, hint: str) -> None:
        super().__init__(said)
        self.hint = hint


def _locale() -> Any:
    """The language of the message. Raises WrongValue for one that Babel does not know."""
    name = current.get().speech.catalog.locale
    try:
        return _babel_locale(name)
    except ValueError:
        said = f"nothing is known of how `{name}` writes this"
        raise WrongValue(said, "set locale to a language, as en or pt_BR") from None


@cache
def _babel_locale(name: str) -> Any:
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(name.replace("-", "_"))
    except UnknownLocaleError:
        raise ValueError(name) from None


def _amount(value: Any) -> Decimal | int:
    value = settled(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise WrongValue(f"a number is needed, not {kind(value)}", "give a number")
    text = repr(value) if isinstance(value, float) else str(value)
    if isinstance(value, int):
        budget.get().integer(value.bit_length())
        return value
    if isinstance(value, str) and not _NUMBER.fullmatch(text):
        raise WrongValue("this text is no number", "a number is written 1234.5, without other signs")
    if value != value or value in (float("inf"), float("-inf")):
        raise WrongValue("this is no number", "give a number")
    return Decimal(text)


_KINDS = {bool: "true or false", list: "a list", dict: "an object", str: "text", int: "a number", float: "a number"}


def kind(value: Any) -> str:
    return "null" if value is None else _KINDS.get(type(value), "no value of this sort")


def _pattern(pattern: Any) -> str | None:
    text = settled(pattern)
    if text is None:
        return None
    if not isinstance(text, str) or not text or len(text) > _LONGEST:
        raise WrongValue("this is no pattern", "a pattern is written as in #,##0.00 or d. MMMM y")
    return text


def number(value: Any, pattern: Any = None) -> str:
    """`{{ 1234.5|number }}`: 1,234.5 or 1.234,5; with a pattern: `{{ n|number('#,##0.00') }}`."""
    from babel.numbers import format_decimal

    return _written(lambda: format_decimal(_amount(value), _pattern(pattern), locale=_locale()))


def percent(value: Any, pattern: Any = None) -> str:
    """`{{ 0.25|percent }}`: 25%."""
    from babel.numbers import format_percent

    return _written(lambda: format_percent(_amount(value), _pattern(pattern), locale=_locale()))


def currency(value: Any, code: Any, pattern: Any = None) -> str:
    """`{{ price|currency('EUR') }}`: €1,234.50 or 1.234,50 €."""
    from babel.numbers import format_currency, is_currency

    name = settled(code)
    if not isinstance(name, str) or not is_currency(name):
        raise WrongValue("there is no such currency", "a currency is given by its three letters: EUR, USD")
    return _written(lambda: format_currency(_amount(value), name, _pattern(pattern), locale=_locale()))


def _written(made: Callable[[], str]) -> str:
    budget.get().charge()
    try:
        text = made()
    except WrongValue:
        raise
    except (ValueError, ArithmeticError, KeyError, AttributeError, IndexError, TypeError):
        raise WrongValue("this cannot be written so", "look at the value and at the pattern") from None
    budget.get().fits(len(text))
    return text


def _text(value: Any, what: str, example: str) -> str:
    found = settled(value)
    if not isinstance(found, str) or len(found) > _LONGEST:
        raise WrongValue(f"{what} is needed, not {kind(found)}", f"{what} is written {example}")
    return found.strip()


def _moment(value: Any, zone: Any) -> datetime:
    """An ISO date with a time, in a time zone. Without one of its own it is UTC."""
    text = _text(value, "a date with a time", "2026-11-22T14:30:00Z")
    try:
        if "T" not in text and " " not in text:
            raise ValueError
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongValue("this is no date with a time", "it is written 2026-11-22T14:30:00Z") from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        return found.astimezone(_zone(zone))
    except OverflowError:
        raise WrongValue("this is no date with a time", "it is written 2026-11-22T14:30:00Z") from None


def _zone(zone: Any) -> Any:
    name = settled(zone)
    if name is None:
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        if not isinstance(name, str):
            raise ValueError
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongValue("there is no such time zone", "a time zone is called Europe/Berlin, or UTC") from None


def _length(form: Any) -> str:
    text = _pattern(form)
    assert text is not None
    if text in _LENGTHS or re.search("[^A-Za-z]|^(.)\\1*$", text):
        return text
    raise WrongValue("there is no such form", f"{', '.join(_LENGTHS)}, or a pattern such as d. MMMM y")


def date_(value: Any, form: Any = "medium", timezone: Any = None) -> str:
    """`{{ '2026-11-22'|date }}`: Nov 22, 2026; forms are short, medium, long, full, and patterns."""
    from babel.dates import format_date

    text = _text(value, "a date", "2026-11-22")
    if "T" in text or " " in text:
        day = _moment(text, timezone).date()
    else:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise WrongValue("this is no date", "a date is written 2026-11-22") from None
    return _written(lambda: format_date(day, _length(form), locale=_locale()))


def time_(value: Any, form: Any = "short", timezone: Any = None) -> str:
    """`{{ '14:30'|time }}`: 2:30 PM; of a date with a time, the time in a time zone."""
    from babel.dates import format_time

    text = _text(value, "a time", "14:30")
    if "T" in text.upper().lstrip("T") or " " in text:
        moment = _moment(text, timezone)
        return _written(lambda: format_time(moment, _length(form), tzinfo=moment.tzinfo, locale=_locale()))
    try:
        clock = time.fromisoformat(text)
    except ValueError:
        raise WrongValue("this is no time", "a time is written 14:30") from None
    return _written(lambda: format_time(clock.replace(tzinfo=None), _length(form), tzinfo=UTC, locale=_locale()))


def datetime_(value: Any, form: Any = "medium", timezone: Any = None) -> str:
    """`{{ start|datetime('short', timezone='Europe/Berlin') }}`: 11/22/26, 3:30 PM."""
    from babel.dates import format_datetime

    moment = _moment(value, timezone)
    return _written(lambda: format_datetime(moment, _length(form), tzinfo=moment.tzinfo, locale=_locale()))


FILTERS: dict[str, Callable[..., str]] = {
    "number": number,
    "percent": percent,
    "currency": currency,
    "date": date_,
    "time": time_,
    "datetime": datetime_,
}
