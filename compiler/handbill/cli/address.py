"""Who a payload goes to, as a gateway asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from ..diagnostic import did_you_mean
from ..names import known_channel

if TYPE_CHECKING:
    from ..gateways import Gateway


def address(
    gateway: Gateway, channel: str, to: str | None, channel_id: str | None, more: Sequence[str] = ()
) -> dict[str, str] | None:
    """The address fields from `--to`, `--channel-id` and `--address name=value`; None when there are none.

    Raises UsageError for a field the gateway has not, or one that is missing beside others.
    """
    values = {name: value for name, value in (("to", to), ("channel_id", channel_id)) if value}
    for pair in more:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--address takes name=value, not `{pair}`.")
        values[name] = value
    if not values:
        return None
    fields = {field.name: field for field in gateway.fields(known_channel(channel))}
    for name in values:
        if name not in fields:
            meant = did_you_mean(name, fields)
            known = f"it knows {', '.join(fields)}" if fields else "it needs none"
            raise click.UsageError(
                f"{gateway.NAME} has no address field `{name}`; {f'did you mean `{meant}`?' if meant else f'{known}.'}"
            )
    missing = [field for field in fields.values() if field.required and field.name not in values]
    if missing:
        listed = "; ".join(f"{_option(field.name)} ({field.about})" for field in missing)
        raise click.UsageError(f"{gateway.NAME} needs more to address a message: {listed}.")
    return values


def pair(text: str, option: str) -> tuple[str, str]:
    """A name and a value. Raises UsageError."""
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise click.UsageError(f"{option} takes name=value, not `{text}`.")
    return name, value


def for_all(gateway: Gateway, channel: str, values: dict[str, str], more: Sequence[str]) -> dict[str, str]:
    """The address fields that are the same for every row of a file; what is not among them must be a column.

    Raises UsageError for a field of `--address` that the gateway has not, and for what cannot be sent.
    """
    known = {field.name for field in gateway.fields(known_channel(channel))}
    for each in more:
        name, value = pair(each, "--address")
        if name not in known:
            listed = f"it knows {', '.join(sorted(known))}" if known else "it needs none"
            raise click.UsageError(f"{gateway.NAME} has no address field `{name}`; {listed}.")
        values = {**values, name: value}
    printable(values)
    return values


def printable(values: Mapping[str, str]) -> None:
    """Raises UsageError for what cannot be sent."""
    for field, value in values.items():
        if not value.isprintable():
            raise click.UsageError(f"the address field `{field}` holds characters that cannot be sent.")


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}" if name in ("to", "channel_id") else f"--address {name}=…"
