"""What a channel is: a folder of data under `schemas/`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..resources import load


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """Where the customer reads.

    `data` is the channel's `channel.json`; its limits and what it can show are the schemas beside it.
    """

    name: str  # "messenger": the folder's name, and what an author writes
    data: dict[str, Any]

    @property
    def title(self) -> str:
        """What people call it: "Messenger"."""
        return str(self.data["title"])

    @property
    def genesys(self) -> dict[str, Any]:
        """How Genesys Cloud names and reaches the channel."""
        return dict(self.data.get("genesys", {}))

    @property
    def limits(self) -> str:
        return f"{self.name}/limits.json"

    @property
    def message_schema(self) -> str:
        """Which neutral messages the channel can show."""
        return f"{self.name}/message.schema.json"

    @property
    def message_rules(self) -> dict[str, Any]:
        """The schema itself, for what can be read off it."""
        return dict(load(self.message_schema))

    @property
    def genesys_schema(self) -> str | None:
        """What Genesys Cloud takes away from that, when it does."""
        return f"{self.name}/genesys.schema.json" if self.data.get("genesys", {}).get("narrows") else None


def load_channel(name: str) -> Channel:
    return Channel(name, load(f"{name}/channel.json"))
