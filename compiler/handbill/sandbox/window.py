"""The rate limit: at most so many requests in any window of time, for each OAuth client."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from time import monotonic

_RATE = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,4})?\s*(s|sec|second|min|minute|h|hour)s?")
_SECONDS = {"s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600}


@dataclass(frozen=True, slots=True)
class Rate:
    """`requests` within `seconds`."""

    requests: int
    seconds: int

    @classmethod
    def read(cls, text: str) -> Rate | None:
        """`300/min`, `80/s`, `20/10s`; None for `none` and for nothing. Raises ValueError."""
        if text in ("", "none"):
            return None
        match = _RATE.fullmatch(text)
        if match is None:
            raise ValueError(f"`{text}` is no rate; write it as 300/min, 80/s or none")
        return cls(int(match[1]), int(match[2] or 1) * _SECONDS[match[3]])


class Window:
    """Counts what was let through. A request that is refused does not count."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._passed: dict[str, deque[float]] = defaultdict(deque)

    def wait(self, client: str, rate: Rate) -> int:
        """Whole seconds until this client may send again; 0 when it may now, and then it has."""
        now = self._clock()
        passed = self._passed[client]
        while passed and passed[0] <= now - rate.seconds:
            passed.popleft()
        if len(passed) < rate.requests:
            passed.append(now)
            return 0
        return max(1, ceil(passed[len(passed) - rate.requests] + rate.seconds - now))

    def clear(self) -> None:
        self._passed.clear()
