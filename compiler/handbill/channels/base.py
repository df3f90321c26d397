"""What a channel is: a folder of data under `schemas/`, and a module here that writes the channel's own JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any, Protocol, cast

from ..message import Message
from ..resources import load
from ..tree import Tree


class Emitter(Protocol):
    """A module of this package, for a channel with an API that Handbill speaks."""

    def emit(self, messages: Sequence[Message]) -> list[dict[str, Tree]]:
        """The bodies, one a request, without their recipient, in the order they are to be read.

        The messages have passed every schema. Structural: leaves are moved, copied, joined, escaped and encoded,
        never read (but `template_type`, `kind` and the like, which are constants).
        """
        ...


@dataclass(frozen=True, eq=False)
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
        """How Genesys Cloud names and reaches the channel; empty when it does not."""
        return dict(self.data.get("genesys") or {})

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
        return f"{self.name}/genesys.schema.json" if self.genesys.get("narrows") else None

    @property
    def direct(self) -> bool:
        """Whether the channel has an API of its own that Handbill speaks."""
        return bool(self.data["direct"])

    @property
    def direct_schema(self) -> str | None:
        """What that API takes away from the messages, beyond what its payload schema says; rarely needed."""
        told = self.data["direct"]
        return f"{self.name}/direct.schema.json" if isinstance(told, dict) and told.get("narrows") else None

    @property
    def markup(self) -> frozenset[str]:
        """The kinds of inline markup that its own API can write: bold, italic, code, link."""
        return frozenset((self.data.get("markup") or {}).get("kinds", ()))

    @property
    def marked(self) -> frozenset[str]:
        """The fields of a message that can have it: text, caption, subtitle."""
        return frozenset((self.data.get("markup") or {}).get("fields", ()))

    @property
    def formats(self) -> tuple[str, ...]:
        """Patterns of what it would format in a plain text, where no sign prevents that."""
        return tuple((self.data.get("markup") or {}).get("formats", ()))

    @property
    def formatted(self) -> tuple[str, ...]:
        """The fields in which it does so, when they are not those that can have markup."""
        return tuple((self.data.get("markup") or {}).get("formats_in", ()))

    @property
    def formats_source(self) -> tuple[str, str]:
        """The page that says so, and the day it was read."""
        told = self.data.get("markup") or {}
        return str(told.get("x-source", "")), str(told.get("x-checked", ""))

    @property
    def last(self) -> tuple[frozenset[str], frozenset[str]]:
        """Types whose buttons are gone when any message follows; and when one of these types follows."""
        told = self.data.get("sequence") or {}
        return frozenset(told.get("last", ())), frozenset(told.get("last_of_kind", ()))

    @property
    def most(self) -> int | None:
        """How many messages it takes at once, where that is limited."""
        name = (self.data.get("sequence") or {}).get("most")
        return None if name is None else int(load(self.limits)["$defs"][name]["maxItems"])

    @property
    def payload_schema(self) -> str:
        """What the channel's own API accepts."""
        return f"{self.name}/payload.schema.json"

    @cached_property
    def emitter(self) -> Emitter:
        """The module that writes the channel's own JSON, imported when it is first needed."""
        return cast(Emitter, import_module(f"{__package__}.{self.name}"))


def load_channel(name: str) -> Channel:
    return Channel(name, load(f"{name}/channel.json"))
