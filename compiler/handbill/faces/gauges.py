"""How long each text of a message is, against what the channel allows, in the unit the channel counts in."""

from __future__ import annotations

from dataclasses import dataclass

from ..diff.lengths import message_limits
from ..gateways import Gateway
from ..result import Result


@dataclass(frozen=True, slots=True)
class Gauge:
    """One text against its tightest limit."""

    path: str  # JSON pointer into the author's message
    text: str
    size: int
    limit: int
    unit: str  # "characters", "UTF-16 units", "septets"

    @property
    def share(self) -> float:
        """How much of the room is taken: 1.0 is full."""
        return self.size / self.limit if self.limit else float(self.size > 0)


def gauges(result: Result, gateway: Gateway) -> list[Gauge]:
    """A gauge for each text that has a limit, the fullest first. Also of a message that the channel refuses."""
    if result.explained is None:
        return []
    found = [
        Gauge(path, text, limit.size(text) or 0, limit.most, limit.unit)
        for path, text, limit in message_limits(result.explained, gateway)
    ]
    return sorted(found, key=lambda gauge: (-gauge.share, gauge.path))
