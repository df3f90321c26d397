"""What a gateway is: a module that turns messages into the bodies a server takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ..channels.base import Channel
from ..diagnostic import Diagnostic
from ..message import Message
from ..tree import Leaf, Tree


@dataclass(frozen=True, slots=True)
class AddressField:
    """One thing that must be known of the recipient before a body can go out."""

    name: str  # "to", as in `--to`
    about: str  # what it is, for help and for the error when it is missing
    required: bool = True


# The values of a gateway's address fields; a Leaf with a hole when a stamp is made for many recipients.
Address: TypeAlias = Mapping[str, Leaf | str]


def through_genesys(channel: Channel) -> Diagnostic | None:
    """For a gateway of Genesys Cloud: it reaches the channels that Genesys Cloud knows."""
    if channel.genesys:
        return None
    return Diagnostic(
        "unsupported-content",
        "Channel out of reach",
        text=f"Genesys Cloud does not carry {channel.title}.",
        hint="compile this channel with --via direct",
        source=str(channel.data.get("docs", "")),
    )


class Gateway(Protocol):
    """Every module in `gateways/` that takes payloads has these names."""

    NAME: str  # "genesys-event"
    TITLE: str  # one line for `handbill channels` and for help

    def schema(self, channel: Channel) -> str:
        """The payload's schema, under `schemas/`: "genesys/event.schema.json"."""
        ...

    def message_schema(self, channel: Channel) -> str | None:
        """Which neutral messages it carries; None when all that the channel shows."""
        ...

    def fields(self, channel: Channel) -> tuple[AddressField, ...]:
        """What must be known of a recipient."""
        ...

    def reaches(self, channel: Channel) -> Diagnostic | None:
        """None when what the gateway carries gets to the channel, else why it does not."""
        ...

    def emit(self, messages: Sequence[Message], channel: Channel, address: Address | None) -> list[Tree]:
        """The bodies, one a request (or one an event, where requests take a list).

        The messages have passed every schema. Structural: leaves are moved, copied and concatenated,
        never read. Without an address the bodies have no recipient and are for review.
        """
        ...

    def addressed(self, body: dict[str, Tree], channel: Channel, address: Address | None) -> Tree:
        """A body with its recipient; as it is without an address. What `emit` does last, for native bodies too."""
        ...
