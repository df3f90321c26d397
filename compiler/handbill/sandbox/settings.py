"""How the sandbox behaves: rate, faults, who and what is unknown. What tests change while it runs is changed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from random import SystemRandom
from typing import Any

from ..diagnostic import did_you_mean
from .answers import facts
from .faults import checked, fault, shares
from .window import Rate


def _default(name: str) -> Any:
    return facts()["defaults"][name]


@dataclass(frozen=True, slots=True)
class Settings:
    """One state of the sandbox's behaviour. Raises ValueError, with words, for a value that makes no sense."""

    fail: Mapping[str, float] | str = field(
        default_factory=dict
    )  # shares of the requests by fault; `429=0.1,drop=0.02`
    seed: int = field(default_factory=lambda: SystemRandom().randrange(2**32))
    next: tuple[str, ...] = ()  # faults of the next requests, in order, before any is drawn; "" is none
    rate: str = ""  # 300/min; "" is no limit
    dedupe: bool = False  # honour the idempotency key
    key_header: str = field(default_factory=lambda: str(_default("key_header")))
    clients: Mapping[str, str] = field(
        default_factory=dict, repr=False
    )  # secrets by id; any will do when there are none
    token_life: float = field(default_factory=lambda: float(_default("token_seconds")))  # seconds
    without: tuple[str, ...] = ()  # permissions that are taken away, as `messaging:send`
    unknown: tuple[str, ...] = field(default_factory=lambda: tuple(_default("unknown")))  # how unknown ids begin
    closed: tuple[str, ...] = field(default_factory=lambda: tuple(_default("closed")))  # whose window is closed
    own_rates: bool = False  # the channels' own APIs have the rates of their channel.json, instead of `rate`
    late: float = field(default_factory=lambda: float(_default("late_seconds")))  # seconds until a late answer
    delay: float = 0.0  # seconds that every answer about messages takes
    retry_after: str | None = field(default_factory=lambda: str(_default("retry_after")))  # of the fault 429
    agentless: int = 200  # or 202, which has no body

    def __post_init__(self) -> None:
        given = shares(self.fail) if isinstance(self.fail, str) else checked(self.fail)
        object.__setattr__(self, "fail", given)
        for name in ("next", "without", "unknown", "closed"):
            value = getattr(self, name)
            if isinstance(value, str) or not all(isinstance(each, str) for each in value):
                raise ValueError(f"`{name}` is a list of texts")
            object.__setattr__(self, name, tuple(value))
        for name in filter(None, self.next):
            fault(name)
        Rate.read(self.rate)
        if self.agentless not in (200, 202):
            raise ValueError("`agentless` is 200 or 202")
        if min(self.token_life, self.late, self.delay) < 0:
            raise ValueError("a time is not negative")

    @property
    def shares(self) -> Mapping[str, float]:
        assert not isinstance(self.fail, str)
        return self.fail

    @property
    def limit(self) -> Rate | None:
        return Rate.read(self.rate)

    def changed(self, values: Mapping[str, Any]) -> Settings:
        """The same with these values. Raises ValueError."""
        for name, value in values.items():
            if name not in CHANGEABLE:
                meant = did_you_mean(name, CHANGEABLE)
                hint = f"did you mean `{meant}`?" if meant else f"there are: {', '.join(CHANGEABLE)}"
                raise ValueError(f"no setting `{name}`; {hint}")
            if not isinstance(value, _KINDS[name]) or (isinstance(value, bool) and _KINDS[name] is not bool):
                raise ValueError(f"`{name}` has a value of another kind")
        return replace(self, **values)

    def shown(self) -> dict[str, Any]:
        """What may be seen and changed, as plain JSON."""
        return {name: list(value) if isinstance(value := getattr(self, name), tuple) else value for name in CHANGEABLE}


_KINDS: dict[str, Any] = {
    "fail": dict | str,
    "seed": int,
    "next": list | tuple,
    "rate": str,
    "dedupe": bool,
    "token_life": int | float,
    "without": list | tuple,
    "unknown": list | tuple,
    "closed": list | tuple,
    "own_rates": bool,
    "late": int | float,
    "delay": int | float,
    "retry_after": str | None,
    "agentless": int,
}
CHANGEABLE = tuple(each.name for each in fields(Settings) if each.name in _KINDS)
