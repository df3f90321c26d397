"""The messages that channels are tried with: `<channel>/<template_type>.json`, or `<template_type>-<variant>.json`.

The messages beside this file are for the channels that cannot show such a message.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from handbill.channels import CHANNELS, channel
from handbill.gateways import GATEWAYS
from handbill.resources import folder, load

# a gateway that takes whatever the channel shows
DIRECT: Any = SimpleNamespace(NAME="any", message_schema=lambda _: None, schema=lambda _: "message.schema.json")
FOLDER = Path(__file__).parent
TYPES = tuple(
    name
    for name in load("message.schema.json")["$defs"]["message"]["properties"]["template_type"]["enum"]
    if name != "generic"  # another name for `card`
)
PARTS = ("channel.json", "limits.json", "message.schema.json")
# a channel that is not among these fails test_every_channel_is_whole, and no other test of a channel
WHOLE = tuple(name for name in CHANNELS if all((folder("schemas") / name / part).is_file() for part in PARTS))
MESSAGE, REPORT = "----- MESSAGE", "----- REPORT of "


@dataclass(frozen=True)
class Case:
    """One message for one channel, and its goldens."""

    channel: str
    name: str  # "quick_reply", "quick_reply-link"
    file: Path

    @property
    def template_type(self) -> str:
        return self.name.partition("-")[0]

    @property
    def id(self) -> str:
        return f"{self.channel}-{self.name}"

    def message(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file.read_bytes())
        return found

    def payload(self, gateway: str) -> str:
        """The name of the golden payload, under the channel's folder."""
        return f"{self.name}.{gateway}.json"

    @property
    def refusals(self) -> str:
        """The name of the golden with the message and what each gateway's author is told, the same ones together."""
        return f"{self.name}.refused.txt"

    def reports(self) -> dict[str, str]:
        """Why the case is refused, by gateway, as the golden has it."""
        file = FOLDER / self.channel / self.refusals
        if not file.is_file():
            return {}
        found = {}
        for part in file.read_text(encoding="utf-8").split(REPORT)[1:]:
            names, _, text = part.partition("\n")
            found.update(dict.fromkeys(names.split(", "), text))
        return found

    def goldens(self) -> set[str]:
        """Every name that a golden of this case may have."""
        return {self.refusals, *map(self.payload, GATEWAYS)}


def shown(name: str) -> frozenset[str]:
    """The template types that a channel says it can show."""
    listed = channel(name).message_rules["properties"]["template_type"]["enum"]
    return frozenset(listed) - {"generic"}


def inputs(beside: Path) -> list[Path]:
    """The messages in a folder; a golden has a gateway in its name."""
    return sorted((file for file in beside.glob("*.json") if "." not in file.stem), key=lambda file: file.stem)


@cache
def cases(name: str) -> tuple[Case, ...]:
    """Every case of a channel: its own, and for what it cannot show the common one."""
    own = [Case(name, file.stem, file) for file in inputs(FOLDER / name)]
    others = [Case(name, each, FOLDER / f"{each}.json") for each in TYPES if each not in shown(name)]
    return (*own, *others)


def every_case() -> list[Case]:
    return [case for name in WHOLE for case in cases(name)]
