"""What a channel can show, read from its schemas: which template types, and what of each is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from ..channels import Channel
from ..message import ALIASES, TEMPLATE_TYPES
from ..resources import load

YES: Final = "yes"
NARROWED: Final = "narrowed"
DIRECT: Final = "direct"
NO: Final = "no"
Support = Literal["yes", "narrowed", "direct", "no"]

LEGEND = {
    YES: "shown as written",
    NARROWED: "shown, but not every field of it, or less of it through Genesys Cloud",
    DIRECT: "shown through the channel's own API, but Genesys Cloud does not carry it",
    NO: "refused",
}


@dataclass(frozen=True, slots=True)
class Capability:
    """One template type on one channel. The maps lead from a field's path to the reason it cannot be used."""

    support: Support
    without: dict[str, str]
    direct: dict[str, str]  # what only the channel's own API cannot do
    genesys: dict[str, str]  # what Genesys Cloud takes away
    genesys_limits: tuple[str, ...]  # names in limits.json that Genesys Cloud adds


def capabilities(channel: Channel) -> dict[str, Capability]:
    """Every template type of the neutral message, on one channel."""
    own, genesys, direct = (
        load(name) if name else {} for name in (channel.message_schema, channel.genesys_schema, channel.direct_schema)
    )
    return {kind: _capability(kind, own, genesys, direct) for kind in TEMPLATE_TYPES}


def ways(channel: Channel) -> tuple[str, ...]:
    """How messages get to a channel: through Genesys Cloud, direct, or both."""
    return tuple(way for way, open_ in (("Genesys", channel.genesys), ("direct", channel.direct)) if open_)


def lacking(channel: Channel) -> dict[str, str]:
    """The fields no message of the channel may have, with the reason: header, footer."""
    schemas = [load(channel.message_schema)]
    if channel.genesys_schema:
        schemas.append(load(channel.genesys_schema))
    return {path: reason for schema in schemas for path, reason in _unsupported(schema.get("properties", {}))}


def _capability(kind: str, own: dict[str, Any], genesys: dict[str, Any], direct: dict[str, Any]) -> Capability:
    if not _lists(own, kind):
        return Capability(NO, {}, {}, {}, ())
    without, taken, alone = (
        {path: reason for branch in _branches(schema, kind) for path, reason in _lost(branch)}
        for schema in (own, genesys, direct)
    )
    if not _lists(genesys, kind):
        return Capability(DIRECT, without, alone, {}, ())
    limits = tuple(dict.fromkeys(name for branch in _branches(genesys, kind) for name in _limits(branch)))
    narrowed = without or taken or alone or limits or any(True for _ in _branches(genesys, kind))
    return Capability(NARROWED if narrowed else YES, without, alone, taken, limits)


def _lists(schema: dict[str, Any], kind: str) -> bool:
    listed = schema.get("properties", {}).get("template_type", {}).get("enum")
    return listed is None or kind in {ALIASES.get(name, name) for name in listed}


def _branches(schema: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """What the schema says of one template type."""
    for part in schema.get("allOf", ()):
        asked = part.get("if", {}).get("properties", {}).get("template_type", {})
        if kind == asked.get("const") or kind in asked.get("enum", ()):
            yield part["then"]


def _lost(branch: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for keyword in ("then", "else"):
        if keyword in branch:
            yield from _lost(branch[keyword])
    for part in branch.get("allOf", ()):
        yield from _lost(part.get("then", part))
    yield from _unsupported(branch.get("properties", {}))


def _unsupported(properties: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, rule in properties.items():
        if not isinstance(rule, dict):
            continue
        path = f"{above}{name}"
        if "x-unsupported" in rule:
            yield path, str(rule["x-unsupported"])
        for keyword in ("then", "else"):
            yield from _unsupported(rule.get(keyword, {}).get("properties", {}), f"{path}.")
        yield from _unsupported(rule.get("properties", {}), f"{path}.")
        items = rule.get("items", {})
        if isinstance(items, dict):
            yield from _unsupported(items.get("properties", {}), f"{path}[].")


def _limits(node: Any) -> Iterator[str]:
    """The names of the limits a piece of schema refers to."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and str(value).startswith("limits.json#/$defs/"):
                yield str(value).rpartition("/")[2]
            else:
                yield from _limits(value)
    elif isinstance(node, list):
        for child in node:
            yield from _limits(child)
