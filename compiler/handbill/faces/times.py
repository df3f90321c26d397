"""Times to choose from, as people read them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = 60  # seconds


def slot(start: Any, duration: Any, zone: Any, locale: str) -> str:
    """`2026-12-01T09:30:00Z`, 1800 seconds: "Tue, Dec 1, 9:30 AM UTC · 30 min"; what is no time is shown as it is."""
    try:
        when = datetime.fromisoformat(str(start))
        if isinstance(zone, str) and zone:
            when = when.astimezone(ZoneInfo(zone))
    except (ValueError, OSError, OverflowError):  # ZoneInfo raises ZoneInfoNotFoundError, IsADirectoryError…
        return str(start)
    except KeyError:
        return str(start)
    minutes = f" · {duration // MINUTE:,} min" if isinstance(duration, int) and duration >= MINUTE else ""
    return f"{_written(when, locale)}{minutes}"


def _written(when: datetime, locale: str) -> str:
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_datetime, format_skeleton

    try:
        language = Locale.parse((locale or "en").replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        language = Locale.parse("en")
    day = format_skeleton("yMMMEd", when, locale=language)
    return f"{day}, {format_datetime(when, 'HH:mm', locale=language)}"
