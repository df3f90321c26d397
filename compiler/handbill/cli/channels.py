"""`handbill channels`: the capability matrix, and a channel's limits with their sources."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any

import click

from ..channels import CHANNELS, Channel, channel
from ..message import TEMPLATE_TYPES
from ..resources import load
from .capabilities import LEGEND, NO, Capability, capabilities, lacking, ways
from .limits import in_words, status_in_words
from .options import CHANNEL, Name, project_option
from .output import say

_WIDTH = 100  # columns


@click.command()
@click.argument("name", required=False, type=CHANNEL, metavar="[CHANNEL]")
@click.option(
    "--format",
    "form",
    type=Name("format", lambda: ("text", "json", "markdown")),
    default="text",
    metavar="FORMAT",
    help="text or json; of all channels also markdown.",
)
@project_option
def channels(name: str | None, form: str, folder: Path | None) -> None:
    """Show which template types each channel can show.

    For one CHANNEL: what is missing of each type and why, and every limit with its unit, its source
    and the day it was read.

    \b
    Examples:
      handbill channels
      handbill channels messenger
    """
    known = [channel(name)] if name else [channel(each) for each in CHANNELS]
    if form == "json":
        data = _as_json(known[0]) if name else {each.name: _row(each) for each in known}
        say(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    elif form == "markdown":
        if name:
            raise click.UsageError("--format markdown is for all channels; leave out the name.")
        say("".join(f"{line}\n" for line in markdown(known)))
    else:
        lines = _page(known[0]) if name else _matrix(known)
        say("".join(f"{line}".rstrip() + "\n" for line in lines))


def _types(known: Channel) -> dict[str, str]:
    return {kind: capability.support for kind, capability in capabilities(known).items()}


def _row(known: Channel) -> dict[str, Any]:
    return {"ways": list(ways(known)), "status": known.data.get("status", "official"), "template_types": _types(known)}


def _doubt(known: Channel) -> str:
    return status_in_words({"x-status": known.data.get("status", "official")})


def _as_json(known: Channel) -> dict[str, Any]:
    types = {
        kind: {
            "support": c.support,
            "without": c.without,
            "direct": {"without": c.direct},
            "genesys": {"without": c.genesys, "limits": list(c.genesys_limits)},
        }
        for kind, c in capabilities(known).items()
    }
    return {
        "name": known.name,
        "ways": list(ways(known)),
        **known.data,
        "template_types": types,
        "without": lacking(known),
        "limits": load(known.limits)["$defs"],
    }


def _matrix(known: list[Channel]) -> Iterator[str]:
    table = [["", *TEMPLATE_TYPES, "through"]]
    table += [[each.name, *_types(each).values(), ", ".join(ways(each))] for each in known]
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    for row in table:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
    yield ""
    for word, meaning in LEGEND.items():
        yield f"{word:<{widths[0]}}  {meaning}"
    yield ""
    for each in known:
        if doubt := _doubt(each):
            yield f"{each.name}: all of this is {doubt}"
    yield "`handbill channels NAME` says what is missing, and lists the limits."


def markdown(known: list[Channel]) -> Iterator[str]:
    """The matrix as the README has it."""
    yield f"| channel | through | {' | '.join(TEMPLATE_TYPES)} |"
    yield "|---|---|" + "---|" * len(TEMPLATE_TYPES)
    for each in known:
        name = f"`{each.name}`" + (f" ({doubt})" if (doubt := _doubt(each)) else "")
        cells = ["–" if support == NO else support for support in _types(each).values()]
        yield f"| {name} | {', '.join(ways(each))} | {' | '.join(cells)} |"


def _page(known: Channel) -> Iterator[str]:
    yield known.title
    yield str(known.data.get("docs", ""))
    yield f"Through: {', '.join(ways(known)) or 'nothing yet'}"
    yield f"Lengths are counted in {known.data.get('unit', 'characters')}, unless a limit says otherwise."
    if doubt := _doubt(known):
        yield f"All of this is {doubt}."
    if known.direct:
        yield ""
        yield from _own_api(known)
    yield ""
    yield "Messages"
    for kind, capability in capabilities(known).items():
        yield f"  {kind:<14}{capability.support}"
        yield from _missing(capability)
    for path, reason in lacking(known).items():
        yield from _wrapped(f"never {path}: {reason}", 2)
    yield from _limits(load(known.limits)["$defs"])


def _own_api(known: Channel) -> Iterator[str]:
    """What a connection to the channel's own API needs, and what a recipient's address has."""
    yield 'Its own API (gateway = "direct")'
    endpoint, auth = known.data.get("endpoint") or {}, known.data.get("auth") or {}
    for url in [endpoint["url"]] if "url" in endpoint else [step["url"] for step in endpoint.get("steps", ())]:
        yield f"  {endpoint.get('method', 'POST')} {url}"
    if reason := auth.get("unsupported"):
        yield from _wrapped(f"not sent by Handbill: {reason}", 2)
    token = auth.get("token")
    if token and "variable" in token:
        yield from _named("token", f"{token['about']}, in ${token['variable']} unless the connection says another")
    for each in known.data.get("settings") or ():
        default = f"; otherwise {each['default']}" if each.get("default") else ""
        yield from _named(each["name"], f"{each['about']}{default}")
    for each in known.data.get("address", {}).get("fields", ()):
        option = f"--{each['name']}" if each["name"] == "to" else f"--address {each['name']}=…"
        needed = "" if each.get("required", True) else " (optional)"
        yield from _named(option, f"{each['about']}{needed}")


def _named(name: str, about: str) -> Iterator[str]:
    first, *rest = _wrapped(about, 26)
    yield f"  {name:<23} {first.lstrip()}"
    yield from rest


def _missing(capability: Capability) -> Iterator[str]:
    for path, reason in capability.without.items():
        yield from _wrapped(f"no {path}: {reason}", 16)
    for path, reason in capability.direct.items():
        yield from _wrapped(f"through its own API no {path}: {reason}", 16)
    for path, reason in capability.genesys.items():
        yield from _wrapped(f"through Genesys Cloud no {path}: {reason}", 16)
    if capability.genesys_limits:
        yield from _wrapped(f"through Genesys Cloud: {', '.join(capability.genesys_limits)} (below)", 16)


def _limits(limits: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Limits in the file's order, under the page they come from."""
    pages: dict[tuple[str, str], list[str]] = {}
    for name, limit in limits.items():
        pages.setdefault((str(limit.get("x-source", "")), str(limit.get("x-checked", ""))), []).append(name)
    width = max((len(name) for name in limits), default=0) + 2
    for (source, day), names in pages.items():
        yield ""
        yield f"Limits from {source} (checked {day})"
        for name in names:
            limit = limits[name]
            said = str(limit.get("x-title", name))
            if words := in_words(limit):
                said += f": {words}"
            if doubt := status_in_words(limit):
                said += f" ({doubt})"
            first, *rest = _wrapped(said, width + 2)
            yield f"  {name:<{width}}{first.lstrip()}"
            yield from rest
            if "x-note" in limit:
                yield from _wrapped(str(limit["x-note"]), width + 4)


def _wrapped(text: str, indent: int) -> list[str]:
    space = " " * indent
    return wrap(
        text, _WIDTH, initial_indent=space, subsequent_indent=space, break_long_words=False, break_on_hyphens=False
    )
