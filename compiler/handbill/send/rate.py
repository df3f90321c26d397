"""How fast a connection may send, and how soon the same recipient may be written to again.

One queue (GCRA) a limit, kept in the ledger's file: workers and processes share it, and a restart goes on with it.
https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ..channels import Channel
from .connection import Rate, Spacing
from .ledger import Ledger, Limit
from .ledger_file import data

Clock = Callable[[], float]  # seconds since 1970


class Limits:
    """The limits of one connection and channel. A permit is for one request, of one message or a list."""

    def __init__(
        self, ledger: Ledger, name: str, rate: Rate | None, channel: str, spacing: Spacing | None,
        clock: Clock = time.time,
    ) -> None:  # fmt: skip
        """`name` is whose limits they are: all who give the same one share them."""
        self._ledger = ledger
        self._clock = clock
        self._limit = limit(name, *rate) if rate is not None else Limit(name, 0.0)
        self._person = f"{name}/{channel}/"
        self._spacing = spacing

    def wait(self) -> float:
        """Seconds until a request may go; its place is kept. After the wait, and before the request, ask `held`."""
        return self._ledger.permits(self._limit, self._clock()).seconds

    def spare(self, recipient: str) -> float:
        """0 when the recipient may be written to, and that is noted; else the seconds until it is time to ask again.

        `recipient` is its hash, as the ledger has it.
        """
        if self._spacing is None:
            return 0.0
        own = limit(f"{self._person}{recipient}", *self._spacing)
        permit = self._ledger.permits(Limit(self._person, 0.0), self._clock(), spacing=own)
        return 0.0 if permit.granted else permit.seconds

    def held(self) -> float:
        """Seconds that a Retry-After still asks for; 0 to go. A permit from before it is void: ask for another."""
        return self._ledger.held(self._limit.name, self._clock())

    def push(self, seconds: float) -> None:
        """A Retry-After: nobody who shares the limit goes within so many seconds."""
        self._ledger.push(self._limit.name, self._clock() + seconds)


def limit(name: str, count: int, seconds: float, at_once: int = 1) -> Limit:
    """So many in any period of so many seconds, a little less than is allowed: evenly spread, but for a few at once.

    What goes at once is taken off what is spread, so that no period has more.
    """
    return Limit(name, seconds / ((count - at_once + 1) * data()["rate"]["used"]), at_once)


def spacing(channel: Channel) -> Spacing | None:
    """How often the same recipient may be written to; None where the channel names no such rate.

    `at_once` of the rate is our choice: a limit of an hour does not keep the parts of one message apart.
    """
    rate = _strictest(channel, "recipient")
    return Spacing(rate["limit"], rate["seconds"], rate.get("at_once", 1)) if rate is not None else None


def slowest(channel: Channel) -> Rate | None:
    """The strictest of a channel's rates that are for each connection.

    Requests are evenly spread, so whoever keeps that one keeps the others.
    """
    rate = _strictest(channel, "connection")
    return (rate["limit"], rate["seconds"]) if rate is not None else None


def _strictest(channel: Channel, applies: str) -> dict[str, Any] | None:
    rates = [rate for rate in channel.data.get("rates", []) if rate.get("applies") == applies]
    return min(rates, key=lambda rate: rate["limit"] / rate["seconds"], default=None)
