"""How fast a connection may send, and how soon the same recipient may be written to again.

One queue (GCRA) a limit, kept in the ledger's file: workers and processes share it, and a restart goes on with it.
https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
"""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import blake2b

from ..channels import channel as channel_of
from .connection import Connection, Credentials
from .ledger import Ledger, Limit, Permit
from .ledger_file import data

Clock = Callable[[], float]  # seconds since 1970


class Limits:
    """The limits of one connection and channel. A permit is for one request, of one message or a list."""

    def __init__(
        self, ledger: Ledger, connection: Connection, credentials: Credentials, channel: str, clock: Clock = time.time
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._limit = limit(limiter(connection, credentials), *connection.rate)
        self._channel = channel
        self._spacing = spacing(channel)

    def wait(self, recipient: str = "") -> Permit:
        """A permit for a request; one that is not granted says when to ask again, as the recipient was just written to.

        `recipient` is its hash, as the ledger has it. After the wait, and before the request, `held` is asked.
        """
        own = None
        if recipient and self._spacing is not None:
            own = limit(f"{self._limit.name}/{self._channel}/{recipient}", *self._spacing)
        return self._ledger.permits(self._limit, self._clock(), spacing=own)

    def held(self) -> float:
        """Seconds that a Retry-After still asks for; 0 to go. A permit from before it is void: ask for another."""
        return self._ledger.held(self._limit.name, self._clock())

    def push(self, seconds: float) -> None:
        """A Retry-After: nobody who shares the limit goes within so many seconds."""
        self._ledger.push(self._limit.name, self._clock() + seconds)


def limit(name: str, count: int, seconds: float) -> Limit:
    """So many in any period of so many seconds, evenly spread, a little less than is allowed."""
    return Limit(name, seconds / (count * data()["rate"]["used"]))


def limiter(connection: Connection, credentials: Credentials) -> str:
    """Who is limited: an OAuth client at a login host, whatever the connection is called. A hash, 32 hex digits."""
    who = f"{credentials.client_id.reveal()}\n{connection.login}"
    return blake2b(who.encode(), digest_size=16).hexdigest()


def spacing(channel: str) -> tuple[int, float] | None:
    """So many messages in so many seconds to the same recipient; None where the channel names no such rate."""
    for rate in channel_of(channel).data.get("rates", []):
        if rate["scope"] in data()["rate"]["recipient"]:
            return rate["limit"], rate["seconds"]
    return None
