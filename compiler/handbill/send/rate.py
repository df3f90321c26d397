"""How fast a connection may send, and how soon the same recipient may be written to again.

One queue (GCRA) a limit, kept in the ledger's file: workers and processes share it, and a restart goes on with it.
https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ..channels import Channel
from ..channels import channel as channel_of
from .connection import Rate
from .ledger import Ledger, Limit
from .ledger_file import data

Clock = Callable[[], float]  # seconds since 1970


class Limits:
    """The limits of one connection and channel. A permit is for one request, of one message or a list."""

    def __init__(
        self, ledger: Ledger, name: str, rate: Rate | None, channel: str, spacing: Rate | None,
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


def limit(name: str, count: int, seconds: float) -> Limit:
    """So many in any period of so many seconds, evenly spread, a little less than is allowed."""
    return Limit(name, seconds / (count * data()["rate"]["used"]))


def spacing(channel: str) -> Rate | None:
    """So many messages in so many seconds to the same recipient; None where the channel names no such rate."""
    return slowest(channel_of(channel), "recipient")


def slowest(channel: Channel, applies: str) -> Rate | None:
    """The strictest of a channel's rates that are for each `connection`, or for each `recipient`.

    Requests are evenly spread, so whoever keeps that one keeps the others.
    """
    rates = [
        (rate["limit"], rate["seconds"]) for rate in channel.data.get("rates", []) if rate.get("applies") == applies
    ]
    return min(rates, key=lambda rate: rate[0] / rate[1], default=None)
