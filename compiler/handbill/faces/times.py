"""What depends on a language: how times to choose from are written, and which way a text runs."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from babel import Locale

MINUTE = 60  # seconds


def direction(locale: str) -> str:
    """ "rtl" for a language that is written from right to left, else "ltr"."""
    if not locale:
        return "ltr"
    return "rtl" if _locale(locale).character_order == "right-to-left" else "ltr"


def slot(start: Any, duration: Any, zone: Any, locale: str) -> str:
    """`2026-12-01T09:30:00Z`, 1800 seconds: "Tue, Dec 1, 9:30 AM UTC · 30 min"; what is no time is shown as it is."""
    try:
        when = datetime.fromisoformat(str(start))
        if isinstance(zone, str) and zone:
            when = when.astimezone(ZoneInfo(zone))
    except (ValueError, KeyError, OSError, OverflowError):  # no time, no zone, a zone's name that is a folder
        return str(start)
    minutes = f" · {duration // MINUTE:,} min" if isinstance(duration, int) and duration >= MINUTE else ""
    return f"{_written(when, locale)}{minutes}"


def _written(when: datetime, locale: str) -> str:
    from babel.dates import format_datetime, format_skeleton

    language = _locale(locale or "en")
    return f"{format_skeleton('yMMMEd', when, locale=language)}, {format_datetime(when, 'HH:mm', locale=language)}"


@cache
def _locale(name: str) -> Locale:
    from babel import Locale, UnknownLocaleError  # 20 ms

    try:
        return Locale.parse(name.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale.parse("en")
