"""Whether a message is tried again, when, and how often before the whole run stops.

throttled   the server says "not now": not looked at, so it is safe to send again
transient   it failed and may not fail the next time; where it may have arrived, only if that does no harm
final       the same request would come to the same end
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from random import Random
from typing import Any

from .ledger_file import data
from .outcome import State
from .problem import Problem


class Class(StrEnum):
    THROTTLED = "throttled"
    TRANSIENT = "transient"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an attempt that failed says of the next one."""

    kind: Class
    ambiguous: bool  # it may have arrived; otherwise it surely did not

    def again(self, harmless: bool) -> bool:
        """Whether to send once more. `harmless`: a second arrival does no harm, or is what the run asks for."""
        return self.kind is not Class.FINAL and (harmless or not self.ambiguous)


def judged(problem: Problem, state: State) -> Judgement:
    """The class of a problem, and whether the state it left the message in is open.

    The channel's own table of errors goes before `classes` of sending.json.
    """
    if "outcome" in problem.told:
        return Judgement(_CLASSES.get(problem.told["outcome"], Class.FINAL), state is State.UNKNOWN)
    rows: list[dict[str, Any]] = data()["classes"]
    fitting = (row["class"] for row in rows if any(_fits(when, problem) for when in row["when"]))
    return Judgement(Class(next(fitting, Class.FINAL)), state is State.UNKNOWN)


_CLASSES = {"throttled": Class.THROTTLED, "transient": Class.TRANSIENT, "unknown": Class.TRANSIENT}  # by outcome


def _fits(when: Mapping[str, Sequence[str]], problem: Problem) -> bool:
    said = {"status": {str(problem.status)}, "code": problem.codes, "fault": {problem.fault}}
    return all(said[name] & set(values) for name, values in when.items())


class Backoff:
    """How long to wait before the next attempt: exponential with full jitter, never less than a Retry-After.

    Numbers: `retry` of sending.json, and what the connection sets instead.
    """

    def __init__(self, numbers: Mapping[str, float], random: Random) -> None:
        """`numbers` are the connection's (`Connection.retry`); `random` is seeded by whoever wants to see it again."""
        self._numbers: dict[str, Any] = {**data()["retry"], **numbers}
        self._random = random

    @property
    def attempts(self) -> int:
        """How often a message is tried at most, the first time included."""
        return int(self._numbers["attempts"])

    def seconds(self, kind: Class, attempt: int, wait: float | None = None) -> float:
        """Seconds from the end of attempt number `attempt` (from 1) to the next. Not for what is final.

        `wait` is the Retry-After in seconds, if there was one.
        """
        numbers = self._numbers
        base: float = numbers[kind]["base_seconds"]
        most: float = min(numbers["cap_seconds"], base * 2.0 ** min(attempt - 1, _DOUBLINGS))
        pause = self._random.uniform(0.0, most)
        return max(pause, self.believed(wait)) if wait is not None and wait > 0 else pause

    def believed(self, wait: float) -> float:
        """A Retry-After as far as it makes sense: not for ever."""
        return min(wait, float(self._numbers["believed_seconds"]))


_DOUBLINGS = 64  # enough for every cap, and no overflow


class Quota:
    """What retries a process may spend: when a whole service is down, the run stops instead of going on knocking.

    A retry costs tokens, a message that is accepted gives some back. For any number of threads.
    """

    def __init__(self, numbers: Mapping[str, float]) -> None:
        """`numbers` are the connection's (`Connection.retry`)."""
        facts = data()["retry"]
        self._most = numbers.get("tokens", facts["quota"]["tokens"])
        self._refill: float = facts["quota"]["refill"]
        self._cost: dict[str, float] = {kind: facts[kind]["cost"] for kind in (Class.TRANSIENT, Class.THROTTLED)}
        self._tokens = self._most
        self._lock = threading.Lock()

    def take(self, kind: Class) -> bool:
        """Pay for a retry. False, and nothing is paid, when there is not enough left: the run is to stop."""
        cost = self._cost[kind]
        with self._lock:
            if self._tokens < cost:
                return False
            self._tokens -= cost
            return True

    def refund(self, messages: int = 1) -> None:
        """So many messages were accepted."""
        with self._lock:
            self._tokens = min(self._most, self._tokens + messages * self._refill)


@dataclass(frozen=True, slots=True)
class Dedup:
    """How a gateway knows a message that it has had before."""

    header: str = ""  # that carries the key
    field: str = ""  # or the body's field that does
    window: float = inf  # seconds for which it remembers


def dedup(gateway: str, header: str = "") -> Dedup | None:
    """What a gateway offers (`gateways` of sending.json); None when a second arrival is a second message.

    `header` is the connection's `idempotency_key`, which says that its server knows keys, whatever the gateway.
    """
    if header:
        return Dedup(header)
    known: dict[str, Any] = data()["gateways"].get(gateway, {})
    offer = known.get("dedup")
    return Dedup(**offer) if offer else None


def dedup_of(facts: Mapping[str, Any]) -> Dedup | None:
    """What a channel's own API offers: `idempotency` of its channel.json."""
    if not facts.get("supported"):
        return None
    window = facts.get("window_seconds")
    untold: float = data()["retry"]["remembered_seconds"]
    return Dedup(facts.get("header", ""), facts.get("field", ""), untold if window is None else float(window))
