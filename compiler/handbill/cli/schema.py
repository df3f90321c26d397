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


def _names() -> Iterable[str]:
    from ..gateways import GATEWAYS

    return [*FILES, *_channels(), *GATEWAYS]


@click.command()
@click.argument("name", required=False, type=Name("schema", _names))
@project_option
def schema(name: str | None, folder: Path | None) -> None:
    """Print a JSON Schema for editors, complete in one file.

    NAME is message, template or project, a channel (the messages it can show), or a gateway (the
    payloads it takes). Without NAME, all are listed.

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
    from ..gateways import GATEWAYS

    for name, (_, about) in FILES.items():
        yield name, about
    for name in _channels():
        yield name, f"a message that {channel(name).title} can show"
    for name, gateway in GATEWAYS.items():
        yield name, f"a payload: {gateway.TITLE}"


def _schema(name: str) -> dict[str, object]:
    from ..channels import channel
    from ..gateways import GATEWAYS

    if name in FILES:
        return bundle(FILES[name][0])
    if name in _channels():
        known = channel(name)
        return either(f"A message for {known.title}", "message.schema.json", known.message_schema)
    return bundle(GATEWAYS[name].SCHEMA)
