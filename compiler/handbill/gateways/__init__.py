"""The gateways, one line each."""

from __future__ import annotations

from . import direct, genesys_agentless, genesys_bot, genesys_dialogflow, genesys_event
from .base import Address, AddressField, Gateway

GATEWAYS: dict[str, Gateway] = {
    genesys_event.NAME: genesys_event,
    genesys_bot.NAME: genesys_bot,
    genesys_dialogflow.NAME: genesys_dialogflow,
    genesys_agentless.NAME: genesys_agentless,
    direct.NAME: direct,
}


def gateway(name: str) -> Gateway:
    """A gateway by its name. Raises KeyError when there is none."""
    return GATEWAYS[name]


__all__ = ["GATEWAYS", "Address", "AddressField", "Gateway", "gateway"]
