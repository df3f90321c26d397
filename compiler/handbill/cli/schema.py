"""`handbill schema`: one JSON Schema file for an editor, with what it refers to inside it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click

from .bundle import bundle, either
from .options import Name, project_option
from .output import say

FILES = {
    "message": ("message.schema.json", "what a template renders to"),
    "template": ("template.schema.json", "a template's front matter"),
    "project": ("project.schema.json", "handbill.toml"),
}


def _channels() -> tuple[str, ...]:
    from ..channels import CHANNELS

    return CHANNELS


def _payloads() -> dict[str, tuple[str, str]]:
    """The payloads, by name: the schema's file, and what it is."""
    from ..channels import channel
    from ..gateways import GATEWAYS

    known = [channel(name) for name in _channels()]
    found = {
        name: (gateway.schema(known[0]), f"a payload: {gateway.TITLE}")
        for name, gateway in GATEWAYS.items()
        if name != "direct"
    }
    own = {
        f"{each.name}.payload": (each.payload_schema, f"what {each.title} itself takes")
        for each in known
        if each.direct
    }
    return found | own


def _names() -> Iterable[str]:
    return [*FILES, *_channels(), *_payloads()]


@click.command()
@click.argument("name", required=False, type=Name("schema", _names))
@project_option
def schema(name: str | None, folder: Path | None) -> None:
    """Print a JSON Schema for editors, complete in one file.

    NAME is message, template or project, a channel (the messages it can show), a gateway or
    CHANNEL.payload (the payloads they take). Without NAME, all are listed.

    \b
    Examples:
      handbill schema message > message.schema.json
      handbill schema whatsapp
    """
    if name is None:
        say("".join(f"{known:<20}  {about}\n" for known, about in _listing()))
        return
    say(json.dumps(_schema(name), ensure_ascii=False, indent=2) + "\n")


def _listing() -> Iterable[tuple[str, str]]:
    from ..channels import channel

    for name, (_, about) in FILES.items():
        yield name, about
    for name in _channels():
        yield name, f"a message that {channel(name).title} can show"
    for name, (_, about) in _payloads().items():
        yield name, about


def _schema(name: str) -> dict[str, object]:
    from ..channels import channel

    if name in FILES:
        return bundle(FILES[name][0])
    if name in _channels():
        known = channel(name)
        return either(f"A message for {known.title}", "message.schema.json", known.message_schema)
    return bundle(_payloads()[name][0])
