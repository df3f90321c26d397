"""Which connection a message takes: one of handbill.toml, or what the environment says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..channels import channel as channel_of
from ..diagnostic import Diagnostic, Failed, did_you_mean
from ..gateways import direct
from ..source import Source
from . import direct_connection, genesys_connection
from .connection import Connection, Service
from .direct import DirectService
from .direct_connection import Direct
from .genesys import GenesysService
from .genesys_connection import Genesys

DEFAULT = "default"  # the connection taken when none is named
_Tables = Mapping[str, Mapping[str, Any]]


def connection(
    connections: _Tables,
    name: str | None,
    environment: Mapping[str, str],
    source: Source | None = None,
    *,
    channel: str = "",
    asked: str = "",
    gateway: str = "",
) -> Connection:
    """The connection of that name; without one `default`, else the only one that fits, else the environment's.

    What fits depends on the channel, on the gateway that is asked for (""), and on `gateway`, which is taken when
    nobody says another. `source` is handbill.toml, for the place of a mistake. Raises Failed (unknown-connection,
    unknown-region, bad-config).
    """
    if name is None:
        name = _unnamed({each: table for each, table in connections.items() if _fits(table, channel, asked, gateway)})
    elif name not in connections:
        meant = did_you_mean(name, connections)
        known = ", ".join(sorted(connections)) or "none"
        hint = f"did you mean `{meant}`?" if meant else f"[connections] of handbill.toml has: {known}"
        raise Failed(Diagnostic("unknown-connection", f"No connection `{name}`", hint=hint))
    table = connections.get(name, {})
    if _is_direct(table) or (not name and (asked or gateway) == direct.NAME):
        return direct_connection.Reader(name, table, channel, source).read()
    return genesys_connection.Reader(name, table, environment, source).read()


def service(link: Connection, gateway: str, channel: str, environment: Mapping[str, str] | None = None) -> Service:
    """What a gateway's payloads are posted to, with the secrets of the environment; without one, for a dump.

    Raises Failed (not-sendable, missing-credentials).
    """
    if isinstance(link, Direct) and gateway == direct.NAME:
        return _direct(link, channel, environment)
    if isinstance(link, Genesys) and gateway != direct.NAME:
        return GenesysService(link, gateway, channel, environment)
    raise Failed(
        Diagnostic(
            "not-sendable", f"`{gateway}` does not go through this connection",
            text=f"The connection is for {'the API of a channel' if isinstance(link, Direct) else 'Genesys Cloud'}.",
            hint="name another with --connection, or leave out --via",
        )
    )  # fmt: skip


def _direct(link: Direct, channel: str, environment: Mapping[str, str] | None) -> DirectService:
    if channel != link.channel.name:
        raise Failed(
            Diagnostic(
                "not-sendable", f"{channel_of(channel).title} does not go through this connection",
                text=f"[connections.{link.name}] is for {link.channel.title}.",
                hint="name another with --connection",
            )
        )  # fmt: skip
    return DirectService(link, environment)


def _is_direct(table: Mapping[str, Any]) -> bool:
    return table.get("gateway") == direct.NAME


def _fits(table: Mapping[str, Any], channel: str, asked: str, gateway: str) -> bool:
    if _is_direct(table):
        return asked in ("", direct.NAME) and table.get("channel", channel) == (channel or table.get("channel"))
    carried = not channel or bool(channel_of(channel).genesys)
    return (asked or table.get("gateway") or gateway) != direct.NAME and (carried or bool(asked))


def _unnamed(connections: _Tables) -> str:
    if DEFAULT in connections or not connections:
        return DEFAULT if connections else ""
    if len(connections) == 1:
        return next(iter(connections))
    raise Failed(
        Diagnostic(
            "unknown-connection", "No connection chosen",
            text=f"handbill.toml has several: {', '.join(sorted(connections))}.",
            hint=f"name one with --connection, or call one of them `{DEFAULT}`",
        )
    )  # fmt: skip
