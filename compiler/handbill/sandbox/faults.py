"""What goes wrong, and when: faults by name, drawn from a seed.

A fault is drawn for a request from the seed, the request's body and how often that body has come, not from the order of
requests: the same messages meet the same faults again, whatever the number of workers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal

from ..diagnostic import did_you_mean

How = Literal["error", "throttle", "proxy", "late", "reset", "close", "page", "cut"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to go wrong. `after`: the messages are accepted first, so the sender cannot know."""

    name: str
    how: How
    after: bool = False
    code: str = ""  # of an `ErrorBody`
    status: int = 0  # of a page that a proxy answers

    @property
    def about(self) -> str:
        what = _WORDS[self.how].format(code=self.code, status=self.status)
        return f"{'accepted, then ' if self.after else ''}{what}"


_WORDS: dict[How, str] = {
    "error": "answered {code}",
    "throttle": "answered too.many.requests.retry.after",
    "proxy": "a page with status {status}",
    "late": "answered too late",
    "reset": "connection reset",
    "close": "connection closed without an answer",
    "page": "a page with status 200",
    "cut": "half of an answer",
}

_ALL = (
    Fault("401", "error", code="bad.credentials"),
    Fault("429", "throttle"),
    Fault("500", "error", code="internal.server.error"),
    Fault("500-after", "error", after=True, code="internal.server.error"),
    Fault("502", "proxy", status=502),
    Fault("502-after", "proxy", after=True, status=502),
    Fault("503", "error", code="service.unavailable"),
    Fault("503-after", "proxy", after=True, status=503),  # Genesys' own 503 says that it took nothing
    Fault("504", "error", code="request.timeout"),
    Fault("504-after", "error", after=True, code="request.timeout"),
    Fault("timeout", "late", after=True),
    Fault("timeout-before", "late"),
    Fault("reset", "reset"),
    Fault("reset-after", "reset", after=True),
    Fault("drop", "close", after=True),
    Fault("drop-before", "close"),
    Fault("html", "page"),
    Fault("html-after", "page", after=True),
    Fault("cut", "cut", after=True),
)
FAULTS = {fault.name: fault for fault in _ALL}


def fault(name: str) -> Fault:
    """A fault by its name. Raises ValueError with words for whoever named it."""
    if name in FAULTS:
        return FAULTS[name]
    meant = did_you_mean(name, FAULTS)
    raise ValueError(
        f"no fault `{name}`; " + (f"did you mean `{meant}`?" if meant else f"there are: {', '.join(FAULTS)}")
    )


def shares(text: str) -> dict[str, float]:
    """`429=0.1,drop=0.02` as shares of the requests by fault. Raises ValueError."""
    given: dict[str, float] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, share = part.partition("=")
        kind = fault(name.strip())
        try:
            given[kind.name] = float(share)
        except ValueError:
            raise ValueError(f"`{share}` is no share of 1; write {kind.name}=0.1") from None
    return checked(given)


def checked(given: Mapping[str, Any]) -> dict[str, float]:
    """Shares that are of known faults and no more than 1 together. Raises ValueError."""
    for name, share in given.items():
        fault(name)
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise ValueError(f"the share of `{name}` is from 0 to 1")
    if sum(given.values()) > 1:
        raise ValueError("the shares of all faults are more than 1 together")
    return dict(given)


class Dice:
    """Numbers from 0 to 1 that follow from a seed and from what was sent."""

    def __init__(self, seed: int) -> None:
        self._key = str(seed).encode()[:64]
        self._seen: dict[bytes, int] = {}

    def roll(self, body: bytes) -> float:
        """The next number for this body."""
        digest = blake2b(body, digest_size=16).digest()
        times = self._seen[digest] = self._seen.get(digest, 0) + 1
        drawn = blake2b(digest + times.to_bytes(8), key=self._key, digest_size=8).digest()
        return int.from_bytes(drawn) / 2**64

    def draw(self, given: Mapping[str, float], body: bytes) -> Fault | None:
        """The fault that this request meets, if any."""
        if not given:
            return None
        left = self.roll(body)
        for name, share in given.items():
            left -= share
            if left < 0:
                return FAULTS[name]
        return None
