"""Where messages go: what every connection has, whatever is at its other end.

`genesys_connection` is Genesys Cloud, `direct_connection` a channel's own API, `connections` takes the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .ledger_file import data

if TYPE_CHECKING:
    from .fields import Fields
    from .http import Client
    from .parcels import Parcel
    from .problem import Problem, Verdict
    from .requests import Request
    from .retry import Dedup

Rate = tuple[int, float]  # so many, in so many seconds


class Spacing(NamedTuple):
    """So many messages to the same recipient in any period of so many seconds, some of them at once after a pause."""

    limit: int
    seconds: float
    at_once: int = 1


Again = Callable[["Problem", int], bool]  # a problem at a login, after so many attempts: whether to try once more


class Session(Protocol):
    """A service with its secrets, for any number of threads."""

    def post(self, request: Request) -> list[Verdict]:
        """One request, and a verdict on each of its messages. Raises Failed when there is no token to be had."""
        ...


class Service(Protocol):
    """One gateway of a connection, for one channel: what is posted to it, and what its answers mean."""

    many: bool  # whether a request takes several messages
    dedup: Dedup | None  # how it knows a message that it has had before
    rate: Rate | None  # of requests
    spacing: Spacing | None  # of messages to the same recipient

    def request(self, parcels: Sequence[Parcel], keys: Sequence[str] = ()) -> Request:
        """The one request that carries these; several only with `many`. `keys` are their idempotency keys."""
        ...

    def first(self) -> Iterable[Request]:
        """The requests that go before those, for a dump."""
        ...

    def parcels(self, line: bytes) -> list[Parcel]:
        """What is in a message's line of a run."""
        ...

    def limiter(self) -> str:
        """Who is limited, whatever the connection is called: a hash, 32 hex digits. Needs the secrets."""
        ...

    def session(self, client: Client, again: Again = lambda problem, attempts: False) -> Session:
        """Ready to post. Needs the secrets."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Everything about the other side but its secrets."""

    name: str  # "" when it comes from the environment alone
    gateway: str  # "" when the project's is taken
    address: Mapping[str, str]  # address fields that are the same for every message
    channels: Mapping[str, str]  # the channel's id at the other side, by Handbill's name of it
    workers: int  # requests under way at once
    batch: int  # messages in a request, where the gateway takes a list
    rate: Rate | None  # requests; None: as the service says
    timeouts: Mapping[str, float]  # connect, read, write, pool; seconds
    retry: Mapping[str, float]  # what differs from the shipped numbers


def common(fields: Fields) -> dict[str, Any]:
    """The settings that every connection has, by name. Raises Failed (bad-config)."""
    workers = data()["workers"]
    return {
        "workers": fields.whole("workers", workers["default"], workers["max"]),
        "timeouts": fields.numbers("timeouts", _default_timeouts(), _bounds("timeouts")),
        "retry": fields.numbers("retry", _default_retry(), _bounds("retry")),
    }


COMMON = ("workers", "rate", "timeouts", "retry")  # the names of those, and of the rate


def _bounds(block: str) -> dict[str, tuple[float, float]]:
    """The least and the most of each number of a block of the data."""
    return {name: (least, most) for name, (least, most) in data()[block]["bounds"].items()}


def _default_timeouts() -> dict[str, float]:
    return {name: data()["timeouts"][name] for name in _bounds("timeouts")}


def _default_retry() -> dict[str, float]:
    facts = data()["retry"]
    own = {name: facts[name] for name in ("attempts", "cap_seconds", "wait_cap_seconds")}
    return {**own, "tokens": facts["quota"]["tokens"]}
